system "shop" {}
service "orders" {
  language = "go"
  env = {
    PORT             = "1" # ERROR: Variable taken
    CALL_BILLING_URL = "x" # ERROR: Variable taken
    "NOT A NAME"     = "x" # ERROR: Bad variable name
    TOKEN            = "x"
  }
  secrets = ["TOKEN"] # ERROR: Variable taken
  call "billing" {}
}
service "billing" {
  language = "go"
}
