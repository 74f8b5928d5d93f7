system "shop" {
  gateway "caddy" {}
  target "moon" {} # ERROR: Unknown provider
}
service "con" { # ERROR: Bad name
  language = "go"
  secrets  = ["TAG"] # ERROR: Variable taken
}
external "legacy" {
  url = "http://legacy:99999" # ERROR: Bad URL
}
service "localhost" { # ERROR: Reserved name
  language = "go"
}
service "gateway" { # ERROR: Reserved name
  language = "go"
}
