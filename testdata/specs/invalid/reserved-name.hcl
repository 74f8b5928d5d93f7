system "shop" {}
service "testdata" { # ERROR: Reserved name
  language = "go"
}
