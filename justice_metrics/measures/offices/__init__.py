"""Offices compared fairly."""
