# A monolith with a base path owns "/"; parts of it are carved out.
system "case" {
  namespace = "example.com/case"
  gateway "caddy" {
    port = 8080
  }
}

external "monolith" {
  url = "https://legacy.example/app/"
  route "/" {}
}

external "catalog" {
  url = "http://catalog.example:9001"
  route "/catalog" {
    to = "/v2"
  }
}

service "billing" {
  image = "registry.example/billing:4.2"
  port  = 4567
  route "/billing" {}
  route "/invoices.pdf" {
    to = "/"
  }
}
