"""The tables of an effect of support: differences, curves, other strategies, weights, truncation, before weighting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf
from ...base.language import Readable, tr
from ...base.table import Column, Table
from ...base.types import Counts, Floats
from ...estimate.emulation import Weights
from ...estimate.limits import normal_quantile
from ...estimate.multiplicity import holm
from .strategies import ARMS, TIMING_WORDS, Strategies

# With this probability a difference of the size called detectable would be shown.
POWER: Final = 0.8
# Quantiles of the weights that a table shows: the small ones matter to nobody.
SHOWN: Final = frozenset({0.25, 0.5, 0.75, 0.95, 0.99})


class Lines(NamedTuple):
    """Differences of N pairs of outcome and horizon; arm "started" first.

    Attributes
    ----------
    outcome : tuple of str
    days : (N,)
    incidence : (2, N)
    difference, low, high, std_error : (N,)
    ratio, ratio_low, ratio_high : (N,)
    p_value : (N,)
    events : (2, N)
        Cases, unweighted, that came to the outcome by the horizon while they kept to the strategy; those that ended in
        the grace period without support are in both.
    supported : (N,)
        Those of the first that had support in time.
    """

    outcome: tuple[str, ...]
    days: Counts
    incidence: Floats
    difference: Floats
    low: Floats
    high: Floats
    std_error: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    p_value: Floats
    events: Counts
    supported: Counts

    def detectable(self, level: float) -> Floats:
        """Return the smallest difference that data with this error would probably show, (N,)."""
        return (normal_quantile(level) + normal_quantile(2 * POWER - 1)) * self.std_error


def joined(parts: Sequence[Lines], wanted: Sequence[str]) -> Lines:
    """Return the lines of several emulations in the order in which outcomes were asked for."""
    named = [name for part in parts for name in part.outcome]
    order = order_of(named, wanted)
    columns = [np.concatenate([part[place] for part in parts], axis=-1)[..., order] for place in range(1, 13)]
    return Lines(tuple(named[one] for one in order), *columns)


def order_of(named: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Return the places of lines, outcome by outcome, in the order in which outcomes were asked for."""
    return [place for name in wanted for place, one in enumerate(named) if one == name]


# Who came to an outcome: under each strategy, and with support in time.
CAME: Final = ("started", "supported", "not_started")


def main_table(
    lines: Lines, strategies: Strategies, words: Mapping[str, Readable], *, came: Mapping[str, CellOf]
) -> Table:
    """Return one row per outcome and horizon, with what stands behind each difference; ``came`` names these cases."""
    one, other = strategies.arms.values()
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("days since {start}", start=strategies.start), "number", "key", "key", 0),
        Column("incidence_started", one, "share", "estimate", "probability"),
        Column("incidence_not_started", other, "share", "estimate", "probability"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval"),
        Column("ratio", tr("ratio"), "number", "estimate", "difference", 2),
        Column("events_started", tr("came to it in the first"), "units", "count", "count", cell=came["started"]),
        Column("events_supported", tr("of these with support"), "units", "count", "count", cell=came["supported"]),
        Column("events_not_started", tr("in the second"), "units", "count", "count", cell=came["not_started"]),
        Column("detectable", tr("smallest difference that the data could show"), "points", "estimate", "difference"),
    )
    values = {
        "outcome": list(lines.outcome),
        "days": lines.days,
        "incidence_started": lines.incidence[0],
        "incidence_not_started": lines.incidence[1],
        "estimate": lines.difference,
        "conf_low": lines.low,
        "conf_high": lines.high,
        "ratio": lines.ratio,
        "events_started": lines.events[0],
        "events_supported": lines.supported,
        "events_not_started": lines.events[1],
        "detectable": lines.detectable(strategies.level),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("Difference between the strategies"))


def ratios_table(lines: Lines, strategies: Strategies, words: Mapping[str, Readable]) -> Table:
    """Return the ratio of both shares with its limits, the error of the difference, and p values for all of them."""
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("days since {start}", start=strategies.start), "number", "key", "key", 0),
        Column("ratio", tr("ratio"), "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
        Column("std_error", tr("standard error of the difference"), "points", "interval", "std_error", 2),
        Column("p_value", tr("p value"), "number", "estimate", "interval", 3),
        Column("p_holm", tr("p value, all comparisons taken together (Holm)"), "number", "estimate", "interval", 3),
    )
    values = {
        "outcome": list(lines.outcome),
        "days": lines.days,
        "ratio": lines.ratio,
        "conf_low": lines.ratio_low,
        "conf_high": lines.ratio_high,
        "std_error": lines.std_error,
        "p_value": lines.p_value,
        "p_holm": holm(lines.p_value),
    }
    title = tr("Ratios, errors and p values; {n} comparisons", n=int(np.isfinite(lines.p_value).sum()))
    return Table(columns, values, labels={"outcome": words}, title=title)


def curves_table(
    days: Counts, curves: Mapping[str, Floats], strategies: Strategies, words: Mapping[str, Readable]
) -> Table:
    """Return the incidence under both strategies day by day; curves are (2, T) by outcome."""
    one, other = strategies.arms.values()
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("days since {start}", start=strategies.start), "number", "key", "key", 0),
        Column("incidence_started", one, "share", "estimate", "probability", 2),
        Column("incidence_not_started", other, "share", "estimate", "probability", 2),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference", 2),
    )
    stacked = np.stack([curves[name] for name in curves])
    values = {
        "outcome": np.repeat(np.array(list(curves), dtype=object), len(days)),
        "days": np.tile(days, len(curves)),
        "incidence_started": stacked[:, 0].ravel(),
        "incidence_not_started": stacked[:, 1].ravel(),
        "estimate": (stacked[:, 0] - stacked[:, 1]).ravel(),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("Both strategies day by day"))


