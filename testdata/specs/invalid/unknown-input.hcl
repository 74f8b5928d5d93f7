service "orders" {
  language = "go"
  inputs = {
    descripton = "Takes orders." # ERROR: Unknown input
  }
}
