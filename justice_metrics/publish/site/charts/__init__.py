"""Charts of a site, drawn from protected tables: one kind per kind of figure."""
