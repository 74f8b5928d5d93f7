service "orders" {
  language  = "go"
  port      = 8101
  instances = 2
  env = {
    EMPTY   = ""
    HOSTILE = "a \"quote\", $${dollar}, %%{percent}, 'single', \\ and\na line, ü"
  }
  secrets = ["API_KEY", "DATABASE_URL"]
  route "/orders" {}
  call "billing" {}
  call "monolith" {}
  call "pricing" {}
}
