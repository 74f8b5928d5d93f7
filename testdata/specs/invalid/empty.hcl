# ERROR: Nothing described
