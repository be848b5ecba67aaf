"""Support actors: who supports, since when, and what follows, honest about time."""
