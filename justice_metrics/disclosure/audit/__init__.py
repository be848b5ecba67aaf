"""The auditor of a release: an attacker that has only the published files, and the list of an output checker."""

from __future__ import annotations
