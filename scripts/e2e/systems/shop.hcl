# A company that leaves a monolith: it owns everything but /pricing.
system "shop" {
  gateway "caddy" {
    port = 8080
  }
}

external "monolith" {
  url = "http://monolith:9090"
  route "/" {}
}

service "pricing" {
  image = "azulejo-stub:e2e"
  port  = 9091
  env   = { NAME = "pricing" }
  route "/pricing" {}
}

service "orders" {
  language = "go"
  port     = 8101
}
