service "leaf" {
  language = "python"
  port     = 8101
  inputs = {
    description = "Quotes \" ' `, a template $${x} {{ .x }}, an end */ and <b>markup</b>.\n# Not a heading"
  }
}
