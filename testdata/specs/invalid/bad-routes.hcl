system "shop" {}
service "orders" {
  language = "go"
  route "orders" {}       # ERROR: Bad route
  route "/orders/" {}     # ERROR: Bad route
  route "/a/../b" {}      # ERROR: Bad route
  route "/a//b" {}        # ERROR: Bad route
  route "/a b" {}         # ERROR: Bad route
  route "/%2e%2e" {}      # ERROR: Bad route
  route "/a?b" {}         # ERROR: Bad route
  route "/c" {
    to = "metrics" # ERROR: Bad route target
  }
  route "/d" {
    to = "/metrics" # ERROR: Route would expose probes
  }
  route "/e" {
    to = "/" # ERROR: Route would expose probes
  }
}
