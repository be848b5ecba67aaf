"""Files in: every cell as text, nothing typed yet."""
