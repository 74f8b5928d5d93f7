service "orders" {
  language = "go"
  call "pricing" {}
}
