service "wired" {
  language = "python"
  port     = 8101
  call "leaf" {
    retries = 1
    breaker {
      window          = "8s"
      min_calls       = 10
      failure_percent = 60
      open            = "4s"
    }
  }
}
