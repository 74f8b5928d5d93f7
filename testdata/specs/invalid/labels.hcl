system {} # ERROR: Label missing
service "a" "b" { # ERROR: Too many labels
  language = "go"
}
