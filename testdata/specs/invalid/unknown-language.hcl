service "orders" {
  language = "pyton" # ERROR: Unknown language
}
