system "shop" {}
service "billing" { # ERROR: Port missing
  image      = "registry.example/billing:4.2 --privileged" # ERROR: Bad image
  ready_path = "health" # ERROR: Bad path
  inputs     = {} # ERROR: Attribute does not apply
}
service "orders" {
  language   = "go"
  ready_path = "/health" # ERROR: Attribute does not apply
  local_port = 9000 # ERROR: Attribute does not apply
}
