system "shop" {
  gateway "caddy" {}
  target "moon" {} # ERROR: Unknown provider
}
service "gateway" { # ERROR: Reserved name
  language = "go"
}
