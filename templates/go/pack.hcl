pack "go" {
  kind        = "service"
  language    = "go"
  version     = "0.1.0"
  description = "net/http, log/slog, Prometheus client, OpenTelemetry, caarlos0/env"
  changes     = { "0.1.0" = "First version." }
  reserved    = ["testdata", "vendor"] # go leaves folders of these names out of ./...
}

requires "go" {
  minimum = "1.26"
  version = ["go", "version"]
  get     = "https://go.dev/dl/"
}

input "description" {
  type      = string
  default   = ""
  why       = "Stands in the README: what the service is for."
  later     = true
  essential = false
}

locals {
  module = "${system.namespace}/${service.name}"
}

command "install" {
  steps  = [["go", "mod", "download"]]
  inputs = ["go.mod", "go.sum"]
}

# No inputs: go build knows better than a list of globs what changed, embedded
# files included, and needs a fraction of a second to find that nothing did.
command "build" {
  steps   = [["go", "build", "-trimpath", "-o", "bin/${service.name}", "./cmd/${service.name}"]]
  outputs = ["bin"]
}

command "test" {
  steps = [["go", "test", "./..."]]
}

command "lint" {
  steps = [
    ["gofmt", "-d", "."],
    ["go", "vet", "./..."],
    ["go", "tool", "-modfile=tools/go.mod", "staticcheck", "./..."],
  ]
}

command "lock" {
  steps = [
    ["go", "mod", "tidy"],
    ["go", "-C", "tools", "mod", "tidy"],
  ]
}

command "run" {
  steps = [["bin/${service.name}"]]
}

file "internal/chassis/**" {
  class = "managed"
}

file "internal/chassis/attempt.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/breaker.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/breaker_test.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/callmetrics.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/retry.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/retry_test.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/calls.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/calls_test.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/callerror.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/client.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/client_test.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/contract_call.go" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "internal/chassis/configserver.go" {
  class = "managed"
  when  = system.config != ""
}

file "internal/chassis/configserver_test.go" {
  class = "managed"
  when  = system.config != ""
}

file "internal/chassis/eureka.go" {
  class = "managed"
  when  = system.discovery != ""
}

file "internal/chassis/eureka_test.go" {
  class = "managed"
  when  = system.discovery != ""
}

file "internal/chassis/lookup.go" {
  class = "managed"
  when  = system.discovery != "" && length(service.calls) > 0
}

file "internal/chassis/lookup_test.go" {
  class = "managed"
  when  = system.discovery != "" && length(service.calls) > 0
}

file "internal/chassis/wait.go" {
  class = "managed"
  when  = length(service.calls) > 0 || system.discovery != ""
}

file "internal/app/**" {
  class = "seeded"
}

file "internal/app/calls.go" {
  class = "seeded"
  when  = length(service.calls) > 0
}

file "internal/app/calls_test.go" {
  class = "seeded"
  when  = length(service.calls) > 0
}

file "cmd/service/main.go" {
  destination = "cmd/${service.name}/main.go"
  class       = "seeded"
}

file "README.md" {
  class = "seeded"
}

file "Dockerfile" {
  class = "managed"
}

file "dockerignore" {
  destination = ".dockerignore"
  class       = "managed"
}

file "gitignore" {
  destination = ".gitignore"
  class       = "seeded"
}

file "go.mod" {
  class = "seeded"
}

file "go.sum" {
  class = "seeded"
  merge = "lock"
}

file "tools/go.mod" {
  class = "seeded"
}

file "tools/go.sum" {
  class = "seeded"
  merge = "lock"
}
