"""Tables of personal data written back, with their labels, for work on the secure side."""
