"""The sections of a mapping file."""
