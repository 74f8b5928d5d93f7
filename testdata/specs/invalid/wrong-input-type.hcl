service "orders" {
  language = "go"
  inputs = {
    description = 7 # ERROR: Wrong type or value
  }
}
