"""Decides of every count of a release whether it is shown, and as which number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from ..base.cells import Box, Count
from ..base.types import Flags, Floats, Values
from .cells import System, system_of
from .policy import DisclosurePolicy
from .previous import Earlier, also_known, earlier_of
from .primary import is_too_small, primary_rules
from .published import ProtectedCells, PublishedCell
from .rounding import audit_rounding, rounded
from .secondary import Task, suppress

# Population, which units, whether it counts things that a unit has several of, and the true number.
_Key: TypeAlias = tuple[str, Box, bool, float]
_NEAR = 1e-9


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
    .. [1] Fischetti, M., Salazar, J. J. (2001). Journal of the American Statistical Association, 96, 1015-1026.
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
        for events in (False, True):
            shown = dict.fromkeys(
                (one.box, float(one.value)) for one in several if one.events == events and one.place[0]
            )
            if not shown:
                continue
            cells = _Cells((population, events), [*shown], policy, previous, exact)
            decided = cells.rounded(key) if policy.mode == "round" else cells.suppressed()
            for (units, value), one in zip(shown, decided, strict=True):
                made[(population, units, events, value)] = one
                published.append(PublishedCell(population, units, events, None if np.isnan(one.value) else one.value))
            official |= {
                (population, units) for (units, _), one in zip(shown, decided, strict=True) if one.rule == "exact"
            }
            limited |= {(population, units) for units in cells.limited}
    return Decisions(
        policy=policy,
        cells=ProtectedCells(cells=tuple(published), mode=policy.mode, minimum=policy.minimum, base=policy.base),
        exact=frozenset(official),
        limited=frozenset(limited),
        made=made,
    )


class _Cells:
    """The cells of one population, each once: N of them, and what can be computed from them."""

    def __init__(
        self,
        whose: tuple[str, bool],
        shown: Sequence[tuple[Box, float]],
        policy: DisclosurePolicy,
        previous: Sequence[ProtectedCells],
        exact: AbstractSet[tuple[str, Box]],
    ) -> None:
        population, events = whose
        self.policy = policy
        self.unit = population.partition(" of ")[0]
        self.n = len(shown)
        before = also_known(shown, previous, population=population, events=events)
        cells = [*shown, *before]
        self.boxes = [units for units, _ in cells]
        self.limited: frozenset[Box] = frozenset()
        self.system: System = system_of(self.boxes, [value for _, value in cells])
        self.rules: Values = primary_rules(self.system, policy)
        size = len(self.system.values)
        self.exact, self.known = np.zeros(size, bool), np.zeros(size, bool)
        self.low, self.high = np.zeros(size), np.full(size, np.inf)
        for place, units in enumerate(self.boxes):
            self.exact[place] = not events and (policy.is_exact(units) or (population, units) in exact)
        self._learn(earlier_of(cells, previous, population=population, events=events, minimum=policy.minimum))
        # a zero that is shown is one that cannot be anything else
        real = np.arange(size) < len(cells)
        self.known |= self.exact | ((self.system.values <= _NEAR) & (self.rules == "") & real)

    def _learn(self, earlier: Earlier) -> None:
        """Take in what earlier releases told."""
        n = len(self.boxes)
        self.low[:n], self.high[:n] = earlier.low, earlier.high
        self.known[:n] |= earlier.known
        again = earlier.hidden | (earlier.changed & (self.policy.mode == "suppress"))
        self.rules[:n][again & (self.rules[:n] == "")] = "previous"
        self.rules[self.exact] = ""

    def suppressed(self) -> list[Decision]:
        """Hide cells, and show the others as they are."""
        found = suppress(
            Task(
                system=self.system,
                primary=self.rules != "",
                whole=self.rules == "whole",
                known=self.known,
                low=self.low,
                high=self.high,
                protection=self.policy.protection,
            )
        )
        self._limit(found.limited)
        return self._decisions(self.system.values, found.hidden, "")

    def rounded(self, key: bytes) -> list[Decision]:
        """Hide small cells, and round the others."""
        values = self.system.values
        shown = values.copy()
        for place, units in enumerate(self.boxes):
            if not self.exact[place]:
                shown[place] = rounded(values[place], units, unit=self.unit, base=self.policy.base, key=key)
        real = np.arange(len(values)) < len(self.boxes)
        hidden, limited = audit_rounding(
            self.system,
            shown,
            (self.rules != "") & real,
            self.known,
            base=self.policy.base,
            minimum=self.policy.minimum,
        )
        self._limit(limited)
        return self._decisions(shown, hidden, "rounded")

    def _limit(self, limited: Flags) -> None:
        self.limited = frozenset(self.boxes[one] for one in np.flatnonzero(limited) if one < self.n)

    def _decisions(self, shown: Floats, hidden: Flags, rule: str) -> list[Decision]:
        made = []
        for place in range(self.n):
            if self.exact[place]:
                made.append(Decision(float(self.system.values[place]), "exact"))
            elif hidden[place] or self.rules[place]:
                made.append(Decision(float("nan"), str(self.rules[place]) or "linked"))
            else:
                made.append(Decision(float(shown[place]), rule))
        return made
