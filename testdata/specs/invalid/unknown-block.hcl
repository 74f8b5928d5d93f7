servce "orders" { # ERROR: Unknown block
  language = "go"
}
