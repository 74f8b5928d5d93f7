# Every word that this version of azulejo acts on.
azulejo {
  required_version = ">= 0.1"
}

system "shop" {
  namespace = "example.com/shop"
  languages = ["go", "python", "node"]
  gateway "caddy" {
    port = 8000
  }
  discovery "eureka" {
    url = "http://eureka.internal:8761/eureka"
  }
  config "spring-cloud" {
    url = "http://config.internal:8888"
  }
  target "docker" {}
}

external "monolith" {
  url = "http://legacy.internal:8080"
  route "/" {}
  route "/old" {
    to = "/v1"
  }
}

service "billing" {
  image      = "registry.example/billing:4.2"
  port       = 4567
  local_port = 14567
  instances  = 3
  ready_path = "/health"
  route "/billing" {}
}

service "orders" {
  language  = "go"
  pack      = "go"
  port      = 8101
  instances = 2
  env = {
    GREETING = "hello, \"world\" $${not a variable}\nand a second line"
  }
  secrets = ["DATABASE_URL"]
  inputs  = { description = "Takes orders." }
  route "/orders" {}
  route "/basket" {
    to = "/api/basket"
  }
  call "billing" {
    attempt_timeout = "500ms"
    deadline        = "2s"
    retries         = 1
    breaker {
      window          = "20s"
      min_calls       = 10
      failure_percent = 60
      open            = "2s"
    }
  }
  call "monolith" {}
}

service "pricing" {
  language = "python"
  call "orders" {}
}

service "catalog" {
  language = "node"
}
