"""From texts to days, numbers and labels, each conversion counted."""
