"""Trends: a share or a rate by month, quarter or year, with what is not mature marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.cells import Of
from ...base.language import Language, Message, Readable, Setting, format_number, format_share, tr, trn
from ...base.levels import NOT_APPLICABLE, NOT_AVAILABLE, PENDING, UNDER_REVIEW
from ...base.quantities import NOT_DEFINED, STATUS_WORDS, STATUSES, SUPPRESSED, Quantity
from ...base.result import Protected, Result
from ...base.table import Column, Table, Unit
from ...base.types import Floats, Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...figures.control import period_rows
from ..declared import FEW_UNITS, Share, ensure_level, group_words, strata_columns
from ..published_days import ensure_published_follow_up
from ..shown import HIDDEN, group_names, numbers, strata_of, words_of
from .count_series import asked_series
from .series import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COMPLETE: Final = "complete"
_PART: Final = "immature"
_GAPS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        **{one: STATUS_WORDS[one] for one in (UNDER_REVIEW, NOT_APPLICABLE, NOT_AVAILABLE, SUPPRESSED)},
        PENDING: tr("not yet known"),
    }
)
STATE_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {_COMPLETE: tr("complete"), _PART: tr("immature: observed in part"), PENDING: tr("not yet known"), "": tr("–")}
)
# More groups than these make a figure in which nobody finds one.
MOST_DRAWN: Final = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class Trends(Result):
    """A share or a rate by period.

    Tables
    ------
    main
        One row per stratum and period: ``units`` of the period, ``numerator``, ``denominator``, ``seen`` (the part that
        was observed for the whole time), ``state`` (complete, immature, pending), ``estimate`` with limits.
    so_far
        Of cohorts: the share by the cut-off of all units of the period, however short they were followed. It falls for
        recent periods whatever the system does.
    """

    question: ClassVar[str] = "trends"

    series: Series

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published, where its days of follow-up are usual ones."""
        ensure_published_follow_up(self.provenance)
        return super().rebuild(protected)

    def findings(self) -> tuple[Readable, ...]:
        """Return the first and the last complete period; how many are not mature."""
        series, said = self.series, list[Readable]()
        if len(series.strata) == 1:
            complete = np.flatnonzero(series.complete[0])
            for place in dict.fromkeys((complete[0], complete[-1]) if len(complete) else ()):
                said.append(
                    tr(
                        "{period}: {estimate} ({numerator} of {denominator}; interval {low} to {high}).",
                        **self._numbers(int(place)),
                    )
                    if series.is_share
                    else tr(
                        "{period}: {estimate} ({what}; {numerator} in all; interval {low} to {high}).",
                        what=series.scale_words,
                        **self._numbers(int(place)),
                    )
                )
        late = int(((series.seen < 1) & (np.nan_to_num(series.units.values) > 0)).any(axis=0).sum())
        if late:
            said.append(
                trn(
                    "{n} period is not mature and must not be compared with the others.",
                    "{n} periods are not mature and must not be compared with the others.",
                    late,
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the estimates by period; of many groups the largest."""
        series, main = self.series, self.main
        shape = series.seen.shape
        kept = largest(series)
        middle, low, high = (
            main[name].astype(float).reshape(shape)[kept] for name in ("estimate", "conf_low", "conf_high")
        )
        states = main["state"].reshape(shape)[kept]
        # a period without a number is no blank: its reason stands in the legend
        why = np.array(main.statuses["estimate"]).reshape(shape)[kept] if "estimate" in main.statuses else states
        gaps = ~np.isfinite(middle).any(axis=0) & np.isin(why, list(_GAPS)).any(axis=0)
        reasons = [words for name, words in _GAPS.items() if (why[:, gaps] == name).any()]
        return period_rows(
            periods=[period_words(one).text(language) for one in series.periods.labels],
            estimate=middle,
            conf_low=low,
            conf_high=high,
            complete=states == _COMPLETE,
            waiting=gaps,
            groups=[group_words(series.strata, language)[g] for g in kept] if len(series.strata) > 1 else ("",),
            x_label=axis_words(series, kept).text(language),
            y_label=series.scale_words.text(language),
            immature_label=STATE_WORDS[_PART].text(language),
            waiting_label=", ".join(words.text(language) for words in reasons),
            number=number_of(series, language),
            shares=series.is_share,
            ax=ax,
        )

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the first and the last complete period of which the numbers are shown."""
        main = shown.main
        value, n, low, high = (numbers(main, one) for one in ("estimate", "numerator", "conf_low", "conf_high"))
        if strata_of(main):
            return ()
        told = np.flatnonzero((main["state"] == _COMPLETE) & np.isfinite(value) & np.isfinite(n))
        is_share = next(one.unit for one in main.columns if one.name == "estimate") == "share"
        said: list[Readable] = []
        for row in dict.fromkeys((told[0], told[-1]) if len(told) else ()):
            write = Share if is_share else Rate
            found = {
                "period": words_of(main, "period", main["period"][row]),
                "estimate": write(float(value[row])),
                "numerator": round(n[row]),
                "low": write(float(low[row])),
                "high": write(float(high[row])),
            }
            if is_share:
                said.append(
                    tr(
                        "{period}: {estimate} ({numerator} of {denominator}; interval {low} to {high}).",
                        denominator=round(float(main["denominator"][row])),
                        **found,
                    )
                )
            else:
                what = next(one.meaning for one in main.columns if one.name == "estimate")
                said.append(
                    tr(
                        "{period}: {estimate} ({what}; {numerator} in all; interval {low} to {high}).",
                        what=what,
                        **found,
                    )
                )
        return tuple(said)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the estimates of the first groups by period, as far as they are shown."""
        main = shown.main
        periods = list(dict.fromkeys(main["period"].tolist()))
        place = {one: at for at, one in enumerate(periods)}
        names = group_names(main, language) or [""] * len(main)
        groups = list(dict.fromkeys(names))[:MOST_DRAWN]
        shape = (len(groups), len(periods))
        middle, low, high = (np.full(shape, np.nan) for _ in range(3))
        complete, gaps = np.zeros(shape, np.bool_), np.zeros(len(periods), np.bool_)
        columns = [numbers(main, one) for one in ("estimate", "conf_low", "conf_high")]
        for row, name in enumerate(names):
            if name in groups:
                at = groups.index(name), place[main["period"][row]]
                middle[at], low[at], high[at] = (one[row] for one in columns)
                complete[at] = main["state"][row] == _COMPLETE
        gaps = ~np.isfinite(middle).any(axis=0)
        column = next(one for one in main.columns if one.name == "estimate")
        is_share = column.unit == "share"
        return period_rows(
            periods=[words_of(main, "period", one).text(language) for one in periods],
            estimate=middle,
            conf_low=low,
            conf_high=high,
            complete=complete,
            waiting=gaps,
            groups=groups,
            x_label=tr("period").text(language),
            y_label=column.meaning.text(language),
            immature_label=STATE_WORDS[_PART].text(language),
            waiting_label=", ".join(one.text(language) for one in (HIDDEN, _GAPS[PENDING])),
            number=(lambda share: format_share(share, language, decimals=0))
            if is_share
            else (lambda rate: format_number(rate, language, decimals=0 if float(rate).is_integer() else 1)),
            shares=is_share,
            ax=ax,
        )

    def _numbers(self, place: int) -> dict[str, object]:
        main, series = self.main, self.series
        write = Share if series.is_share else Rate
        said: dict[str, object] = {
            "period": period_words(series.periods.labels[place]),
            "numerator": round(float(main["numerator"][place])),
            **{
                word: write(float(main[name][place]))
                for word, name in (("estimate", "estimate"), ("low", "conf_low"), ("high", "conf_high"))
            },
        }
        return said | ({"denominator": round(float(main["denominator"][place]))} if series.is_share else {})


class Rate:
    """A rate that a message prints in the reader's language."""

    __slots__ = ("decimals", "value")

    def __init__(self, value: float) -> None:
        self.value = value
        self.decimals = 1 if abs(value) >= 10 else 2

    def text(self, language: Language = "en") -> str:
        """Return the rate."""
        return format_number(self.value, language, decimals=self.decimals)


def trends(
    data: CaseData | CountData,
    *,
    outcome: str | None = None,
    quantity: str | None = None,
    per: str | None = None,
    share_of: str | None = None,
    start: str = "complaint",
    within_days: int = 365,
    period: Period = "quarter",
    by: Names = (),
    known_only: bool = False,
    confidence_level: float = 0.95,
) -> Trends:
    """A share or a rate by period, each cohort followed for the same time, immature ones marked.

    Asked of case files, cases are put into the period of their start, and counted with the outcome if it came within so
    many days; or, with ``quantity``, what happened in each period is counted. Asked of a table of counts, its
    quantities are added up.

    Parameters
    ----------
    data : CaseData or CountData
    outcome : str, optional
        Of case files: what the share is of (a role, class, endpoint or state); ``conviction`` by default.
    quantity : str, optional
        What is counted in each period: of counts one of their quantities, of case files ``new``, ``resolved`` or a
        stage or outcome on its first day.
    per : str, optional
        Of counts: the quantity that the count comes from, such as ``judges`` or ``population`` (per 100,000 and year);
        without it, days.
    share_of : str, optional
        Of counts: the quantity of which it is a part (the same units); it can never be larger than that.
    start : str
        Of case files: stage from which a cohort is followed.
    within_days : int
        Of case files: days of follow-up, the same for all cohorts.
    period : {"month", "quarter", "half_year", "year"}
    by : str or tuple of str
        Attributes, or keys of the counts, that split them.
    known_only : bool
        Of counts: leave cells without a number out of the sums, which are then those of who reported. Without it, one
        such cell leaves its sum without a number. Of a ratio, a row in which only one of the two numbers is known is
        left out on both sides.
    confidence_level : float

    Returns
    -------
    Trends

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or a part is larger than its whole.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association, 22, 209-212 (shares).
    Garwood (1936), Biometrika, 28, 437-442 (counts).

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.trends(jm.sample_cases(), outcome="conviction", within_days=730, period="year")
    >>> [str(one) for one in answer.main["state"]]
    ['complete', 'complete', 'immature', 'pending']
    """
    by = names(by)
    ensure_level(confidence_level)
    series = asked_series(
        data,
        outcome=outcome,
        quantity=quantity,
        per=per,
        share_of=share_of,
        start=start,
        within_days=within_days,
        period=period,
        by=by,
        known_only=known_only,
    )
    return Trends(
        heading=tr("Trend: {what}", what=series.scale_words),
        tables=_tables(series, confidence_level),
        definition=series.definition,
        provenance=data.provenance.add(
            "trends",
            **asked_settings(series, outcome, quantity, per, share_of, start, within_days),
            period=period,
            by=by,
            known_only=known_only,
            confidence_level=confidence_level,
        ).leave_out(*series.left_out),
        notes=(*series.notes, *_few_notes(series)),
        frame_library=data.frame_library,
        weighted=series.weighted,
        series=series,
    )


def asked_settings(
    series: Series,
    outcome: str | None,
    quantity: str | None,
    per: str | None,
    share_of: str | None,
    start: str,
    within_days: int,
) -> dict[str, object]:
    """Return those of the settings that the row of periods rests on."""
    if series.so_far is not None:
        return {"outcome": outcome or "conviction", "start": start, "within_days": within_days}
    given = {"quantity": quantity, "per": per, "share_of": share_of}
    return {name: value for name, value in given.items() if value is not None}


def period_columns(series: Series) -> tuple[Column, ...]:
    """Declare strata and period."""
    return (*strata_columns(series.strata.names), Column("period", tr("period"), "text", "key", "key"))


def period_values(series: Series) -> dict[str, object]:
    """Return strata and period of each row."""
    n = len(series.periods.labels)
    return {**series.strata.columns(n), "period": list(series.periods.labels) * len(series.strata)}


def period_labels(series: Series) -> dict[str, Mapping[str, Readable]]:
    """Return the words of the periods."""
    return {"period": {one: period_words(one) for one in series.periods.labels}}


def estimate_column(series: Series, name: str = "estimate", meaning: Readable | None = None) -> Column:
    """Declare a share or a rate."""
    own = name == "estimate"
    if series.is_share:
        of = Of(inputs=("numerator", "denominator"), formula="share") if own else None
        return Column(name, meaning or tr("share"), "share", "estimate", "share", of=of)
    of = Of(inputs=("numerator", "denominator"), formula="ratio") if own else None
    return Column(name, meaning or series.scale_words, "number", "estimate", "share", 2, of=of)


def denominator_column(series: Series) -> Column:
    """Declare what the numerator is a part of, or comes from."""
    if series.is_share:
        return Column("denominator", tr("among"), "units", "count", "count", cell=series.cells.get("denominator"))
    values = series.denominator.values
    whole = bool((values[np.isfinite(values)] % 1 == 0).all())
    # days, people, judges: what a rate is told of is no number of cases
    return Column("denominator", tr("divided by"), "number", "count", "setting", 0 if whole else 2)


def undefined(values: Floats) -> list[str]:
    """Return the status of numbers of which those that are none are not defined."""
    return [NOT_DEFINED if np.isnan(one) else "" for one in values]


def number_of(series: Series, language: Language) -> Callable[[float], str]:
    """Return how a figure writes an estimate."""
    if series.is_share:
        return lambda share: format_share(share, language, decimals=0)
    return lambda rate: format_number(rate, language, decimals=0 if float(rate).is_integer() else 1)


def axis_words(series: Series, kept: object) -> Readable:
    """Return the words under the periods; that only some groups are drawn, where that is so."""
    base = tr("period of the start") if series.so_far is not None else tr("period")
    n = len(np.asarray(kept))
    if n == len(series.strata):
        return base
    return tr("{axis}; the {n} largest of {all} groups", axis=base, n=n, all=len(series.strata))


def largest(series: Series) -> list[int]:
    """Return the groups that a figure shows: all, or the largest, in the order of the table."""
    size = np.nan_to_num(series.units.values).sum(axis=1)
    return sorted(np.argsort(-size, kind="stable")[:MOST_DRAWN].tolist())


def _tables(series: Series, confidence_level: float) -> dict[str, Table]:
    low, high = series.limits(confidence_level)
    estimate = series.estimate
    seen, units = series.seen.ravel(), np.nan_to_num(series.units.values.ravel())
    waiting = np.array(estimate.words()) == PENDING
    state = np.where(waiting, PENDING, np.where(seen >= 1, _COMPLETE, np.where(np.isnan(seen), "", _PART))).astype(
        object
    )
    status = np.where(waiting, STATUSES.index(PENDING), series.numerator.status.ravel()).astype(np.uint8)
    numerator = Quantity(np.where(waiting, np.nan, series.numerator.values.ravel()), status)
    share: Unit = "share" if series.is_share else "number"
    decimals = 1 if series.is_share else 2
    # how much of a cohort was followed is a ratio of two counts of it; of a period it is a part of its days
    cohort = series.so_far is not None
    part = Of(inputs=("denominator", "units")) if cohort else None
    formula = "" if series.weighted else "wilson_{}" if series.is_share else "poisson_{}"
    numerator_words = tr("with the outcome") if series.so_far is not None else tr("counted")
    columns = (
        *period_columns(series),
        Column("units", tr("counted in the period"), "units", "count", "count", cell=series.cells["units"]),
        Column("numerator", numerator_words, "units", "count", "count", cell=series.cells["numerator"]),
        denominator_column(series),
        Column("seen", tr("observed for the whole time"), "share", "key", "share", 0, of=part)
        if cohort
        else Column("seen", tr("observed for the whole time"), "share", "key", "setting", 0),
        Column("state", tr("state"), "text", "key", "key", of=part),
        estimate_column(series),
        *(
            Column(
                f"conf_{side}",
                words,
                share,
                "interval",
                "interval",
                decimals,
                of=Of(inputs=("numerator", "denominator"), formula=formula.format(side), level=confidence_level),
            )
            for side, words in (("low", tr("lower limit")), ("high", tr("upper limit")))
        ),
    )
    values = {
        **period_values(series),
        "units": series.units.values.ravel(),
        "numerator": numerator.values,
        "denominator": series.denominator.values.ravel(),
        "seen": seen,
        "state": state,
        "estimate": estimate.values.ravel(),
        "conf_low": low.ravel(),
        "conf_high": high.ravel(),
    }
    statuses = {
        "units": series.units.words(),
        "numerator": numerator.words(),
        "denominator": series.denominator.words(),
        "seen": undefined(seen),
        "estimate": estimate.words(),
    }
    labels = {**period_labels(series), "state": STATE_WORDS}
    tables = {"main": Table(columns, values, labels=labels, statuses=statuses, title=tr("By period"))}
    if series.so_far is not None:
        tables["so_far"] = _so_far(series, units)
    return tables


def _so_far(series: Series, units: Floats) -> Table:
    came = series.so_far.values.ravel() if series.so_far is not None else units
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(units > 0, came / units, np.nan)
    columns = (
        *period_columns(series),
        Column("numerator", tr("with the outcome by the cut-off"), "units", "count", "count"),
        Column("denominator", tr("counted in the period"), "units", "count", "count"),
        estimate_column(series),
    )
    values = {**period_values(series), "numerator": came, "denominator": units, "estimate": share}
    return Table(
        columns,
        values,
        labels=period_labels(series),
        statuses={"estimate": undefined(share)},
        title=tr("Share by the cut-off, whatever the time of follow-up"),
        warning=tr(
            "Recent periods were followed for a shorter time, so this share falls towards the end even where nothing "
            "has changed. It shows no trend."
        ),
    )


def _few_notes(series: Series) -> tuple[Readable, ...]:
    """Warn of periods that rest on few units."""
    if not series.is_share:
        return ()
    n = int((series.complete & (series.denominator.values < FEW_UNITS)).sum())
    if n == 0:
        return ()
    return (
        trn(
            "{n} period rests on fewer than {few} units: its share moves much by chance.",
            "{n} periods rest on fewer than {few} units: their shares move much by chance.",
            n,
            few=Setting(FEW_UNITS),
        ),
    )
