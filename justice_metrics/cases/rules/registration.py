"""Rules on the day on which a case was entered in the register: before it began, long after, after it had ended."""

from __future__ import annotations

from typing import Final

from ...base.language import tr
from .named_days import registration_of
from .rule import FLOWS, TIME, Probe, Rule, Subject
from .spans import Span

_SLACK_DAYS: Final = 1


def _days(subject: Subject) -> tuple[Span, Span] | None:
    name = registration_of(subject.cases)
    if name is None or subject.start not in subject.cases.dated_states:
        return None
    return subject.described(name), subject.span(subject.start)


def _before_start(subject: Subject) -> list[Probe]:
    days = _days(subject)
    if days is None:
        return []
    registered, start = days
    # a note of the police may be typed the evening before the formal complaint
    early = registered.last < start.first - _SLACK_DAYS
    return [Probe(mask=early, base=registered.known & start.known)]


def _late(subject: Subject) -> list[Probe]:
    days = _days(subject)
    if days is None:
        return []
    registered, start = days
    late = registered.first - start.last > subject.settings.late_registration_days
    return [Probe(mask=late, base=registered.known & start.known)]


def _after_ending(subject: Subject) -> list[Probe]:
    days = _days(subject)
    if days is None:
        return []
    registered, closed = days[0], subject.closed
    return [Probe(mask=closed.before(registered), base=registered.known & closed.known)]


REGISTRATION_RULES: Final = (
    Rule(
        id="registered_before_start",
        severity="warning",
        sentence=tr("The case was entered in the register before it started, by its dates"),
        remedy=tr("Correct one of the two dates, or name the right column for the start of the case."),
        touches=(*FLOWS, *TIME),
        probes=_before_start,
    ),
    Rule(
        id="registered_late",
        severity="note",
        sentence=tr("The case was entered in the register long after it had started"),
        remedy=tr(
            "Expect that cases of the last months are still to come: set an earlier cut-off, or estimate them with "
            "a nowcast."
        ),
        touches=(*FLOWS, "breakdowns"),
        probes=_late,
    ),
    Rule(
        id="registered_after_ending",
        severity="note",
        sentence=tr("The case was entered in the register after it had ended"),
        remedy=tr(
            "Such a case could not be seen while it was open. If cases were entered for their ending, declare the day "
            "of entry in the sampling of the mapping; else times are too short."
        ),
        touches=TIME,
        probes=_after_ending,
    ),
)
