service "orders" {
  language = "go"
  pack     = "acme-go" # ERROR: Unknown pack
}
