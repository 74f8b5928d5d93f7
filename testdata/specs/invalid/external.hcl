system "shop" {}
external "none" { # ERROR: Attribute missing
}
external "bad" {
  url = "legacy.internal" # ERROR: Bad URL
}
external "worse" {
  url = "http://user:secret@legacy.internal" # ERROR: Bad URL
}
