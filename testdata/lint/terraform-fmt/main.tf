variable "name" {
  type = string
    default = "not aligned"
}
