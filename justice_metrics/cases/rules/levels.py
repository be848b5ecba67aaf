"""Rules on the labels of attributes: cells cut short or holding several values, and what changed from year to year."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from ...base.language import tr
from ...base.levels import MISSING_LEVELS, NOT_APPLICABLE
from ...base.types import Counts, Floats
from ..attributes import attribute_words
from ..conversions.text import normalise
from .heaps import STANDARD_ERRORS
from .rule import Counted, Facts, LevelTally, Rule, Subject

# Where programs cut a text: database fields, and cells of spreadsheets.
_CELL_ENDS: Final = frozenset({254, 255, 256, 4_000, 8_000, 8_192, 32_767})
# Any other width is a field when several of its longest texts end there.
_FIELD_WIDTH: Final = 20
_CUT_TEXTS: Final = 3
_NEAR: Final = 4
_SEVERAL: Final = re.compile(r"[^;|\n]+[;|\n]\s*[^;|\n\s]")
_OTHER: Final = re.compile(
    r"^(otr[oa]s?|others?|unknown|unspecified|desconocid[oa]s?|vari[oa]s|miscellaneous|ns ?/ ?nr|"
    r"(sin|no) (datos?|especific\w*|clasific\w*|determina\w*|identific\w*|informacion|definid[oa]|consta|registra\w*)"
    r")\b"
)
# Years with fewer units than this say nothing of a change; a change in share must be at least so large.
_FEWEST: Final = 50
_CHANGE: Final = 0.1
_TWICE: Final = 2.0
# A label counts as new or gone with so many units.
_FEWEST_OF_LABEL: Final = 10
_MISSING: Final = frozenset(MISSING_LEVELS)
_UNKNOWN_TO_THEM: Final = frozenset(_MISSING - {NOT_APPLICABLE})


def _attributes(facts: Facts, *, labels: bool) -> Iterator[tuple[str, LevelTally]]:
    yield from ((name, one) for name, one in facts.levels.items() if one.labels or not labels)


def _cut_short(_: Subject, facts: Facts) -> list[Counted]:
    """Look at the longest texts: at the end of a cell, or several of them of one length and none longer."""
    found = []
    for name, tally in _attributes(facts, labels=True):
        told = [one for one in tally.levels if one not in _MISSING]
        at_end = {one for one in told if len(one) in _CELL_ENDS} | _at_field_end(told)
        n, base = int(tally.having(at_end).sum()), int(tally.having(set(told)).sum())
        found.append(Counted(name, attribute_words(name), n, base))
    return found


def _at_field_end(texts: list[str]) -> set[str]:
    """Return the longest texts where they pile up at one length, as a field cuts them.

    Names that differ in numbers only, such as those of courts, count as one.
    """
    longest = max(map(len, texts), default=0)
    widest = {one for one in texts if len(one) == longest}
    apart = {re.sub(r"\d", "", one) for one in widest}
    nearly = sum(longest - _NEAR <= len(one) < longest for one in texts)
    return widest if longest >= _FIELD_WIDTH and len(apart) >= _CUT_TEXTS and len(apart) > nearly else set()


def _several_in_one(_: Subject, facts: Facts) -> list[Counted]:
    found = []
    for name, tally in _attributes(facts, labels=True):
        told = {one for one in tally.levels if one not in _MISSING}
        several = {one for one in told if _SEVERAL.search(one)}
        n, base = int(tally.having(several).sum()), int(tally.having(told).sum())
        found.append(Counted(name, attribute_words(name), n, base))
    return found


class _Years(NamedTuple):
    """Units of the last year with enough of them, and of all years before it: some of all, in both."""

    n: int
    base: int
    n_before: int
    base_before: int

    @property
    def grew(self) -> bool:
        """Whether the share rose by a tenth of all and more than chance would have it."""
        if min(self.base, self.base_before) < _FEWEST:
            return False
        share, before = self.n / self.base, self.n_before / self.base_before
        return share - before >= _CHANGE and _apart(share, self.base, before, self.base_before)


def _last_year(tally: LevelTally, some: Counts, all_: Counts) -> _Years:
    years = [int(one) for one in np.unique(tally.year) if one and all_[tally.year == one].sum() >= _FEWEST]
    if len(years) < 2:
        return _Years(0, 0, 0, 0)
    last, before = tally.year == years[-1], (tally.year < years[-1]) & (tally.year > 0)
    return _Years(*(int(one[rows].sum()) for rows in (last, before) for one in (some, all_)))


def _apart(one: float, n_one: int, two: float, n_two: int) -> bool:
    """Return whether two shares lie more than four standard errors from each other."""
    pooled = (one * n_one + two * n_two) / (n_one + n_two)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_one + 1 / n_two))
    return abs(one - two) > STANDARD_ERRORS * error


def _other_grew(_: Subject, facts: Facts) -> list[Counted]:
    found = []
    for name, tally in _attributes(facts, labels=True):
        told = {one for one in tally.levels if one not in _MISSING}
        other = {one for one in told if _OTHER.search(normalise(one))}
        years = _last_year(tally, tally.having(other), tally.having(told))
        twice = years.n * years.base_before >= _TWICE * years.n_before * years.base
        found.append(Counted(name, attribute_words(name), years.n, years.base, years.grew and twice))
    return [one for one in found if one.base]


def _less_recorded(_: Subject, facts: Facts) -> list[Counted]:
    found = []
    for name, tally in _attributes(facts, labels=False):
        due = tally.n - tally.having({NOT_APPLICABLE})
        years = _last_year(tally, tally.having(set(_UNKNOWN_TO_THEM)), due)
        found.append(Counted(name, attribute_words(name), years.n, years.base, years.grew))
    return [one for one in found if one.base]


def _labels_changed(_: Subject, facts: Facts) -> list[Counted]:
    """Look for a year from which on much bears labels that were not used before, and labels used before are gone."""
    found = []
    for name, tally in _attributes(facts, labels=True):
        counts = _by_year(tally)
        best = Counted(name, attribute_words(name), 0, int(counts[-1].sum()) if len(counts) else 0, remarkable=False)
        for place in range(1, len(counts)):
            before, after = counts[:place], counts[place:]
            first, last = counts[place], counts[place - 1]
            new = (before.sum(axis=0) == 0) & (first >= _FEWEST_OF_LABEL)
            gone = (after.sum(axis=0) == 0) & (last >= _FEWEST_OF_LABEL)
            n, base = int(first[new].sum()), int(first.sum())
            changed = n >= _CHANGE * _TWICE * base and last[gone].sum() >= _CHANGE * _TWICE * last.sum()
            if changed and n > best.n:
                best = Counted(name, attribute_words(name), n, base, remarkable=True)
        found.append(best)
    return [one for one in found if one.base]


def _by_year(tally: LevelTally) -> Counts:
    """Return the units of each year with enough of them and each label, (Y, L)."""
    told = np.array([one not in _MISSING for one in tally.levels], bool)
    known = told[tally.level] & (tally.year > 0) if len(tally.n) else np.zeros(0, bool)
    years, place = np.unique(tally.year[known], return_inverse=True)
    counts = np.zeros((len(years), len(tally.levels)), np.int64)
    np.add.at(counts, (place, tally.level[known]), tally.n[known])
    kept: Counts = counts[counts.sum(axis=1) >= _FEWEST]
    return kept


def _missing_by_outcome(_: Subject, facts: Facts) -> list[Counted]:
    """Compare how often a value is missing between the ways in which cases stand, pending being one of them."""
    found = []
    for name, tally in _attributes(facts, labels=False):
        missing, due = tally.having(set(_UNKNOWN_TO_THEM)), tally.n - tally.having({NOT_APPLICABLE})
        endings, place = np.unique(tally.ending, return_inverse=True)
        n = np.bincount(place, weights=missing, minlength=len(endings))
        base = np.bincount(place, weights=due, minlength=len(endings))
        n, base = n[base >= _FEWEST], base[base >= _FEWEST]
        if len(base) < 2:
            continue
        share: Floats = n / base
        most, least = int(np.argmax(share)), int(np.argmin(share))
        uneven = share[most] - share[least] >= _CHANGE and _apart(
            float(share[most]), int(base[most]), float(share[least]), int(base[least])
        )
        found.append(Counted(name, attribute_words(name), int(n[most]), int(base[most]), bool(uneven)))
    return found


LEVEL_RULES: Final = (
    Rule(
        id="cells_cut_short",
        severity="warning",
        sentence=tr("A text is exactly as long as a cell or a field can hold"),
        remedy=tr("Compare with the register: the rest was probably cut off when the file was exported."),
        touches=("breakdowns",),
        counted=_cut_short,
        certain=False,
    ),
    Rule(
        id="several_in_one_cell",
        severity="warning",
        sentence=tr("A cell of an attribute holds several values"),
        remedy=tr(
            "Give each value a row of its own and count charges or victims, or let a label say which one stands for "
            "the case. Until then each mixture is a group of its own."
        ),
        touches=("breakdowns",),
        counted=_several_in_one,
        certain=False,
    ),
    Rule(
        id="other_grew",
        severity="note",
        sentence=tr('In the last year far more cases are labelled "other" or "unknown" than before'),
        remedy=tr(
            "Ask what changed in the form or the training, and look into these cases. Until then a fall of the other "
            "groups may be one of labels only."
        ),
        touches=("breakdowns",),
        counted=_other_grew,
        certain=False,
    ),
    Rule(
        id="labels_changed",
        severity="note",
        sentence=tr("From one year to the next the labels of an attribute changed"),
        remedy=tr("Bring old and new labels together in the mapping, or do not compare the years before and after."),
        touches=("breakdowns",),
        counted=_labels_changed,
        certain=False,
    ),
    Rule(
        id="less_recorded",
        severity="note",
        sentence=tr("In the last year an attribute is missing far more often than before"),
        remedy=tr("Ask whether the column is filled in later, or no longer. Read no change of its groups from it."),
        touches=("breakdowns",),
        counted=_less_recorded,
        certain=False,
    ),
    Rule(
        id="missing_by_outcome",
        severity="note",
        sentence=tr("An attribute is missing far more often among cases with one outcome than with another"),
        remedy=tr(
            'Do not leave out cases without it: shares of outcomes among the others would be wrong. Show "not '
            'recorded" as a group.'
        ),
        touches=("conviction_rates", "breakdowns"),
        counted=_missing_by_outcome,
        certain=False,
    ),
)
