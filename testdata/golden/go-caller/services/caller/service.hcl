service "caller" {
  language = "go"
  port     = 8102
  call "leaf" {
    attempt_timeout = "500ms"
    deadline        = "2s"
  }
  call "user-ratings" {}
}
