pack "system" {
  kind        = "system"
  version     = "0.1.0"
  description = "compose.yaml: the whole system on one machine"
  changes     = { "0.1.0" = "First version." }
  # compose.yaml takes secrets from the environment in which Compose finds these.
  reserved_secrets = ["TAG", "COMPOSE_*", "DOCKER_*"]
  # As a key of YAML, these are no text to every reader; localhost is whoever asks.
  reserved = ["false", "localhost", "n", "no", "null", "off", "on", "true", "y", "yes"]
}

requires "docker compose" {
  minimum = "2.20"
  version = ["docker", "compose", "version", "--short"]
  get     = "https://docs.docker.com/compose/install/"
}

locals {
  generated = { for s in services : s.name => s.generated }
  in_front  = length(gateway.containers) > 0

  # Only Docker Desktop knows this name without being told.
  on_host = length([for e in externals : e.name if contains("://host.docker.internal", e.url)]) > 0
}

file "compose.yaml" {
  class = "managed"
  when  = length(services) > 0 || local.in_front && length(routed) > 0
}
