# The system of testdata/routes.json, made of servers that azulejo did not make.
system "routes" {
  gateway "caddy" {
    port = 8080
  }
}

external "monolith" {
  url = "http://monolith:9000/base/"
  route "/" {}
}

external "catalog" {
  url = "http://catalog:9001"
  route "/catalog" {
    to = "/"
  }
}

service "orders" {
  image = "azulejo-stub:e2e"
  port  = 8101
  env   = { NAME = "orders" }
  route "/orders" {
    to = "/api"
  }
  route "/carts.v1" {
    to = "/api/carts"
  }
}

service "items" {
  image = "azulejo-stub:e2e"
  port  = 8102
  env   = { NAME = "items" }
  route "/orders/items" {
    to = "/api"
  }
}

service "billing" {
  image = "azulejo-stub:e2e"
  port  = 4567
  env   = { NAME = "billing" }
  route "/billing" {}
  route "/top" {
    to = "/"
  }
}
