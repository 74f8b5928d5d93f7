# Behind a gateway: what is routed, what is called, what is kept secret.
system "routed" {
  namespace = "example.com/routed"
  languages = ["go", "python"]
  gateway "caddy" {
    port = 8000
  }
  target "docker" {}
}

external "monolith" {
  url = "http://legacy.internal:8080"
  route "/" {}
}

service "billing" {
  image = "billing:4.2"
  port  = 4567
  route "/billing" {
    to = "/v2"
  }
}

service "orders" {
  language  = "go"
  port      = 8101
  instances = 2
  env = {
    EMPTY   = ""
    HOSTILE = "a \"quote\", $${dollar}, %%{percent}, 'single', \\ and\na line, ü"
  }
  secrets = ["API_KEY", "DATABASE_URL"]
  route "/orders" {}
  call "billing" {}
  call "monolith" {}
  call "pricing" {}
}

service "pricing" {
  language = "python"
  port     = 8102
}
