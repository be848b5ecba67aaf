"""Rules on tables that hang on the cases: rows of no case, and dates against one another, the case and the cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..casedata import CHILD_WORDS
from ..mappings.children import CHILD_COLUMNS
from .masks import without_stand_in
from .rule import CHILD_TABLES, Counted, Facts, Rule, Subject, sure

# Days of a row that cannot lie the other way round.
_ORDER: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "measures": (("requested_day", "ordered_day"), ("ordered_day", "end_day"), ("ordered_day", "breached_day")),
        "detention": (("start_day", "end_day"),),
        "sentences": (("day", "enforced_day"),),
        "warrants": (("issued_day", "executed_day"),),
        "reparation": (("ordered_day", "paid_day"),),
    }
)


def _strays(subject: Subject, _: Facts) -> list[Counted]:
    taken = subject.cases.intake.children
    return [Counted(one.name, CHILD_WORDS[one.name], one.without_id + one.unknown_ids, one.rows) for one in taken]


def _reversed(subject: Subject, _: Facts) -> list[Counted]:
    return _of_tables(
        subject,
        {
            name: (
                [nw.col(later) < nw.col(earlier) for earlier, later in pairs],
                [~nw.col(earlier).is_null() & ~nw.col(later).is_null() for earlier, later in pairs],
            )
            for name, pairs in _ORDER.items()
        },
    )


def _after_cutoff(subject: Subject, _: Facts) -> list[Counted]:
    """Count rows with a day after the cut-off; a hearing may be set for later, unless it is said to be over."""
    cutoff = subject.cases.cutoff_day
    over = sure(nw.col("status").is_in(["held", "suspended"]))
    return _of_tables(
        subject,
        {
            name: (
                [(nw.col(day) > cutoff) & (over if name == "hearings" else nw.lit(value=True)) for day in days],
                [~nw.col(day).is_null() for day in days],
            )
            for name, days in _days().items()
        },
    )


def _before_case(subject: Subject, _: Facts) -> list[Counted]:
    start = nw.col("case__start")
    return _of_tables(
        subject,
        {
            name: (
                [nw.col(day) < start for day in days],
                [~nw.col(day).is_null() & ~start.is_null() for day in days],
            )
            for name, days in _days().items()
        },
        started=True,
    )


def _outcome_due(subject: Subject, _: Facts) -> list[Counted]:
    ahead = sure(nw.col("status") == "scheduled")
    past = nw.col("scheduled_day") <= subject.cases.cutoff_day
    return _of_tables(subject, {"hearings": ([past], [ahead])})


def _days() -> dict[str, list[str]]:
    return {name: [one.name for one in columns if one.kind == "day"] for name, columns in CHILD_COLUMNS.items()}


def _of_tables(
    subject: Subject, looked: Mapping[str, tuple[list[nw.Expr], list[nw.Expr]]], *, started: bool = False
) -> list[Counted]:
    """Count, in each table that is there, the rows that break any of some conditions among those they apply to."""
    found: list[Counted] = []
    for name, (broken, due) in looked.items():
        if name not in subject.cases.children:
            continue
        frame: nw.LazyFrame[Any] = subject.cases.child(name)
        if started:
            dated = subject.start in subject.cases.dated_states
            begins = without_stand_in(subject.raw(subject.start)) if dated else nw.lit(None)
            units = subject.cases.milestones.select("unit_id", case__start=begins.cast(nw.Int32))
            frame = frame.join(units, on="unit_id", how="left")
        pairs = [(sure(one) & sure(of), sure(of)) for one, of in zip(broken, due, strict=True)]
        hit = nw.any_horizontal(*[one for one, _ in pairs], ignore_nulls=True)
        base = nw.any_horizontal(*[of for _, of in pairs], ignore_nulls=True)
        sums = frame.select(hit=hit.cast(nw.Int64), base=base.cast(nw.Int64)).select(nw.col("hit", "base").sum())
        counted = sums.collect()
        n, of = (int(counted.get_column(one)[0] or 0) for one in ("hit", "base"))
        found.append(Counted(name, CHILD_WORDS[name], n, of))
    return found


CHILD_RULES: Final = (
    Rule(
        id="rows_of_no_case",
        severity="error",
        sentence=tr("A row of another table belongs to a case that is not in the data, or has no id"),
        remedy=tr("Compare the ids of both tables; often they are written in two ways. The row is not used."),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_strays,
    ),
    Rule(
        id="child_dates_reversed",
        severity="error",
        sentence=tr("Two dates of one row stand the wrong way round, such as an end before the beginning"),
        remedy=tr("Correct one of the two dates."),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_reversed,
    ),
    Rule(
        id="child_after_cutoff",
        severity="error",
        sentence=tr("A row tells of something that happened after the cut-off"),
        remedy=tr("Correct the date, or the cut-off. A hearing that is set for later is not yet held or suspended."),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_after_cutoff,
    ),
    Rule(
        id="child_before_complaint",
        severity="warning",
        sentence=tr("A row has a date before the complaint"),
        remedy=tr("Look at the dates, and leave what is right: a measure or a statement can come first."),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_before_case,
    ),
    Rule(
        id="hearing_outcome_due",
        severity="warning",
        sentence=tr("A hearing is still called scheduled although its date has passed"),
        remedy=tr("Enter whether it was held or suspended. Until then it is in no share."),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_outcome_due,
    ),
)
