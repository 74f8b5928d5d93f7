service "orders" {
  language = = "go" # ERROR: Invalid expression
}
