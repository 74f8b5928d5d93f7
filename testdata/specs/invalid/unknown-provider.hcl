system "shop" {
  gateway "cady" {} # ERROR: Unknown provider
}
