system "shop" {}
service "orders" {
  language = "go"
  call  = "pricing" # ERROR: Attribute where a block is due
  route = "/orders" # ERROR: Attribute where a block is due
  env { # ERROR: Block where an attribute is due
    A = "x"
  }
}
service "pricing" {
  language = "go"
  env = { "A" = "1", "A" = "2" } # ERROR: Wrong type or value
}
