service "leaf" {
  language = "go"
  port     = 8102
}
