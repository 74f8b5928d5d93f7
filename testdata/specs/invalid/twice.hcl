system "shop" {
  gateway "caddy" {}
  gateway "none" {} # ERROR: Block given twice
}
system "other" {} # ERROR: Block given twice
