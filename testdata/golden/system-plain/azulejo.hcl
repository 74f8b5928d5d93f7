# Without a gateway: the services are reached on this machine's own ports.
system "plain" {
  namespace = "example.com/plain"
}

external "legacy" {
  url = "http://host.docker.internal:9000/v1"
}

external "elsewhere" {
  url = "https://api.example.com/v2"
}
