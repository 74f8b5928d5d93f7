# Behind a gateway: only the gateway is reached from outside.
system "routed" {
  namespace = "example.com/routed"
  gateway "caddy" {
    port = 8000
  }
}

external "monolith" {
  url = "http://legacy.internal:8080"
  route "/" {}
}
