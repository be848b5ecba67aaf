"""Numbers period after period: trends, control charts, change points."""
