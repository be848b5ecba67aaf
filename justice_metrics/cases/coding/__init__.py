"""The coding sheet: what is asked of a case file, and the files in which coders answer it."""
