service "pricing" {
  language = "go"
  port     = 8102
}
