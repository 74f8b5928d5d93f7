"""The code of this service; everything here is yours."""
