system "shop" {}
service "archive" {
  language = "go"
  route "/orders/archive" {} # WARNING: Route shadows another
}
service "orders" {
  language = "gi" # ERROR: Unknown language
  route "/orders" {}
}
service "ordersx" {
  language = "go"
  route "/ordersX" {}
}
