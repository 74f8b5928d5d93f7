system "shop" {
  gateway "caddy" {
    port = 8000
  }
}

external "monolith" {
  url = "http://legacy.internal:8080/?a=[1]&b=100%25"
  route "/" {}
  route "/old" {
    to = "/v1"
  }
}

external "mail" {
  url = "https://mail.example"
}

service "billing" {
  image     = "registry.example/billing:4.2@sha256:0123"
  port      = 4567
  instances = 3
  route "/billing" {}
}

service "orders" {
  language  = "go"
  instances = 2
  route "/orders" {}
  route "/basket" {}
  call "billing" {}
  call "monolith" {}
  call "pricing" {}
}

service "pricing" {
  language = "python"
  call "ratings" {}
}

service "reviews" {
  language = "node"
  call "orders" {}
  call "ratings" {}
  call "mail" {}
}

service "ratings" {
  language = "node"
}
