"""Procedures with chosen hazards and a chosen true effect; the sample data are made by them."""
