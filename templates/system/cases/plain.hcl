# Without a gateway: the services are reached on this machine's own ports.
system "plain" {
  namespace = "example.com/plain"
}

external "legacy" {
  url = "http://host.docker.internal:9000/v1"
}

external "elsewhere" {
  url = "https://api.example.com/v2"
}

service "billing" {
  image      = "busybox:1.36"
  port       = 4567
  local_port = 14567
  ready_path = "/health"
  env        = { NULL = "a null that is text" }
}

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

service "pricing" {
  language = "go"
  port     = 8102
  call "orders" {} # a circle: one of the two starts first
}
