# The page: asks details and reviews at the same time.
service "productpage" {
  language = "python"
  port     = 8101
  route "/productpage" {}
  call "details" {}
  call "reviews" {
    attempt_timeout = "1500ms"
  }
}
