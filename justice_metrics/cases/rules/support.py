"""Rules on support spells: their dates against one another, against the case, and against the day of recording."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ...base.levels import LEVEL_WORDS, NOT_RECORDED
from ..attributes import actor_words
from .rule import SUPPORT, Probe, Rule, Subject

_START, _END, _RECORDED = nw.col("start_day"), nw.col("end_day"), nw.col("recorded_day")
_CASE_START, _CASE_END = nw.col("case_start"), nw.col("case_end")


def _unknown_unit(_: Subject) -> list[Probe]:
    return [Probe(mask=nw.col("known").is_null())]


def _without_start(subject: Subject) -> list[Probe]:
    """Tell the actors apart: an actor whose dates are missing more often than others' looks less present than he is."""
    undated, actor = _START.is_null(), nw.col("actor")
    probes = [
        Probe(key=one, words=actor_words(one), mask=undated, base=actor == nw.lit(one)) for one in subject.cases.actors
    ]
    return [*probes, Probe(key=NOT_RECORDED, words=LEVEL_WORDS[NOT_RECORDED], mask=undated, base=actor.is_null())]


def _end_before_start(_: Subject) -> list[Probe]:
    return [Probe(mask=_END < _START, base=~_START.is_null() & ~_END.is_null())]


def _after_cutoff(subject: Subject) -> list[Probe]:
    start = nw.col("start_day")
    return [Probe(mask=start > subject.cases.cutoff_day, base=~start.is_null())]


def _before_complaint(_: Subject) -> list[Probe]:
    return [Probe(mask=_START < _CASE_START, base=~_START.is_null() & ~_CASE_START.is_null())]


def _after_ending(_: Subject) -> list[Probe]:
    return [Probe(mask=_START > _CASE_END, base=~_START.is_null() & ~_CASE_END.is_null())]


def _recorded_late(subject: Subject) -> list[Probe]:
    delay = _RECORDED - _START
    return [Probe(mask=delay > subject.settings.late_recording_days, base=~_START.is_null() & ~_RECORDED.is_null())]


def _recorded_after_ending(_: Subject) -> list[Probe]:
    return [Probe(mask=_RECORDED > _CASE_END, base=~_RECORDED.is_null() & ~_CASE_END.is_null())]


def _elsewhere(_: Subject) -> list[Probe]:
    known = ~nw.col("institution").is_null() & ~_START.is_null()
    return [Probe(mask=nw.col("elsewhere") == 1, base=known)]


SUPPORT_RULES: Final = (
    Rule(
        id="support_of_unknown_case",
        severity="error",
        sentence=tr("A spell of support belongs to a case that is not in the data"),
        remedy=tr("Compare the ids of both files; often they are written in two ways. The spell is not used."),
        touches=SUPPORT,
        counts="spells",
        probes=_unknown_unit,
    ),
    Rule(
        id="support_without_start",
        severity="error",
        sentence=tr("A spell of support has no starting date"),
        remedy=tr(
            "Enter the date. Without it nobody can say whether the support came before or after an act; it is not used."
        ),
        touches=SUPPORT,
        counts="spells",
        probes=_without_start,
    ),
    Rule(
        id="support_ends_before_start",
        severity="error",
        sentence=tr("A spell of support ends before it starts"),
        remedy=tr("Correct one of the two dates."),
        touches=SUPPORT,
        counts="spells",
        probes=_end_before_start,
    ),
    Rule(
        id="support_after_cutoff",
        severity="error",
        sentence=tr("A spell of support starts after the cut-off"),
        remedy=tr("Correct the date, or the cut-off."),
        touches=SUPPORT,
        counts="spells",
        probes=_after_cutoff,
    ),
    Rule(
        id="support_before_complaint",
        severity="warning",
        sentence=tr("A spell of support starts before the complaint"),
        remedy=tr(
            "Support can come first, so look at the dates and leave what is right. Such a spell counts as there on the "
            "day of the complaint."
        ),
        touches=SUPPORT,
        counts="spells",
        probes=_before_complaint,
    ),
    Rule(
        id="support_after_ending",
        severity="warning",
        sentence=tr("A spell of support starts after the case had ended"),
        remedy=tr(
            "Correct the date of the support or that of the ending. Support that came afterwards did not help the "
            "case on its way: it counts as none."
        ),
        touches=SUPPORT,
        counts="spells",
        probes=_after_ending,
    ),
    Rule(
        id="support_recorded_late",
        severity="note",
        sentence=tr("A spell of support was written down long after it had started"),
        remedy=tr(
            "Ask from what the date was taken. Where starts are written down afterwards, repeat the questions on "
            "support with later starts."
        ),
        touches=SUPPORT,
        counts="spells",
        probes=_recorded_late,
    ),
    Rule(
        id="support_recorded_after_ending",
        severity="note",
        sentence=tr("A spell of support was written down after the case had ended"),
        remedy=tr(
            "What is written down in the knowledge of the ending may depend on it. Compare with the dated papers of "
            "the file."
        ),
        touches=SUPPORT,
        counts="spells",
        probes=_recorded_after_ending,
    ),
    Rule(
        id="support_in_two_institutions",
        severity="note",
        sentence=tr("Two institutions support the victim with the same kind of actor at the same time"),
        remedy=tr("Nothing, where it is so; the actor counts once, from the first day of either."),
        touches=SUPPORT,
        counts="spells",
        probes=_elsewhere,
    ),
)
