"""The data dictionary: what each table of case data holds, what each code means, and which codes stand for missing."""
