service "items" {
  image = "registry.example/items:1"
  port  = 8102
  route "/orders/items" {
    to = "/api"
  }
}
