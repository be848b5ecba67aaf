"""Rates and ratios: every one with its own denominator."""
