output "name" {
  value = var.not_declared
}
