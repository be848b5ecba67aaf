"""Rules on offices: cases that start after an office was closed, or ended before it was opened."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..attributes import attribute_words
from ..conversions.text import normalise
from ..office_file import OfficeDays
from .masks import one_of
from .rule import TIME, Probe, Rule, Subject, either, sure
from .spans import Span, exactly


def office_attribute(subject: Subject) -> str | None:
    """Return the attribute that names the office: the one that was set, else ``office``, else ``court``."""
    known = [one for one in subject.cases.attributes if one not in subject.cases.numeric_attributes]
    return next((one for one in (subject.settings.office, "office", "court") if one in known), None)


def _closed(subject: Subject) -> list[Probe]:
    name = office_attribute(subject)
    if name is None or not subject.settings.offices:
        return []
    days: dict[str, list[OfficeDays]] = {}
    for one in subject.settings.offices:
        days.setdefault(one.name, []).append(one)
    levels = subject.cases.milestones.select(name).drop_nulls().unique().collect().get_column(name).to_list()
    known = {str(level): days[normalise(str(level))] for level in levels if normalise(str(level)) in days}
    office, ended = nw.col(name), subject.span("outcome")
    dated = subject.start in subject.cases.dated_states
    start = subject.span(subject.start) if dated else exactly(nw.lit(None, dtype=nw.Int32))
    # A case may pass from one office to another: only what no transfer explains is taken.
    late = [(office == level) & start.after_day(max(one.last_day for one in spans)) for level, spans in known.items()]
    early = [
        (office == level) & ended.before_day(min(one.first_day for one in spans)) for level, spans in known.items()
    ]
    between = [(office == level) & _in_gap(start, spans) for level, spans in known.items() if len(spans) > 1]
    base = one_of(office, known) & (start.known | ended.known)
    hit = either([sure(one) for one in (*late, *early, *between)])
    return [Probe(key=name, words=attribute_words(name), mask=hit, base=base)]


def _in_gap(day: Span, spans: list[OfficeDays]) -> nw.Expr:
    """Return whether a day lies between a closing and the next opening."""
    ordered = sorted(spans, key=lambda one: one.first_day)
    pairs = pairwise(ordered)
    return either([sure(day.after_day(before.last_day) & day.before_day(after.first_day)) for before, after in pairs])


OFFICE_RULES: Final = (
    Rule(
        id="office_closed",
        severity="error",
        sentence=tr("The case started in an office that was closed by then, or ended before its office was opened"),
        remedy=tr("Correct the office or the date, or the days of the office in the table of offices."),
        touches=("breakdowns", *TIME),
        probes=_closed,
    ),
)
