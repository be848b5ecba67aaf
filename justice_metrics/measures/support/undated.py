"""Support without any date: how many actors files ever recorded, and nothing about what support does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Language, Readable, format_number, tr
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Counts, Floats
from ...cases.attributes import actor_words
from ...cases.casedata import CaseData
from ...figures.counts import bars
from ..declared import Share, outcome_labels, sampling_notes
from ..guards import among
from ..shown import numbers
from .naive import naive_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportWithoutDates(Result):
    """What files without a date of support can tell: how many actors each case ever had.

    Tables
    ------
    main
        Cases by number of actors ever recorded.
    naive
        Share with each outcome by that number, with the reason not to use it.
    """

    question: ClassVar[str] = "support_effect"

    def findings(self) -> tuple[Readable, ...]:
        """Return the cases that all actors supported, and what cannot be told of them."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the cases that all actors supported, where shown, and what cannot be told of them."""
        units = numbers(shown.main, "units")
        cannot = tr(
            "What support does to how cases end cannot be told from these files: no date says when it started, so "
            "nobody knows whether it came before or because of what happened in the case. Record the first day of "
            "each actor."
        )
        if not np.isfinite(units).all():
            return (cannot,)
        said = tr(
            "Of {n} cases, {with_all} ({share}) have a record of all the actors asked about, and {without} ({other}) "
            "of none of them.",
            n=int(units.sum()),
            with_all=int(units[-1]),
            share=Share(units[-1] / max(units.sum(), 1)),
            without=int(units[0]),
            other=Share(units[0] / max(units.sum(), 1)),
        )
        return said, cannot

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the cases by number of actors ever recorded."""
        return bars(
            bins=[format_number(float(one), language) for one in self.main["actors"]],
            counts=self.main["units"],
            x_label=tr("actors ever recorded").text(language),
            y_label=tr("cases").text(language),
            number=lambda n: format_number(n, language),
            ax=ax,
        )


def without_dates(
    cases: CaseData,
    units: Counts,
    ended: Sequence[tuple[Sequence[str], Counts]],
    *,
    actors: Sequence[str],
    settings: Mapping[str, object],
    level: float,
) -> SupportWithoutDates:
    """Return what can be answered without any date of support.

    Parameters
    ----------
    cases : CaseData
    units : (A,)
        Cases by number of actors ever recorded.
    ended : sequence of (outcomes, counts)
        As for :func:`justice_metrics.measures.support.naive.naive_table`.
    actors : sequence of str
    settings : mapping of str to object
        Of the question as it was asked.
    level : float
    """
    chosen = (settings.get("basis"), settings.get("institutions"))
    # of all cases, so that only what is counted as support tells one such answer from another
    ever = next(iter(among(cases.provenance, -1, "actors ever recorded", actors, *chosen)))
    words = outcome_labels(cases, [name for names, _ in ended for name in names])
    of_all = Of(inputs=("units",), formula="share_of_rows", rows="table")
    columns = (
        Column("actors", tr("actors ever recorded"), "number", "key", "key", 0),
        Column("units", tr("cases"), "units", "count", "count", cell=CellOf(keys={"actors": ever})),
        Column(
            "share",
            tr("share of all cases"),
            "share",
            "estimate",
            "share",
            of=of_all,
        ),
    )
    share: Floats = units / max(float(units.sum()), 1.0)
    main = Table(columns, {"actors": np.arange(len(units)), "units": units, "share": share})
    return SupportWithoutDates(
        heading=tr("Support without dates: actors ever recorded"),
        tables={"main": main, "naive": naive_table(units, ended, words, level)},
        definition=Definition(
            answers=tr(
                "How many of these actors does each file record, at any time: {actors}?",
                actors=[actor_words(one) for one in actors],
            ),
            numerator=tr("cases with so many of the actors on record, dated or not"),
            denominator=tr("all cases of the file"),
            basis="snapshot",
            pending=tr("counted like all others: they may meet more actors later"),
        ),
        provenance=cases.provenance.add("support_effect", **settings),
        notes=(
            tr(
                "A case must stay open long enough to meet its supporters. The number of actors ever recorded is "
                "earned by lasting, so no share of outcomes by that number says what support does."
            ),
            *sampling_notes(cases, weights_used=False),
        ),
        frame_library=cases.frame_library,
    )
