"""Case files: procedure, mapping, readers, and the canonical form that every question starts from."""
