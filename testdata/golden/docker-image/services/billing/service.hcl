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
