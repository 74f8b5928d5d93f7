system "shop" {
  gateway "caddy" {
    port = 8080
  }
}
service "orders" {
  language = "go"
  port     = 8101
}
service "pricing" {
  language = "go"
  port     = 8101 # ERROR: Duplicate port
}
service "zebra" {
  language = "go"
  port     = 8080 # ERROR: Duplicate port
}
