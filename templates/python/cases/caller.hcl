system "case" {
  namespace = "example.com/case"
}

external "price-list" {
  url = "http://127.0.0.1:9"
}

service "ratings" {
  language = "python"
  port     = 8101
}

service "reviews" {
  language = "python"
  port     = 8102

  call "ratings" {
    attempt_timeout = "500ms"
    deadline        = "2s"
  }
  call "price-list" {}
}
