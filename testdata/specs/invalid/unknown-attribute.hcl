service "orders" {
  langauge = "go" # ERROR: Unknown attribute
  language = "go"
}
