"""Questions about stock and flow: what came in, what was resolved, what waits, and what is not registered yet."""
