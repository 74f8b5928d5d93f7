"""The service leaf."""
