service "orders" {
  language = "python"
  port     = 8101
}
