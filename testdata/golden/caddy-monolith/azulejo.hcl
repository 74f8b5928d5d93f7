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
