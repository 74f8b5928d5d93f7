system "shop" {}
service "both" {
  language = "go"
  image    = "registry.example/both:1" # ERROR: Language and image together
}
service "neither" { # ERROR: Language or image missing
}
