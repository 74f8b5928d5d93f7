service "reviews" {
  language = "node"
  port     = 8103
  call "ratings" {
    attempt_timeout = "800ms"
    deadline        = "2s"
  }
}
