"""From rows to counts: the only way from case data to the tables, in the engine where the data live."""
