service "hello" {
  language = "go"
}
