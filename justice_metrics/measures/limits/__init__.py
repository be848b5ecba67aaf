"""Legal time limits: kept, missed, still running, not to be told."""
