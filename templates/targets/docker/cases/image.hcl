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

service "billing" {
  image      = "registry.example/billing:4.2"
  port       = 4567
  instances  = 2
  ready_path = "/health"
  env = {
    EMPTY   = ""
    HOSTILE = "a \"quote\", $${dollar}, %%{percent}, 'single', \\ and\na line, ü"
  }
  secrets = ["DATABASE_URL", "TOKEN"]
  call "legacy" {}
}
