"""What is known of a study already: its earlier releases and answered queries, as an outsider can read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..base.errors import OutputError
from ..base.language import tr
from ..disclosure.published import ProtectedCells
from ..publish.releases import StoredRelease
from ..publish.secure_side import SecureSide

CELLS: Final = "cells.json"
CELLS_FORMAT: Final = "justice_metrics cells 1"


def known_cells(stored: Sequence[StoredRelease], secure: SecureSide) -> list[ProtectedCells]:
    """Return what was published before, oldest first: every release, and every query after the release it came after.

    Parameters
    ----------
    stored : sequence of StoredRelease
        Every release of the public folder.
    secure : SecureSide
        Its register knows the queries.

    Raises
    ------
    OutputError
        When a release is not the one that the register knows, or the register is not as it was written.
    """
    entries = secure.entries()
    _ensure_same(stored, entries)
    queries = [one for one in entries if one["kind"] == "query"]
    found: list[ProtectedCells] = []
    for number in range(len(stored) + 1):
        if number:
            found.append(_whole(stored[number - 1].record(CELLS), dossier_name(number), secure))
        found += [
            _whole(secure.record(f"{one['folder']}/{CELLS}"), query_dossier(one["number"]), secure)
            for one in queries
            if min(one["after"], len(stored)) == number
        ]
    return found


def known_folders(stored: Sequence[StoredRelease], secure: SecureSide) -> list[Path]:
    """Return the folders of what was published before, for the auditor: releases, and answers to queries."""
    queries = [secure.folder / one["folder"] for one in secure.entries() if one["kind"] == "query"]
    return [*(one.folder for one in stored), *queries]


def cells_record(cells: ProtectedCells) -> dict[str, Any]:
    """Return what is published of each cell for a JSON file."""
    return {"format": CELLS_FORMAT, "cells": cells.to_record()}


def unknown_releases(stored: Sequence[StoredRelease], secure: SecureSide) -> list[StoredRelease]:
    """Return releases that the register does not know: a killed run published them and died before it wrote so."""
    entered = {one["number"] for one in secure.entries() if one["kind"] == "release"}
    return [one for one in stored if one.number not in entered]


def _whole(record: Any, dossier: str, secure: SecureSide) -> ProtectedCells:
    """Return the cells of a release with the hidden ones that only its dossier has; what is public is what it says."""
    public = ProtectedCells.from_record(record["cells"])
    if not secure.holds(dossier):
        return public
    kept = secure.record(dossier)
    if "cells" not in kept:
        return public
    there = {one[:3] for one in public.cells}
    more = (one for one in ProtectedCells.from_record(kept["cells"]).cells if one.value is None)
    return replace(public, cells=(*public.cells, *(one for one in more if one[:3] not in there)))


def _ensure_same(stored: Sequence[StoredRelease], entries: Sequence[dict[str, Any]]) -> None:
    digests = {one.number: one.digest for one in stored}
    for one in entries:
        if one["kind"] == "release" and digests.get(one["number"]) != one["manifest_sha256"]:
            raise OutputError(
                tr("Release {number} in the public folder is not the one that was published.", number=one["number"]),
                tr("Put back the folder as it was: what was published once stays known."),
            )


def enter_releases(stored: Sequence[StoredRelease], secure: SecureSide) -> None:
    """Bring the register up to date with what lies in the public folder."""
    for one in unknown_releases(stored, secure):
        secure.enter(
            {
                "kind": "release",
                "number": one.number,
                "manifest_sha256": one.digest,
                "dossier": dossier_name(one.number),
            }
        )


def dossier_name(number: int) -> str:
    """Return where the raw counts of a release are on the secure side."""
    return f"dossiers/{number:03d}.json"


def query_dossier(number: int) -> str:
    """Return where the raw counts behind the answer to a query are on the secure side."""
    return f"dossiers/query_{number:04d}.json"


def query_name(number: int) -> str:
    """Return where the answer to a query is kept on the secure side."""
    return f"queries/{number:04d}"


def queries_so_far(secure: SecureSide) -> int:
    """Return how many queries were answered."""
    return sum(one["kind"] == "query" for one in secure.entries())
