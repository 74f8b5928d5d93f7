system "shop" {}
service "orders" {
  language = "go"
  route "/orders" {}
}
service "pricing" {
  language = "go"
  route "/orders" {} # ERROR: Duplicate route
}
