system "shop" {
  gateway "nginx" {} # ERROR: Known, not yet supported
}
service "orders" {
  language = "go"
  api      = "openapi.yaml" # ERROR: Known, not yet supported
  uses "postgres" "db" {} # ERROR: Known, not yet supported
  route "/orders" {
    weight = 10 # ERROR: Known, not yet supported
  }
}
