"""Decides of every count of a release whether it is shown, and as which number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ..base.cells import Box, Count, Tie
from ..base.types import Flags, Floats, Values
from .cells import System, joined, system_of
from .policy import DisclosurePolicy
from .previous import also_known, earlier_of
from .primary import is_too_small, primary_rules
from .published import ProtectedCells, PublishedCell
from .rounding import audit_rounding, rounded
from .secondary import Hidden, Task, suppress

# Population, which units, whether it counts things that a unit has several of, and the true number.
_Key: TypeAlias = tuple[str, Box, bool, float]
_NEAR: Final = 1e-9
# Columns beside the answer itself: what is missing in it, and what became of the rest.
_SECONDARY: Final = frozenset(
    {
        *("recorded", "not_recorded", "undated", "lost", "pending", "ended", "most", "untold"),
        *("not_documented", "applicable", "not_applicable", "not_known_whether"),
    }
)
_NO_TIES: Final[Mapping[str, Sequence[Tie]]] = MappingProxyType({})

_BESIDE: Final = 0.25
# Of a count that is the sum of several others by what an answer tells, such as a domain of items.
_TOTAL: Final = 6.0
_PAIR: Final = 2
_KNOWN_ELSEWHERE: Final = 20.0


class Decision(NamedTuple):
    """What becomes of a count.

    Attributes
    ----------
    value : float
        What is shown; NaN where it is hidden.
    rule : str
        "" (shown as it is), "rounded", "exact"; hidden: "minimum", "zero", "whole", "difference", "linked", "previous".
        The rule of a single cell is not for the public: who knows that it is small knows that it is below the minimum.
    """

    value: float
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What becomes of every count of a release.

    Attributes
    ----------
    policy : DisclosurePolicy
    cells : ProtectedCells
        What is published; no hidden number is in it.
    exact : frozenset of (str, Box)
        Population and units of the official totals.
    limited : frozenset of (str, Box)
        Hidden cells of which an outsider knows more than the policy allows, by what is published elsewhere.
    """

    policy: DisclosurePolicy
    cells: ProtectedCells
    exact: frozenset[tuple[str, Box]] = frozenset()
    limited: frozenset[tuple[str, Box]] = frozenset()
    made: Mapping[_Key, Decision] = field(default_factory=dict, repr=False)

    def of(self, population: str, count: Count) -> Decision:
        """Return what becomes of a count."""
        return self.made[(population, count.box, count.events, float(count.value))]

    def large_enough(self, population: str, count: Count) -> bool:
        """Return whether the units behind a number are enough, whether or not they are shown."""
        found = self.made.get((population, count.box, count.events, float(count.value)))
        small = is_too_small(count.value, count.box, self.policy)
        return not small and (found is None or found.rule not in {"minimum", "zero", "whole"})

    def rules(self) -> Mapping[str, int]:
        """Return how many cells of the whole release are hidden, by rule."""
        hidden = Counter(one.rule for one in self.made.values() if np.isnan(one.value))
        return dict(sorted(hidden.items()))


