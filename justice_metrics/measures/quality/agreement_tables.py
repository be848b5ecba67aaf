"""The tables of coder agreement: kappa by item, differences of dates and numbers, and what was confused with what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ...base.cells import CellOf
from ...base.language import Message, Readable, tr
from ...base.levels import LEVEL_WORDS, MISSING_LEVELS
from ...base.table import Column, Table
from ...base.types import Counts, Floats, Tallies, Values
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ...estimate.agreement import Kappa, Weighting, kappa, kappa_by_resampling
from ...estimate.differences import paired_differences
from ...estimate.proportion import wilson
from ...estimate.several_coders import (
    Alpha,
    Metric,
    alpha_by_resampling,
    alpha_of_numbers,
    gwet_agreement,
    krippendorff_alpha,
    ratings_of,
)
from ...reduce.codings import NO, YES, Codings, Item
from ...reduce.label_counts import RARER
from ...tables import in_order
from ..guards import hidden_counts
from .drift_tables import RARER_WORDS

Interval: TypeAlias = Literal["asymptotic", "bootstrap"]

YES_NO: Final[Mapping[str, Message]] = MappingProxyType({YES: tr("yes"), NO: tr("no")})
WEIGHTINGS: Final[Mapping[str, Message]] = MappingProxyType(
    {"none": tr("none"), "linear": tr("linear"), "quadratic": tr("quadratic")}
)


class Agreed(NamedTuple):
    """One item with labels, in both codings."""

    item: Item
    levels: tuple[str, ...]
    table: Tallies  # (K, K)
    one_missing: int
    both_missing: int
    weighting: Weighting
    kappa: Kappa
    recorded: Kappa  # among units that have a value in both codings
    corrected: Kappa  # of all codings, as is alpha
    alpha: Alpha

    def told(self) -> Tallies:
        """Return the table of the units that have a value in both codings."""
        there = np.flatnonzero(~np.isin(self.levels, MISSING_LEVELS))
        return np.asarray(self.table[np.ix_(there, there)])


def agreed_on(
    codings: Codings,
    *,
    ordered: Mapping[str, Sequence[str]],
    weighting: Weighting,
    interval: Interval,
    level: float,
    draws: int,
    seed: int,
) -> list[Agreed]:
    """Return the agreement of every item with labels, weighted where its levels have an order."""
    both = codings.first, codings.second

    def beyond_chance(table: Tallies, credit: Weighting) -> Kappa:
        if interval == "bootstrap":
            return kappa_by_resampling(table, credit, level, draws=draws, seed=seed)
        return kappa(table, credit, level)

    made = []
    for item in codings.items:
        if item.kind not in {"label", "reached"}:
            continue
        texts = codings.every[item.name].tolist()
        credit: Weighting = weighting if item.name in ordered else "none"
        levels = (
            tuple(ordered[item.name])
            if item.name in ordered
            else tuple(level for (level,) in in_order((each,) for each in set(texts)))
        )
        # where levels have an order a missing one has no place in it
        place = {level: position for position, level in enumerate(levels)}
        found = np.array([place.get(text, -1) for text in texts], np.int64)
        pair = [np.array([place.get(text, -1) for text in one[item.name].tolist()], np.int64) for one in both]
        gaps = [np.isin(one[item.name].tolist(), MISSING_LEVELS) for one in both]
        table = _crossed(pair[0], pair[1], len(levels))
        ratings = ratings_of(np.where(codings.rows >= 0, found[codings.rows], -1), len(levels))
        metric: Metric = "nominal" if credit == "none" else "ordinal"
        bare = Agreed(
            item=item,
            levels=levels,
            table=table,
            one_missing=int((gaps[0] != gaps[1]).sum()),
            both_missing=int((gaps[0] & gaps[1]).sum()),
            weighting=credit,
            kappa=beyond_chance(table, credit),
            recorded=kappa(np.zeros((1, 1)), credit),
            corrected=gwet_agreement(ratings, credit, level),
            alpha=alpha_by_resampling(ratings, metric, level, draws=draws, seed=seed)
            if interval == "bootstrap"
            else krippendorff_alpha(ratings, metric, level),
        )
        made.append(bare._replace(recorded=beyond_chance(bare.told(), credit)))
    return made


_MISSING: Final = "missing: {item}"
_IN_NONE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({_MISSING: ("in none",)})
# Where levels have an order, only units that both codings recorded are compared.
_COMPARED: Final = MappingProxyType(
    {"weighting": {one: {} if one == "none" else _IN_NONE for one in ("none", "linear", "quadratic")}}
)


def _coded(more: Mapping[str, tuple[str, ...]], each: Mapping[str, Any] = MappingProxyType({})) -> CellOf:
    """Return the units of which an item was coded twice; a sample of its own, not the units of the data."""
    return CellOf(fixed={"unit": ("double codings",), **more}, flags={"item": "coded twice"}, each=each)


def _counted(name: str, meaning: Readable, cell: CellOf) -> Column:
    return Column(name, meaning, "units", "count", "count", cell=cell)


def _inside(name: str, meaning: Readable, cell: CellOf) -> Column:
    """Return a count that a release leaves out: shares and kappas with few digits stand for it."""
    return _counted(name, meaning, replace(cell, internal=True))


def _beyond_chance(names: tuple[str, str, str], meaning: Readable) -> tuple[Column, ...]:
    """Return the columns of one way to tell agreement beyond chance, with its limits."""
    estimate, low, high = names
    return (
        Column(estimate, meaning, "number", "estimate", "coefficient", 2),
        Column(low, tr("lower limit"), "number", "interval", "coefficient", 2),
        Column(high, tr("upper limit"), "number", "interval", "coefficient", 2),
    )


def main_table(found: Sequence[Agreed], level: float) -> Table:
    """Return agreement and kappa, item by item."""
    n = np.array([one.table.sum() for one in found], np.int64)
    same = np.array([np.trace(one.table) for one in found], np.int64)
    recorded = np.array([one.told().sum() for one in found], np.int64)
    alike = {"coded alike: {item}": ("yes",)}
    ac1 = tr("AC1 of Gwet (AC2 with credit for near labels)")
    # what is read first stands first, as the table is wider than a page
    columns = (
        _item_column(),
        _counted("n", tr("coded twice"), _coded({}, _COMPARED)),
        _inside("same", tr("coded alike"), _coded(alike, _COMPARED)),
        Column("share", tr("share coded alike"), "share", "estimate", "share"),
        *_beyond_chance(("estimate", "conf_low", "conf_high"), tr("kappa")),
        *_beyond_chance(("corrected", "corrected_low", "corrected_high"), ac1),
        *_beyond_chance(("alpha", "alpha_low", "alpha_high"), tr("alpha of Krippendorff")),
        _inside("one_missing", tr("missing in one coding only"), _coded({_MISSING: ("in one",)})),
        _inside("both_missing", tr("missing in both codings"), _coded({_MISSING: ("in both",)})),
        _inside("either", tr("recorded in either coding"), _coded({_MISSING: ("in one", "in none")})),
        _inside("n_recorded", tr("recorded in both codings"), _coded(_IN_NONE)),
        _inside("same_recorded", tr("coded alike where both recorded it"), _coded({**alike, **_IN_NONE})),
        *_beyond_chance(("recorded", "recorded_low", "recorded_high"), tr("kappa where both recorded it")),
        Column("share_low", tr("lower limit of the share coded alike"), "share", "interval", "interval"),
        Column("observed", tr("agreement, near labels counted in part"), "share", "estimate", "coefficient"),
        Column("expected", tr("agreement by chance"), "share", "estimate", "coefficient"),
        Column("weighting", tr("credit for near labels"), "text", "key", "text"),
    )
    share = wilson(same, n, level)
    # that nobody wrote anything down is no agreement
    silent = np.array([one.both_missing for one in found], np.int64) == n

    def told(values: Iterable[float]) -> Floats:
        return np.where(silent, np.nan, _numbers(values))

    values = {
        "item": _texts([one.item.name for one in found]),
        "n": n,
        "same": same,
        "one_missing": np.array([one.one_missing for one in found], np.int64),
        "both_missing": np.array([one.both_missing for one in found], np.int64),
        "either": recorded + [one.one_missing for one in found],
        "share": told(share.estimate),
        "share_low": told(share.conf_low),
        "observed": told(one.kappa.observed for one in found),
        "expected": told(one.kappa.expected for one in found),
        "weighting": _texts([one.weighting for one in found]),
        "estimate": _numbers(one.kappa.estimate for one in found),
        "conf_low": _numbers(one.kappa.conf_low for one in found),
        "conf_high": _numbers(one.kappa.conf_high for one in found),
        "n_recorded": recorded,
        "same_recorded": np.array([np.trace(one.told()) for one in found], np.int64),
        "recorded": _numbers(one.recorded.estimate for one in found),
        "recorded_low": _numbers(one.recorded.conf_low for one in found),
        "recorded_high": _numbers(one.recorded.conf_high for one in found),
        "corrected": told(one.corrected.estimate for one in found),
        "corrected_low": told(one.corrected.conf_low for one in found),
        "corrected_high": told(one.corrected.conf_high for one in found),
        "alpha": told(one.alpha.estimate for one in found),
        "alpha_low": told(one.alpha.conf_low for one in found),
        "alpha_high": told(one.alpha.conf_high for one in found),
    }
    labels = {"item": {one.item.name: one.item.words for one in found}, "weighting": WEIGHTINGS}
    ordered = {one.name: values[one.name] for one in columns}
    # how often two people agree tells of them and of no case: what must be large is the number of files
    behind = hidden_counts(({"unit": ("double codings",), "item": (one.item.name,)}, one.table.sum()) for one in found)
    return Table(columns, ordered, labels=labels, title=tr("Agreement on labels"), guard="model", cells=behind)


def differences_table(codings: Codings, level: float) -> Table:
    """Return how far dates and numbers lie apart."""
    items = [one for one in codings.items if one.kind in {"date", "number"}]
    pairs = [(codings.first[one.name], codings.second[one.name]) for one in items]
    found = [paired_differences(one, two, level=level) for one, two in pairs]
    alike = [
        alpha_of_numbers(np.where(codings.rows >= 0, codings.every[one.name][codings.rows], np.nan), level)
        for one in items
    ]
    within = [[int((np.abs(two - one) <= days).sum()) for one, two in pairs] for days in (7, 30)]
    only = [
        [int((np.isfinite(a) & ~np.isfinite(b)).sum()) for a, b in side] for side in (pairs, [p[::-1] for p in pairs])
    ]
    n = np.array([one.n for one in found], np.int64)
    same = np.array([one.same for one in found], np.int64)
    share = wilson(same, n, level)
    columns = (
        _item_column(),
        Column("holds", tr("holds"), "text", "key", "text"),
        Column("n", tr("in both codings"), "units", "count", "count"),
        Column("only_first", tr("only in the first"), "units", "count", "count"),
        Column("only_second", tr("only in the second"), "units", "count", "count"),
        Column("same", tr("the same"), "units", "count", "count"),
        Column("within_7", tr("at most 7 apart"), "units", "count", "count"),
        Column("within_30", tr("at most 30 apart"), "units", "count", "count"),
        Column("estimate", tr("share the same"), "share", "estimate", "share"),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
        Column("alpha", tr("alpha of Krippendorff"), "number", "estimate", "coefficient", 2),
        Column("alpha_low", tr("lower limit"), "number", "interval", "coefficient", 2),
        Column("alpha_high", tr("upper limit"), "number", "interval", "coefficient", 2),
        Column("median_size", tr("median distance"), "number", "estimate", "quantile", 1),
        Column("mean", tr("mean difference, second less first"), "number", "estimate", "difference", 1),
        Column("limit_low", tr("most differences lie above"), "number", "interval", "interval", 1),
        Column("limit_high", tr("most differences lie below"), "number", "interval", "interval", 1),
    )
    values = {
        "item": _texts([one.name for one in items]),
        "holds": _texts([one.kind for one in items]),
        "n": n,
        "only_first": np.array(only[0], np.int64),
        "only_second": np.array(only[1], np.int64),
        "same": same,
        "within_7": np.array(within[0], np.int64),
        "within_30": np.array(within[1], np.int64),
        "estimate": share.estimate,
        "conf_low": share.conf_low,
        "conf_high": share.conf_high,
        **{
            name: np.array([getattr(one, name) for one in found], np.float64)
            for name in ("median_size", "mean", "limit_low", "limit_high")
        },
        "alpha": _numbers(one.estimate for one in alike),
        "alpha_low": _numbers(one.conf_low for one in alike),
        "alpha_high": _numbers(one.conf_high for one in alike),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "item": {one.name: one.words for one in items},
        "holds": {"date": tr("date (days apart)"), "number": tr("number")},
    }
    ordered = {one.name: values[one.name] for one in columns}
    return Table(columns, ordered, labels=labels, title=tr("Agreement on dates and numbers"), guard="internal")


def confusions_table(found: Sequence[Agreed], words: Mapping[str, Readable]) -> Table:
    """Return which labels stand for one another, most frequent first; rare ones are put together and not named."""
    known = {**LEVEL_WORDS, **YES_NO, **words, RARER: RARER_WORDS}
    rows: list[tuple[str, str, str, int, int]] = []
    for one in found:
        held = one.table.sum(axis=0) + one.table.sum(axis=1)
        named = [
            level if held[place] >= FEWEST_TO_SHOW or level in known else RARER
            for place, level in enumerate(one.levels)
        ]
        pairs: Counter[tuple[str, str]] = Counter()
        for i, j in zip(*np.nonzero(one.table), strict=True):
            if i != j:
                pairs[named[i], named[j]] += int(one.table[i, j])
        base = sum(pairs.values())
        rows += [(one.item.name, first, second, n, base) for (first, second), n in pairs.items()]
    order = {one.item.name: place for place, one in enumerate(found)}
    rows.sort(key=lambda row: (order[row[0]], -row[3], row[1], row[2]))
    columns = (
        _item_column(),
        Column("first", tr("first coding"), "text", "key", "key"),
        Column("second", tr("second coding"), "text", "key", "key"),
        Column("n", tr("number"), "units", "count", "count"),
        Column("denominator", tr("of all coded differently"), "units", "count", "count"),
    )
    values = {
        "item": _texts([row[0] for row in rows]),
        "first": _texts([row[1] for row in rows]),
        "second": _texts([row[2] for row in rows]),
        "n": np.array([row[3] for row in rows], np.int64),
        "denominator": np.array([row[4] for row in rows], np.int64),
    }
    labels = {"item": {one.item.name: one.item.words for one in found}, "first": known, "second": known}
    return Table(columns, values, labels=labels, title=tr("What was coded as what"), guard="internal")


def _crossed(one: Counts, two: Counts, levels: int) -> Tallies:
    """Return the units by the place of their level in the first and the second coding, both of which have one."""
    there = (one >= 0) & (two >= 0)
    return np.bincount(one[there] * levels + two[there], minlength=levels**2).reshape(levels, levels)


def _item_column() -> Column:
    return Column("item", tr("item"), "text", "key", "key")


def _numbers(values: Iterable[float]) -> Floats:
    return np.array(list(values), np.float64)


def _texts(words: Sequence[str]) -> Values:
    return np.array([*words, None], dtype=object)[:-1]
