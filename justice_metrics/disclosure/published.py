"""What a release says of each cell, for whoever checks it and for the releases after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..base.cells import Box


class PublishedCell(NamedTuple):
    """What a release says of a cell: a number, or None where it is hidden."""

    population: str
    units: Box
    events: bool
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedCells:
    """All cells of a release as they are published.

    Attributes
    ----------
    cells : tuple of PublishedCell
    mode : str
    minimum, base : int
        Of the policy, which tell what can be read from a number.
    """

    cells: tuple[PublishedCell, ...]
    mode: str = "suppress"
    minimum: int = 10
    base: int = 5

    def to_record(self) -> dict[str, Any]:
        """Return them for a JSON file, in an order that tells nothing."""
        cells = []
        for one in self.cells:
            units = {name: sorted(levels) for name, levels in sorted(one.units)}
            cells.append({"population": one.population, "units": units, "events": one.events, "value": one.value})
        cells.sort(key=lambda one: str([one["population"], one["units"], one["events"]]))
        return {"mode": self.mode, "minimum": self.minimum, "base": self.base, "cells": cells}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ProtectedCells:
        """Read them back."""
        cells = tuple(
            PublishedCell(
                str(one["population"]),
                frozenset((str(name), frozenset(map(str, levels))) for name, levels in one["units"].items()),
                bool(one["events"]),
                None if one["value"] is None else float(one["value"]),
            )
            for one in record["cells"]
        )
        return cls(cells=cells, mode=str(record["mode"]), minimum=int(record["minimum"]), base=int(record["base"]))
