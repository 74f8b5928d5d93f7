azulejo {
  required_version = "new" # ERROR: Bad version constraint
}
service "orders" {
  language = "go"
}
