system "shop" {}
service "orders" {
  language = "go"
  call "biling" {} # ERROR: Call to an unknown service
}
service "billing" {
  language = "go"
}
