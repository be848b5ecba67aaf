"""How good the records are: rules, completeness, drift, agreement, extracts over time."""
