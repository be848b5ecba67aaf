"""Rules on the offence and the sentence: children under offences of adults, sentences without or beyond the law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ...base.language import tr
from ...base.levels import MISSING_LEVELS
from ..conversions.text import normalise
from ..sentence_ranges import SentenceRange, plain_name, sentence_ranges
from .masks import one_of, without_stand_in
from .named_days import fact_of
from .rule import CHILD_TABLES, Counted, Facts, Probe, Rule, Subject, either, sure

# Below this age every law that tells children apart calls the victim a child.
_CHILD: Final = 14
# Lengths are written in years and months; a day more is no longer sentence.
_A_DAY: Final = 0.05


def _adult_offences(subject: Subject) -> tuple[str, ...]:
    """Return offences of which the data know another one by the same name that is committed against children."""
    of_children = [normalise(one) for one in subject.child_offences]
    return tuple(
        one
        for one in subject.offences
        if one not in subject.child_offences and any(name.startswith(f"{normalise(one)} ") for name in of_children)
    )


def _children_under_adult_offence(subject: Subject) -> list[Probe]:
    cases = subject.cases
    if cases.unit in {"accused", "charge"} or "age_at_fact" not in cases.numeric_attributes:
        return []
    adult = _adult_offences(subject)
    if not adult:
        return []
    age = nw.col("age_at_fact")
    of_adults = one_of(nw.col("offence"), adult) & ~age.is_null()
    return [Probe(mask=(age >= 0) & (age < _CHILD), base=of_adults)]


def _convictions(subject: Subject) -> tuple[str, ...]:
    procedure = subject.cases.procedure
    return tuple(one for one in procedure.outcomes if procedure.class_of(one) == "conviction")


def _without_sentence(subject: Subject) -> list[Probe]:
    convicted = subject.stands_as(_convictions(subject))
    if subject.sentenced is None:
        return []
    return [Probe(mask=nw.col("sentence__rows").is_null(), base=convicted)]


class _Sentences(NamedTuple):
    """Rows of sentences with what the case says, and the offences that occur among them."""

    frame: nw.LazyFrame[Any]
    offences: tuple[str, ...]


def _rows(subject: Subject) -> _Sentences | None:
    """Return the sentences, each with its case: whether it was convicted, its offence, the day whose law decides."""
    cases = subject.cases
    if "sentences" not in cases.children:
        return None
    convicted = sure(cases.reached(_convictions(subject))).cast(nw.Int64)
    fact = fact_of(cases)
    units = cases.milestones.select(
        "unit_id",
        case__convicted=convicted,
        case__offence=nw.col("offence") if subject.offences else nw.lit(None, dtype=nw.String),
        case__fact=without_stand_in(nw.col(fact)) if fact else nw.lit(None, dtype=nw.Int32),
    )
    frame = cases.child("sentences").join(units, on="unit_id", how="left")
    told = nw.col("offence").cast(nw.String)
    said = nw.when(~told.is_in(list(MISSING_LEVELS))).then(told)
    frame = frame.with_columns(
        said__offence=nw.coalesce(said, nw.col("case__offence").cast(nw.String)),
        law__day=nw.coalesce(nw.col("case__fact"), nw.col("day")),
    )
    levels = frame.select("said__offence").drop_nulls().unique().collect().get_column("said__offence")
    return _Sentences(frame, tuple(sorted(str(one) for one in levels.to_list())))


def _unconvicted(subject: Subject, _: Facts) -> list[Counted]:
    rows = _rows(subject)
    if rows is None:
        return []
    says_something = ~nw.col("day").is_null() | ~nw.col("months").is_null()
    return _counted(rows.frame, nw.col("case__convicted") == 0, ~nw.col("case__convicted").is_null() & says_something)


def _out_of_range(subject: Subject, *, above: bool) -> list[Counted]:
    rows = _rows(subject)
    if rows is None:
        return []
    months, day = nw.col("months"), nw.col("law__day")
    broken, due = [], []
    for offence, law in _laws(subject, rows.offences):
        same = (nw.col("said__offence") == offence) & (day >= law.first_day) & (day <= law.last_day)
        limit = months > law.maximum_months + _A_DAY if above else months < law.minimum_months - _A_DAY
        broken.append(sure(same & limit))
        due.append(sure(same & ~months.is_null()))
    return _counted(rows.frame, either(broken), either(due)) if due else []


def _beyond_maximum(subject: Subject, _: Facts) -> list[Counted]:
    return _out_of_range(subject, above=True)


def _below_minimum(subject: Subject, _: Facts) -> list[Counted]:
    return _out_of_range(subject, above=False)


def _laws(subject: Subject, offences: tuple[str, ...]) -> Iterator[tuple[str, SentenceRange]]:
    ranges = sentence_ranges(None, subject.cases.procedure.country)
    for offence in offences:
        name = plain_name(offence)
        yield from ((offence, one) for one in ranges if name in one.names)


def _counted(frame: nw.LazyFrame[Any], broken: nw.Expr, due: nw.Expr) -> list[Counted]:
    flags = frame.select(hit=(sure(broken) & sure(due)).cast(nw.Int64), base=sure(due).cast(nw.Int64))
    found = flags.select(nw.col("hit", "base").sum()).collect()
    n, base = (int(found.get_column(one)[0] or 0) for one in ("hit", "base"))
    return [Counted("", None, n, base)]


OFFENCE_RULES: Final = (
    Rule(
        id="child_victim_of_adult_offence",
        severity="warning",
        sentence=tr("The victim is younger than 14, but the offence is the one against adults"),
        remedy=tr(
            "Compare age and offence with the file: the same act against a child is an offence of its own, with other "
            "limits and another sentence."
        ),
        touches=("breakdowns",),
        probes=_children_under_adult_offence,
    ),
    Rule(
        id="sentence_without_conviction",
        severity="error",
        sentence=tr("A sentence is recorded, but the case was never convicted"),
        remedy=tr("Enter the conviction, or correct to which case the sentence belongs."),
        touches=("conviction_rates", *CHILD_TABLES),
        counts="rows",
        counted=_unconvicted,
    ),
    Rule(
        id="sentence_beyond_maximum",
        severity="warning",
        sentence=tr("A sentence is longer than the law allows for the offence"),
        remedy=tr(
            "See whether years were read as months or several offences were sentenced together, and whether the law of "
            "the day of the fact is the one in the table of ranges."
        ),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_beyond_maximum,
    ),
    Rule(
        id="sentence_below_minimum",
        severity="note",
        sentence=tr("A sentence is shorter than the law allows for the offence"),
        remedy=tr(
            "Nothing, where attempt, youth or an abbreviated procedure lowered it; else see whether months were read "
            "as years."
        ),
        touches=CHILD_TABLES,
        counts="rows",
        counted=_below_minimum,
    ),
    Rule(
        id="conviction_without_sentence",
        severity="note",
        sentence=tr("The case stands as convicted, but no sentence is recorded"),
        remedy=tr("Enter the sentence. Until then lengths of sentences tell of the recorded ones only."),
        touches=CHILD_TABLES,
        probes=_without_sentence,
        needs=("sentenced",),
    ),
)
