pack "spring-platform" {
  kind        = "platform"
  discovery   = "eureka"
  config      = "spring-cloud"
  version     = "0.1.0"
  description = "Spring Cloud: a Eureka registry and a Config server"
  changes     = { "0.1.0" = "First version." }
}

# What services read at their start. A key a.b is the variable A_B of a service.
file "config/**" {
  destination = "config/${file}"
  class       = "seeded"
  when        = config.provider == "spring-cloud" && config.url == ""
}
