"""From case data to how many dates fall on each day, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.types import Counts, Tallies
from ..cases.attributes import suggested
from ..cases.casedata import CaseData
from ..cases.rules.subject import Subject
from ..tables import Strata
from .completeness import Field, fields_of
from .grouped import NO_DAY, grouped_counts


class DayCounts(NamedTuple):
    """Dates of one kind: group, day and number, shapes (C,)."""

    field: Field
    strata: Strata
    stratum: Counts
    day: Counts
    n: Tallies


def day_counts(cases: CaseData, *, dates: Sequence[str] = (), by: Sequence[str] = ()) -> tuple[DayCounts, ...]:
    """Count dates by day, one grouped count per kind of date; stand-ins for "no date" are left out.

    Parameters
    ----------
    cases : CaseData
    dates : sequence of str
        Stages, ``ending``, date attributes; all by default.
    by : sequence of str
        Attributes that split the units.

    Raises
    ------
    QuestionError
        When a word names no date.
    """
    known = {one.name: one for one in fields_of(cases) if one.kind == "date"}
    for word in dates:
        if word not in known:
            raise QuestionError(
                tr("'{name}' is no date of these cases.", name=word),
                suggested(word, tuple(known), *[(one.name, one.words) for one in known.values()]),
            )
    cases = cases.with_(sampling=replace(cases.sampling, weighted=False))
    subject = Subject(cases)
    frame = subject.frame(())
    found = []
    for name in dates or known:
        day = nw.col(name) if name in cases.date_attributes else subject.on(name)
        keys = {"day": day.cast(nw.Int64).fill_null(NO_DAY)}
        grouped = grouped_counts(cases, by=by, keys=keys, frame=frame)
        there = grouped.keys["day"] != NO_DAY
        found.append(
            DayCounts(
                known[name], grouped.strata, grouped.stratum[there], grouped.keys["day"][there], grouped.units[there]
            )
        )
    return tuple(found)
