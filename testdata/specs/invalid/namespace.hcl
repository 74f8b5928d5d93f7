system "shop" {
  namespace = "Example.com/$${shop}" # ERROR: Bad namespace
}
