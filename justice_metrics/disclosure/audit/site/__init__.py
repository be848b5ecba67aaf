"""What an auditor looks for in a built site: that it asks nobody for anything, and tells no number but the record's."""

from __future__ import annotations
