"""What an output checker looks for inside the files of a release, one kind of file after the other."""

from __future__ import annotations
