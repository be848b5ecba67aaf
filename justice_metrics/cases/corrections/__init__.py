"""Corrections of case files: decided in a plan, applied when the files are read, counted in every answer."""
