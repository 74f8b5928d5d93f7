system "case" {
  namespace = "example.com/case"
}

external "user-ratings" {
  url = "http://127.0.0.1:9"
}

service "caller" {
  language = "go"
  port     = 8102
  call "leaf" {
    attempt_timeout = "500ms"
    deadline        = "2s"
  }
  call "user-ratings" {}
}

service "leaf" {
  language = "go"
  port     = 8101
}
