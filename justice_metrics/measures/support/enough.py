"""On how many supported cases a difference rests, whether they are enough, and what is said where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from ...base.language import Readable, tr, trn
from ...base.levels import MISSING_LEVELS
from ...cases.attributes import attribute_words
from ...reduce.histories import Histories
from ...reduce.pattern_cells import COVARIATE_MISSING
from ..declared import Share

# With fewer cases in which support started in time, resampling cannot tell how much such cases differ.
FEWEST_STARTERS: Final = 20
# With fewer of them the difference hangs on a few files.
FEW_STARTERS: Final = 50
# With fewer courts that hold them, resampling courts cannot tell how much these differ.
FEWEST_COURTS: Final = 5
# Resamples without any of them are left out; with more than this share of them the spread is that of the others.
MOST_WITHOUT: Final = 0.05
# Cases that were supported on an unknown day are left out, and only such cases: with more than this share of all that
# were supported, what remains is no longer like all cases, even if dates are missing by pure chance.
MOST_UNDATED: Final = 0.05
# With fewer resamples an error is known to one digit at most.
FEW_RESAMPLES: Final = 50
# With fewer cases followed to a horizon, the curves end on few.
FEW_FOLLOWED: Final = 20


class Starters(NamedTuple):
    """The cases in which support really started in time, and before the case ended.

    Attributes
    ----------
    cases : int
        Files, whatever they weigh.
    courts : int or None
        Clusters that hold them; None where no cluster was named.
    usable, resamples : int
        Resamples in which somebody started in time, and all of them.
    undated, supported : int
        Supported cases left out because nobody knows since when, and those with a date before their ending.
    """

    cases: int
    courts: int | None
    usable: int
    resamples: int
    undated: int = 0
    supported: int = 0

    @property
    def undated_share(self) -> float:
        """Share of the supported cases that were left out for want of a date."""
        return self.undated / max(self.undated + self.supported, 1)

    @property
    def without(self) -> int:
        """Resamples in which nobody started in time."""
        return self.resamples - self.usable

    @property
    def enough(self) -> bool:
        """Whether an interval may be given."""
        return (
            self.cases >= FEWEST_STARTERS
            and (self.courts is None or self.courts >= FEWEST_COURTS)
            and self.without <= MOST_WITHOUT * self.resamples
            and self.undated_share <= MOST_UNDATED
        )


def why_not(starters: Starters, within: int) -> Readable | None:
    """Return why nothing can be told of a difference; None where it can.

    Examples
    --------
    >>> print(why_not(Starters(1, 1, 60, 100), 90))
    Support started within 90 days, before any ending, in 1 case only; at least 20 are needed
    >>> why_not(Starters(200, 30, 500, 500), 90) is None
    True
    """
    if starters.cases < FEWEST_STARTERS:
        return trn(
            "Support started within {days} days, before any ending, in {n} case only; at least {least} are needed",
            "Support started within {days} days, before any ending, in {n} cases only; at least {least} are needed",
            starters.cases,
            days=within,
            least=FEWEST_STARTERS,
        )
    if starters.courts is not None and starters.courts < FEWEST_COURTS:
        return trn(
            "All {cases} cases in which support started within {days} days lie in {n} cluster; at least {least} are "
            "needed",
            "All {cases} cases in which support started within {days} days lie in {n} clusters; at least {least} are "
            "needed",
            starters.courts,
            cases=starters.cases,
            days=within,
            least=FEWEST_COURTS,
        )
    if starters.undated_share > MOST_UNDATED:
        return tr(
            "{n} supported cases, {share} of all that were supported, are left out because nobody knows since when; "
            "the cases that remain are not like all cases",
            n=starters.undated,
            share=Share(starters.undated_share),
        )
    if not starters.enough:
        return tr(
            "In {share} of the resamples support started within {days} days in no case, so the others do not tell "
            "how sure the difference is",
            share=Share(starters.without / starters.resamples),
            days=within,
        )
    return None


def starter_notes(starters: Starters, within: int) -> tuple[Readable, ...]:
    """Return what a reader must know of the cases and resamples behind a difference."""
    notes: list[Readable] = []
    reason = why_not(starters, within)
    if reason is not None:
        notes.append(tr("{reason}: no interval, p value or number of files for a next study is given.", reason=reason))
    elif starters.cases < FEW_STARTERS:
        notes.append(
            tr(
                "Support started within {days} days, before any ending, in {n} cases only: the difference hangs on "
                "these few, and its interval tends to be too narrow.",
                days=within,
                n=starters.cases,
            )
        )
    if starters.without:
        notes.append(
            trn(
                "In {n} resample of {all} nobody was supported in time; it was left out.",
                "In {n} resamples of {all} nobody was supported in time; they were left out.",
                starters.without,
                all=starters.resamples,
            )
        )
    if starters.resamples < FEW_RESAMPLES:
        notes.append(
            tr(
                "Only {n} resamples were drawn: they tell the error to one digit at most, and the interval with it. "
                "Ask for 500 (resamples).",
                n=starters.resamples,
            )
        )
    return tuple(notes)


def followed_notes(followed: Mapping[int, tuple[int, int]], arms: Mapping[str, Readable]) -> tuple[Readable, ...]:
    """Return at which horizons few cases are still followed; cases by horizon and strategy, -1 where all had ended."""
    return tuple(
        trn(
            "Only {n} case is followed to day {day} under '{arm}': what came last on its curve rests on few.",
            "Only {n} cases are followed to day {day} under '{arm}': what came last on its curve rests on few.",
            n,
            day=day,
            arm=arm,
        )
        for day, both in followed.items()
        for n, arm in zip(both, arms.values(), strict=True)
        if 0 <= n < FEW_FOLLOWED
    )


def missing_notes(cells: Histories) -> tuple[Readable, ...]:
    """Return how cases were treated of which something that is adjusted for is not known."""
    notes: list[Readable] = []
    for name, one in cells.covariates.items():
        if one.levels is None:
            continue
        unknown = np.isin(one.values, [place for place, level in enumerate(one.levels) if level in MISSING_LEVELS])
        n = int(cells.n[unknown[cells.pattern]].sum())
        if n:
            notes.append(
                trn(
                    "Not known of {n} case: {attribute}. It stays, as a kind of its own.",
                    "Not known of {n} cases: {attribute}. They stay, as a kind of their own.",
                    n,
                    attribute=attribute_words(name),
                )
            )
    out = cells.left_out.get(COVARIATE_MISSING, 0)
    if out:
        notes.append(
            trn(
                "{n} case is left out because a number that is adjusted for is not recorded.",
                "{n} cases are left out because a number that is adjusted for is not recorded.",
                out,
            )
        )
    return tuple(notes)
