system "case" {
  namespace = "example.com/case"
}
