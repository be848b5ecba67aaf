"""Formulas: arrays in, named tuples of arrays out; nothing here knows of cases, frames or labels."""
