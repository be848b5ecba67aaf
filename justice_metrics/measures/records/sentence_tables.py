"""The tables of sentences: lengths, their place in the legal range, the ranges themselves, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.levels import NOT_RECORDED
from ...base.table import Column, Table
from ...base.types import Counts, Floats, Tallies
from ...cases.calendar import date_of
from ...cases.sentence_ranges import SentenceRange, range_of
from ...estimate.proportion import wilson
from ...estimate.sample_quantiles import sample_quantiles
from ...reduce.grouped import NO_DAY, Grouped, summed
from ...tables import Strata
from ..declared import interval_columns, shown_limits, strata_columns
from .child_shares import share_table

OFFENCE: Final = "sentenced_for"
STATUSES: Final = ("enforced", "suspended", "not_enforced", "under_appeal", NOT_RECORDED)
PLACES: Final = ("below", "inside", "above")
_CANNOT: Final = len(PLACES)
_PARTS: Final = 100


class Places(NamedTuple):
    """Sentences below, inside and above the range, and those of which it cannot be told; counts (G, 4)."""

    counts: Tallies
    table: Table


def offence_columns(strata: Strata) -> tuple[Column, ...]:
    """Declare the columns of the strata, the offence of the sentence last."""
    return (
        *strata_columns(strata.names[:-1]),
        Column(OFFENCE, tr("offence of the sentence"), "text", "key", "key"),
    )


def _sentence(more: Mapping[str, tuple[str, ...]] | None = None) -> CellOf:
    """Declare a count of sentences by offence."""
    return CellOf(fixed={"unit": ("sentence",), **(more or {})}, keys={OFFENCE: OFFENCE})


def lengths_table(
    grouped: Grouped, law: Sequence[SentenceRange], places: Tallies, level: float, *, weighted: bool
) -> Table:
    """Return one row per stratum and offence: how many, how long, and the legal range."""
    strata, g = grouped.strata, len(grouped.strata)
    known = grouped.keys["months"] != NO_DAY
    length = grouped.keys["months"] / _PARTS
    quarters, mean = np.full((3, g, 3), np.nan), np.full(g, np.nan)
    for group in range(g):
        mine = known & (grouped.stratum == group)
        quarters[:, group] = np.array(sample_quantiles(length[mine], grouped.n[mine], (0.25, 0.5, 0.75), level))
        if mine.any() and grouped.n[mine].sum() > 0:
            mean[group] = float((length[mine] * grouped.n[mine]).sum() / grouped.n[mine].sum())
    low, high = shown_limits(quarters[1, :, 1], quarters[2, :, 1], weighted=weighted)
    legal = _single_ranges(grouped, law)
    of = Of(inputs=("numerator",))
    columns = (
        *offence_columns(strata),
        Column("denominator", tr("sentences"), "units", "count", "count", cell=_sentence()),
        Column(
            "numerator",
            tr("with a known length"),
            "units",
            "count",
            "count",
            cell=_sentence({"sentence length known": ("yes",)}),
        ),
        Column("estimate", tr("median, months"), "number", "estimate", "quantile", of=of),
        Column("conf_low", tr("lower limit"), "number", "interval", "quantile", of=of),
        Column("conf_high", tr("upper limit"), "number", "interval", "quantile", of=of),
        Column("lower_quartile", tr("lower quartile, months"), "number", "estimate", "quantile", of=of),
        Column("upper_quartile", tr("upper quartile, months"), "number", "estimate", "quantile", of=of),
        Column("mean", tr("mean of the known lengths, months"), "number", "estimate", "mean", of=of),
        Column("legal_minimum", tr("legal minimum, months"), "number", "key", "setting"),
        Column("legal_maximum", tr("legal maximum, months"), "number", "key", "setting"),
        Column(
            "compared",
            tr("compared with the range"),
            "units",
            "count",
            "count",
            cell=_sentence({"place in the range": PLACES}),
        ),
        Column(
            "inside", tr("inside it"), "units", "count", "count", cell=_sentence({"place in the range": PLACES[1:2]})
        ),
    )
    values: dict[str, Any] = {
        **strata.columns(),
        "denominator": summed(grouped.stratum, grouped.n, g),
        "numerator": summed(grouped.stratum[known], grouped.n[known], g),
        "estimate": quarters[0, :, 1],
        "conf_low": low,
        "conf_high": high,
        "lower_quartile": quarters[0, :, 0],
        "upper_quartile": quarters[0, :, 2],
        "mean": mean,
        "legal_minimum": legal[0],
        "legal_maximum": legal[1],
        "compared": places[:, :_CANNOT].sum(axis=1),
        "inside": places[:, 1],
    }
    return Table(columns, values, title=tr("Length of sentences by offence"), sparse=True)


def places_table(grouped: Grouped, law: Sequence[SentenceRange], level: float, *, weighted: bool) -> Places:
    """Return how many sentences lie below, inside and above the range, among those that can be compared."""
    g, k = len(grouped.strata), len(PLACES)
    applied = _applied(grouped, law)
    low, high = _bounds(law, applied)
    length = grouped.keys["months"]
    code = np.where(length < np.round(low * _PARTS), 0, np.where(length > np.round(high * _PARTS), 2, 1))
    code = np.where((length == NO_DAY) | (applied < 0), _CANNOT, code)
    counts = summed(grouped.stratum * (k + 1) + code, grouped.n, g * (k + 1)).reshape(g, k + 1)
    compared = np.repeat(counts[:, :k].sum(axis=1), k)
    share = wilson(counts[:, :k].ravel(), compared, level)
    limits = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    whole = _sentence()
    in_place = replace(whole, keys={**whole.keys, "place": "place in the range"})
    words: dict[str, Readable] = {"below": tr("below"), "inside": tr("inside"), "above": tr("above")}
    columns = (
        *offence_columns(grouped.strata),
        Column("place", tr("place in the legal range"), "text", "key", "key"),
        Column("numerator", tr("sentences"), "units", "count", "count", cell=in_place),
        Column(
            "denominator",
            tr("compared with the range"),
            "units",
            "count",
            "count",
            cell=_sentence({"place in the range": PLACES}),
        ),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
        Column(
            "cannot_be_told",
            tr("cannot be compared"),
            "units",
            "count",
            "count",
            cell=_sentence({"place in the range": ("cannot be told",)}),
        ),
    )
    values: dict[str, Any] = {
        **grouped.strata.columns(k),
        "place": list(PLACES) * g,
        "numerator": counts[:, :k].ravel(),
        "denominator": compared,
        "estimate": share.estimate,
        "conf_low": limits[0],
        "conf_high": limits[1],
        "cannot_be_told": np.repeat(counts[:, k], k),
    }
    undefined = ["not_defined" if one <= 0 else "" for one in compared]
    title = tr("Place of the sentences in the legal range")
    return Places(
        counts,
        Table(columns, values, labels={"place": words}, title=title, statuses={"estimate": undefined}, sparse=True),
    )


def ranges_table(grouped: Grouped, law: Sequence[SentenceRange]) -> Table:
    """Return the legal ranges that sentences were compared with."""
    applied = _applied(grouped, law)
    known = (applied >= 0) & (grouped.keys["months"] != NO_DAY)
    used = np.unique(applied[known]).tolist()
    columns = (
        Column("offence", tr("offence"), "text", "key", "key"),
        Column("article", tr("article"), "text", "key", "text"),
        Column("legal_minimum", tr("legal minimum, months"), "number", "key", "setting"),
        Column("legal_maximum", tr("legal maximum, months"), "number", "key", "setting"),
        Column("valid_from", tr("from"), "text", "key", "text"),
        Column("valid_to", tr("to"), "text", "key", "text"),
        Column("certainty", tr("certainty"), "text", "key", "text"),
        Column(
            "numerator",
            tr("sentences compared"),
            "units",
            "count",
            "count",
            cell=CellOf(
                fixed={"unit": ("sentence",)},
                keys={"offence": "compared with the range of", "valid_from": "and the law from"},
            ),
        ),
    )
    rows = [law[one] for one in used]
    values: dict[str, Any] = {
        "offence": [one.offence for one in rows],
        "article": [one.article for one in rows],
        "legal_minimum": np.array([one.minimum_months for one in rows], np.float64),
        "legal_maximum": np.array([one.maximum_months for one in rows], np.float64),
        "valid_from": [_date(one.first_day) for one in rows],
        "valid_to": [_date(one.last_day) for one in rows],
        "certainty": [str(one.certainty) for one in rows],
        "numerator": np.array([grouped.n[known & (applied == one)].sum() for one in used]),
    }
    labels: dict[str, dict[str, Readable]] = {
        "offence": {one.offence: one.label for one in rows},
        "certainty": {"seen": tr("seen in a document"), "from_memory": tr("from memory, to be looked up")},
    }
    return Table(columns, values, labels=labels, title=tr("Legal ranges used"), sparse=True)


def status_table(grouped: Grouped, by: int, level: float, *, weighted: bool) -> Table:
    """Return how many sentences are enforced, suspended, not enforced, under appeal, or without a word."""
    whole, place = _without_offence(grouped.strata, by)
    k = len(STATUSES)
    cell = place[grouped.stratum] * k + grouped.keys["status"]
    counts = summed(cell, grouped.n, len(whole) * k).reshape(len(whole), k)
    words: dict[str, Readable] = {
        "enforced": tr("enforced"),
        "suspended": tr("suspended"),
        "not_enforced": tr("not enforced"),
        "under_appeal": tr("under appeal"),
    }
    return share_table(
        whole,
        STATUSES,
        counts,
        np.repeat(counts.sum(axis=1, keepdims=True), k, axis=1),
        key=Column("status", tr("status"), "text", "key", "key"),
        words=words,
        names=(tr("sentences"), tr("all sentences")),
        title=tr("What became of the sentences"),
        confidence_level=level,
        weighted=weighted,
        cells=(
            CellOf(fixed={"unit": ("sentence",)}, keys={"status": "sentence stands"}),
            CellOf(fixed={"unit": ("sentence",)}),
        ),
    )


def _without_offence(strata: Strata, by: int) -> tuple[Strata, Counts]:
    """Return the strata without the offence, and the place of each of the given ones among them."""
    own = list(dict.fromkeys(one[:by] for one in strata.levels)) or ([()] if not by else [])
    return Strata(strata.names[:by], tuple(own)), np.array([own.index(one[:by]) for one in strata.levels], np.int64)


def _applied(grouped: Grouped, law: Sequence[SentenceRange]) -> Counts:
    """Return which range is for each cell, -1 where there is none."""
    place = {id(one): at for at, one in enumerate(law)}
    offences = grouped.strata.column(OFFENCE)
    asked: dict[tuple[int, int], int] = {}
    found = np.full(len(grouped.stratum), -1, np.int64)
    for at, pair in enumerate(zip(grouped.stratum.tolist(), grouped.keys["day"].tolist(), strict=True)):
        if pair not in asked:
            stratum, day = pair
            one = range_of(law, offences[stratum], None if day == NO_DAY else day)
            asked[pair] = -1 if one is None else place[id(one)]
        found[at] = asked[pair]
    return found


def _bounds(law: Sequence[SentenceRange], applied: Counts) -> tuple[Floats, Floats]:
    low = np.array([*(one.minimum_months for one in law), np.nan], np.float64)
    high = np.array([*(one.maximum_months for one in law), np.nan], np.float64)
    return low[applied], high[applied]


def _single_ranges(grouped: Grouped, law: Sequence[SentenceRange]) -> tuple[Floats, Floats]:
    """Return the range of each stratum where one was in force for all its sentences; NaN elsewhere."""
    applied, g = _applied(grouped, law), len(grouped.strata)
    low, high = np.full(g, np.nan), np.full(g, np.nan)
    for group in range(g):
        used = np.unique(applied[(grouped.stratum == group) & (applied >= 0)])
        if len(used) == 1:
            low[group], high[group] = law[used[0]].minimum_months, law[used[0]].maximum_months
    return low, high


def _date(day: int) -> str:
    return date_of(day).isoformat() if abs(day) < 2**30 else ""
