service "ratings" {
  language = "python"
  port     = 8101
}
