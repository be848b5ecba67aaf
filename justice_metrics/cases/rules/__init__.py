"""The rules by which case files are checked."""
