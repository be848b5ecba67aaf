"""The observatory: standard questions of an institution's sources, one gate for all of them, one site."""
