system "shop" {}
service "orders" {
  language = "go"
  call "pricing" {
    attempt_timeout = "3s" # ERROR: Attempt timeout above deadline
    deadline        = "1s"
  }
}
service "pricing" {
  language = "go"
}
service "zebra" {
  language = "go"
  call "pricing" {
    attempt_timeout = "5s" # ERROR: Attempt timeout above deadline
  }
}
