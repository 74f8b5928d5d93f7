service "ratings" {
  language = "node"
  port     = 8104
}
