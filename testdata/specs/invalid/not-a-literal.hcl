service "orders" {
  language = "go"
  port     = 8000 + 101            # ERROR: Not a literal
  env      = { HOST_NAME = "${host}" } # ERROR: Not a literal
}
