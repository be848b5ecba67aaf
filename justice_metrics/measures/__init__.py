"""One file, one question: reduce, estimate, wrap."""
