system "case" {
  namespace = "example.com/case"
}

external "user-ratings" {
  url = "http://127.0.0.1:9"
}
