system "case" {
  namespace = "example.com/case"
  discovery "eureka" {}
  config "spring-cloud" {}
}
