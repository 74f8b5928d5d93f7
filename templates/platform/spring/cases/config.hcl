system "case" {
  namespace = "example.com/case"
  config "spring-cloud" {}
}

service "orders" {
  language = "python"
  port     = 8101
}
