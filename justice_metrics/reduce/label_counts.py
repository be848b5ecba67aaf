"""From case data to how often each label of an attribute is used, by group and by period of the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.levels import MISSING_LEVELS
from ..base.types import Counts, Tallies
from ..cases.attributes import attribute_words, suggested
from ..cases.casedata import CaseData
from ..cases.conversions.labels import FEWEST_TO_SHOW
from ..cases.periods import Period, Periods, numbered
from ..cases.rules.masks import without_stand_in
from ..tables import Strata, in_order
from .completeness import numbers_of, when_begun
from .grouped import Grouped, grouped_counts

# Labels that fewer units hold than may be told by name, put together.
RARER: Final = "rarer_labels"
# An attribute with more labels than this is a text that people write, not a list.
_MOST_CELLS: Final = 200_000


class LabelCounts(NamedTuple):
    """Units by label; missing values are left out, they are the subject of completeness.

    Attributes
    ----------
    field : str
    labels : tuple of str, L of them
        Those that ten units hold or more, in the order of a reader; ``rarer_labels`` last, where there are others.
    n : (G, P, L)
    missing : (G, P)
        Units without a label.
    undated : int
        Units without a date of the start.
    """

    field: str
    labels: tuple[str, ...]
    n: Tallies
    missing: Tallies
    undated: int


class Labelled(NamedTuple):
    """Label counts of several attributes on the same groups and periods."""

    strata: Strata
    periods: Periods
    fields: tuple[LabelCounts, ...]
    start_days: Tallies  # (G, P) sum of the days on which the units started


def label_fields(cases: CaseData) -> tuple[str, ...]:
    """Return the attributes that are lists of labels."""
    return tuple(one for one in cases.attributes if one not in cases.numeric_attributes)


def label_counts(
    cases: CaseData, *, fields: Sequence[str] = (), by: Sequence[str] = (), period: Period = "year"
) -> Labelled:
    """Count labels, one grouped count per attribute; each file counts once, whatever it weighs.

    Parameters
    ----------
    cases : CaseData
    fields : sequence of str
        Attributes with labels; all but those in ``by`` by default.
    by : sequence of str
        Attributes that split the units.
    period : {"month", "quarter", "half_year", "year"}
        Of the start of the case.

    Raises
    ------
    QuestionError
        When a word names no attribute with labels.
    """
    known = label_fields(cases)
    for word in fields:
        if word not in known:
            raise QuestionError(
                tr("'{word}' is not an attribute with labels.", word=word),
                suggested(word, known, *[(one, attribute_words(one)) for one in known]),
            )
    chosen = tuple(fields) or tuple(one for one in known if one not in by)
    if not chosen:
        raise QuestionError(
            tr("These cases have no attribute with labels."), tr("Name some in the mapping's [attributes].")
        )
    cases = cases.with_(sampling=replace(cases.sampling, weighted=False))
    start = {"start": without_stand_in(cases.first_day((cases.procedure.start,))).cast(nw.Int64).fill_null(0)}
    when = {"when": when_begun(cases, period)}
    counted = [grouped_counts(cases, by=(*by, one), keys=when, sums=start, most_strata=_MOST_CELLS) for one in chosen]
    placed = [numbers_of(one.keys["when"], one.units, period, cases.cutoff_day) for one in counted]
    numbers = np.concatenate([number[known_] for number, known_ in placed])
    first, last = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, -1)
    groups = in_order({level[:-1] for one in counted for level in one.strata.levels} or {()})
    found = [
        _of_field(name, grouped, number - first, there, groups, last - first + 1)
        for name, grouped, (number, there) in zip(chosen, counted, placed, strict=True)
    ]
    rank = {one: place for place, one in enumerate(groups)}
    (number, there), one = placed[0], counted[0]
    group = np.array([rank[level[:-1]] for level in one.strata.levels], np.int64)[one.stratum]
    days = np.zeros((len(groups), last - first + 1), np.int64)
    np.add.at(days, (group[there], (number - first)[there]), one.sums["start"][there])
    return Labelled(Strata(tuple(by), groups), numbered(np.arange(first, last + 1), period), tuple(found), days)


def _of_field(
    name: str, grouped: Grouped, when: Counts, there: Tallies, groups: tuple[tuple[str, ...], ...], p: int
) -> LabelCounts:
    levels = [level[-1] for level in grouped.strata.levels]
    totals: dict[str, int] = {}
    for place, n in zip(grouped.stratum.tolist(), grouped.units.tolist(), strict=True):
        totals[levels[place]] = totals.get(levels[place], 0) + n
    shown = [one for (one,) in in_order((one,) for one in totals if one not in MISSING_LEVELS)]
    common = [one for one in shown if totals[one] >= FEWEST_TO_SHOW]
    labels = (*common, RARER) if len(common) < len(shown) else tuple(common)
    column = {one: place for place, one in enumerate(common)}
    rank = {one: place for place, one in enumerate(groups)}
    # one column more for missing values
    to_column = np.array([-1 if one in MISSING_LEVELS else column.get(one, len(common)) for one in levels], np.int64)
    to_group = np.array([rank[level[:-1]] for level in grouped.strata.levels], np.int64)
    n = np.zeros((len(groups), p, len(labels) + 1), np.int64)
    at = (to_group[grouped.stratum][there], when[there], to_column[grouped.stratum][there])
    np.add.at(n, at, grouped.units[there])
    return LabelCounts(name, labels, n[..., :-1], n[..., -1], int(grouped.units[~there].sum()))
