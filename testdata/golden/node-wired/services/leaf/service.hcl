service "leaf" {
  language = "node"
  port     = 8102
}
