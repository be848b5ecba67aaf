"""Groups set side by side: their counts within strata, the tests asked of them, and the tables of the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.cells import CellOf, Count, box
from ..base.errors import QuestionError
from ..base.language import Readable, tr
from ..base.levels import LEVEL_WORDS, MISSING_LEVELS
from ..base.table import Column, Table
from ..base.types import Counts, Floats
from ..cases.durations import ANY_EXIT
from ..estimate.comparison import Comparison, fleming_harrington, gehan, log_rank, tarone_ware, trend
from ..estimate.gray import gray
from ..estimate.multiplicity import benjamini_hochberg, holm
from ..estimate.risk import at_risk
from ..tables import RiskTable, Strata
from .declared import strata_columns

CurveTest: TypeAlias = Literal["log-rank", "g-rho", "gehan", "tarone-ware"]
Adjustment: TypeAlias = Literal["holm", "benjamini-hochberg"]
Scale: TypeAlias = Literal["hazard", "incidence"]

MOST_GROUPS: Final = 60

SCALE_WORDS: Final = {"hazard": tr("rate among open cases"), "incidence": tr("share that ended so")}


ADJUSTMENTS: Final[Mapping[str, Callable[[Floats], Floats]]] = MappingProxyType(
    {"holm": holm, "benjamini-hochberg": benjamini_hochberg}
)
ADJUSTMENT_WORDS: Final = {
    "holm": tr("adjusted for their number by Holm's method"),
    "benjamini-hochberg": tr("adjusted for their number by Benjamini and Hochberg's method"),
}


class Arranged(NamedTuple):
    """Counts of groups within strata."""

    groups: Strata
    outcomes: tuple[str, ...]
    events: Counts  # (B, G, K, T)
    at_risk: Counts  # (B, G, T)


class Tested(NamedTuple):
    """One comparison of all groups."""

    outcome: str
    scale: Scale
    found: Comparison


def arranged_counts(table: RiskTable, n_by: int) -> Arranged:
    """Return counts with strata and groups on axes of their own; combinations that no unit has are zeros."""
    group_of = list(dict.fromkeys(level[:n_by] for level in table.strata.levels))
    stratum_of = list(dict.fromkeys(level[n_by:] for level in table.strata.levels))
    risk = at_risk(table.events, table.censored, table.entered)
    k, t = len(table.outcomes), len(table.days)
    events = np.zeros((len(stratum_of), len(group_of), k, t), table.events.dtype)
    exposed = np.zeros((len(stratum_of), len(group_of), t), risk.dtype)
    for place, level in enumerate(table.strata.levels):
        where = stratum_of.index(level[n_by:]), group_of.index(level[:n_by])
        events[where], exposed[where] = table.events[place], risk[place]
    return Arranged(Strata(table.strata.names[:n_by], tuple(group_of)), table.outcomes, events, exposed)


def asked(test: CurveTest, rho: float, gamma: float) -> Callable[[Arranged], list[Tested]]:
    """Return how arranged counts are tested."""

    def weights(ended: Counts, exposed: Counts) -> Floats | None:
        if test == "g-rho":
            return fleming_harrington(ended, exposed, rho, gamma)
        if test == "gehan":
            return gehan(exposed)
        return tarone_ware(exposed) if test == "tarone-ware" else None

    def ask(counts: Arranged) -> list[Tested]:
        every = counts.events.sum(axis=2)
        found = [Tested(ANY_EXIT, "hazard", log_rank(every, counts.at_risk, weights(every, counts.at_risk)))]
        if len(counts.outcomes) < 2:
            return found
        shares = gray(counts.events, counts.at_risk, rho=rho)
        for place, one in enumerate(counts.outcomes):
            own = counts.events[:, :, place]
            found.append(Tested(one, "hazard", log_rank(own, counts.at_risk, weights(own, counts.at_risk))))
            found.append(Tested(one, "incidence", Comparison(*[array[place] for array in shares])))
        return found

    return ask


def picked(counts: Arranged, groups: Sequence[int]) -> Arranged:
    """Return the counts of some of the groups, by position."""
    chosen = list(groups)
    levels = tuple(counts.groups.levels[one] for one in chosen)
    return counts._replace(
        groups=Strata(counts.groups.names, levels), events=counts.events[:, chosen], at_risk=counts.at_risk[:, chosen]
    )


class ComparedCells(NamedTuple):
    """Which cases stand behind a test: how many of each group ended, and how."""

    dimension: str
    levels: Mapping[str, tuple[str, ...]]

    @property
    def events(self) -> CellOf:
        """The cases of all groups that ended as the row says."""
        every = tuple(one for its in self.levels.values() for one in its)
        by_outcome = {name: {self.dimension: its} for name, its in {ANY_EXIT: every, **self.levels}.items()}
        return CellOf(each={"outcome": by_outcome})

    def behind(self, counts: Arranged) -> tuple[Count, ...]:
        """Return the endings of each group, which must be enough for a test of it to be published."""
        ended = counts.events.sum(axis=(0, 3))
        return tuple(
            Count(
                box({**dict(zip(counts.groups.names, level, strict=True)), self.dimension: self.levels[outcome]}),
                float(ended[group, place]),
                ("", "", group * len(counts.outcomes) + place),
            )
            for group, level in enumerate(counts.groups.levels)
            for place, outcome in enumerate(counts.outcomes)
        )


def _n_events(counts: Arranged, outcome: str) -> int:
    every = counts.events if outcome == ANY_EXIT else counts.events[:, :, counts.outcomes.index(outcome)]
    return int(every.sum())


_KEYS: Final = (
    Column("outcome", tr("ending"), "text", "key", "key"),
    Column("scale", tr("what is compared"), "text", "key", "key"),
)
_TEST_COLUMNS: Final = (
    Column("statistic", tr("chi-square"), "number", "estimate", "difference", 3),
    Column("degrees", tr("degrees of freedom"), "number", "estimate", "difference", 0),
    Column("p_value", tr("p value"), "number", "estimate", "probability", 4),
    Column("p_adjusted", tr("p value adjusted for the number of tests"), "number", "estimate", "probability", 4),
)


def main_table(
    counts: Arranged,
    tested: Sequence[Tested],
    adjusted: Callable[[Floats], Floats],
    words: Mapping[str, Readable],
    cells: ComparedCells,
) -> Table:
    """Return one row per test of all groups; its p values are one family."""
    p = np.array([float(one.found.p_value) for one in tested])
    columns = (*_KEYS, Column("events", tr("ended so"), "units", "count", "count", cell=cells.events), *_TEST_COLUMNS)
    values: dict[str, Any] = {
        "outcome": [one.outcome for one in tested],
        "scale": [one.scale for one in tested],
        "events": [_n_events(counts, one.outcome) for one in tested],
        "statistic": [float(one.found.chi_square) for one in tested],
        "degrees": [int(one.found.degrees) for one in tested],
        "p_value": p,
        "p_adjusted": adjusted(p),
    }
    return Table(
        columns,
        values,
        labels={"outcome": words, "scale": SCALE_WORDS},
        title=tr("All groups at once"),
        guard="model",
        cells=cells.behind(counts),
    )


def observed_table(counts: Arranged, tested: Sequence[Tested], words: Mapping[str, Readable]) -> Table:
    """Return one row per group and test: endings observed and expected if all groups were alike.

    The standard error is that of their difference if all groups were alike; it makes no interval of the observed.
    """
    g = len(counts.groups)
    columns = (
        *strata_columns(counts.groups.names),
        *_KEYS,
        Column("observed", tr("observed (weighted by the days)"), "units", "count", "count"),
        Column("expected", tr("expected if all groups were alike"), "units", "estimate", "quantile"),
        Column(
            "std_error",
            tr("standard error of observed less expected, if all groups were alike"),
            "units",
            "interval",
            "std_error",
            2,
        ),
    )
    observed = np.concatenate([one.found.observed for one in tested])
    error = np.concatenate([np.sqrt(np.maximum(np.diagonal(one.found.covariance), 0)) for one in tested])
    values: dict[str, Any] = {
        **{name: counts.groups.column(name) * len(tested) for name in counts.groups.names},
        "outcome": [one.outcome for one in tested for _ in range(g)],
        "scale": [one.scale for one in tested for _ in range(g)],
        "observed": observed,
        "expected": np.concatenate([one.found.expected for one in tested]),
        "std_error": error,
    }
    # observed endings, weighted or not, say beside expected ones what counts that are hidden elsewhere are
    return Table(
        columns,
        values,
        labels={"outcome": words, "scale": SCALE_WORDS},
        title=tr("Observed and expected endings"),
        guard="internal",
    )


def pairs_table(
    counts: Arranged,
    ask: Callable[[Arranged], list[Tested]],
    adjusted: Callable[[Floats], Floats],
    words: Mapping[str, Readable],
    cells: ComparedCells,
) -> Table:
    """Return one row per pair of groups and test; the pairs of one test are a family.

    Raises
    ------
    QuestionError
        When there are too many pairs.
    """
    g = len(counts.groups)
    if g > MOST_GROUPS:
        raise QuestionError(
            tr(
                "{n} groups make {pairs} pairs; at most {most} groups are compared.",
                n=g,
                pairs=g * (g - 1) // 2,
                most=MOST_GROUPS,
            ),
            tr("Compare fewer or coarser groups."),
        )
    pairs = list(combinations(range(g), 2))
    tested = [ask(picked(counts, pair)) for pair in pairs]
    group = [" · ".join(level) for level in counts.groups.levels]
    rows: dict[str, list[Any]] = {
        name: [] for name in ("group", "reference", "outcome", "scale", "statistic", "degrees", "p_value", "p_adjusted")
    }
    for outcome, scale in [(one.outcome, one.scale) for one in ask(counts)]:
        same = [
            next((one.found for one in found if (one.outcome, one.scale) == (outcome, scale)), None) for found in tested
        ]
        p = np.array([np.nan if one is None else float(one.p_value) for one in same])
        rows["group"] += [group[two] for _, two in pairs]
        rows["reference"] += [group[one] for one, _ in pairs]
        rows["outcome"] += [outcome] * len(pairs)
        rows["scale"] += [scale] * len(pairs)
        rows["statistic"] += [np.nan if one is None else float(one.chi_square) for one in same]
        rows["degrees"] += [0 if one is None else int(one.degrees) for one in same]
        rows["p_value"] += p.tolist()
        rows["p_adjusted"] += adjusted(p).tolist()
    columns = (
        Column("group", tr("group"), "text", "stratum", "stratum"),
        Column("reference", tr("compared with"), "text", "stratum", "stratum"),
        *_KEYS,
        *_TEST_COLUMNS,
    )
    return Table(
        columns,
        rows,
        labels={"outcome": words, "scale": SCALE_WORDS, "group": LEVEL_WORDS, "reference": LEVEL_WORDS},
        title=tr("Groups two by two"),
        guard="model",
        cells=cells.behind(counts),
    )


def trend_table(
    counts: Arranged,
    ask: Callable[[Arranged], list[Tested]],
    adjusted: Callable[[Floats], Floats],
    words: Mapping[str, Readable],
    cells: ComparedCells,
) -> Table:
    """Return one row per test of a trend over the groups in order, those without a recorded level left out.

    Raises
    ------
    QuestionError
        When fewer than two groups are left.
    """
    known = [place for place, level in enumerate(counts.groups.levels) if level[0] not in MISSING_LEVELS]
    if len(known) < 2:
        raise QuestionError(tr("A trend needs two groups whose attribute is recorded."), tr("Ask without the trend."))
    tested = ask(picked(counts, known))
    found = [trend(one.found, np.arange(len(known))) for one in tested]
    p = np.array([float(one.p_value) for one in found])
    columns = (
        *_KEYS,
        Column(
            "score", tr("endings more than expected, by order of the groups"), "number", "estimate", "difference", 2
        ),
        Column("std_error", tr("standard error"), "number", "interval", "std_error", 2),
        *_TEST_COLUMNS,
    )
    values: dict[str, Any] = {
        "outcome": [one.outcome for one in tested],
        "scale": [one.scale for one in tested],
        "score": [float(one.score) for one in found],
        "std_error": [float(one.std_error) for one in found],
        "statistic": [float(one.chi_square) for one in found],
        "degrees": [int(np.isfinite(one.chi_square)) for one in found],
        "p_value": p,
        "p_adjusted": adjusted(p),
    }
    return Table(
        columns,
        values,
        labels={"outcome": words, "scale": SCALE_WORDS},
        title=tr("Trend over the groups in order"),
        guard="model",
        cells=cells.behind(counts),
    )
