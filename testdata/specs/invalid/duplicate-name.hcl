system "shop" {}
service "orders" {
  language = "go"
}
external "orders" { # ERROR: Duplicate name
  url = "http://orders.example"
}
