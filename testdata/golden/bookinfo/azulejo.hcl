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
