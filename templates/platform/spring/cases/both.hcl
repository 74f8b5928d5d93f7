system "case" {
  namespace = "example.com/case"
  discovery "eureka" {}
  config "spring-cloud" {}
}

service "orders" {
  language = "go"
  port     = 8101
}
