service "orders" {
  language = "go"
  port     = 8101
}
