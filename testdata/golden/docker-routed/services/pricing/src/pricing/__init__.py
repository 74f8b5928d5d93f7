"""The service pricing."""
