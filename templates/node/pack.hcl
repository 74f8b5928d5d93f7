pack "node" {
  kind        = "service"
  language    = "node"
  version     = "0.1.0"
  description = "Fastify in strict TypeScript, with pino, prom-client and zod"
  changes     = { "0.1.0" = "First version." }
  reserved    = []
}

requires "node" {
  minimum = "24"
  version = ["node", "--version"]
  get     = "https://nodejs.org/en/download, or any version manager: nvm install 24, fnm install 24"
}

requires "npm" {
  minimum = "10"
  version = ["npm", "--version"]
  get     = "comes with Node.js"
}

input "description" {
  type      = string
  default   = ""
  why       = "Stands in the README and in package.json."
  later     = true
  essential = false
}

locals {
  node = "24"
}

command "install" {
  steps   = [["npm", "ci", "--no-audit", "--no-fund"]]
  inputs  = [".npmrc", "package.json", "package-lock.json"]
  outputs = ["node_modules"]
}

command "build" {
  steps   = [["npm", "run", "build"]]
  inputs  = ["src/**", "tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"]
  outputs = ["dist/main.js"]
}

command "test" {
  steps = [["npm", "test"]]
}

command "lint" {
  steps = [["npm", "run", "lint"]]
}

command "lock" {
  steps = [["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"]]
}

command "run" {
  steps = [["node", "dist/main.js"]]
}

# The chassis and its tests.

file "src/chassis/**" {
  class = "managed"
}

file "test/chassis/**" {
  class = "managed"
}

file "src/chassis/breaker.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/callerror.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/callmetrics.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/calls.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/callsettings.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/client.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/dependency.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/exchange.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/inbound.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/retry.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "test/chassis/breaker.test.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "test/chassis/client.test.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "test/chassis/resilience.test.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "test/chassis/retry.test.ts" {
  class = "managed"
  when  = length(service.calls) > 0
}

file "src/chassis/lease.ts" {
  class = "managed"
  when  = system.discovery == "eureka"
}

file "src/chassis/registry.ts" {
  class = "managed"
  when  = system.discovery == "eureka"
}

file "test/chassis/lease.test.ts" {
  class = "managed"
  when  = system.discovery == "eureka"
}

file "src/chassis/instances.ts" {
  class = "managed"
  when  = system.discovery == "eureka" && length(service.calls) > 0
}

file "test/chassis/instances.test.ts" {
  class = "managed"
  when  = system.discovery == "eureka" && length(service.calls) > 0
}

file "src/chassis/configserver.ts" {
  class = "managed"
  when  = system.config == "spring-cloud"
}

file "test/chassis/configserver.test.ts" {
  class = "managed"
  when  = system.config == "spring-cloud"
}

# The service itself: a starter without calls, and one that reports each of them.

file "src/main.ts" {
  class = "seeded"
}

file "leaf/app/routes.ts" {
  destination = "src/app/routes.ts"
  class       = "seeded"
  when        = length(service.calls) == 0
}

file "leaf/test/app.test.ts" {
  destination = "test/app.test.ts"
  class       = "seeded"
  when        = length(service.calls) == 0
}

file "caller/app/routes.ts" {
  destination = "src/app/routes.ts"
  class       = "seeded"
  when        = length(service.calls) > 0
}

file "caller/test/app.test.ts" {
  destination = "test/app.test.ts"
  class       = "seeded"
  when        = length(service.calls) > 0
}

# The project around it. Files that begin with a dot are stored without it.

file "README.md" {
  class = "seeded"
}

file "package.json" {
  class  = "seeded"
  format = "json"
}

file "package-lock.json" {
  class  = "seeded"
  format = "json"
  merge  = "lock"
}

file "tsconfig.json" {
  class = "seeded"
}

file "tsconfig.build.json" {
  class = "seeded"
}

file "biome.json" {
  class = "seeded"
}

file "npmrc" {
  destination = ".npmrc"
  class       = "seeded"
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

file "node-version" {
  destination = ".node-version"
  class       = "seeded"
}
