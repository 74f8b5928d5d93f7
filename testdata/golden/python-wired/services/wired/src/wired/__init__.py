"""The service wired."""
