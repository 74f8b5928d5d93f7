system "shop" {
  discovery "eureka" {
    url = "eureka:8761" # ERROR: Bad URL
  }
  config "spring-cloud" {
    url = "http://config/?a=b" # ERROR: Bad URL
  }
}
service "orders" {
  language = "go"
  call "billing" { # WARNING: Call cycle
    retries = 6 # ERROR: Number out of range
    breaker {
      window          = "11m" # ERROR: Wrong type or value
      min_calls       = 0     # ERROR: Number out of range
      failure_percent = 101   # ERROR: Number out of range
      open            = 5     # ERROR: Wrong type or value
      opens           = "5s"  # ERROR: Unknown attribute
    }
    breaker {} # ERROR: Block given twice
  }
}
service "billing" {
  language = "go"
  call "orders" {
    breaker "x" {} # ERROR: Too many labels
  }
}
