system "shop" {}
service "orders" {
  language = "go"
  call "billing" {}
  call "billing" {} # ERROR: Duplicate call
  call "orders" {}  # ERROR: Call to itself
}
service "billing" {
  language = "go"
}
