"""How many there were: counts by month, year and year to date, by each attribute and their combinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from ...base.cells import BaseCounts
from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr
from ...base.provenance import LeftOut, unit_words
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ..declared import LEFT_OUT_WORDS
from ..series.series import ARRIVAL_WORDS
from .asked import YEAR, Asked, CountedPeriod, asked_counts, partial_years, to_date
from .said import draw_months, draw_periods, findings_of
from .tables import table_names, tables_of
from .ties import ties_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MONTHS: Final = "months"
_VIEWS: Final[Mapping[str, Readable]] = MappingProxyType(
    {_MONTHS: tr("Months of the last year and of the year before")}
)


@dataclass(frozen=True, eq=False, kw_only=True)
class CaseCounts(Result):
    """Counts by period, for all together, by each attribute, and by combinations of attributes.

    Tables
    ------
    main
        All together, by year (or by the first period that was asked for): ``period``, ``maturity`` (complete,
        provisional) and ``count``.
    month, quarter, to_date
        All together, by the other periods. ``to_date`` counts of each year the months that the last year has; there,
        ``before`` is the number of the year before and ``estimate`` the relative change.
    year_by_department, month_by_department_sex, …
        The same for each attribute and combination, in columns of their names.
    """

    question: ClassVar[str] = "case_counts"

    asked: Asked = field(repr=False)

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """The months of the last year, where there are months."""
        return _VIEWS if "month" in self.tables else {}

    def base_counts(self) -> BaseCounts:
        """Return every count, and how those of months, years and years to date hang together."""
        return replace(super().base_counts(), ties=tuple(ties_of(self.asked, self.tables)))

    def context(self) -> Mapping[str, object]:
        """Return which counts each table holds, what is counted, and how many months are to date."""
        spread = to_date(self.asked.counted)
        return {
            "tables": table_names(self.asked),
            "what": self.asked.words,
            "months": 0 if spread is None else spread.months,
        }

    def findings(self) -> tuple[Readable, ...]:
        """Return this year to date beside the same months of the year before, and the last whole year."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say this year to date, and the last whole year, as far as they are shown."""
        return findings_of(shown)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the numbers of the main table; one of a period that is not over says so."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the numbers of the main table that are shown."""
        return draw_periods(shown.main, ax, language=language)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the months of the last year beside those of the year before."""
        return self.draw_of(self, view, ax, language=language)  # type: ignore[return-value]

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the months of the last year beside those of the year before, as far as they are shown."""
        if view != _MONTHS or "month" not in shown.tables:
            return None
        return draw_months(shown.tables["month"], ax, language=language)


def case_counts(
    data: CaseData | CountData,
    *,
    of: str | None = None,
    by: Names = (),
    combine: Sequence[Sequence[str]] = (),
    period: Sequence[CountedPeriod] = ("month", "year", "to_date"),
    combine_period: Sequence[CountedPeriod] | None = None,
    years: int | None = None,
) -> CaseCounts:
    """Count units by period: all together, by each attribute, and by combinations of attributes.

    The numbers of a statistics site: each table is one selection that a reader can make. Case files are counted in the
    period of their start, whatever became of them; of a table of counts one quantity is added up.

    Parameters
    ----------
    data : CaseData or CountData
    of : str, optional
        Of a table of counts the quantity, which may be left out where there is one only; of a stock, such as alerts
        that are active, the last figure stands for a longer period (or the first, as the mapping says). Of case files
        a stage, role or way of ending that is counted on its first day; by default their start.
    by : str or tuple of str
        Attributes, or keys of the table, that split the counts each by itself.
    combine : sequence of sequences of str
        Attributes that split the counts together, such as ``[["offence", "department"]]``. One alone may stand here
        too, if it has so many levels that its months say little.
    period : sequence of {"month", "quarter", "year", "to_date"}
        ``to_date`` counts, of each year, the months of the last year that are over at the cut-off: the only fair
        comparison of a year that is not over. A period shorter than those of the rows of a table is left out, and a
        note says so.
    combine_period : sequence of {"month", "quarter", "year", "to_date"}, optional
        The periods of ``combine``; by default those of ``period`` that are years or years to date.
    years : int, optional
        Only so many of the last years.

    Returns
    -------
    CaseCounts

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, a quantity does not add up, a combination has more than 50,000 groups, or the data
        tell none of the periods.

    Notes
    -----
    A level that is missing (not recorded, not available) is a level of its own, so that the groups add up to the whole.
    In a table of counts, one part of a sum without a number leaves the sum without one.

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> periods = ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1"]
    >>> table = pd.DataFrame({"Quarter": periods, "New": [5, 7, 4, 6, 9]})
    >>> counts = jm.CountData.from_frame(table, {"counts": {"period": "Quarter", "quantities": {"new": "New"}}})
    >>> answer = jm.case_counts(counts, period=("quarter", "year", "to_date"))
    >>> list(answer.tables), answer.main["count"].tolist()
    (['main', 'quarter', 'to_date'], [22.0, 9.0])
    >>> answer.tables["to_date"]["count"].tolist()
    [5.0, 9.0]
    """
    if years is not None and years < 1:
        raise QuestionError(tr("At least one year is counted."), tr("Leave 'years' out for all of them."))
    asked = asked_counts(data, of=of, by=by, combine=combine, period=period, combine_period=combine_period)
    reasons = {**LEFT_OUT_WORDS, **ARRIVAL_WORDS}
    return CaseCounts(
        heading=tr("Counts by period: {what}", what=asked.words),
        tables=tables_of(asked, years),
        definition=Definition(
            answers=tr("How many were there in each period?"),
            numerator=tr("{what}, in the period", what=asked.words)
            if asked.thing
            else tr(
                "each {unit} whose registration ({what}) lies in the period",
                unit=unit_words(asked.unit),
                what=asked.words,
            ),
            denominator=tr("none: these are counts, not shares"),
            basis="flow",
            pending=tr("open and ended ones are counted alike, in the period in which they were registered")
            if not asked.thing
            else tr("not looked at: a period counts what happened in it, whenever the cases began"),
        ),
        provenance=data.provenance.add(
            "case_counts",
            of=of,
            by=names(by),
            combine=tuple(tuple(one) for one in combine),
            period=tuple(names(period)),
            combine_period=None if combine_period is None else tuple(names(combine_period)),
            years=years,
        ).leave_out(
            *(LeftOut(reasons[name], n) for name, n in asked.counted.left_out.items() if name != "not_started")
        ),
        notes=(*asked.notes, *_partial_notes(asked)),
        frame_library=data.frame_library,
        weighted=isinstance(data, CaseData) and data.sampling.weighted,
        asked=asked,
    )


def _partial_notes(asked: Asked) -> tuple[Readable, ...]:
    """Say which years the data hold in part only."""
    if YEAR not in asked.combinations[()]:
        return ()
    return tuple(
        tr("The data hold a part of the period only: {period}. Do not compare it with a whole one.", period=year)
        for year in (str(1970 + one) for one in partial_years(asked.counted))
    )
