# Prefixes of one service inside those of another, two routes of one service, and
# a service without any.
system "case" {
  namespace = "example.com/case"
  gateway "caddy" {
    port = 9090
  }
}
