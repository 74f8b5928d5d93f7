"""The service reviews."""
