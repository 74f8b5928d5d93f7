"""The service productpage."""
