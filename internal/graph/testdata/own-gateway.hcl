system "ours" {
  gateway "none" {}
}

service "gateway" {
  language = "go"
  route "/gateway" {}
}
