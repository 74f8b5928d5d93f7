service "leaf" {
  language = "python"
  port     = 8102
}
