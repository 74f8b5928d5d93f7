service "orders" {
  language  = "go"
  port      = 8101
  instances = 2
  route "/orders" {}
  call "billing" {}
  call "pricing" {}
}
