service "pricing" {
  language = "python"
  port     = 8102
}
