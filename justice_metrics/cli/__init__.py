"""The same verbs for a shell: one file per group of commands."""
