service "stock" {
  image = "registry.example/stock:1"
  port  = 8103
}
