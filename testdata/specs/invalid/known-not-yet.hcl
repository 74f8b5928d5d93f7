system "shop" {
  discovery "eureka" {}    # ERROR: Known, not yet supported
  config "spring-cloud" {} # ERROR: Known, not yet supported
  gateway "nginx" {}       # ERROR: Known, not yet supported
}
service "orders" {
  language = "go"
  api      = "openapi.yaml" # ERROR: Known, not yet supported
  uses "postgres" "db" {} # ERROR: Known, not yet supported
  route "/orders" {
    weight = 10 # ERROR: Known, not yet supported
  }
  call "billing" {
    retries = 2 # ERROR: Known, not yet supported
    breaker {} # ERROR: Known, not yet supported
  }
}
service "billing" {
  language = "go"
}
