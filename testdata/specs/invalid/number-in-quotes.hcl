service "orders" {
  language = "go"
  port     = "8101" # ERROR: Wrong type or value
}
