system "case" {
  namespace = "example.com/case"
}

external "price-list" {
  url = "http://127.0.0.1:9"
}
