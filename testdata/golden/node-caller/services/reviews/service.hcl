service "reviews" {
  language = "node"
  port     = 8102

  call "ratings" {
    attempt_timeout = "500ms"
    deadline        = "2s"
  }
  call "price-list" {}
}
