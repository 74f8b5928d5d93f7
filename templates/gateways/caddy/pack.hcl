pack "caddy" {
  kind        = "gateway"
  provider    = "caddy"
  version     = "0.1.0"
  description = "Caddy 2: one route file per service, reloaded without losing a request"
  changes     = { "0.1.0" = "First version." }
  reserved    = ["door", "gateway"]
}

# The gateway has the routes and takes up their changes; the door before it never
# changes, and sends again what the gateway dropped in that moment.
# health asks Caddy's own API, which tells of a server only once it listens. wget
# is in the image (BusyBox).
container "gateway" {
  image   = "caddy:2.11"
  config  = "/etc/caddy"
  command = ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
  health  = ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:2019/config/apps/http/servers"]
  reload  = ["caddy", "reload", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
}

container "door" {
  public  = true
  image   = "caddy:2.11"
  config  = "/etc/caddy"
  command = ["caddy", "run", "--config", "/etc/caddy/door/Caddyfile", "--adapter", "caddyfile"]
  health  = ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:2019/config/apps/http/servers"]
}

file "Caddyfile" {
  destination = "gateway/Caddyfile"
  class       = "managed"
}

file "problem.caddy" {
  destination = "gateway/problem.caddy"
  class       = "managed"
}

file "door/Caddyfile" {
  destination = "gateway/door/Caddyfile"
  class       = "managed"
}

file "route.caddy" {
  destination = "gateway/routes/${each.value.name}.caddy"
  class       = "managed"
  for_each    = routed
}

file "custom/**" {
  destination = "gateway/custom/${file}"
  class       = "seeded"
}
