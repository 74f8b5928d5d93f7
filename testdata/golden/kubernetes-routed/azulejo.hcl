# Behind a gateway: what is routed, what is called, what is kept secret.
system "routed" {
  namespace = "example.com/routed"
  languages = ["go", "python"]
  gateway "caddy" {
    port = 8000
  }
  target "kubernetes" {}
}

external "monolith" {
  url = "http://legacy.internal:8080"
  route "/" {}
}
