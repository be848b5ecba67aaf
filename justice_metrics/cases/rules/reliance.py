"""Rules on victims' taking part: the day of leaving against the case, the cut-off, and what the status says."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..mappings.parts import DISENGAGED, ENGAGED, LEFT_DAY, RELIANCE_STATUS
from .rule import Probe, Rule, Subject


def _before_start(subject: Subject) -> list[Probe]:
    if LEFT_DAY not in subject.columns or subject.start not in subject.cases.dated_states:
        return []
    left, start = subject.described(LEFT_DAY), subject.span(subject.start)
    return [Probe(mask=left.before(start), base=left.known & start.known)]


def _after_cutoff(subject: Subject) -> list[Probe]:
    if LEFT_DAY not in subject.columns:
        return []
    left = subject.described(LEFT_DAY)
    return [Probe(mask=left.after_day(subject.cases.cutoff_day), base=left.known)]


def _engaged_but_left(subject: Subject) -> list[Probe]:
    if not {LEFT_DAY, RELIANCE_STATUS} <= subject.columns:
        return []
    return [Probe(mask=~nw.col(LEFT_DAY).is_null(), base=nw.col(RELIANCE_STATUS) == ENGAGED)]


def _left_without_day(subject: Subject) -> list[Probe]:
    if not {LEFT_DAY, RELIANCE_STATUS} <= subject.columns:
        return []
    return [Probe(mask=nw.col(LEFT_DAY).is_null(), base=nw.col(RELIANCE_STATUS) == DISENGAGED)]


def _left_after_ending(subject: Subject) -> list[Probe]:
    if LEFT_DAY not in subject.columns:
        return []
    left, closed = subject.described(LEFT_DAY), subject.closed
    return [Probe(mask=closed.before(left), base=left.known & closed.known)]


RELIANCE_RULES: Final = (
    Rule(
        id="left_before_start",
        severity="error",
        sentence=tr("The victim stopped taking part before the case started, by its dates"),
        remedy=tr("Correct one of the two dates. Such a case is left out of the question on reliance."),
        touches=("reliance",),
        probes=_before_start,
    ),
    Rule(
        id="left_after_cutoff",
        severity="error",
        sentence=tr("The victim stopped taking part after the cut-off"),
        remedy=tr("Correct the date, or the cut-off. Up to the cut-off the victim counts as taking part."),
        touches=("reliance",),
        probes=_after_cutoff,
    ),
    Rule(
        id="engaged_but_left",
        severity="warning",
        sentence=tr("The victim is marked as taking part, but has a day of leaving"),
        remedy=tr("Correct one of the two; the day counts."),
        touches=("reliance",),
        probes=_engaged_but_left,
    ),
    Rule(
        id="left_without_day",
        severity="warning",
        sentence=tr("The victim is marked as gone, but no day says since when"),
        remedy=tr(
            "Enter the day of the last contact. Without it the case is left out of the shares by day, and counts at "
            "the cut-off."
        ),
        touches=("reliance",),
        probes=_left_without_day,
    ),
    Rule(
        id="left_after_ending",
        severity="note",
        sentence=tr("The victim stopped taking part after the case had ended"),
        remedy=tr("Nothing, where it is so; the victim counts as one who stayed to the end."),
        touches=("reliance",),
        probes=_left_after_ending,
    ),
)
