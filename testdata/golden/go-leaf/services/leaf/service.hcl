service "leaf" {
  language = "go"
  port     = 8101
  inputs = {
    description = "Ends a chain. \"Quotes\", $${dollars}, {{ braces }}, `ticks` */ and\na second line."
  }
}
