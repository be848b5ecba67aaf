"""Surveys of officials and users: what people answered, in canonical form."""
