"""Effectiveness of a period, and impunity as what it lacks: effective endings to the cases known in the same period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...base.cells import Of
from ...base.language import Language, Readable, format_share, tr, trn
from ...base.quantities import NOT_DEFINED, STATUSES, Quantity, differences, quantity, ratio
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Flags, Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...figures.dots import dots
from ..declared import Share, strata_columns
from ..recorded import unmapped
from ..shown import numbers, of_words, undefined_words, whole
from .parts_of_whole import added_up
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

USUAL = ("conviction", "alternative_exit")
_DRAWN = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class Effectiveness(Result):
    """Effectiveness of each period, and impunity as 100 % less it.

    Tables
    ------
    main
        One row per stratum and period: ``numerator`` (effective endings), ``known``, ``excluded``, ``denominator``
        (known less excluded), ``estimate`` (effectiveness), ``impunity``; each with its status where missing. Neither
        is defined where nothing is left of the cases known, nor is impunity where effectiveness is above 100 %.
    """

    question: ClassVar[str] = "effectiveness"

    partial: tuple[str, ...] = ()

    def findings(self) -> tuple[Readable, ...]:
        """Return the last whole period of all together."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the last whole period of all together of which effectiveness is shown."""
        main = shown.main
        row = last_whole(main, np.isfinite(numbers(main, "estimate")) & all_together(main), partial_of(shown))
        if row is None:
            return ()
        values = {
            "period": period_words(str(main["period"][row])),
            "numerator": whole(main["numerator"][row]),
            "denominator": whole(main["denominator"][row]),
            "share": Share(main["estimate"][row]),
        }
        if not np.isfinite(numbers(main, "impunity")[row]):
            return (
                tr(
                    "{period}: {numerator} effective endings to {denominator} cases known, effectiveness {share}; no "
                    "impunity index is defined (numbers of one period, not the same cases).",
                    **values,
                ),
            )
        return (
            tr(
                "{period}: {numerator} effective endings to {denominator} cases known, effectiveness {share}, "
                "impunity index {rest} (numbers of one period, not the same cases).",
                **values,
                rest=Share(main["impunity"][row]),
            ),
        )

    def context(self) -> Mapping[str, object]:
        """Return the periods of which the data hold a part only."""
        return {"partial": self.partial}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the impunity index of all together over the last periods."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the impunity index of all together over the last periods; a hidden one says so."""
        main = shown.main
        periods = len(set(main["period"].tolist()))
        rows = list(range(len(main) - periods, len(main)))[-_DRAWN:]
        nothing = np.full(len(rows), np.nan)
        beside = of_words(main, "numerator", "denominator", language)
        undefined = undefined_words(main, "impunity", language)
        return dots(
            labels=[period_words(str(main["period"][row])).text(language) for row in rows],
            estimate=numbers(main, "impunity")[rows],
            conf_low=nothing,
            conf_high=nothing,
            annotations=[beside[row] for row in rows],
            annotation_label=tr("effective endings / cases known").text(language),
            undefined_label=[undefined[row] for row in rows],
            x_label=tr("impunity index: 100 % less effectiveness").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


def effectiveness(
    data: CaseData | CountData,
    *,
    effective: Names = USUAL,
    known: str = "complaint",
    excluded: Names = (),
    period: Period | None = None,
    by: Names = (),
) -> Effectiveness:
    """Effective endings of a period over the cases known in it; impunity is what is missing to 100 %.

    The definition that Mexican civil society uses: convictions and accepted alternative exits of the period, over the
    cases that the office came to know in it, less those it could not pursue. It is a ratio of flows: endings of this
    year mostly belong to older cases. The definition that follows the same cases is :func:`impunity`.

    Parameters
    ----------
    data : CaseData or CountData
    effective : str or tuple of str
        Endings that count as effective.
    known : str
        What says how many cases came to be known.
    excluded : str or tuple of str
        Endings or quantities that are taken off the cases known, such as ``transfer``.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : str or tuple of str
        What splits the numbers.

    Returns
    -------
    Effectiveness

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.effectiveness(jm.sample_cases())
    >>> bool(((found.main["estimate"] + found.main["impunity"])[:2] == 1).all())
    True
    """
    wanted, off = _there(data, names(effective)), names(excluded)
    counted = period_numbers(data, (*wanted, known, *off), period=period, by=names(by))
    found, alone = set_against(data, counted, wanted, (known,), off, period=period, by=names(by))
    table, above, nothing_left = _table(found, wanted, known, off)
    label: Mapping[str, Readable] = found.words
    notes: list[Readable] = [
        tr("Endings of a period mostly belong to older cases: this is not the fate of the cases known in it.")
    ]
    if above:
        notes.append(
            trn(
                "Effectiveness is above 100 % in {n} place, where old cases ended; no impunity index is defined there.",
                "Effectiveness is above 100 % in {n} places, where old cases ended; no impunity index is defined "
                "there.",
                above,
            )
        )
    if off:
        notes.append(
            tr(
                "What is taken off happened in the period, mostly to cases known before it: where it is a large part "
                "of the cases known, effectiveness is too high and says little."
            )
        )
    if nothing_left:
        notes.append(
            trn(
                "In {n} place as many cases as came to be known, or more, were taken off: effectiveness is not "
                "defined there.",
                "In {n} places as many cases as came to be known, or more, were taken off: effectiveness is not "
                "defined there.",
                nothing_left,
            )
        )
    return Effectiveness(
        heading=tr("Effectiveness of the period, and impunity as what it lacks"),
        tables={"main": table},
        definition=Definition(
            answers=tr("How many effective endings were there for each case that came to be known in the period?"),
            numerator=tr("endings of the period: {endings}", endings=[label[one] for one in wanted]),
            denominator=tr(
                "cases of the period: {known}; taken off: {excluded}",
                known=label[known],
                excluded=[label[one] for one in off] or tr("nothing"),
            ),
            basis="flow",
            pending=tr("not looked at: a period counts what happened in it, whenever the cases began"),
            method=tr("Sums over sums; no interval, because the one is no part of the other."),
        ),
        provenance=data.provenance.add(
            "effectiveness", effective=wanted, known=known, excluded=off, period=period, by=names(by)
        ),
        notes=(*found.notes, *alone_notes(alone), *notes),
        frame_library=data.frame_library,
        weighted=found.weighted,
        ties=ties_of(counted, (*wanted, known, *off)),
        partial=partial_periods(found),
    )


def _there(data: CaseData | CountData, effective: tuple[str, ...]) -> tuple[str, ...]:
    """Return the effective endings; of the usual two, those that the data know."""
    if effective != USUAL:
        return effective
    if isinstance(data, CountData):
        kept = tuple(one for one in effective if data.has(one))
    else:
        classes = {data.procedure.class_of(one) for one in data.procedure.outcomes}
        there = tuple(one for one in effective if one in classes)
        silent = unmapped(data, there)
        kept = tuple(one for one in there if one not in silent) or there
    return kept or effective[:1]


def _table(
    found: PeriodNumbers, effective: tuple[str, ...], known: str, excluded: tuple[str, ...]
) -> tuple[Table, int, int]:
    endings = added_up([found.quantities[one] for one in effective])
    base = found.quantities[known]
    nothing = quantity(np.zeros(base.values.shape))
    off = added_up([found.quantities[one] for one in excluded]) if excluded else nothing
    left = differences(base, off)
    with np.errstate(invalid="ignore"):
        gone = left.values <= 0
        # cases of other years were taken off: nothing is left to set the endings against
        left = _undefined(left, left.values < 0)
        share = _undefined(ratio(endings, left), gone & endings.known)
        over = share.values > 1
        rest = _undefined(Quantity(1 - share.values, share.status), over)
    columns = (
        *strata_columns(found.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("numerator", tr("effective endings"), "units", "count", "count", cell=counted_in(found, effective)),
        Column("known", tr("cases known"), "units", "count", "count", cell=counted_in(found, (known,))),
        Column(
            "excluded", tr("taken off"), "units", "count", "count", cell=counted_in(found, excluded or ("nothing",))
        ),
        Column(
            "denominator",
            tr("left of them"),
            "units",
            "count",
            "count",
            of=Of(inputs=("known", "excluded"), formula="difference"),
        ),
        Column(
            "estimate",
            tr("effectiveness of the period"),
            "share",
            "estimate",
            "share",
            2,
            of=Of(inputs=("numerator", "denominator"), formula="ratio"),
        ),
        Column(
            "impunity",
            tr("impunity index"),
            "share",
            "estimate",
            "share",
            2,
            of=Of(inputs=("numerator", "denominator"), formula="complement"),
        ),
    )
    flat = {
        "numerator": endings,
        "known": base,
        "excluded": off,
        "denominator": left,
        "estimate": share,
        "impunity": rest,
    }
    values = {
        **found.strata.columns(len(found.labels)),
        "period": list(found.labels) * len(found.strata),
        **{name: one.values.ravel() for name, one in flat.items()},
    }
    statuses = {name: one.words() for name, one in flat.items()}
    labels = {"period": {one: period_words(one) for one in found.labels}}
    table = Table(columns, values, labels=labels, statuses=statuses, title=tr("Effectiveness by period"))
    return table, int(over.sum()), int((gone & (np.nan_to_num(off.values) > 0)).sum())


def _undefined(one: Quantity, where: Flags) -> Quantity:
    """Return a quantity that is not defined in some places."""
    status = np.where(where, np.uint8(STATUSES.index(NOT_DEFINED)), one.status).astype(np.uint8)
    return Quantity(np.where(where, np.nan, one.values), status)
