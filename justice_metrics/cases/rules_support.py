"""Rules on support spells: without a start, ending before it, starting after the cut-off, of an unknown case."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from ..base.language import tr
from .rules import Probe, Rule, Subject


def _unknown_unit(_: Subject) -> list[Probe]:
    return [Probe(mask=nw.col("known").is_null())]


def _without_start(_: Subject) -> list[Probe]:
    return [Probe(mask=nw.col("start_day").is_null())]


def _end_before_start(_: Subject) -> list[Probe]:
    start, end = nw.col("start_day"), nw.col("end_day")
    return [Probe(mask=end < start, base=~start.is_null() & ~end.is_null())]


def _after_cutoff(subject: Subject) -> list[Probe]:
    start = nw.col("start_day")
    return [Probe(mask=start > subject.cases.cutoff_day, base=~start.is_null())]


SUPPORT_RULES: Final = (
    Rule(
        id="support_of_unknown_case",
        severity="error",
        sentence=tr("A spell of support belongs to a case that is not in the data"),
        remedy=tr("Compare the ids of both files; often they are written in two ways. The spell is not used."),
        touches=("landmark_association",),
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
        touches=("landmark_association",),
        counts="spells",
        probes=_without_start,
    ),
    Rule(
        id="support_ends_before_start",
        severity="error",
        sentence=tr("A spell of support ends before it starts"),
        remedy=tr("Correct one of the two dates."),
        touches=("landmark_association",),
        counts="spells",
        probes=_end_before_start,
    ),
    Rule(
        id="support_after_cutoff",
        severity="error",
        sentence=tr("A spell of support starts after the cut-off"),
        remedy=tr("Correct the date, or the cut-off."),
        touches=("landmark_association",),
        counts="spells",
        probes=_after_cutoff,
    ),
)
