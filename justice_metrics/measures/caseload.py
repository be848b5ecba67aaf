"""Caseload by year and age of cases: what was registered, what ended, what is waiting, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ..base.cells import CellOf, Of, Tie
from ..base.errors import QuestionError
from ..base.language import Language, Readable, Setting, tr
from ..base.levels import LEVEL_WORDS, PENDING
from ..base.provenance import LeftOut
from ..base.result import Definition, Result, context_of
from ..base.table import Column, Table
from ..base.types import Counts, Names, names
from ..cases.casedata import CaseData
from ..figures.counts import bars, lines
from ..reduce.grouped import Grouped
from ..reduce.risk import classes
from ..reduce.strata import age_counts, year_counts
from ..tables import Strata
from .boxes import Restrictions, ending_levels, tie
from .declared import LEFT_OUT_WORDS, Share, outcome_labels, sampling_notes, strata_columns
from .shown import counts_in, known, numbers, strata_of, tell_hidden, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STATUS_WORDS: Final[Mapping[str, Readable]] = MappingProxyType({"ended": tr("ended"), PENDING: LEVEL_WORDS[PENDING]})


_YEAR_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "registered": tr("registered"),
        "ended": tr("ended"),
        "caseload": tr("caseload of the year"),
        "pending": tr("pending at the end of the year"),
    }
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Caseload(Result):
    """Registrations, endings and caseload by calendar year.

    Tables
    ------
    main
        One row per stratum and year: ``registered``, ``ended``, ``caseload`` (registered up to the end of the year
        and not
        ended before it), ``pending`` at the end of the year, all by the dates as they stand.
    together
        With groups only: the same for all units.
    """

    question: ClassVar[str] = "caseload"

    def findings(self) -> tuple[Readable, ...]:
        """Return registrations, endings and caseload of the last year."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say registrations, endings and caseload of the last year, when all three are shown."""
        main = shown.main
        if strata_of(main) or len(main) == 0:
            return ()
        registered, ended, load = (numbers(main, one)[-1] for one in ("registered", "ended", "caseload"))
        if not known(registered, ended, load):
            return ()
        return (
            tr(
                "In {year}, the last year of the data, {registered} cases were registered and {ended} "
                "ended; the caseload of the year was {caseload}.",
                year=str(main["period"][-1]),
                registered=int(registered),
                ended=int(ended),
                caseload=int(load),
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw registered, ended and caseload by year; strata are added up."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw registered, ended and caseload by year, of all strata together; a hidden number is marked as such."""
        table = shown.tables.get("together", shown.main)
        wanted = ("registered", "ended", "caseload")
        words = {one.name: one.meaning for one in table.columns}
        years = [int(one) for one in table["period"]]
        axes = lines(
            x=years,
            counts=[numbers(table, name) for name in wanted],
            groups=[words[name].text(language) for name in wanted],
            x_label=tr("year").text(language),
            y_label=tr("cases").text(language),
            number=counts_in(language),
            ax=ax,
        )
        return tell_hidden(axes, table, *wanted, language=language)


@dataclass(frozen=True, eq=False, kw_only=True)
class CaseAges(Result):
    """Cases by their age in years: those that ended at their ending, pending ones at the cut-off.

    Tables
    ------
    main
        One row per stratum, outcome (``pending`` among them) and band of age: ``numerator``, share of the outcome.
    status
        The same for all that ended, however they did, and for pending cases.
    together
        With groups only: ``status`` for all units.
    naive
        Mean and greatest age of ended and of pending cases per stratum, with what they leave out.
    """

    question: ClassVar[str] = "case_ages"

    outcome_words: Mapping[str, Readable]
    year_days: int
    old_years: int

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of pending cases older than two years."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the share of pending cases older than two years, from bands that are shown."""
        table = shown.tables.get("together", shown.tables["status"])
        context = context_of(shown)
        years, pending = cast("int", context["old_years"]), table["status"] == PENDING
        n = numbers(table, "numerator")
        total = float(numbers(table, "denominator")[pending][0])
        if total == 0:
            return (tr("No case is pending."),)
        old = float(n[pending & (numbers(table, "from_year") >= years)].sum())
        if not known(old, total):
            return ()
        return (
            tr(
                "{old} of {total} pending cases ({share}) are older than {years} years (of {days} days each).",
                years=years,
                old=whole(old),
                total=whole(total),
                share=Share(old / total),
                days=context["year_days"],
            ),
        )

    def context(self) -> Mapping[str, object]:
        """Return what a year is, and from how many on a pending case is called old."""
        return {"old_years": self.old_years, "year_days": self.year_days}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw ended and pending cases by age; strata and outcomes are added up."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw ended and pending cases by age, of all strata together; a hidden number is marked as such."""
        table = shown.tables.get("together", shown.tables["status"])
        n, bands = numbers(table, "numerator"), list(dict.fromkeys(str(one) for one in table["age_band"]))
        by_status = {
            (str(status), str(band)): n[row]
            for row, (status, band) in enumerate(zip(table["status"], table["age_band"], strict=True))
        }
        axes = bars(
            bins=[band_words(band).text(language) for band in bands],
            counts=[[by_status.get((status, band), 0.0) for band in bands] for status in ("ended", PENDING)],
            groups=[tr("ended").text(language), tr("pending").text(language)],
            x_label=tr("age of the case").text(language),
            y_label=tr("cases").text(language),
            number=counts_in(language),
            ax=ax,
        )
        return tell_hidden(axes, table, "numerator", language=language)


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
    tables = {"main": _caseload_table(grouped, years, ending_levels(cases))}
    if by:
        tables["together"] = _caseload_table(_all_together(grouped), years, ending_levels(cases))
    ties = _ties(grouped, years, ending_levels(cases))
    ties += _ties(_all_together(grouped), years, ending_levels(cases)) if by else ()
    return Caseload(
        heading=tr("Cases registered, ended and dealt with by year"),
        tables=tables,
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
        weighted=cases.sampling.weighted,
        ties=ties,
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
    notes: list[Readable] = [*sampling_notes(cases), tr("A year counts {days} days here.", days=Setting(year_days))]
    if negative.any():
        notes.append(
            tr(
                "{n} cases have a negative age by their dates; they are in the first band.",
                n=int(grouped.units[negative].sum()),
            )
        )
    tables = {
        "main": _age_table(grouped, endings, cuts, year_days, words),
        "status": _status_table(grouped, endings, cuts, year_days),
        "naive": _mean_ages(grouped, year_days),
    }
    if by:
        tables["together"] = _status_table(_all_together(grouped), endings, cuts, year_days)
    return CaseAges(
        heading=tr("Age of cases: ended and pending"),
        tables=tables,
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
        weighted=cases.sampling.weighted,
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


def _all_together(grouped: Grouped) -> Grouped:
    """Return a count in which nothing splits the units."""
    return grouped._replace(strata=Strata((), ((),)), stratum=np.zeros_like(grouped.stratum))


def _caseload_table(grouped: Grouped, years: Counts, ended_levels: tuple[str, ...]) -> Table:
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
    cells = _year_cells(grouped, [str(int(one)) for one in years], ended_levels)
    columns = (
        *strata_columns(grouped.strata.names),
        Column("period", tr("year"), "text", "key", "key"),
        *(Column(name, meaning, "units", "count", "count", cell=cells[name]) for name, meaning in _YEAR_WORDS.items()),
    )
    values = {
        **grouped.strata.columns(y),
        "period": [str(int(one)) for one in years] * g,
        **{name: array.ravel() for name, array in counts.items()},
    }
    return Table(columns, values, title=tr("By calendar year"))


def _year_cells(grouped: Grouped, years: Sequence[str], ended: tuple[str, ...]) -> Mapping[str, CellOf]:
    """Return which units each column counts, by the year of their start and that of their ending.

    A restriction that leaves nobody out is none, and pending on the last day is pending: so that the same units have
    the same restrictions as in other answers.
    """
    start, end, status = (grouped.keys[one] for one in ("registered", "ended", "status"))
    ended_in = np.where(status == 0, PENDING, np.where(end == 0, "undated", end.astype(str)))
    known_starts = set(start[start > 0].astype(str).tolist())
    seen = set(ended_in[start > 0].tolist())
    every_start = bool((start > 0).all()) and known_starts <= set(years)
    later = tuple(sorted(one for one in seen if one.isdecimal() and one > years[-1]))

    def restricted(place: int, endings: tuple[str, ...]) -> Restrictions:
        made: dict[str, tuple[str, ...]] = {}
        if not (place == len(years) - 1 and every_start):
            made["year"] = tuple(years[: place + 1])
        if not seen <= set(endings):
            made |= {"ending": (PENDING,)} if endings == (PENDING,) else {"ended_year": endings}
        return made

    open_since = {
        year: restricted(place, (*years[place:], *later, PENDING, "undated")) for place, year in enumerate(years)
    }
    open_after = {year: restricted(place, (*years[place + 1 :], *later, PENDING)) for place, year in enumerate(years)}
    return {
        "registered": CellOf(keys={"period": "year"}),
        "ended": CellOf(keys={"period": "ended_year"}, fixed={"ending": ended}),
        "caseload": CellOf(each={"period": open_since}),
        "pending": CellOf(each={"period": open_after}),
    }


def _ties(grouped: Grouped, years: Counts, ended: tuple[str, ...]) -> tuple[Tie, ...]:
    """Return how the columns hang together: what is pending and what comes in is the caseload, and so is what ends."""
    if "year" in grouped.strata.names:
        return ()
    labels = [str(int(one)) for one in years]
    cells = _year_cells(grouped, labels, ended)
    load, left = (cells[one].each["period"] for one in ("caseload", "pending"))
    made: list[Tie] = []
    for levels in grouped.strata.levels:
        group: Restrictions = {name: (one,) for name, one in zip(grouped.strata.names, levels, strict=True)}
        for place, year in enumerate(labels):
            dealt_with = {**group, **load[year]}
            gone = {**group, "ended_year": (year,), "ending": ended}
            made.append(tie([dealt_with], [{**group, **left[year]}, gone]))
            if place:
                before = {**group, **left[labels[place - 1]]}
                made.append(tie([dealt_with], [before, {**group, "year": (year,)}]))
    return tuple(made)


def _age_table(
    grouped: Grouped, endings: tuple[str, ...], cuts: tuple[int, ...], year_days: int, words: Mapping[str, Readable]
) -> Table:
    key = Column("outcome", tr("outcome"), "text", "key", "key")
    whole = tr("of the outcome"), tr("share of the outcome")
    cell = CellOf(keys={"outcome": "ending"})
    title = tr("Age bands")
    return _banded(grouped, grouped.keys["ending"], endings, key, whole, cuts, year_days, words, cell, title=title)


def _status_table(grouped: Grouped, endings: tuple[str, ...], cuts: tuple[int, ...], year_days: int) -> Table:
    """Return the age bands of all that ended, however they did, beside those of pending cases."""
    key = Column("status", tr("status"), "text", "key", "key")
    whole = tr("of the status"), tr("share of the status")
    ended = np.minimum(grouped.keys["ending"], 1)
    title = tr("Age bands of all that ended, and of pending cases")
    cell = CellOf(
        sets={"status": ("ending", {PENDING: (PENDING,), "ended": tuple(one for one in endings if one != PENDING)})}
    )
    levels = (PENDING, "ended")
    return _banded(grouped, ended, levels, key, whole, cuts, year_days, _STATUS_WORDS, cell, title=title, every=True)


def _banded(
    grouped: Grouped,
    level: Counts,
    levels: tuple[str, ...],
    key: Column,
    whole: tuple[Readable, Readable],
    cuts: tuple[int, ...],
    year_days: int,
    words: Mapping[str, Readable],
    cell: CellOf,
    *,
    title: Readable,
    every: bool = False,
) -> Table:
    """Count by stratum, level and band of age; a level is a position in ``levels``.

    Levels of which there is no case are listed with ``every`` only.
    """
    edges = np.array([cut * year_days for cut in cuts])
    dated = grouped.keys["dated"] == 1
    band = np.searchsorted(edges, grouped.keys["age"][dated], side="left")
    g, k, b = len(grouped.strata), len(levels), len(cuts) + 1
    counts = np.zeros((g, k, b), dtype=grouped.n.dtype)
    np.add.at(counts, (grouped.stratum[dated], level[dated], band), grouped.n[dated])
    total = np.repeat(counts.sum(axis=2), b, axis=None).reshape(g, k, b)
    lows = (0, *cuts)
    labels = [f"{low}-{high}" for low, high in zip(lows, cuts, strict=False)] + [f"{cuts[-1]}+"]
    kept = (total.ravel() > 0) | every
    # an age takes two dates
    of_level = cell if dated.all() else replace(cell, fixed={"dated:age": ("yes",)})
    # other bands of age are another dimension
    band_of = f"age_{year_days}_{'_'.join(map(str, cuts))}"
    in_band = replace(of_level, keys={**cell.keys, "age_band": band_of})
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (counts / total).ravel()[kept]
    strata = {name: np.array(column, dtype=object)[kept] for name, column in grouped.strata.columns(k * b).items()}
    columns = (
        *strata_columns(grouped.strata.names),
        key,
        Column("age_band", tr("age in years"), "text", "key", "key"),
        Column("from_year", tr("from year"), "number", "key", "key", 0),
        Column("numerator", tr("cases"), "units", "count", "count", cell=in_band),
        Column("denominator", whole[0], "units", "count", "count", cell=of_level),
        Column(
            "estimate",
            whole[1],
            "share",
            "estimate",
            "share",
            2,
            of=Of(inputs=("numerator", "denominator"), formula="share"),
        ),
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
    labelled = {key.name: words, "age_band": band_labels}
    return Table(columns, values, labels=labelled, title=title, sparse=not every)


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
