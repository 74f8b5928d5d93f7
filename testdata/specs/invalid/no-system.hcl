service "orders" {
  language = "go"
}
service "pricing" { # ERROR: System missing
  language = "go"
}
