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
