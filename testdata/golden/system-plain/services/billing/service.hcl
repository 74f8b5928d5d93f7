service "billing" {
  image      = "busybox:1.36"
  port       = 4567
  local_port = 14567
  ready_path = "/health"
  env        = { NULL = "a null that is text" }
}
