system "shop" {
  gateway "caddy" {
    port = 0 # ERROR: Port out of range
  }
}
service "orders" {
  language = "go"
  port     = 70000 # ERROR: Port out of range
}
service "pricing" {
  language = "go"
  port     = -1 # ERROR: Port out of range
}
