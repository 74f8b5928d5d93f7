service "ratings" {
  language = "node"
  port     = 8101
}
