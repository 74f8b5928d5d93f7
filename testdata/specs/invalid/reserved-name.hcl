system "shop" {}
service "class" { # ERROR: Reserved name
  language = "python"
}
