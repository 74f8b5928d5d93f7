azulejo {
  required_version = ">= 99" # ERROR: Another azulejo is required
}
service "orders" {
  language = "go"
}
