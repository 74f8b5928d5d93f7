system "shop" {
  target "dokcer" {} # ERROR: Unknown provider
}
service "a" {
  language = "go"
  call "b" {}
}
service "b" {
  language = "go"
  call "c" {}
}
service "c" {
  language = "go"
  call "a" {} # WARNING: Call cycle
}
