# A gateway before anything is routed.
system "case" {
  namespace = "example.com/case"
  gateway "caddy" {
    port = 8080
  }
}
