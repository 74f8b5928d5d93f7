system "shop" {
  pack "acme" {} # ERROR: Pack without a source
  pack "other" { # ERROR: Pack not found
    source = "./nowhere"
  }
}
