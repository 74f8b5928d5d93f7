system "rings" {}

service "end" {
  language = "go"
  call "style" {}
}

service "style" {
  language = "node"
  call "end" {}
  call "graph" {}
}

service "graph" {
  language = "python"
  call "a--b" {}
  call "style" {}
}

service "a--b" {
  language = "go"
}
