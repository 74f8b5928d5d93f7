service "orders" {
  language  = "go"
  port      = "x"          # ERROR: Wrong type or value
  instances = 1.5          # ERROR: Wrong type or value
  env       = { A = 1 }    # ERROR: Wrong type or value
  secrets   = "TOKEN"      # ERROR: Wrong type or value
  inputs    = ["a"]        # ERROR: Wrong type or value
  call "other" {           # WARNING: Call to an unknown service
    deadline = "soon"      # ERROR: Wrong type or value
  }
}
