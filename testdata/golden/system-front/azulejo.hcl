# The first day of leaving a monolith: a gateway in front of it, and no service yet.
system "front" {
  namespace = "example.com/front"
  gateway "caddy" {}
}

external "monolith" {
  url = "http://host.docker.internal:9000"
  route "/" {}
}
