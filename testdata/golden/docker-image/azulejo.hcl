# A service that azulejo did not make, with values that must arrive as they are,
# behind no gateway.
system "shop" {
  namespace = "example.com/shop"
  gateway "none" {}
  target "docker" {}
}

external "legacy" {
  url = "http://host.docker.internal:9000/base"
}
