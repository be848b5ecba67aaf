"""The tables of two extracts side by side: changes by group, outcomes, dates, attributes, columns and levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Message, Readable, Setting, tr
from ...base.levels import LEVEL_WORDS, MISSING_LEVELS, PENDING, naturally
from ...base.table import Column, Table
from ...base.types import Counts, Flags, Floats, Values
from ...cases.attributes import attribute_words
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ...reduce.extracts import (
    ENDING,
    Extracts,
    Side,
    day_moves,
    level_moves,
    outcome_changes,
    shared_attributes,
    shared_days,
    standing,
)
from ...tables import MOST_STRATA
from ..declared import strata_columns

# Every change that is counted, and among what.
CHANGES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "in_both": tr("in both extracts"),
        "vanished": tr("no longer there"),
        "joined": tr("joined into another case since"),
        "respelled": tr("id written in another way"),
        "new": tr("new: began after the earlier cut-off"),
        "late": tr("late: began before, came into the register after it"),
        "missed": tr("missed: registered before it, by their own date, yet not in the earlier extract"),
        "start_undated": tr("added, without a date of the start"),
        "ended_since": tr("ended since"),
        "ended_late": tr("had ended before the earlier cut-off, registered later"),
        "ended_undated": tr("ended, no date says when"),
        "reopened": tr("reopened, or the ending taken back"),
        "ended_anew": tr("ended anew in another way"),
        "reclassified": tr("the ending told in another way"),
        "dates_changed": tr("a date changed"),
        "dates_filled": tr("a date entered that was due before"),
        "dates_blanked": tr("a date taken out"),
        "attributes_changed": tr("an attribute changed"),
        "attributes_filled": tr("an attribute entered"),
        "attributes_blanked": tr("an attribute taken out"),
    }
)
OUTCOME_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "still_pending": tr("still pending"),
        "same_ending": tr("the same ending"),
        **{one: CHANGES[one] for one in CHANGES if one.startswith(("ended_", "reopened", "reclassified"))},
    }
)
OF_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "earlier": tr("of the earlier extract"),
        "later": tr("of the later extract"),
        "in_both": tr("of those in both"),
    }
)
_OF: Final = {
    **dict.fromkeys(("in_both", "vanished", "joined"), "earlier"),
    **dict.fromkeys(("new", "late", "missed", "start_undated"), "later"),
}
# The name of all levels of an attribute that too few cells hold to be named.
RARE: Final = "rare"


class Changes(NamedTuple):
    """How many units each change befell, by group."""

    groups: tuple[tuple[str, ...], ...]
    n: Mapping[str, Counts]  # by change, (groups,)
    base: Mapping[str, Counts]  # by "earlier", "later", "in_both", (groups,)

    def total(self, change: str) -> int:
        """Return the number over all groups."""
        return int(self.n[change].sum())

    def of(self, change: str) -> int:
        """Return what it is a share of, over all groups."""
        return int(self.base[_OF.get(change, "in_both")].sum())


def changes_of(two: Extracts, *, by: Sequence[str], registered: str | None) -> Changes:
    """Count every change by group: that of the later extract for what was added, else that of the earlier one."""
    first, second = _levels(two.earlier, by), _levels(two.later, by)
    groups = tuple(sorted({*first, *second}, key=lambda one: [naturally(level) for level in one])) or ((),)
    if len(groups) > MOST_STRATA:
        raise QuestionError(
            tr("{n} groups are more than {most}.", n=len(groups), most=MOST_STRATA),
            tr("Split by an attribute with fewer levels."),
        )
    places = {one: at for at, one in enumerate(groups)}
    ours = np.array([places[one] for one in first], dtype=np.int64)
    theirs = np.array([places[one] for one in second], dtype=np.int64)

    def counted(side: Side, code: Counts, which: Flags) -> Counts:
        return np.bincount(code[which], weights=side.amount[which], minlength=len(groups)).astype(np.int64)

    def of_both(which: Flags) -> Counts:
        whole = np.zeros(len(two.earlier), dtype=np.bool_)
        whole[two.left[which]] = True
        return counted(two.earlier, ours, whole)

    shared = two.pairs.place >= 0
    n = {
        "in_both": counted(two.earlier, ours, shared),
        "vanished": counted(two.earlier, ours, ~shared & ~two.joined),
        "joined": counted(two.earlier, ours, two.joined),
        "respelled": counted(two.earlier, ours, two.pairs.respelled),
        **{name: counted(two.later, theirs, which) for name, which in _added(two, registered).items()},
        **{name: of_both(which) for name, which in outcome_changes(two).items() if name in CHANGES},
        **{name: of_both(which) for name, which in _any_moves(two).items()},
    }
    every = np.ones(len(two.earlier), np.bool_), np.ones(len(two.later), np.bool_)
    base = {
        "earlier": counted(two.earlier, ours, every[0]),
        "later": counted(two.later, theirs, every[1]),
        "in_both": n["in_both"],
    }
    asked = [one for one in CHANGES if one != "missed" or registered is not None]
    return Changes(groups, {one: n[one] for one in asked}, base)


def _levels(side: Side, by: Sequence[str]) -> list[tuple[str, ...]]:
    columns = [side.texts(f"by__{name}") for name in by]
    return [tuple(str(column[row]) for column in columns) for row in range(len(side))]


def _added(two: Extracts, registered: str | None) -> dict[str, Flags]:
    """Return what was added: begun since, registered late, missed, and without a start."""
    with np.errstate(invalid="ignore"):
        before = two.added & (two.begun <= two.cutoff_day)
        since = two.added & (two.begun > two.cutoff_day)
        if registered is None:
            missed = np.zeros(len(before), np.bool_)
        else:
            missed = before & (two.later.numbers(registered) <= two.cutoff_day)
    undated = two.added & np.isnan(two.begun)
    return {"new": since, "late": before & ~missed, "missed": missed, "start_undated": undated}


def _any_moves(two: Extracts) -> dict[str, Flags]:
    """Return which units had any date, or any attribute, changed, entered or taken out."""
    m = len(two.left)
    made = {}
    moves = {
        # the day of an ending changes with the ending, which is counted by itself
        "dates": [day_moves(two, one) for one in shared_days(two) if one != ENDING],
        "attributes": [level_moves(two, one, numeric=_is_number(two, one)) for one in shared_attributes(two)],
    }
    for what, found in moves.items():
        for kind in ("changed", "filled", "blanked"):
            flags = [getattr(one, kind) for one in found]
            made[f"{what}_{kind}"] = np.logical_or.reduce(flags) if flags else np.zeros(m, np.bool_)
    return made


def _is_number(two: Extracts, name: str) -> bool:
    return name in two.earlier.cases.numeric_attributes


# Units of two extracts set side by side: not those of the data that other answers count.
_BETWEEN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"unit": ("two extracts",), "among {of}": ("yes",)})


def changes_table(found: Changes, by: Sequence[str]) -> Table:
    """Return one row per group and change."""
    asked = list(found.n)
    g = len(found.groups)
    n = np.array([[found.n[one][place] for one in asked] for place in range(g)], dtype=np.int64).ravel()
    base = np.array(
        [[found.base[_OF.get(one, "in_both")][place] for one in asked] for place in range(g)], dtype=np.int64
    ).ravel()
    columns = (
        *strata_columns(by),
        Column("change", tr("what became of them"), "text", "key", "key"),
        Column("of", tr("among"), "text", "key", "key"),
        Column(
            "n", tr("units"), "units", "count", "count", cell=CellOf(fixed={**_BETWEEN, "became {change}": ("yes",)})
        ),
        Column("denominator", tr("of"), "units", "count", "count", cell=CellOf(fixed=_BETWEEN)),
        Column("share", tr("share"), "share", "estimate", "share", of=Of(inputs=("n", "denominator"), formula="share")),
    )
    values = {
        **{name: texts([group[at] for group in found.groups for _ in asked]) for at, name in enumerate(by)},
        "change": texts(asked * g),
        "of": texts([_OF.get(one, "in_both") for one in asked] * g),
        "n": n,
        "denominator": base,
        "share": _shares(n, base),
    }
    return Table(columns, values, labels={"change": CHANGES, "of": OF_WORDS}, title=tr("What became of the cases"))


def outcomes_table(two: Extracts) -> Table:
    """Return one row per ending in the earlier and in the later extract, for the units in both."""
    before, after = standing(two.earlier)[two.left], standing(two.later)[two.right]
    amount = two.earlier.amount[two.left]
    kinds = np.empty(len(before), dtype=object)
    for name, which in outcome_changes(two).items():
        kinds[which] = name
    found: dict[tuple[str, str, str], int] = {}
    total: dict[str, int] = {}
    for one, other, kind, n in zip(before, after, kinds, amount.tolist(), strict=True):
        key = (str(one), str(other), str(kind))
        found[key] = found.get(key, 0) + n
        total[str(one)] = total.get(str(one), 0) + n
    first, second = two.earlier.cases.procedure, two.later.cases.procedure
    order = [PENDING, *dict.fromkeys((*first.outcomes, *second.outcomes))]
    rows = sorted(found, key=lambda key: (order.index(key[0]), order.index(key[1]), key[2]))
    n = np.array([found[one] for one in rows], dtype=np.int64)
    base = np.array([total[one[0]] for one in rows], dtype=np.int64)
    words: dict[str, Readable] = {
        one: (first if one in first.outcomes else second).label(one) for one in order if one != PENDING
    }
    words[PENDING] = LEVEL_WORDS[PENDING]
    columns = (
        Column("earlier", tr("in the earlier extract"), "text", "key", "key"),
        Column("later", tr("in the later extract"), "text", "key", "key"),
        Column("change", tr("what became of them"), "text", "key", "key"),
        Column("n", tr("units"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        Column("share", tr("share"), "share", "estimate", "share"),
    )
    values = {
        "earlier": texts([one for one, _, _ in rows]),
        "later": texts([one for _, one, _ in rows]),
        "change": texts([one for _, _, one in rows]),
        "n": n,
        "denominator": base,
        "share": _shares(n, base),
    }
    labels = {"earlier": words, "later": words, "change": OUTCOME_WORDS}
    return Table(columns, values, labels=labels, title=tr("How the cases in both extracts stand"), guard="internal")


def dates_table(two: Extracts) -> Table:
    """Return one row per date: how many changed, by how much, how many were entered or taken out."""
    names = shared_days(two)
    amount = two.earlier.amount[two.left]
    rows: list[dict[str, float]] = []
    for one in names:
        moved = day_moves(two, one)
        shift = moved.shift[moved.changed]
        # in days of rows: a row that stands for several units counts them all
        times = amount[moved.changed]
        sizes = np.repeat(shift, times)
        rows.append(
            {
                "denominator": int(amount[moved.both].sum()),
                "changed": int(times.sum()),
                "earlier_by_now": int(times[shift < 0].sum()),
                "later_by_now": int(times[shift > 0].sum()),
                "median_days": float(np.median(np.abs(sizes))) if len(sizes) else np.nan,
                "ninth_decile_days": float(np.quantile(np.abs(sizes), 0.9, method="inverted_cdf"))
                if len(sizes)
                else np.nan,
                "filled": int(amount[moved.filled].sum()),
                "since": int(amount[moved.since].sum()),
                "blanked": int(amount[moved.blanked].sum()),
            }
        )
    columns = (
        Column("date", tr("date"), "text", "key", "key"),
        Column("denominator", tr("dated in both extracts"), "units", "count", "count"),
        Column("changed", tr("changed"), "units", "count", "count"),
        Column("earlier_by_now", tr("moved to an earlier day"), "units", "count", "count"),
        Column("later_by_now", tr("moved to a later day"), "units", "count", "count"),
        Column("median_days", tr("moved by (median)"), "days", "estimate", "quantile"),
        Column("ninth_decile_days", tr("moved by (nine in ten at most)"), "days", "estimate", "quantile"),
        Column("filled", tr("entered, though due before the earlier cut-off"), "units", "count", "count"),
        Column("since", tr("dated after the earlier cut-off"), "units", "count", "count"),
        Column("blanked", tr("taken out"), "units", "count", "count"),
    )
    decimal = {"median_days", "ninth_decile_days"}
    values: dict[str, Values] = {"date": texts(names)}
    for column in columns[1:]:
        kind = np.float64 if column.name in decimal else np.int64
        values[column.name] = np.array([row[column.name] for row in rows], dtype=kind)
    labels = {"date": {one: _day_words(two, one) for one in names}}
    return Table(columns, values, labels=labels, title=tr("Dates of the cases in both extracts"), guard="internal")


def attributes_table(two: Extracts) -> Table:
    """Return one row per attribute: how many changed, were entered or were taken out."""
    names = shared_attributes(two)
    amount = two.earlier.amount[two.left]
    moves = [level_moves(two, one, numeric=_is_number(two, one)) for one in names]
    columns = (
        Column("attribute", tr("attribute"), "text", "key", "key"),
        Column("denominator", tr("recorded in both extracts"), "units", "count", "count"),
        Column("changed", tr("changed"), "units", "count", "count"),
        Column("share", tr("share changed"), "share", "estimate", "share"),
        Column("filled", tr("entered"), "units", "count", "count"),
        Column("blanked", tr("taken out"), "units", "count", "count"),
    )
    both = np.array([amount[one.both].sum() for one in moves], dtype=np.int64)
    changed = np.array([amount[one.changed].sum() for one in moves], dtype=np.int64)
    values = {
        "attribute": texts(names),
        "denominator": both,
        "changed": changed,
        "share": _shares(changed, both),
        "filled": np.array([amount[one.filled].sum() for one in moves], dtype=np.int64),
        "blanked": np.array([amount[one.blanked].sum() for one in moves], dtype=np.int64),
    }
    labels = {"attribute": {one: attribute_words(one) for one in names}}
    return Table(columns, values, labels=labels, title=tr("Attributes of the cases in both extracts"), guard="internal")


def appeared_table(two: Extracts) -> Table:
    """Return the columns and levels that only one extract has; a level is named when ten units or more hold it."""
    rows = [*_columns_apart(two), *_levels_apart(two)]
    columns = (
        Column("holds", tr("what"), "text", "key", "key"),
        Column("column", tr("date or attribute"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("where", tr("where"), "text", "key", "key"),
        Column("n", tr("units"), "units", "count", "count"),
    )
    values = {
        "holds": texts([one[0] for one in rows]),
        "column": texts([one[1] for one in rows]),
        "level": texts([one[2] for one in rows]),
        "where": texts([one[3] for one in rows]),
        "n": np.array([one[4] for one in rows], dtype=np.int64),
    }
    words = {one: _day_words(two, one) if one.startswith("first__") else attribute_words(one) for _, one, *_ in rows}
    labels: dict[str, Mapping[str, Readable]] = {
        "holds": {"date": tr("date"), "attribute": tr("attribute"), "level": tr("level")},
        "column": words,
        "level": {RARE: tr("levels held by fewer than {few} units", few=Setting(FEWEST_TO_SHOW)), "": tr("all")},
        "where": {"earlier": tr("vanished: in the earlier extract only"), "later": tr("appeared: in the later only")},
    }
    return Table(
        columns, values, labels=labels, title=tr("Columns and levels that only one extract has"), guard="internal"
    )


def _columns_apart(two: Extracts) -> list[tuple[str, str, str, str, int]]:
    """Return dates and attributes that one extract has and the other lacks, with the units that have a value."""
    found = []
    for where, side, other in (("earlier", two.earlier, two.later), ("later", two.later, two.earlier)):
        lacking = {*other.cases.dated_states, *other.cases.dated_roles}
        stages = [one for one in (*side.cases.dated_states, *side.cases.dated_roles) if one not in lacking]
        stages = [one for one in stages if one not in side.cases.procedure.outcomes]
        days = [f"first__{one}" for one in stages]
        days += [one for one in side.cases.date_attributes if one not in other.cases.date_attributes]
        for one in days:
            n = int(side.amount[~np.isnan(side.numbers(one))].sum())
            found.append(("date", one, "", where, n))
        for one in side.cases.attributes:
            if one not in other.cases.attributes:
                held = np.array([level is not None and level not in MISSING_LEVELS for level in side.texts(one)])
                found.append(("attribute", one, "", where, int(side.amount[held].sum()) if len(held) else 0))
    return found


def _levels_apart(two: Extracts) -> list[tuple[str, str, str, str, int]]:
    found = []
    for name in shared_attributes(two):
        if _is_number(two, name):
            continue
        ours, theirs = _held(two.earlier, name), _held(two.later, name)
        for where, mine, other in (("earlier", ours, theirs), ("later", theirs, ours)):
            alone = {level: n for level, n in mine.items() if level not in other}
            shown = sorted((one for one, n in alone.items() if n >= FEWEST_TO_SHOW), key=naturally)
            found += [("level", name, level, where, alone[level]) for level in shown]
            rare = sum(n for n in alone.values() if n < FEWEST_TO_SHOW)
            if rare:
                found.append(("level", name, RARE, where, rare))
    return found


def _held(side: Side, name: str) -> dict[str, int]:
    held: dict[str, int] = {}
    for level, n in zip(side.texts(name), side.amount.tolist(), strict=True):
        if level is not None and level not in MISSING_LEVELS:
            held[str(level)] = held.get(str(level), 0) + n
    return held


def _day_words(two: Extracts, column: str) -> Readable:
    """Return the words of a column of days."""
    if column == ENDING:
        return tr("the ending")
    if column.startswith("first__"):
        return two.later.cases.procedure.label(column.removeprefix("first__"))
    return attribute_words(column)


def texts(words: Sequence[str]) -> Values:
    """Return texts as an array of objects, also when there is none."""
    return np.array([*words, None], dtype=object)[:-1]


def _shares(n: Counts, base: Counts) -> Floats:
    made = np.full(len(n), np.nan)
    np.divide(n, base, out=made, where=base > 0)
    return made
