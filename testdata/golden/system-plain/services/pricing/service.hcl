service "pricing" {
  language = "go"
  port     = 8102
  call "orders" {} # a circle: one of the two starts first
}
