"""Questions about the sample itself: how large it must be, which files are drawn, what became of them."""
