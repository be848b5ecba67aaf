"""Ratios of one period: numbers that were counted in the same months, and are not the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from ...base.cells import Of
from ...base.language import Language, Message, Readable, format_share, tr, trn
from ...base.provenance import unit_words
from ...base.quantities import Quantity, ratio
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...figures.dots import dots
from ..declared import Share, strata_columns
from ..shown import numbers, of_words, undefined_words, whole, words_of
from .period_numbers import (
    PeriodNumbers,
    all_together,
    alone_notes,
    counted_in,
    last_whole,
    partial_of,
    partial_periods,
    period_numbers,
    set_against,
    ties_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A figure shows the last periods only; the table has all of them.
_DRAWN = 12

# Numerator and denominator of each ratio, over the same cells.
_Pairs: TypeAlias = dict[str, tuple[Quantity, Quantity]]


@dataclass(frozen=True, eq=False, kw_only=True)
class PeriodRatios(Result):
    """Ratios of numbers of the same period.

    Tables
    ------
    main
        One row per stratum, period and ratio: ``period``, ``rate`` (such as ``charge/complaint``), ``numerator``,
        ``denominator``, ``estimate``; each with its status where a number is missing. Where anything splits the
        numbers, the last stratum is all together.
    """

    question: ClassVar[str] = "period_ratios"

    rate_words: Mapping[str, Readable]
    partial: tuple[str, ...] = ()

    def findings(self) -> tuple[Readable, ...]:
        """Return each ratio of all together, in the last whole period that has one."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say each ratio of all together in the last whole period of which it is shown."""
        main = shown.main
        said: list[Readable] = []
        for rate, words in main.labels["rate"].items():
            there = (main["rate"] == rate) & np.isfinite(numbers(main, "estimate")) & all_together(main)
            row = last_whole(main, there, partial_of(shown))
            if row is not None:
                said.append(
                    tr(
                        "{period}, {rate}: {numerator} to {denominator}, {share}.",
                        period=period_words(str(main["period"][row])),
                        rate=words,
                        numerator=whole(main["numerator"][row]),
                        denominator=whole(main["denominator"][row]),
                        share=Share(main["estimate"][row], 2),
                    )
                )
        return tuple(said)

    def context(self) -> Mapping[str, object]:
        """Return the periods of which the data hold a part only."""
        return {"partial": self.partial}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the ratios of all together over the last periods, numerator and denominator beside each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the ratios that are shown of the last periods; a hidden one says so."""
        main = shown.main
        last = list(dict.fromkeys(main["period"].tolist()))[-_DRAWN:]
        of_all = all_together(main)
        rows = [
            row
            for rate in main.labels["rate"]
            for row in range(len(main))
            if main["rate"][row] == rate and main["period"][row] in last and of_all[row]
        ]
        nothing = np.full(len(rows), np.nan)
        estimate = numbers(main, "estimate")[rows]
        beside = of_words(main, "numerator", "denominator", language)
        undefined = undefined_words(main, "estimate", language)

        def as_share(value: float) -> str:
            return format_share(value, language, decimals=0)

        return dots(
            labels=[period_words(str(main["period"][row])).text(language) for row in rows],
            groups=[words_of(main, "rate", main["rate"][row]).text(language) for row in rows],
            estimate=estimate,
            conf_low=nothing,
            conf_high=nothing,
            annotations=[beside[row] for row in rows],
            undefined_label=[undefined[row] for row in rows],
            x_label=tr("ratio of two numbers of the same period").text(language),
            # shares end at 100 %, ratios of flows do not
            percent=not bool((estimate > 1).any()) and as_share,
            number=as_share,
            ax=ax,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class ConvictionRatio(PeriodRatios):
    """Convictions of a period to prosecutions, complaints or verdicts of the same period."""

    question: ClassVar[str] = "conviction_ratio"


def period_ratios(
    data: CaseData | CountData,
    *,
    of: Names,
    per: Names = "complaint",
    period: Period | None = None,
    by: Names = (),
) -> PeriodRatios:
    """Numbers of one period over others of the same period: a flow, not a rate of the same cases.

    What a prosecutor's office charges in a year was mostly reported before it. Such a ratio may pass 100 %, rises when
    fewer complaints come in, and has no interval. The same cases are followed by :func:`cohort_rates`.

    Parameters
    ----------
    data : CaseData or CountData
    of, per : str or tuple of str
        Numerators and denominators: quantities of the table of counts; or stages, roles and ways of ending of the
        cases, by the day on which they came to it. Each numerator is given on each denominator.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : str or tuple of str
        What splits the numbers. Totals are made of the numbers, never of the ratios.

    Returns
    -------
    PeriodRatios

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> table = pd.DataFrame({"Year": [2022], "Files": [20], "Sentences": [3]})
    >>> counts = jm.CountData.from_frame(table, {
    ...     "counts": {"period": "Year", "quantities": {"complaint": "Files", "verdict": "Sentences"}},
    ... })
    >>> jm.period_ratios(counts, of="verdict").main["estimate"].tolist()
    [0.15]
    """
    found, words, pairs, alone = _counted(data, names(of), names(per), period, names(by))
    return PeriodRatios(
        heading=tr("Ratios of numbers of the same period"),
        tables={"main": _table(found, words, pairs, tr("Ratios of the period"))},
        definition=_definition(tr("How do numbers of one period stand to others of the same period?")),
        provenance=data.provenance.add("period_ratios", of=names(of), per=names(per), period=period, by=names(by)),
        notes=(*found.notes, *alone_notes(alone), *_notes(found, pairs)),
        frame_library=data.frame_library,
        weighted=found.weighted,
        ties=ties_of(found, tuple(found.words)),
        rate_words=words,
        partial=partial_periods(found),
    )


def conviction_ratio(
    data: CaseData | CountData,
    *,
    per: Names = "prosecution",
    of: str = "conviction",
    period: Period | None = None,
    by: Names = (),
) -> ConvictionRatio:
    """Convictions of a period over prosecutions (complaints, verdicts) of the same period.

    What prosecution services publish as a conviction rate. It is a ratio of flows and is labelled so; the rate of the
    same cases is :func:`conviction_rates`.

    Parameters
    ----------
    data : CaseData or CountData
    per : str or tuple of str
        Denominators.
    of : str
        What counts as a conviction.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : str or tuple of str
        What splits the numbers.

    Returns
    -------
    ConvictionRatio

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.conviction_ratio(jm.sample_cases(), per="verdict")
    >>> sorted(set(found.main["rate"].tolist()))
    ['conviction/verdict']
    """
    found, words, pairs, alone = _counted(data, (of,), names(per), period, names(by))
    return ConvictionRatio(
        heading=tr("Conviction ratio of the period"),
        tables={"main": _table(found, words, pairs, tr("Conviction ratio of the period"))},
        definition=_definition(tr("How many convictions were there for each prosecution of the same period?")),
        provenance=data.provenance.add("conviction_ratio", per=names(per), of=of, period=period, by=names(by)),
        notes=(*found.notes, *alone_notes(alone), *_notes(found, pairs)),
        frame_library=data.frame_library,
        weighted=found.weighted,
        ties=ties_of(found, tuple(found.words)),
        rate_words=words,
        partial=partial_periods(found),
    )


def _counted(
    data: CaseData | CountData, of: tuple[str, ...], per: tuple[str, ...], period: Period | None, by: tuple[str, ...]
) -> tuple[PeriodNumbers, dict[str, Readable], _Pairs, int]:
    """Return the numbers, the words of each ratio, both numbers of each, and how many rows are in neither at most."""
    found = period_numbers(data, (*of, *per), period=period, by=by)
    words: dict[str, Readable] = {
        f"{one}/{base}": tr(
            "{of} per {per} (same period, not the same cases)", of=found.words[one], per=found.words[base]
        )
        for one in of
        for base in per
    }
    pairs: _Pairs = {}
    most = 0
    things = dict(found.things)
    for name in words:
        one, base = name.split("/")
        both, alone = set_against(data, found, (one,), (base,), period=period, by=by)
        pairs[name] = both.quantities[one], both.quantities[base]
        things |= {f"{name} above": both.things[one], f"{name} below": both.things[base]}
        most = max(most, alone)
    return found._replace(things=things), words, pairs, most


def _definition(answers: Message) -> Definition:
    return Definition(
        answers=answers,
        numerator=tr("what happened in the period, as the first part of each ratio's name says"),
        denominator=tr("what happened in the same period, as the second part of each ratio's name says"),
        basis="flow",
        pending=tr("not looked at: a period counts what happened in it, whenever the cases began"),
        method=tr("Sums over sums; no interval, because the one is no part of the other."),
    )


def _table(found: PeriodNumbers, words: Mapping[str, Readable], pairs: _Pairs, title: Readable) -> Table:
    parts = {
        "numerator": [one for one, _ in pairs.values()],
        "denominator": [base for _, base in pairs.values()],
        "estimate": [ratio(one, base) for one, base in pairs.values()],
    }
    above = {name: (found.things[f"{name} above"],) for name in words}
    below = {name: (found.things[f"{name} below"],) for name in words}
    columns = (
        *strata_columns(found.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("rate", tr("ratio"), "text", "key", "key"),
        Column("numerator", tr("number"), "units", "count", "count", cell=counted_in(found, above, "rate")),
        Column("denominator", tr("to so many"), "units", "count", "count", cell=counted_in(found, below, "rate")),
        Column(
            "estimate",
            tr("ratio of the period"),
            "share",
            "estimate",
            "share",
            2,
            of=Of(inputs=("numerator", "denominator"), formula="ratio"),
        ),
    )
    p, k = len(found.labels), len(words)
    flat = {name: in_rows(several) for name, several in parts.items()}
    values = {
        **found.strata.columns(p * k),
        "period": [label for _ in range(len(found.strata)) for label in found.labels for _ in range(k)],
        "rate": list(words) * (len(found.strata) * p),
        **{name: one.values for name, one in flat.items()},
    }
    statuses = {name: one.words() for name, one in flat.items()}
    labels = {"rate": words, "period": {one: period_words(one) for one in found.labels}}
    return Table(columns, values, labels=labels, title=title, statuses=statuses)


def in_rows(several: Sequence[Quantity]) -> Quantity:
    """Bring quantities of strata and periods into rows: stratum, period, and one after the other within it."""
    return Quantity(
        np.stack([one.values for one in several], axis=2).ravel(),
        np.stack([one.status for one in several], axis=2).ravel(),
    )


def _notes(found: PeriodNumbers, pairs: _Pairs) -> list[Readable]:
    notes: list[Readable] = [
        tr("Numbers of one period are not the same cases: do not read this as the share of complaints that end so.")
    ]
    above = 0
    units = set()
    for name, both in pairs.items():
        one, base = name.split("/")
        with np.errstate(invalid="ignore"):
            above += int((ratio(*both).values > 1).sum())
        if found.units[one] != found.units[base]:
            units.add((found.units[one], found.units[base]))
    if above:
        notes.append(
            trn(
                "{n} ratio is above 100 %: more was counted in its numerator than in its denominator, which two flows "
                "of one period may do.",
                "{n} ratios are above 100 %: more was counted in their numerators than in their denominators, which "
                "two flows of one period may do.",
                above,
            )
        )
    notes += [
        tr("The ratio crosses units: {one} to {other}.", one=unit_words(one), other=unit_words(other))
        for one, other in sorted(units)
    ]
    return notes
