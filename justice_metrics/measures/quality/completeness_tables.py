"""The tables of completeness: shares recorded, by field, group, period and ending, and how they change."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Message, Readable, tr
from ...base.levels import ALL, LEVEL_WORDS, MISSING_LEVELS, NOT_AVAILABLE
from ...base.table import Column, Table
from ...base.types import Flags, Floats, Tallies
from ...cases.periods import Periods, period_words
from ...estimate.drift import equal_shares
from ...estimate.multiplicity import holm
from ...estimate.proportion import Share, wilson
from ...estimate.share_contrasts import newcombe_difference
from ...estimate.slopes import pooled_limits, pooled_share, slope_of_shares, trend_p_value
from ...reduce.completeness import MOMENTS, Field, Recorded
from ...tables import Strata
from ..declared import FEW_UNITS, interval_columns, strata_columns
from ..guards import Restrictions
from .check_guards import AROUND, DUE, Sets

COMPLETE: Final = "complete"
FEW: Final = "few"
PART: Final = "provisional"
UNTOLD: Final = "untold"
STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        COMPLETE: tr("complete"),
        FEW: tr("rests on few units"),
        PART: tr("the period is not over"),
        UNTOLD: tr("cannot be told: nothing but the date itself says that it should be there"),
    }
)
TOGETHER: Final = "all"
_PAIR: Final = ("recorded", "denominator")
KINDS: Final[Mapping[str, Message]] = MappingProxyType({"date": tr("date"), "attribute": tr("attribute")})


class Shown(NamedTuple):
    """What is counted, with all groups together as the last one where anything splits them."""

    found: Recorded
    strata: Strata
    units: Tallies  # (G, P)
    recorded: Tallies  # (G, P, F)
    due: Tallies  # (G, P, F)
    totals: tuple[Tallies, Tallies]  # (G, F) recorded and due, units without a date of the start among them
    whole: Mapping[str, Tallies]  # (G, P) moments
    late: Flags  # (P,) periods that the cut-off cuts
    when: Floats  # (G, P) years, when its units started on average
    level: float
    period: str  # the dimension of which the periods are levels
    sets: Sets  # the units of which each field is recorded, due, or missing in some way

    @property
    def groups(self) -> tuple[Restrictions, ...]:
        """Restrictions of each group; none of all together."""
        names, levels = self.strata.names, self.strata.levels
        return tuple({n: (level,) for n, level in zip(names, one, strict=True) if level != ALL} for one in levels)


def shown(found: Recorded, sets: Sets, *, cutoff: int, level: float, period: str) -> Shown:
    """Return the counts as tables show them."""
    more = len(found.strata) > 1

    def plus(values: Tallies) -> Tallies:
        return np.concatenate([values, values.sum(axis=0, keepdims=True)]) if more else values

    levels = (*found.strata.levels, (ALL,) * len(found.strata.names)) if more else found.strata.levels
    p = len(found.periods.labels)
    return Shown(
        found,
        Strata(found.strata.names, levels),
        plus(found.units)[:, :p],
        plus(found.recorded)[:, :p],
        plus(found.due)[:, :p],
        (plus(found.recorded).sum(axis=1), plus(found.due).sum(axis=1)),
        {name: plus(found.moments[name])[:, :p] for name in MOMENTS},
        np.asarray(found.periods.last_day > cutoff, np.bool_),
        mean_start(plus(found.start_days)[:, :p], plus(found.units)[:, :p], found.periods),
        level,
        period,
        sets,
    )


def mean_start(days: Tallies, units: Tallies, periods: Periods) -> Floats:
    """Return when the units of each period started on average: a file may cover a part of its first and last year."""
    middle = (periods.first_day.astype(np.float64) + periods.last_day) / 2
    mean = np.where(units > 0, days / np.maximum(units, 1), middle)
    return np.asarray(1970 + mean / 365.2425, np.float64)


def main_table(one: Shown) -> Table:
    """Return the share of all values that are recorded, by group and period."""
    share = pooled_limits(pooled_share(**one.whole, units=one.units), one.whole["x"], one.units, one.level)
    few = one.units < FEW_UNITS
    columns = (
        *strata_columns(one.strata.names),
        Column("period", tr("period of the start"), "text", "key", "key"),
        Column("units", tr("units"), "units", "count", "count", cell=CellOf(keys={"period": one.period})),
        Column("recorded", tr("values recorded"), "units", "count", "count", cell=values_cell(one, "recorded")),
        Column("denominator", tr("should be recorded"), "units", "count", "count", cell=values_cell(one, "due")),
        *interval_columns(of=("recorded", "denominator"), level=one.level, interval=""),
        Column("state", tr("state"), "text", "estimate", "text", of=Of(inputs=("units",))),
    )
    p = len(one.found.periods.labels)
    values = {
        **one.strata.columns(p),
        "period": list(one.found.periods.labels) * len(one.strata),
        "units": one.units.ravel(),
        "recorded": one.whole["y"].ravel(),
        "denominator": one.whole["x"].ravel(),
        **_share_values(share),
        "state": _states(few, one.late[None, :]),
    }
    labels = {"period": _period_words(one), "state": STATES}
    return Table(columns, values, labels=labels, title=tr("How completely files are recorded, by period of the start"))


def fields_table(one: Shown) -> Table:
    """Return the share recorded of each field, by group, with the kinds of missing."""
    recorded, due = one.totals
    share = _where_told(wilson(recorded, due, one.level), one.found.sure)
    g, f = due.shape

    def plus(counts: Tallies) -> Tallies:
        return (np.concatenate([counts, counts.sum(axis=0, keepdims=True)]) if g > len(counts) else counts).ravel()

    columns = (
        *strata_columns(one.strata.names),
        *_field_columns(),
        Column("holds", tr("holds"), "text", "key", "text"),
        Column("recorded", tr("recorded"), "units", "count", "count", cell=field_cell(one, "recorded")),
        *[
            Column(kind, LEVEL_WORDS[kind], "units", "count", "count", cell=field_cell(one, kind))
            for kind in MISSING_LEVELS
        ],
        Column("denominator", tr("should be recorded"), "units", "count", "count", cell=field_cell(one)),
        Column(
            "in_doubt",
            tr("came further without this date, perhaps by another road"),
            "units",
            "count",
            "count",
            cell=field_cell(one, AROUND),
        ),
        *interval_columns(of=("recorded", "denominator"), level=one.level),
        Column("state", tr("state"), "text", "estimate", "text", of=Of(inputs=("denominator",))),
    )
    values = {
        **one.strata.columns(f),
        "column": _names(one) * g,
        "holds": [field.kind for field in one.found.fields] * g,
        "recorded": recorded.ravel(),
        **{kind: plus(one.found.missing[kind]) for kind in MISSING_LEVELS},
        "denominator": due.ravel(),
        "in_doubt": plus(one.found.doubtful),
        **_share_values(share),
        "state": _states(due < FEW_UNITS, np.zeros((1, 1), np.bool_), ~one.found.sure),
    }
    labels = {"column": field_words(one.found.fields), "holds": KINDS, "state": STATES}
    statuses = _statuses(np.broadcast_to(~one.found.sure, due.shape))
    title = tr("How completely dates and attributes are recorded")
    return Table(columns, values, labels=labels, statuses=statuses, title=title)


def periods_table(one: Shown) -> Table:
    """Return the share recorded of each field, by group and period."""
    share = _where_told(wilson(one.recorded, one.due, one.level), one.found.sure)
    g, p, f = one.due.shape
    columns = (
        *strata_columns(one.strata.names),
        *_field_columns(),
        Column("period", tr("period of the start"), "text", "key", "key"),
        Column("recorded", tr("recorded"), "units", "count", "count", cell=period_cell(one, "recorded")),
        Column("denominator", tr("should be recorded"), "units", "count", "count", cell=period_cell(one)),
        *interval_columns(of=("recorded", "denominator"), level=one.level),
        Column("state", tr("state"), "text", "estimate", "text", of=Of(inputs=("denominator",))),
    )
    turned = (0, 2, 1)  # a field's periods stand one below the other
    values = {
        **one.strata.columns(f * p),
        "column": [name for name in _names(one) for _ in range(p)] * g,
        "period": list(one.found.periods.labels) * (g * f),
        "recorded": one.recorded.transpose(turned).ravel(),
        "denominator": one.due.transpose(turned).ravel(),
        "estimate": share.estimate.transpose(turned).ravel(),
        "conf_low": share.conf_low.transpose(turned).ravel(),
        "conf_high": share.conf_high.transpose(turned).ravel(),
        "state": _states((one.due < FEW_UNITS).transpose(turned), one.late[None, None, :], ~one.found.sure[:, None]),
    }
    labels = {"column": field_words(one.found.fields), "period": _period_words(one), "state": STATES}
    statuses = _statuses(np.broadcast_to(~one.found.sure[:, None], (g, f, p)))
    title = tr("Recorded dates and attributes by period of the start")
    return Table(columns, values, labels=labels, statuses=statuses, title=title)


def trend_table(one: Shown) -> Table:
    """Return how fast the share recorded rises, of all fields together and of each, by group."""
    g, _, f = one.due.shape
    whole = pooled_share(**one.whole, units=one.units)
    fields = _where_told(wilson(one.recorded, one.due, one.level), one.found.sure).estimate.transpose(0, 2, 1)
    due = one.due.transpose(0, 2, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = fields * (1 - fields) / due
    share = np.concatenate([whole.estimate[:, None], fields], axis=1).reshape(g * (f + 1), -1)
    variance = np.concatenate([whole.variance[:, None], own], axis=1).reshape(share.shape)
    weight = np.concatenate([one.units[:, None], due], axis=1).reshape(share.shape)
    # a period that is not over counts like the others: its files are there, only fewer of them
    when = np.repeat(one.when, f + 1, axis=0)
    slope = slope_of_shares(share, variance, weight, when, one.level)
    single = {name: getattr(slope, name).reshape(g, f + 1)[:, 1:] for name in ("dispersion", "degrees")}
    tried = np.where(one.found.sure[:, None], due, 0)
    tested = trend_p_value(np.minimum(one.recorded.transpose(0, 2, 1), tried), tried, one.when[:, None], **single)
    p_value = np.concatenate([slope.p_value.reshape(g, f + 1)[:, :1], tested], axis=1).ravel()
    first, last = _ends(weight)
    labels = np.array([*one.found.periods.labels, ""], dtype=object)
    padded = np.concatenate([share, np.full((len(share), 1), np.nan)], axis=1)
    row = np.arange(len(share))
    columns = (
        *strata_columns(one.strata.names),
        *_field_columns(),
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
        **one.strata.columns(f + 1),
        "column": [TOGETHER, *_names(one)] * g,
        "first_period": labels[first],
        "first_share": padded[row, first],
        "last_period": labels[last],
        "last_share": padded[row, last],
        "estimate": slope.estimate,
        "conf_low": slope.conf_low,
        "conf_high": slope.conf_high,
        "p_value": holm(p_value),
    }
    words = {**field_words(one.found.fields), TOGETHER: tr("all of them together")}
    periods = {**_period_words(one), "": tr("–")}
    return Table(
        columns,
        values,
        labels={"column": words, "first_period": periods, "last_period": periods},
        title=tr("Does record keeping change?"),
        guard="internal",
    )


def outcomes_table(one: Shown, words: Mapping[str, Readable]) -> Table:
    """Return the share recorded of each field among units that ended in each way, beside that of all others."""
    found = one.found
    kept = np.flatnonzero(found.due_by_outcome.sum(axis=1) > 0)
    recorded, due = found.by_outcome[kept].T, found.due_by_outcome[kept].T  # (F, O)
    recorded, due = recorded[found.sure], due[found.sure]
    share = wilson(recorded, due, one.level)
    others = (recorded.sum(axis=1, keepdims=True) - recorded, due.sum(axis=1, keepdims=True) - due)
    difference = newcombe_difference(recorded, due, *others, one.level)
    p_value = holm(equal_shares(recorded, due, *others).ravel())
    f, k = due.shape
    names = [found.outcomes[place] for place in kept]
    # set against all other endings, so every row says something of all of them
    all_rows = Of(inputs=_PAIR, rows="table")
    columns = (
        *_field_columns(),
        Column("outcome", tr("how the unit stands"), "text", "key", "key"),
        Column("recorded", tr("recorded"), "units", "count", "count", cell=ending_cell(one, "recorded")),
        Column("denominator", tr("should be recorded"), "units", "count", "count", cell=ending_cell(one)),
        Column("share", tr("share recorded"), "share", "estimate", "share", of=Of(inputs=_PAIR, formula="share")),
        Column(
            "estimate", tr("difference from all others, in points"), "points", "estimate", "difference", of=all_rows
        ),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", of=all_rows),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", of=all_rows),
        Column("p_value", tr("corrected p value"), "number", "estimate", "probability", 4, of=all_rows),
        Column("state", tr("state"), "text", "estimate", "text", of=Of(inputs=("denominator",))),
    )
    values = {
        "column": [name for name, told in zip(_names(one), found.sure, strict=True) if told for _ in range(k)],
        "outcome": names * f,
        "recorded": recorded.ravel(),
        "denominator": due.ravel(),
        "share": share.estimate.ravel(),
        "estimate": difference.estimate.ravel(),
        "conf_low": difference.conf_low.ravel(),
        "conf_high": difference.conf_high.ravel(),
        "p_value": p_value,
        "state": _states(due < FEW_UNITS, np.zeros((1, 1), np.bool_)),
    }
    return Table(
        columns,
        values,
        labels={"column": field_words(found.fields), "outcome": words, "state": STATES},
        title=tr("Is more missing where cases ended in some way? An association, no cause"),
        sparse=True,
    )


def values_cell(one: Shown, which: str) -> CellOf:
    """Return the values (not units) of a period that are recorded, or that should be."""
    told = {f"values {which} of {len(one.found.fields)} fields": ("yes",), "unit": ("values",)}
    return CellOf(fixed=told, keys={"period": one.period})


def field_cell(one: Shown, kind: str = "") -> CellOf:
    """Return the units of which a field should be recorded, or is (``kind`` recorded) or is missing in some way."""
    return CellOf(each={"column": _by_field(one, kind)})


def period_cell(one: Shown, kind: str = "") -> CellOf:
    """Return the same of the units that started in a period."""
    return CellOf(each={"column": _by_field(one, kind)}, keys={"period": one.period})


def ending_cell(one: Shown, kind: str = "") -> CellOf:
    """Return the same of the units that ended in some way, or are pending."""
    return CellOf(each={"column": _by_field(one, kind)}, keys={"outcome": "ending"})


def _by_field(one: Shown, kind: str) -> dict[str, Restrictions]:
    return {name: sets[kind or DUE] for name, sets in one.sets.items()}


def field_words(fields: tuple[Field, ...]) -> dict[str, Readable]:
    """Return the words of the fields."""
    return {one.name: one.words for one in fields}


def _field_columns() -> tuple[Column, ...]:
    return (Column("column", tr("date or attribute"), "text", "key", "key"),)


def _names(one: Shown) -> list[str]:
    return [field.name for field in one.found.fields]


def _period_words(one: Shown) -> dict[str, Readable]:
    return {label: period_words(label) for label in one.found.periods.labels}


def _states(few: Flags, late: Flags, untold: Flags | bool = False) -> list[str]:
    return np.where(untold, UNTOLD, np.where(few, FEW, np.where(late, PART, COMPLETE))).ravel().tolist()


def _where_told(share: Share, told: Flags) -> Share:
    """Return the shares without those that are 1 by construction; the last axis is the field."""
    return Share(*(np.where(told, array, np.nan) for array in share))


def _statuses(untold: Flags) -> dict[str, list[str]]:
    words = np.where(untold, NOT_AVAILABLE, "").ravel().tolist()
    return dict.fromkeys(("estimate", "conf_low", "conf_high"), words)


def _share_values(share: Share) -> dict[str, Floats]:
    return {name: array.ravel() for name, array in zip(Share._fields, share, strict=True)}


def _ends(weight: Tallies) -> tuple[Tallies, Tallies]:
    """Return the first and the last place with units enough, else with any; the place after the last without one."""
    enough = weight >= FEW_UNITS
    there = np.where(enough.any(axis=1, keepdims=True), enough, weight > 0)
    p = there.shape[1]
    some = there.any(axis=1)
    first = np.where(some, there.argmax(axis=1), p) if p else np.zeros(len(there), np.int64)
    last = np.where(some, p - 1 - there[:, ::-1].argmax(axis=1), p) if p else first
    return first, last