def protect(
    counts: Mapping[str, Sequence[Count]],
    policy: DisclosurePolicy,
    previous: Sequence[ProtectedCells] = (),
    *,
    exact: AbstractSet[tuple[str, Box]] = frozenset(),
    ties: Mapping[str, Sequence[Tie]] = _NO_TIES,
    project: str | Path | None = None,
) -> Decisions:
    """Decide of every count whether it is shown, over all tables of a release and what was published before.

    Parameters
    ----------
    counts : mapping of str to sequence of Count
        By population: results of the same data, counted in the same unit. A count without a table stands behind a
        model; it is not shown.
    policy : DisclosurePolicy
    previous : sequence of ProtectedCells
        Of earlier releases of the same study.
    exact : set of (str, Box)
        Further official totals, beside those that the policy names.
    ties : mapping of str to sequence of Tie
        By population: sums of counts that an outsider knows, such as stocks and flows.
    project : path, optional
        Folder of the project, in which the secret of the rounding may not lie.

    Returns
    -------
    Decisions

    Raises
    ------
    SettingsError
        When rounding has no secret.
    DisclosureError
        When the protection cannot be computed.

    References
    ----------
    .. [1] Fischetti, M., Salazar, J. J. (2001). Management Science, 47, 1008-1027.
    .. [2] Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley.

    Examples
    --------
    >>> from justice_metrics.base.cells import box
    >>> cells = [Count(box({}), 60, ("main", "n", 0)), Count(box({"sex": "f"}), 56, ("main", "n", 1))]
    >>> cells.append(Count(box({"sex": "m"}), 4, ("main", "n", 2)))
    >>> decided = protect({"case of x": cells}, DisclosurePolicy())
    >>> [decided.of("case of x", one).rule for one in cells]
    ['', 'linked', 'minimum']
    """
    key = policy.key(project) if policy.mode == "round" else b""
    made: dict[_Key, Decision] = {}
    published: list[PublishedCell] = []
    official: set[tuple[str, Box]] = set()
    limited: set[tuple[str, Box]] = set()
    for population, several in sorted(counts.items()):
        told = [(_Shown(one.box, one.events, float(one.value)), one.place[1]) for one in several if one.place[0]]
        # the order of questions and rows must not decide what is hidden
        shown = sorted({one for one, _ in told}, key=_in_order)
        main = {one for one, column in told if column not in _SECONDARY}
        cells = _Cells(population, shown, policy, previous, exact, ties.get(population, ()), main)
        decided = cells.rounded(key) if policy.mode == "round" else cells.suppressed()
        for one, decision in zip(shown, decided, strict=True):
            made[(population, *one)] = decision
            value = None if np.isnan(decision.value) else decision.value
            published.append(PublishedCell(population, one.units, one.events, value))
            if decision.rule == "exact":
                official.add((population, one.units))
        limited |= {(population, units) for units in cells.limited}
    return Decisions(
        policy=policy,
        cells=ProtectedCells(cells=tuple(published), mode=policy.mode, minimum=policy.minimum, base=policy.base),
        exact=frozenset(official),
        limited=frozenset(limited),
        made=made,
    )


class _Shown(NamedTuple):
    units: Box
    events: bool
    value: float


def _in_order(one: _Shown) -> tuple[bool, list[tuple[str, list[str]]], float]:
    return one.events, sorted((name, sorted(levels)) for name, levels in one.units), one.value


class _Cells:
    """The cells of one population, each once, and what can be computed from them."""

    def __init__(
        self,
        population: str,
        shown: Sequence[_Shown],
        policy: DisclosurePolicy,
        previous: Sequence[ProtectedCells],
        exact: AbstractSet[tuple[str, Box]],
        ties: Sequence[Tie],
        main: AbstractSet[_Shown],
    ) -> None:
        self.policy = policy
        self.unit = population.partition(" of ")[0]
        both = [_Family(population, events, shown, previous, policy.minimum) for events in (False, True)]
        # where the cells of this release stand among the numbers
        shift = (0, len(both[0].system.values))
        self.places = [shift[one.events] + both[one.events].place[one.units, one.value] for one in shown]
        signed = _signed(ties, both, shift)
        self.system: System = joined(both[0].system, both[1].system, signed)
        self.rules: Values = primary_rules(self.system, policy)
        self.low = np.concatenate([one.low for one in both])
        self.high = np.concatenate([one.high for one in both])
        self.known: Flags = np.concatenate([one.known for one in both])
        again = np.concatenate([one.hidden for one in both])
        changed = np.concatenate([one.changed for one in both]) & (policy.mode == "suppress")
        self.again: Flags = again & (self.rules == "") & ~changed
        self.rules[(again | changed) & (self.rules == "")] = "previous"
        self.near: Flags = np.concatenate([one.near for one in both])
        self.exact = np.zeros(len(self.rules), bool)
        for one, place in zip(shown, self.places, strict=True):
            official = policy.is_exact(one.units) or (population, one.units) in exact
            self.exact[place] = official and not one.events
        self.rules[self.exact] = ""
        self.known |= self.exact
        # a zero that is shown is told on purpose, or cannot be anything else
        self.known |= self.system.real & (self.system.values <= _NEAR) & (self.rules == "")
        self.limited: frozenset[Box] = frozenset()
        # what an earlier release tells is hidden last: it is known there
        self.weight = np.where(self.near & ~changed, _KNOWN_ELSEWHERE, 1.0)
        for one, place in zip(shown, self.places, strict=True):
            self.weight[place] *= 1.0 if one in main else _BESIDE
        self.weight[sorted(_totals(signed))] *= _TOTAL

    def suppressed(self) -> list[Decision]:
        """Hide cells, and show the others as they are."""
        start = self.again
        if self.near.any():
            # what was published of nearly the same cases is no cover for what must stay hidden
            first = self._searched(start, self.near | self.known)
            self._limit(first.limited & ~self.near)
            start = start | (first.hidden & self.system.real & ~self.near)
        found = self._searched(start, self.known)
        self._limit(found.limited)
        return self._decisions(self.system.values, found.hidden, "")

    def _searched(self, start: Flags, known: Flags) -> Hidden:
        values = self.system.values
        near = known & ~self.known
        return suppress(
            Task(
                system=self.system,
                primary=(self.rules != "") & ~self.again & ~near,
                whole=self.rules == "whole",
                start=start,
                known=known,
                low=np.where(near, values, self.low),
                high=np.where(near, values, self.high),
                weight=self.weight,
                protection=self.policy.protection,
            )
        )

    def rounded(self, key: bytes) -> list[Decision]:
        """Hide small cells, and round the others."""
        values = self.system.values
        shown = values.copy()
        for place, units in enumerate(self.system.boxes):
            if units is not None and self.system.real[place] and not self.exact[place]:
                shown[place] = rounded(values[place], units, unit=self.unit, base=self.policy.base, key=key)
        hidden, limited = audit_rounding(
            self.system,
            shown,
            (self.rules != "") & self.system.real,
            self.known,
            base=self.policy.base,
            minimum=self.policy.minimum,
        )
        self._limit(limited)
        return self._decisions(shown, hidden, "rounded")

    def _limit(self, limited: Flags) -> None:
        boxes = (self.system.boxes[one] for one in self.places if limited[one])
        self.limited |= frozenset(one for one in boxes if one is not None)

    def _decisions(self, shown: Floats, hidden: Flags, rule: str) -> list[Decision]:
        made = []
        for place in self.places:
            if self.exact[place]:
                made.append(Decision(float(self.system.values[place]), "exact"))
            elif hidden[place] or self.rules[place]:
                made.append(Decision(float("nan"), str(self.rules[place]) or "linked"))
            else:
                made.append(Decision(float(shown[place]), rule))
        return made


