service "billing" {
  image = "billing:4.2"
  port  = 4567
  route "/billing" {
    to = "/v2"
  }
}
