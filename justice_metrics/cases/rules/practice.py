"""Rules on what was coded of practice: its days against the case and the cut-off, and answers that contradict them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..checklist import Item
from ..days import EXACTNESS
from ..mappings.practice import CODED, CODED_DAY
from .rule import Probe, Rule, Subject


class _Dated(NamedTuple):
    """An item with its day, and in which units that is known to the day."""

    item: Item
    day: nw.Expr
    known: nw.Expr


def _dated(subject: Subject) -> Iterator[_Dated]:
    """Yield the items that were coded with their day."""
    checklist = subject.cases.checklist
    for item in checklist.items if checklist is not None else ():
        name = f"{CODED_DAY}{item.id}"
        if name not in subject.columns:
            continue
        day = subject.described(name).day
        known = ~day.is_null()
        if f"{EXACTNESS}{name}" in subject.columns:
            known = known & (nw.col(f"{EXACTNESS}{name}") == "day").fill_null(value=True)
        yield _Dated(item, day, known)


def _after_cutoff(subject: Subject) -> list[Probe]:
    cutoff = subject.cases.cutoff_day
    return [
        Probe(key=one.item.id, words=one.item.label, mask=one.day > cutoff, base=one.known) for one in _dated(subject)
    ]


def _before_start(subject: Subject) -> list[Probe]:
    if subject.start not in subject.cases.dated_states:
        return []
    start = subject.span(subject.start)
    return [
        Probe(key=one.item.id, words=one.item.label, mask=one.day < start.first, base=one.known & start.known)
        for one in _dated(subject)
    ]


def _not_done_but_dated(subject: Subject) -> list[Probe]:
    return [
        Probe(
            key=one.item.id,
            words=one.item.label,
            mask=nw.col(f"{CODED}{one.item.id}") != "yes",
            base=one.known & ~nw.col(f"{CODED}{one.item.id}").is_null(),
        )
        for one in _dated(subject)
        if one.item.kind == "answer" and f"{CODED}{one.item.id}" in subject.columns
    ]


PRACTICE_RULES: Final = (
    Rule(
        id="practice_after_cutoff",
        severity="error",
        sentence=tr("An act of practice is dated after the cut-off"),
        remedy=tr("Correct the date, or the cut-off."),
        touches=("practice",),
        probes=_after_cutoff,
    ),
    Rule(
        id="practice_before_start",
        severity="warning",
        sentence=tr("An act of practice is dated before the case started"),
        remedy=tr("Look at the file: an examination can come before the complaint, a recorded interview hardly."),
        touches=("practice",),
        probes=_before_start,
    ),
    Rule(
        id="practice_not_done_but_dated",
        severity="warning",
        sentence=tr("An act of practice has a day, but its answer is not yes"),
        remedy=tr("Correct one of the two; shares go by the answer."),
        touches=("practice",),
        probes=_not_done_but_dated,
    ),
)
