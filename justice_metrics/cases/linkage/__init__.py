"""Registers without a common id: which records speak of one person. Personal through and through."""
