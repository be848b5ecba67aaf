"""Caseload by year and age of cases: what was registered, what ended, what is waiting, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, tr
from ..base.levels import LEVEL_WORDS, PENDING
from ..base.provenance import LeftOut
from ..base.result import Definition, Result
from ..base.table import Column, Table
from ..base.types import Counts, Names, names
from ..cases.casedata import CaseData
from ..figures.counts import bars, lines
from ..reduce.grouped import Grouped
from ..reduce.risk import classes
from ..reduce.strata import age_counts, year_counts
from .declared import LEFT_OUT_WORDS, Share, outcome_labels, sampling_notes, strata_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STATUS_WORDS: Final[Mapping[str, Readable]] = MappingProxyType({"ended": tr("ended"), PENDING: LEVEL_WORDS[PENDING]})


@dataclass(frozen=True, eq=False, kw_only=True)
class Caseload(Result):
    """Registrations, endings and caseload by calendar year.

    Tables
    ------
    main
        One row per stratum and year: ``registered``, ``ended``, ``caseload`` (registered up to the end of the year
        and not
        ended before it), ``pending`` at the end of the year, all by the dates as they stand.
    """

    question: ClassVar[str] = "caseload"

    def findings(self) -> tuple[Readable, ...]:
        """Return registrations, endings and caseload of the last year."""
        main = self.main
        if any(one.role == "stratum" for one in main.columns) or len(main) == 0:
            return ()
        last = len(main) - 1
        return (
            tr(
                "In {year}, the last year of the data, {registered} cases were registered and {ended} "
                "ended; the caseload of the year was {caseload}.",
                year=str(main["period"][last]),
                registered=int(main["registered"][last]),
                ended=int(main["ended"][last]),
                caseload=int(main["caseload"][last]),
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw registered, ended and caseload by year; strata are added up."""
        main = self.main
        years = sorted(set(main["period"].tolist()))
        wanted = ("registered", "ended", "caseload")
        words = {one.name: one.meaning for one in main.columns}
        sums = [[int(main[name][main["period"] == year].sum()) for year in years] for name in wanted]
        return lines(
            x=[int(one) for one in years],
            counts=sums,
            groups=[words[name].text(language) for name in wanted],
            x_label=tr("year").text(language),
            y_label=tr("cases").text(language),
            number=lambda n: format_number(round(n), language),
            ax=ax,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CaseAges(Result):
    """Cases by their age in years: those that ended at their ending, pending ones at the cut-off.

    Tables
    ------
    main
        One row per stratum, outcome (``pending`` among them) and band of age: ``numerator``, share of the outcome.
    status
        The same for all that ended, however they did, and for pending cases.
    naive
        Mean and greatest age of ended and of pending cases per stratum, with what they leave out.
    """

    question: ClassVar[str] = "case_ages"

    outcome_words: Mapping[str, Readable]
    year_days: int
    old_years: int

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of pending cases older than two years."""
        main = self.main
        pending = main["outcome"] == PENDING
        total = int(main["numerator"][pending].sum())
        old = int(main["numerator"][pending & (main["from_year"] >= self.old_years)].sum())
        if total == 0:
            return (tr("No case is pending."),)
        return (
            tr(
                "{old} of {total} pending cases ({share}) are older than {years} years (of {days} days each).",
                years=self.old_years,
                old=old,
                total=total,
                share=Share(old / total),
                days=self.year_days,
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw ended and pending cases by age; strata and outcomes are added up."""
        main = self.main
        bands = sorted({(float(low), str(band)) for low, band in zip(main["from_year"], main["age_band"], strict=True)})
        pending = main["outcome"] == PENDING
        sums = [
            [int(main["numerator"][(main["age_band"] == band) & (pending == flag)].sum()) for _, band in bands]
            for flag in (False, True)
        ]
        return bars(
            bins=[band_words(band).text(language) for _, band in bands],
            counts=sums,
            groups=[tr("ended").text(language), tr("pending").text(language)],
            x_label=tr("age of the case").text(language),
            y_label=tr("cases").text(language),
            number=lambda n: format_number(round(n), language),
            ax=ax,
        )


def caseload(cases: CaseData, *, by: Names = ()) -> Caseload:
    """Cases registered, ended and dealt with in each calendar year.

    The caseload of a year are the cases registered up to its end that had not ended before it began. Faulty dates are
    taken as they stand: a case with an impossible ending still came in.

    Parameters
    ----------
    cases : CaseData
    by : str or tuple of str
        Attributes that split the cases.

    Returns
    -------
    Caseload

    Raises
    ------
    QuestionError
        When ``by`` names no attribute, or no case has a date of registration.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> load = jm.caseload(jm.sample_cases())
    >>> int(load.main["registered"].sum())
    1200
    """
    by = names(by)
    grouped = year_counts(cases, by=by)
    registered = grouped.keys["registered"]
    known = registered > 0
    if not known.any():
        raise QuestionError(tr("No case has a date of registration."))
    years = np.arange(cases.years[0], max(int(registered.max()), cases.cutoff.year) + 1)
    undated = int(grouped.units[~known].sum())
    end_undated = int(grouped.units[known & (grouped.keys["status"] == 1) & (grouped.keys["ended"] == 0)].sum())
    return Caseload(
        heading=tr("Cases registered, ended and dealt with by year"),
        tables={"main": _caseload_table(grouped, years)},
        definition=Definition(
            answers=tr("How many cases came in, ended and had to be dealt with in each year?"),
            numerator=tr("cases counted by the year of their dates"),
            denominator=tr("none: these are counts"),
            basis="flow",
            pending=tr("in the caseload of every year from their registration on"),
        ),
        provenance=cases.provenance.add("caseload", by=by).leave_out(
            LeftOut(LEFT_OUT_WORDS["start_undated"], undated),
            LeftOut(tr("ended, but no date says when (in the caseload, not pending)"), end_undated),
        ),
        notes=(
            *sampling_notes(cases),
            tr("The last year ends with the cut-off ({cutoff}) and is not complete.", cutoff=cases.cutoff),
        ),
        frame_library=cases.frame_library,
    )


def case_ages(
    cases: CaseData, *, by: Names = (), year_days: int = 365, years: Sequence[int] = (1, 2, 3, 4, 5)
) -> CaseAges:
    """Cases by age: those that ended at their ending, those pending at the cut-off.

    Bands are right-closed: an age of exactly ``year_days`` is in the first one. Negative ages, which faulty dates give,
    are in the first one too and counted in a note.

    Parameters
    ----------
    cases : CaseData
    by : str or tuple of str
        Attributes that split the cases.
    year_days : int
        Days of a year for the cut points; some published reports use 360.
    years : sequence of int
        Cut points in years, rising.

    Returns
    -------
    CaseAges

    Raises
    ------
    QuestionError
        When ``by`` names no attribute or the cut points do not rise.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> ages = jm.case_ages(jm.sample_cases(), years=(1, 2))
    >>> sorted(set(ages.main["age_band"].tolist()))
    ['0-1', '1-2', '2+']
    """
    by, cuts = names(by), tuple(years)
    if not cuts or any(after <= before for before, after in zip((0, *cuts), cuts, strict=False)):
        raise QuestionError(tr("The years of the age bands must rise from 1 on."))
    grouped = age_counts(cases, by=by)
    endings = (PENDING, *classes(cases))
    dated = grouped.keys["dated"] == 1
    negative = dated & (grouped.keys["age"] < 0)
    words = outcome_labels(cases, endings)
    notes: list[Readable] = [*sampling_notes(cases), tr("A year counts {days} days here.", days=year_days)]
    if negative.any():
        notes.append(
            tr(
                "{n} cases have a negative age by their dates; they are in the first band.",
                n=int(grouped.units[negative].sum()),
            )
        )
    return CaseAges(
        heading=tr("Age of cases: ended and pending"),
        tables={
            "main": _age_table(grouped, endings, cuts, year_days, words),
            "status": _status_table(grouped, cuts, year_days),
            "naive": _mean_ages(grouped, year_days),
        },
        definition=Definition(
            answers=tr("How old were the cases that ended, and how old are those that are pending?"),
            numerator=tr("cases of the outcome whose age lies in the band"),
            denominator=tr("all cases of the outcome with both dates"),
            basis="snapshot",
            pending=tr("a level of their own, aged at the cut-off"),
        ),
        provenance=cases.provenance.add("case_ages", by=by, year_days=year_days, years=cuts).leave_out(
            LeftOut(tr("a date is missing"), int(grouped.units[~dated].sum()))
        ),
        notes=tuple(notes),
        frame_library=cases.frame_library,
        outcome_words=words,
        year_days=year_days,
        old_years=2 if 2 in cuts else cuts[0],
    )


def band_words(band: str) -> Readable:
    """Return an age band in words."""
    if band.endswith("+"):
        return tr("over {years} years", years=band.removesuffix("+"))
    low, high = band.split("-")
    return (
        tr("up to {years} year", years=high)
        if low == "0" and high == "1"
        else tr("{low} to {high} years", low=low, high=high)
    )


def _caseload_table(grouped: Grouped, years: Counts) -> Table:
    g, y = len(grouped.strata), len(years)
    start, end, ended = (grouped.keys[one] for one in ("registered", "ended", "status"))
    counts = {name: np.zeros((g, y), dtype=grouped.n.dtype) for name in ("registered", "ended", "caseload", "pending")}
    for place, year in enumerate(years):
        came = (start > 0) & (start <= year)
        gone_before = (ended == 1) & (end > 0) & (end < year)
        gone_by = (ended == 1) & (end > 0) & (end <= year)
        flags = {
            "registered": start == year,
            "ended": (ended == 1) & (end == year),
            "caseload": came & ~gone_before,
            # Ended on nobody knows which day: in the caseload until somebody dates it, but not pending.
            "pending": came & ~gone_by & ~((ended == 1) & (end == 0)),
        }
        for name, flag in flags.items():
            np.add.at(counts[name][:, place], grouped.stratum[flag], grouped.n[flag])
    columns = (
        *strata_columns(grouped.strata.names),
        Column("period", tr("year"), "text", "key", "key"),
        Column("registered", tr("registered"), "units", "count", "count"),
        Column("ended", tr("ended"), "units", "count", "count"),
        Column("caseload", tr("caseload of the year"), "units", "count", "count"),
        Column("pending", tr("pending at the end of the year"), "units", "count", "count"),
    )
    values = {
        **grouped.strata.columns(y),
        "period": [str(int(one)) for one in years] * g,
        **{name: array.ravel() for name, array in counts.items()},
    }
    return Table(columns, values, title=tr("By calendar year"))


def _age_table(
    grouped: Grouped, endings: tuple[str, ...], cuts: tuple[int, ...], year_days: int, words: Mapping[str, Readable]
) -> Table:
    key = Column("outcome", tr("outcome"), "text", "key", "key")
    whole = tr("of the outcome"), tr("share of the outcome")
    return _banded(grouped, grouped.keys["ending"], endings, key, whole, cuts, year_days, words, title=tr("Age bands"))


def _status_table(grouped: Grouped, cuts: tuple[int, ...], year_days: int) -> Table:
    """Return the age bands of all that ended, however they did, beside those of pending cases."""
    key = Column("status", tr("status"), "text", "key", "key")
    whole = tr("of the status"), tr("share of the status")
    ended = np.minimum(grouped.keys["ending"], 1)
    title = tr("Age bands of all that ended, and of pending cases")
    return _banded(grouped, ended, (PENDING, "ended"), key, whole, cuts, year_days, _STATUS_WORDS, title=title)


def _banded(
    grouped: Grouped,
    level: Counts,
    levels: tuple[str, ...],
    key: Column,
    whole: tuple[Readable, Readable],
    cuts: tuple[int, ...],
    year_days: int,
    words: Mapping[str, Readable],
    *,
    title: Readable,
) -> Table:
    """Count by stratum, level and band of age; a level is a position in ``levels``."""
    edges = np.array([cut * year_days for cut in cuts])
    dated = grouped.keys["dated"] == 1
    band = np.searchsorted(edges, grouped.keys["age"][dated], side="left")
    g, k, b = len(grouped.strata), len(levels), len(cuts) + 1
    counts = np.zeros((g, k, b), dtype=grouped.n.dtype)
    np.add.at(counts, (grouped.stratum[dated], level[dated], band), grouped.n[dated])
    total = np.repeat(counts.sum(axis=2), b, axis=None).reshape(g, k, b)
    lows = (0, *cuts)
    labels = [f"{low}-{high}" for low, high in zip(lows, cuts, strict=False)] + [f"{cuts[-1]}+"]
    kept = total.ravel() > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (counts / total).ravel()[kept]
    strata = {name: np.array(column, dtype=object)[kept] for name, column in grouped.strata.columns(k * b).items()}
    columns = (
        *strata_columns(grouped.strata.names),
        key,
        Column("age_band", tr("age in years"), "text", "key", "key"),
        Column("from_year", tr("from year"), "number", "key", "key", 0),
        Column("numerator", tr("cases"), "units", "count", "count"),
        Column("denominator", whole[0], "units", "count", "count"),
        Column("estimate", whole[1], "share", "estimate", "share", 2),
    )
    values = {
        **strata,
        key.name: np.array([one for one in levels for _ in range(b)] * g, dtype=object)[kept],
        "age_band": np.array(labels * (g * k), dtype=object)[kept],
        "from_year": np.array(list(lows) * (g * k))[kept],
        "numerator": counts.ravel()[kept],
        "denominator": total.ravel()[kept],
        "estimate": share,
    }
    band_labels = {one: band_words(one) for one in labels}
    return Table(columns, values, labels={key.name: words, "age_band": band_labels}, title=title)


def _mean_ages(grouped: Grouped, year_days: int) -> Table:
    dated = grouped.keys["dated"] == 1
    ended = grouped.keys["ending"] > 0
    age, n = grouped.keys["age"], grouped.n
    rows = []
    for place in range(len(grouped.strata)):
        for flag, name in ((ended, "ended"), (~ended, PENDING)):
            kept = flag & dated & (grouped.stratum == place)
            number = n[kept].sum()
            mean = float((age[kept] * n[kept]).sum() / number) if number else float("nan")
            rows.append((name, number, mean, mean / year_days, float(age[kept].max()) if kept.any() else float("nan")))
    status, numbers, means, means_in_years, greatest = zip(*rows, strict=True)
    columns = (
        *strata_columns(grouped.strata.names),
        Column("status", tr("status"), "text", "key", "key"),
        Column("numerator", tr("cases"), "units", "count", "count"),
        Column("estimate", tr("mean age in days"), "number", "estimate", "quantile"),
        Column("mean_years", tr("mean age in years"), "number", "estimate", "quantile", 2),
        Column("longest", tr("greatest age in days"), "days", "estimate", "quantile"),
    )
    values = {
        **grouped.strata.columns(2),
        "status": list(status),
        "numerator": np.array(numbers),
        "estimate": np.array(means),
        "mean_years": np.array(means_in_years),
        "longest": np.array(greatest),
    }
    return Table(
        columns,
        values,
        labels={"status": _STATUS_WORDS},
        title=tr("Mean ages"),
        warning=_mean_age_warning(grouped),
    )


def _mean_age_warning(grouped: Grouped) -> Readable:
    """Say how many cases a mean of ended cases leaves out."""
    ended = grouped.keys["ending"] > 0
    total, pending = float(grouped.n.sum()), float(grouped.n[~ended].sum())
    return tr(
        "Do not read the mean age of ended cases as how long a case takes: it leaves out the {pending} pending cases "
        "({share} of all {total}), and quick cases end first. The mean age of pending cases is not a duration either: "
        "they are not over. The share of all cases that has ended by each day (cumulative incidence) answers the "
        "question.",
        pending=round(pending),
        total=round(total),
        share=Share(pending / total) if total else Share(float("nan")),
    )
