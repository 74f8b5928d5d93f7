system "shop" {
  languages = ["go", "cobol"] # ERROR: Unknown language
}
service "orders" {
  language = "python" # ERROR: Language not allowed
}
