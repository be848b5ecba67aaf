"""What a table of flows counts, by names that are the same wherever the same things are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...base.cells import CellOf, Tie
from ...base.quantities import Quantity
from ...reduce.flow_counts import Flows
from ..boxes import Restrictions, finer, span_of, tie
from .indicators import Balance

# What is often the same: all that came in is new where nothing is reopened or transferred.
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "incoming": ("new",),
    "came_in": ("incoming", "new"),
    "incoming_paired": ("incoming", "new"),
    "outgoing": ("resolved",),
    "went_out": ("outgoing", "resolved"),
    "resolved_paired": ("resolved",),
    "outgoing_paired": ("outgoing", "resolved"),
}
_SUMS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "incoming": (("new", "reopened", "reactivated"), ("new", "reopened", "reactivated", "transferred_in")),
    "came_in": (("incoming", "transferred_in"), ("new", "reopened", "reactivated", "transferred_in")),
    "outgoing": (
        ("resolved", "placed_inactive"),
        ("resolved", "placed_inactive", "transferred_out"),
        ("resolved", "reopened_resolved", "placed_inactive", "transferred_out"),
    ),
    "went_out": (("outgoing", "transferred_out"), ("resolved", "placed_inactive", "transferred_out")),
}


_FLOWS: Final = frozenset(
    (
        *("incoming", "new", "reopened", "reactivated", "transferred_in", "came_in"),
        *("resolved", "reopened_resolved", "placed_inactive", "transferred_out", "outgoing", "went_out"),
    )
)


_PAST_YEAR: Final = "resolved_past_year"
_OF_A_YEAR: Final[Mapping[str, int]] = {"year": 1, "half_year": 2, "quarter": 4, "month": 12}


class Things:
    """Names of what is counted in each period, and how their numbers hang together.

    Parameters
    ----------
    flows : Flows
    of_cases : bool
        Whether case files are counted: those that came in during a year are those that started in it.
    ended : tuple of str
        Ways of ending, for case files.
    whole : bool
        Of all strata added up: what moves between them is in no number.
    """

    def __init__(self, flows: Flows, *, of_cases: bool, ended: tuple[str, ...] = (), whole: bool = False) -> None:
        self._flows = flows
        self._of_cases = of_cases
        self._ended = ended
        self._whole = whole
        self._known: dict[str, Quantity] = dict(flows.quantities)

    def name(self, wanted: str, cells: Quantity) -> str:
        """Return what a number counts: the name of the first thing that is known under that name with these numbers."""
        for one in (wanted, *_ALIASES.get(wanted, ())):
            if one in self._known and same(cells, self._known[one]):
                return self._named(one)
        self._known.setdefault(wanted, cells)
        told = same(cells, self._known[wanted])
        return self._named(wanted) if told else self._named(f"{wanted}, counted otherwise")

    def cell(self, wanted: str, cells: Quantity) -> CellOf:
        """Return which units a column of periods counts."""
        return CellOf(fixed={"unit": (self.name(wanted, cells),)}, keys={"period": f"{self._span}_of_it"})

    def ties(self, found: Balance) -> tuple[Tie, ...]:
        """Return how stocks and flows hang together: sums that an outsider knows, whatever the boxes say."""
        made: list[Tie] = []
        start, came, went, end = found.pending_start, found.came_in, found.went_out, found.pending_end
        for at, levels in enumerate(self._flows.strata.levels):
            group = {name: (one,) for name, one in zip(self._flows.strata.names, levels, strict=True)}
            for place, label in enumerate(self._flows.labels):
                cell = (at, place)
                if start is not None and came is not None and went is not None and end is not None:
                    ins, outs = {"pending_start": start, "came_in": came}, {"pending_end": end, "went_out": went}
                    made += self._tied(group, cell, ins, outs)
                if (
                    start is not None
                    and end is not None
                    and place
                    and _told(end, (at, place - 1)) == _told(start, cell)
                ):
                    before = self._at(group, self._flows.labels[place - 1], "pending_end", end)
                    made.append(tie([before], [self._at(group, label, "pending_start", start)]))
                for total, several in _SUMS.items():
                    for names in several:
                        parts = {one: self._known[one] for one in names if one in self._known}
                        if parts and total in self._known:
                            made += self._tied(group, cell, parts, {total: self._known[total]})
                made += self._cases(group, label)
                made += self._shorter(group, label)
                made += self._past_year(group, cell)
        return tuple(made)

    def _tied(
        self, group: Restrictions, cell: tuple[int, int], one: Mapping[str, Quantity], other: Mapping[str, Quantity]
    ) -> list[Tie]:
        """Return that two sums are the same, where they are."""
        total, again = (sum(_told(each, cell) for each in side.values()) for side in (one, other))
        if not np.isclose(total, again):
            return []
        label = self._flows.labels[cell[1]]
        return [tie(*([self._at(group, label, name, each) for name, each in side.items()] for side in (one, other)))]

    def _cases(self, group: Restrictions, label: str) -> list[Tie]:
        """Return which of them are cases counted elsewhere: those of a year, those that ended in it, the pending."""
        if not self._of_cases or self._span in group:
            return []
        made = []
        alike: dict[str, Restrictions] = {"new": {self._span: (label,)}}
        if self._span == "year":
            alike["resolved"] = {"ended_year": (label,), "ending": self._ended}
        if label == self._flows.labels[-1]:
            alike["pending_end"] = {"ending": ("pending",)}
        for name, other in alike.items():
            if name in self._known:
                made.append(tie([self._at(group, label, name, self._known[name])], [{**group, **other}]))
        return made

    def _shorter(self, group: Restrictions, label: str) -> list[Tie]:
        """Return that the flows of a period are those of the shorter ones in it; stocks do not add up."""
        made = []
        for name in [one for one in self._known if one in _FLOWS]:
            whole = self._at(group, label, name, self._known[name])
            for span, labels in finer(label):
                unit: Restrictions = {**group, "unit": whole["unit"]}
                made.append(tie([whole], [{**unit, f"{span}_of_it": (one,)} for one in labels]))
        return made

    def _past_year(self, group: Restrictions, cell: tuple[int, int]) -> list[Tie]:
        """Return that what was resolved in the year up to the end of a period is that of the periods in it."""
        past, resolved = self._known.get(_PAST_YEAR), self._known.get("resolved")
        at, place = cell
        first = place + 1 - _OF_A_YEAR.get(self._span, len(self._flows.labels) + 1)
        if past is None or resolved is None or first < 0:
            return []
        labels = self._flows.labels[first : place + 1]
        if _told(past, cell) != sum(_told(resolved, (at, one)) for one in range(first, place + 1)):
            return []
        whole = self._at(group, labels[-1], _PAST_YEAR, past)
        parts = [self._at(group, one, "resolved", resolved) for one in labels]
        return [] if parts == [whole] else [tie([whole], parts)]

    def _at(self, group: Restrictions, label: str, name: str, cells: Quantity) -> Restrictions:
        return {**group, "unit": (self.name(name, cells),), f"{self._span}_of_it": (label,)}

    @property
    def _span(self) -> str:
        return span_of(self._flows.labels[0]) if self._flows.labels else "year"

    def _named(self, name: str) -> str:
        words = f"flow of {name}" if self._of_cases else f"counted as {name}"
        return f"{words}, moves inside left out" if self._whole else words


def _told(one: Quantity, cell: tuple[int, int]) -> float:
    return float(one.values[cell])


def same(one: Quantity, other: Quantity | None) -> bool:
    """Return whether two quantities have the same numbers."""
    return other is not None and np.array_equal(one.values, other.values, equal_nan=True)