class _Family:
    """Counts of units, or of things that a unit can have several of: these are no parts of those."""

    def __init__(
        self,
        population: str,
        events: bool,
        shown: Sequence[_Shown],
        previous: Sequence[ProtectedCells],
        minimum: int,
    ) -> None:
        here = [(one.units, one.value) for one in shown if one.events == events]
        more = also_known(here, previous, population=population, events=events, minimum=minimum) if here else []
        cells = [*here, *more]
        self.system = system_of([units for units, _ in cells], [value for _, value in cells])
        self.place = {one: place for place, one in enumerate(cells)}
        earlier = earlier_of(cells, previous, population=population, events=events, minimum=minimum)
        shadows = len(self.system.values) - len(cells)
        self.low = np.pad(earlier.low, (0, shadows))
        self.high = np.pad(earlier.high, (0, shadows), constant_values=np.inf)
        self.known, self.hidden, self.near, self.changed = (
            np.pad(one, (0, shadows)) for one in (earlier.known, earlier.hidden, earlier.near, earlier.changed)
        )


def _totals(signed: Sequence[Mapping[int, int]]) -> set[int]:
    """Return the places of counts that are the sum of several others."""
    found: set[int] = set()
    for signs in signed:
        for side in (1, -1):
            members = [place for place, sign in signs.items() if sign * side > 0]
            if len(members) == 1 and len(signs) > _PAIR:
                found.update(members)
    return found


def _signed(ties: Sequence[Tie], both: Sequence[_Family], shift: tuple[int, int]) -> list[dict[int, int]]:
    """Return the sums of which all members are in the release, by places; of equal boxes the largest is meant."""
    largest: dict[tuple[Box, bool], int] = {}
    for events, family in enumerate(both):
        for (units, _), place in sorted(family.place.items(), key=lambda one: one[0][1]):
            largest[units, bool(events)] = shift[events] + place
    found = []
    for tie in ties:
        if all((one.box, one.events) in largest for one in tie):
            signs: Counter[int] = Counter()
            for one in tie:
                signs[largest[one.box, one.events]] += one.sign
            found.append({place: sign for place, sign in signs.items() if sign})
    return found
