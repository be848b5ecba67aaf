"""Counts by period and combination of attributes: what filters and maps of a statistics site show."""
