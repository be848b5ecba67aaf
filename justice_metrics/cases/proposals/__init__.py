"""A first mapping for an unknown file."""
