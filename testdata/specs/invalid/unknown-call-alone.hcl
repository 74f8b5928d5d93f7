service "orders" {
  language = "go"
  instances = 0 # ERROR: Instances out of range
  call "billing" {} # WARNING: Call to an unknown service
}
