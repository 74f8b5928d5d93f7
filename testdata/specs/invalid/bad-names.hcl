system "Shop" {} # ERROR: Bad name
service "../up" { # ERROR: Bad name
  language = "go"
}
service "a'b\"c" { # ERROR: Bad name
  language = "go"
}
service "a{{b}}" { # ERROR: Bad name
  language = "go"
}
service "a$${b}" { # ERROR: Bad name
  language = "go"
}
service "a\nb" { # ERROR: Bad name
  language = "go"
}
service "größe" { # ERROR: Bad name
  language = "go"
}
service "under_score" { # ERROR: Bad name
  language = "go"
}
service "9lives" { # ERROR: Bad name
  language = "go"
}
service "" { # ERROR: Bad name
  language = "go"
}
service "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" { # ERROR: Bad name
  language = "go"
}
