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

service "billing" {
  image      = "busybox:1.36"
  port       = 4567
  ready_path = "/health"
  route "/billing" {}
}

service "orders" {
  language  = "go"
  port      = 8101
  instances = 2
  route "/orders" {}
  call "billing" {}
  call "pricing" {}
}

service "pricing" {
  language = "go"
  port     = 8102
}
