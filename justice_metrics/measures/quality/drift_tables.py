"""The tables of coding drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.language import Label, Message, Readable, tr
from ...base.levels import ALL
from ...base.table import Column, Table
from ...base.types import Floats, Tallies, Values
from ...cases.attributes import attribute_words
from ...cases.periods import period_words
from ...estimate.multiplicity import holm
from ...estimate.proportion import wilson
from ...estimate.slopes import slope_of_shares, trend_p_value
from ...reduce.label_counts import RARER, Labelled
from ...tables import Strata
from ..declared import interval_columns, strata_columns
from .drift_comparisons import CHANGED, FEW, GONE, MOVED, NEW, REPLACED, SLIGHT, STEADY, Comparison, LabelRow

STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        STEADY: tr("as before"),
        SLIGHT: tr("differs, but little"),
        CHANGED: tr("labels are used differently"),
        REPLACED: tr("labels were added or replaced"),
        FEW: tr("rests on few units"),
        NEW: tr("new label"),
        GONE: tr("no longer used"),
        MOVED: tr("its share moved"),
    }
)
RARER_WORDS: Final = tr("labels of fewer than ten cases each")


class Growth(NamedTuple):
    """How the share of labels that say nothing changes, per attribute and group."""

    group: int
    field: int
    labels: tuple[str, ...]
    first: int
    last: int
    shares: Floats  # (P,)
    slope: float
    conf_low: float
    conf_high: float
    p_value: float


def shown_strata(found: Labelled) -> Strata:
    """Return the groups, with all together last where there are several."""
    names, levels = found.strata.names, found.strata.levels
    return Strata(names, (*levels, (ALL,) * len(names)) if len(levels) > 1 else levels)


def growth_of(
    found: Labelled, counts: Sequence[Tallies], unclear: Sequence[Sequence[int]], when: Floats, level: float
) -> list[Growth]:
    """Return the trend of the labels that say nothing, p values corrected after Holm."""
    made: list[Growth] = []
    for f, places in enumerate(unclear):
        if not places:
            continue
        x, n = counts[f][:, :, list(places)].sum(axis=2), counts[f].sum(axis=2)
        share = wilson(x, n).estimate
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = slope_of_shares(share, share * (1 - share) / n, n, when, level)
        p = trend_p_value(x, n, when, dispersion=slope.dispersion, degrees=slope.degrees)
        labels = tuple(found.fields[f].labels[place] for place in places)
        for g in range(len(x)):
            there = np.flatnonzero(n[g] > 0)
            if len(there):
                limits = [float(one[g]) for one in (slope.estimate, slope.conf_low, slope.conf_high, p)]
                made.append(Growth(g, f, labels, int(there[0]), int(there[-1]), share[g], *limits))
    adjusted = holm([one.p_value for one in made]) if made else ()
    return [one._replace(p_value=float(p)) for one, p in zip(made, adjusted, strict=True)]


def time_table(found: Labelled, rows: Sequence[Comparison]) -> Table:
    """Return each period beside the one before, and the last beside the first."""
    periods = np.array([*found.periods.labels, ""], dtype=object)
    columns = (
        *strata_columns(found.strata.names),
        _field_column(),
        Column("before", tr("compared with"), "text", "key", "key"),
        Column("period", tr("period of the start"), "text", "key", "key"),
        *_comparison_columns(tr("units before")),
        Column("new", tr("new labels"), "number", "key", "key", 0),
        Column("gone", tr("labels no longer used"), "number", "key", "key", 0),
        Column("state", tr("state"), "text", "key", "key"),
    )
    values = {
        **_strata_values(found, rows),
        "column": _texts(found.fields[one.field].field for one in rows),
        "before": periods[[one.before for one in rows]] if rows else _texts(()),
        "period": periods[[one.after for one in rows]] if rows else _texts(()),
        **_comparison_values(found, rows),
        "new": np.array([one.new for one in rows], np.int64),
        "gone": np.array([one.gone for one in rows], np.int64),
        "state": _texts(one.state for one in rows),
    }
    labels = {**_words(found), "before": _period_words(found), "period": _period_words(found)}
    return Table(columns, values, labels=labels, title=tr("Are labels used as in the period before?"), guard="internal")


def groups_table(found: Labelled, rows: Sequence[Comparison]) -> Table:
    """Return each group beside all others."""
    columns = (
        *strata_columns(found.strata.names),
        _field_column(),
        *_comparison_columns(tr("units of all others")),
        Column("state", tr("state"), "text", "key", "key"),
    )
    values = {
        **_strata_values(found, rows),
        "column": _texts(found.fields[one.field].field for one in rows),
        **_comparison_values(found, rows),
        "state": _texts(one.state for one in rows),
    }
    return Table(
        columns, values, labels=_words(found), title=tr("Are labels used as in all other groups?"), guard="internal"
    )


def labels_table(found: Labelled, rows: Sequence[LabelRow], level: float) -> Table:
    """Return every label in every period."""
    n, total = (np.array([getattr(one, name) for one in rows], np.int64) for name in ("n", "total"))
    share = wilson(n, total, level)
    columns = (
        *strata_columns(found.strata.names),
        _field_column(),
        Column("label", tr("label"), "text", "key", "key"),
        Column("period", tr("period of the start"), "text", "key", "key"),
        Column("n", tr("number"), "units", "count", "count"),
        Column("denominator", tr("with a label"), "units", "count", "count"),
        *interval_columns(),
        Column("change", tr("change since the period before, in points"), "points", "estimate", "difference"),
        Column("p_value", tr("corrected p value"), "number", "estimate", "probability", 4),
        Column("state", tr("state"), "text", "key", "key"),
    )
    values = {
        **_strata_values(found, rows),
        "column": _texts(found.fields[one.field].field for one in rows),
        "label": _texts(found.fields[one.field].labels[one.label] for one in rows),
        "period": _texts(found.periods.labels[one.period] for one in rows),
        "n": n,
        "denominator": total,
        "estimate": share.estimate,
        "conf_low": share.conf_low,
        "conf_high": share.conf_high,
        "change": np.array([one.change for one in rows], np.float64),
        "p_value": np.array([one.p_value for one in rows], np.float64),
        "state": _texts(one.state for one in rows),
    }
    labels = {**_words(found), "label": {RARER: RARER_WORDS}, "period": _period_words(found)}
    return Table(columns, values, labels=labels, title=tr("Every label, period by period"), guard="internal")


def growth_table(found: Labelled, rows: Sequence[Growth]) -> Table:
    """Return the labels that say nothing: their share in the first and the last period, and its change per year."""
    columns = (
        *strata_columns(found.strata.names),
        _field_column(),
        Column("labels", tr("labels that say nothing"), "text", "key", "text"),
        Column("first_period", tr("first period"), "text", "key", "key"),
        Column("first_share", tr("share in the first period"), "share", "estimate", "share"),
        Column("last_period", tr("last period"), "text", "key", "key"),
        Column("last_share", tr("share in the last period"), "share", "estimate", "share"),
        Column("estimate", tr("change per year, in percentage points"), "points", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", 2),
        Column("p_value", tr("corrected p value"), "number", "estimate", "probability", 4),
    )
    values = {
        **_strata_values(found, rows),
        "column": _texts(found.fields[one.field].field for one in rows),
        "labels": _texts(", ".join(one.labels) for one in rows),
        "first_period": _texts(found.periods.labels[one.first] for one in rows),
        "first_share": np.array([one.shares[one.first] for one in rows], np.float64),
        "last_period": _texts(found.periods.labels[one.last] for one in rows),
        "last_share": np.array([one.shares[one.last] for one in rows], np.float64),
        "estimate": np.array([one.slope for one in rows], np.float64),
        "conf_low": np.array([one.conf_low for one in rows], np.float64),
        "conf_high": np.array([one.conf_high for one in rows], np.float64),
        "p_value": np.array([one.p_value for one in rows], np.float64),
    }
    labels = {**_words(found), "first_period": _period_words(found), "last_period": _period_words(found)}
    return Table(
        columns, values, labels=labels, title=tr('Do labels such as "other" and "unknown" grow?'), guard="internal"
    )


def label_words(name: str) -> Readable:
    """Return the words of a label: its own."""
    return RARER_WORDS if name == RARER else Label(name)


def _field_column() -> Column:
    return Column("column", tr("attribute"), "text", "key", "key")


def _comparison_columns(before: Readable) -> tuple[Column, ...]:
    return (
        Column("n_before", before, "units", "count", "count"),
        Column("n", tr("units"), "units", "count", "count"),
        Column("estimate", tr("stability index"), "number", "estimate", "share", 3),
        Column("by_chance", tr("chance alone stays below"), "number", "estimate", "share", 3),
        Column("beyond", tr("index less what chance makes on average"), "number", "estimate", "difference", 3),
        Column("p_value", tr("corrected p value"), "number", "estimate", "probability", 4),
        Column("moved", tr("label that moved most"), "text", "key", "key"),
        Column("points", tr("by points"), "points", "estimate", "difference"),
    )


def _comparison_values(found: Labelled, rows: Sequence[Comparison]) -> dict[str, Values]:
    return {
        "n_before": np.array([one.n_before for one in rows], np.int64),
        "n": np.array([one.n_after for one in rows], np.int64),
        "estimate": np.array([one.stability for one in rows], np.float64),
        "by_chance": np.array([one.by_chance for one in rows], np.float64),
        "beyond": np.array([one.beyond for one in rows], np.float64),
        "p_value": np.array([one.p_value for one in rows], np.float64),
        "moved": _texts(found.fields[one.field].labels[one.moved] if one.moved >= 0 else "" for one in rows),
        "points": np.array([one.points for one in rows], np.float64),
    }


def _strata_values(found: Labelled, rows: Sequence[Comparison | LabelRow | Growth]) -> dict[str, Values]:
    levels = shown_strata(found).levels
    return {name: _texts(levels[one.group][place] for one in rows) for place, name in enumerate(found.strata.names)}


def _words(found: Labelled) -> dict[str, Mapping[str, Readable]]:
    return {
        "column": {one.field: attribute_words(one.field) for one in found.fields},
        "moved": {RARER: RARER_WORDS, "": tr("–")},
        "state": STATES,
    }


def _period_words(found: Labelled) -> dict[str, Readable]:
    return {one: period_words(one) for one in found.periods.labels}


def _texts(words: Iterable[str]) -> Values:
    return np.array([*words, None], dtype=object)[:-1]
