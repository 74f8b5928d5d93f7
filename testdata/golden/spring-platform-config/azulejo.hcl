system "case" {
  namespace = "example.com/case"
  config "spring-cloud" {}
}
