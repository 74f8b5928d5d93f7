# Bookinfo, the sample of Istio: four services in three languages. Upstream,
# reviews is written in Java and details in Ruby.
system "bookinfo" {
  namespace = "example.com/bookinfo"
  languages = ["go", "python", "node"]
  gateway "caddy" {
    port = 8080
  }
  target "docker" {}
}

# The page: asks details and reviews at the same time.
service "productpage" {
  language = "python"
  port     = 8101
  route "/productpage" {}
  call "details" {}
  call "reviews" {
    attempt_timeout = "1500ms"
  }
}

service "details" {
  language = "go"
  port     = 8102
}

service "reviews" {
  language = "node"
  port     = 8103
  call "ratings" {
    attempt_timeout = "800ms"
    deadline        = "2s"
  }
}

service "ratings" {
  language = "node"
  port     = 8104
}