class Timed(NamedTuple):
    """What one timing of the first strategy gives."""

    timing: str
    lines: Lines
    largest: float
    effective: float


def strategies_table(timed: Sequence[Timed], strategies: Strategies, words: Mapping[str, Readable]) -> Table:
    """Return the difference under each timing of the first strategy, with its standard error."""
    columns = (
        Column("timing", tr("when support starts"), "text", "key", "key"),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("days since {start}", start=strategies.start), "number", "key", "key", 0),
        Column("incidence_started", strategies.arms["started"], "share", "estimate", "probability"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        Column("largest_weight", tr("largest weight"), "number", "estimate", "quantile"),
        Column("effective", tr("effective number of cases"), "number", "estimate", "quantile", 0),
    )
    n = [len(one.lines.days) for one in timed]
    values = {
        "timing": [one.timing for one in timed for _ in one.lines.days],
        "outcome": [name for one in timed for name in one.lines.outcome],
        "days": np.concatenate([one.lines.days for one in timed]),
        "incidence_started": np.concatenate([one.lines.incidence[0] for one in timed]),
        "estimate": np.concatenate([one.lines.difference for one in timed]),
        "std_error": np.concatenate([one.lines.std_error for one in timed]),
        "largest_weight": np.repeat([one.largest for one in timed], n),
        "effective": np.repeat([one.effective for one in timed], n),
    }
    labels = {"outcome": words, "timing": TIMING_WORDS}
    return Table(columns, values, labels=labels, title=tr("Other days on which support might start"))


def weights_table(weights: Weights, strategies: Strategies) -> Table:
    """Return how the weights of both arms are spread, and how many unweighted cases they are worth."""
    shares = [
        (f"q{round(share * 100):02}", share, place)
        for place, share in enumerate(weights.probabilities.tolist())
        if share in SHOWN
    ]
    columns = (
        Column("arm", tr("strategy"), "text", "key", "key"),
        Column("clones", tr("cases that kept to it"), "number", "count", "count", 0),
        Column("effective", tr("effective number of cases"), "number", "estimate", "quantile", 0),
        Column("mean", tr("mean weight"), "number", "estimate", "quantile", 2),
        Column("smallest", tr("smallest weight"), "number", "estimate", "quantile", 2),
        *(Column(name, tr("{n} % quantile", n=round(share * 100)), "number", "estimate", "quantile", 2)
          for name, share, _ in shares),
        Column("largest", tr("largest weight"), "number", "estimate", "quantile", 2),
    )  # fmt: skip
    values = {
        "arm": list(ARMS),
        "clones": weights.clones,
        "effective": weights.effective,
        "mean": weights.mean,
        "smallest": weights.smallest,
        **{name: weights.quantiles[:, place] for name, _, place in shares},
        "largest": weights.largest,
    }
    return Table(columns, values, labels={"arm": strategies.arms}, title=tr("Weights at the end of the grace period"))


def overlap_table(edges: Floats, counts: Counts) -> Table:
    """Return cases by their probability of starting in time; counts are (2, B): started, not."""
    columns = (
        Column("from_share", tr("probability from"), "share", "key", "key", 0),
        Column("to_share", tr("to"), "share", "key", "key", 0),
        Column("started", tr("cases that started in time"), "units", "count", "count"),
        Column("not_started", tr("cases that did not"), "units", "count", "count"),
    )
    values = {"from_share": edges[:-1], "to_share": edges[1:], "started": counts[0], "not_started": counts[1]}
    return Table(columns, values, title=tr("Overlap: probability of support in time, by the model"))


def truncation_table(
    cut: Mapping[float, Floats], lines: Lines, strategies: Strategies, words: Mapping[str, Readable]
) -> Table:
    """Return the difference when the largest weights are cut: (N,) in the order of ``lines``; share 1 cuts none."""
    columns = (
        Column("quantile", tr("weights cut at their quantile"), "share", "key", "key"),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("days since {start}", start=strategies.start), "number", "key", "key", 0),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
    )
    values = {
        "quantile": np.repeat(np.array(list(cut)), len(lines.days)),
        "outcome": list(lines.outcome) * len(cut),
        "days": np.tile(lines.days, len(cut)),
        "estimate": np.concatenate(list(cut.values())),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("With the largest weights cut"))


def unweighted_table(lines: Lines, unweighted: Floats, strategies: Strategies, words: Mapping[str, Readable]) -> Table:
    """Return the difference before weighting, marked as one not to be used; (2, N) incidences."""
    one, other = strategies.arms.values()
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("days since {start}", start=strategies.start), "number", "key", "key", 0),
        Column("incidence_started", one, "share", "estimate", "probability"),
        Column("incidence_not_started", other, "share", "estimate", "probability"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
    )
    values = {
        "outcome": list(lines.outcome),
        "days": lines.days,
        "incidence_started": unweighted[0],
        "incidence_not_started": unweighted[1],
        "estimate": unweighted[0] - unweighted[1],
    }
    return Table(
        columns,
        values,
        labels={"outcome": words},
        title=tr("Before weighting"),
        warning=tr(
            "Do not use it: cases that are supported early differ from the others, and those that departed from a "
            "strategy differ from those that kept to it. It shows how much the weights change, no more."
        ),
    )
