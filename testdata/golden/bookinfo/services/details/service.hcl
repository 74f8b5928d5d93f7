service "details" {
  language = "go"
  port     = 8102
}
