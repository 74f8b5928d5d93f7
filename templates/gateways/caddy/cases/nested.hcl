# Prefixes of one service inside those of another, two routes of one service, and
# a service without any.
system "case" {
  namespace = "example.com/case"
  gateway "caddy" {
    port = 9090
  }
}

service "orders" {
  image = "registry.example/orders:1"
  port  = 8101
  route "/orders" {
    to = "/api"
  }
  route "/carts" {
    to = "/api/carts"
  }
}

service "items" {
  image = "registry.example/items:1"
  port  = 8102
  route "/orders/items" {
    to = "/api"
  }
}

service "stock" {
  image = "registry.example/stock:1"
  port  = 8103
}
