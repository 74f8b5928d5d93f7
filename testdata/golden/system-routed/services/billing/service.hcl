service "billing" {
  image      = "busybox:1.36"
  port       = 4567
  ready_path = "/health"
  route "/billing" {}
}
