"""A study: which questions are asked of which case files, and the report that answers them."""
