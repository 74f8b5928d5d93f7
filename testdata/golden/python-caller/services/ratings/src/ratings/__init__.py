"""The service ratings."""
