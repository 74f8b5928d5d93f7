service "orders" {
  language  = "go"
  port      = 8101
  instances = 2
  env = {
    EMPTY    = ""
    GREETING = "Olá, \"$${USER}\" $HOME $$ 'x' \\ # no comment: {}\nand\ta second line "
  }
  secrets = ["API_KEY", "DATABASE_URL"]
  call "billing" {}
  call "legacy" {}
  call "elsewhere" {}
  call "pricing" {}
}
