service "billing" {
  image = "registry.example/billing:4.2"
  port  = 4567
  route "/billing" {}
  route "/invoices.pdf" {
    to = "/"
  }
}
