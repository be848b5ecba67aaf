"""Sentences: how long they are, how that lies in the legal range of the offence, and whether they are enforced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.errors import QuestionError
from ...base.language import Label, Language, Readable, format_number, tr
from ...base.levels import MISSING_LEVELS, NOT_RECORDED
from ...base.provenance import LeftOut
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...cases.attributes import suggested
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...cases.sentence_ranges import sentence_ranges
from ...figures.ranges import medians_in_ranges
from ...reduce.child_spells import ChildEnding, ChildTable, child, child_spells, child_table, child_text
from ...reduce.grouped import NO_DAY, Grouped, grouped_counts
from ..declared import Share, ensure_level, levels_words, sampling_notes
from ..shown import HIDDEN, any_hidden, group_names, group_of, known, numbers, of_words, strata_of, whole
from .child_shares import child_left_out, child_notes, row_sampling_notes
from .child_times import HORIZONS, Waits, draw_waits, ensure_horizons, waits_of
from .sentence_tables import OFFENCE, STATUSES, lengths_table, places_table, ranges_table, status_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_YEAR: Final = 365
_MOST_SAID: Final = 6
# Lengths are counted to a hundredth of a month, which is seven hours.
_PARTS: Final = 100
# Ten thousand years; what is longer is a slip, or a word of the file for a life.
_ENDLESS: Final = 120_000.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Sentences(Result):
    """Length of sentences by offence against the legal range, and whether they are enforced.

    Tables
    ------
    main
        One row per stratum and offence of the sentence: ``denominator`` sentences, ``numerator`` of them with a known
        length; ``estimate`` the median length in months with its limits, the quartiles, and the mean of the known
        lengths; ``legal_minimum`` and ``legal_maximum`` where one range was in force throughout.
    places
        One row per stratum, offence and place: sentences below, inside and above the legal range, their share of those
        that can be compared; ``cannot_be_told`` counts the others.
    ranges
        Each legal range that sentences were compared with: article, months, whether it was seen or is from memory.
    status
        One row per stratum and status: enforced, suspended, not enforced, under appeal, not recorded.
    enforced
        Days from the sentence to its enforcement, sentences that still wait counted; ``within`` the share enforced by
        chosen days.
    """

    question: ClassVar[str] = "sentences"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"enforced": tr("From sentence to enforcement")})

    waits: Waits
    confidence_level: float

    def findings(self) -> tuple[Readable, ...]:
        """Return the median length per offence with its place in the legal range, and how many are enforced."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the median length per offence and how many are enforced, as far as they are shown."""
        main = shown.main
        n, every, median, told, inside = (
            numbers(main, one) for one in ("numerator", "denominator", "estimate", "compared", "inside")
        )
        said: list[Readable] = []
        for row in np.argsort(-np.nan_to_num(n), kind="stable")[:_MOST_SAID]:
            if not known(n[row], every[row], median[row]) or not n[row]:
                continue
            group = [*group_of(main, row), *levels_words([str(main[OFFENCE][row])])]
            place: Readable = Label("")
            if known(told[row], inside[row]):
                place = (
                    tr("{inside} of {told} lie in the legal range", inside=whole(inside[row]), told=whole(told[row]))
                    if told[row]
                    else tr("none can be compared with a legal range")
                )
            values = {
                "groups": tr("{groups}", groups=group),
                "months": _Months(float(median[row])),
                "n": whole(n[row]),
                "all": whole(every[row]),
            }
            said.append(
                tr("{groups}: median sentence {months} months (length known of {n} of {all}); {place}.",
                   **values, place=place)
                if place.text()
                else tr("{groups}: median sentence {months} months (length known of {n} of {all}).", **values)
            )  # fmt: skip
        return (*said, *_enforced(shown))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the median length with its quartiles by offence, the legal range behind it."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the medians and quartiles that are shown, the legal range behind them."""
        main = shown.main
        _, rows = main.display(language)
        columns = [one.name for one in main.columns]
        names = ("estimate", "lower_quartile", "upper_quartile", "legal_minimum", "legal_maximum")
        median, lower, upper, minimum, maximum = (numbers(main, one) for one in names)
        return medians_in_ranges(
            labels=[row[columns.index(OFFENCE)] for row in rows],
            groups=group_names(main, language),
            median=median,
            lower_quartile=lower,
            upper_quartile=upper,
            minimum=minimum,
            maximum=maximum,
            annotations=of_words(main, "numerator", "denominator", language),
            annotation_label=tr("length known / sentences").text(language),
            undefined_label=(HIDDEN if any_hidden(main, "estimate") else tr("no length known")).text(language),
            x_label=tr("months: median and quartiles; pale bar: legal range").text(language),
            step=_tick_months(main),
            number=lambda months: format_number(round(months), language),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw the share of sentences that has been enforced by each day."""
        return draw_waits(
            self.waits,
            start_words=tr("sentence"),
            y_label=tr("share of sentences enforced"),
            confidence_level=self.confidence_level,
            language=language,
            ax=ax,
        )


def _enforced(shown: Result) -> tuple[Readable, ...]:
    rows = shown.tables["within"]
    if strata_of(rows) or not len(rows):
        return ()
    days = numbers(rows, "days")
    row = int(np.argmin(np.abs(days - _YEAR)))
    share = numbers(rows, "estimate")[row]
    if not known(share):
        return ()
    return (
        tr(
            "{share} of the sentences that are to be enforced were enforced within {days} days, those that still "
            "wait counted.",
            share=Share(share),
            days=int(days[row]),
        ),
    )


def sentences(
    cases: CaseData,
    *,
    by: Names = (),
    offence: str | None = None,
    fact: str | None = None,
    ranges: str | Path | None = None,
    horizon_days: Sequence[int] = HORIZONS,
    confidence_level: float = 0.95,
) -> Sentences:
    """Length of sentences by offence against the legal range, and whether they are enforced.

    A length is described by its median; the mean beside it is that of the sentences whose length is known. Whether a
    sentence is enforced is a question of time: one that still waits at the cut-off has waited at least so long.

    Parameters
    ----------
    cases : CaseData
        With a table of sentences; each of its rows counts.
    by : str or tuple of str
        Attributes that split the cases.
    offence : str, optional
        Attribute of the case that says the offence where the sentence does not.
    fact : str, optional
        Attribute with the day of the fact, whose law decides the range; by default the day of the sentence does.
    ranges : str or Path, optional
        A csv file of legal ranges (docs/outcomes.md lists its columns); by default those shipped for the country of the
        procedure, where there are any.
    horizon_days : sequence of int
        Days after the sentence at which the share enforced is told.
    confidence_level : float

    Returns
    -------
    Sentences

    Raises
    ------
    QuestionError
        When the cases come without sentences, or a word names nothing.
    SettingsError
        When the file of ranges cannot be read.

    Notes
    -----
    Quantiles with exact limits from order statistics (Conover 1999); shares with Wilson limits; time to enforcement by
    the Kaplan-Meier estimator. Sentences that a court suspended are never to be enforced: they are counted, and left
    out of the time to enforcement.

    References
    ----------
    .. [1] Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd edition. Wiley, section 3.2.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"id": ["a", "b"], "reported": ["2016-01-05", "2016-02-01"]})
    >>> told = pd.DataFrame({"id": ["a", "b"], "day": ["2017-03-01", "2017-05-02"], "years": [20, 12],
    ...                      "offence": ["Violación (art. 308)", "Abuso sexual (art. 312)"]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "reported"},
    ...     "sentences": {"id": "id", "date": "day", "years": "years", "offence": "offence"},
    ... }, children={"sentences": told})
    >>> jm.sentences(cases).main["estimate"].tolist()
    [144.0, 240.0]
    """
    by = names(by)
    ensure_level(confidence_level)
    days = ensure_horizons(horizon_days)
    law = sentence_ranges(ranges, cases.procedure.country)
    law_day = _law_day(cases, fact)
    table = child_table(cases, "sentences", ("day", "offence", "months", "status", "enforced_day"))
    spells = _spells(cases, table, offence)
    grouped = grouped_counts(
        spells,
        by=(*by, OFFENCE),
        keys={
            "months": _whole_length(),
            "day": law_day.fill_null(NO_DAY),
            "status": _status_code(),
        },
    )
    waits = waits_of(
        _to_be_enforced(spells),
        cases,
        outcome=None,
        by=by,
        horizon_days=days,
        confidence_level=confidence_level,
        title=tr("From sentence to enforcement"),
        came=tr("enforced"),
        reached=tr("share enforced"),
        otherwise=None,
        what="sentences to be enforced",
    )
    weighted = cases.sampling.weighted
    places = places_table(grouped, law, confidence_level, weighted=weighted)
    return Sentences(
        heading=tr("Sentences: length, legal range, enforcement"),
        tables={
            "main": lengths_table(grouped, law, places.counts, confidence_level, weighted=weighted),
            "places": places.table,
            "ranges": ranges_table(grouped, law),
            "status": status_table(grouped, len(by), confidence_level, weighted=weighted),
            "enforced": waits.days,
            "within": waits.within,
        },
        definition=Definition(
            answers=tr("How long are the sentences, do they lie in the legal range, and are they enforced?"),
            numerator=tr("sentences with a known length; those inside the range; those enforced"),
            denominator=tr("all sentences recorded; those that can be compared with a range; those to be enforced"),
            basis="cohort",
            pending=tr(
                "cases without a sentence so far are not in it; a sentence that is not enforced at the cut-off has "
                "waited at least so long (censored)"
            ),
            method=tr(
                "Medians with exact limits from order statistics (Conover 1999), shares with Wilson score intervals, "
                "times by the Kaplan-Meier estimator."
            ),
        ),
        provenance=cases.provenance.add(
            "sentences",
            by=by,
            offence=offence,
            fact=fact,
            ranges=None if ranges is None else Path(ranges).name,
            horizon_days=days,
            confidence_level=confidence_level,
        ).leave_out(*child_left_out(table), *_uncounted(grouped), *waits.left_out),
        notes=(
            *sampling_notes(cases, design_used=True),
            *row_sampling_notes(cases, rows=tr("sentences"), medians=True),
            *child_notes(table, rows=tr("sentences")),
            *_law_notes(cases, law_used=bool(law), own=ranges is not None, fact=fact),
            tr(
                "Outside the range is not unlawful by itself: attempt, mitigation, youth and abbreviated procedures "
                "lower a sentence, aggravation and several offences raise it."
            ),
            tr("Only cases that came to a sentence are here; grave ones may take longer to come to it."),
            *waits.notes,
        ),
        frame_library=cases.frame_library,
        weighted=weighted,
        waits=waits,
        confidence_level=confidence_level,
    )


class _Months:
    """A number of months in the reader's language."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        """Return it with one decimal where it is not whole."""
        return format_number(self.value, language, decimals=0 if self.value.is_integer() else 1)


def _tick_months(main: Table) -> int:
    """Return whole years between the ticks of the axis, so that there are at most seven."""
    drawn = [numbers(main, one) for one in ("upper_quartile", "legal_maximum")]
    most = float(np.nanmax(np.concatenate(drawn), initial=12.0))
    return next((years * 12 for years in (1, 2, 5, 10) if most <= years * 12 * 6), 240)


def _spells(cases: CaseData, table: ChildTable, offence: str | None) -> Durations:
    """Return the times from sentence to enforcement, with the offence as a level."""
    said = child_text("offence")
    if offence is not None:
        unknown = reduce(or_, [said == one for one in MISSING_LEVELS])
        said = nw.when(unknown).then(cases.level(offence)).otherwise(said)
    enforced_day, status = child("enforced_day"), child_text("status")
    enforced = (status == "enforced") | ~enforced_day.is_null()
    filled = nw.col("status").cast(nw.String).fill_null(NOT_RECORDED) != NOT_RECORDED
    told = cases.child("sentences").select(n=nw.when(filled).then(nw.lit(1)).otherwise(nw.lit(0)).sum()).collect()
    some = bool(int(told.get_column("n")[0] or 0))
    # Where a file has a column for it, an empty cell does not say that a sentence waits.
    unsaid = (status == NOT_RECORDED) & ~enforced if some else nw.lit(value=False)
    return child_spells(
        cases,
        table,
        begin=child("day"),
        endings=(ChildEnding("enforced", tr("enforced"), enforced, enforced_day),),
        start_words=tr("sentence"),
        levels={OFFENCE: said},
        unsaid=unsaid,
    )


def _to_be_enforced(spells: Durations) -> Durations:
    """Return the times without the sentences that a court suspended."""
    suspended = (child_text("status") == "suspended") & child("enforced_day").is_null()
    return replace(spells, opened=lambda: spells.frame.filter(~suspended), memo={})


def _law_day(cases: CaseData, fact: str | None) -> nw.Expr:
    if fact is None:
        return child("day")
    if fact not in cases.date_attributes:
        raise QuestionError(
            tr("'{name}' is not a day that these cases have.", name=fact), suggested(fact, cases.date_attributes)
        )
    return nw.col(fact)


def _whole_length() -> nw.Expr:
    length = child("months")
    # some engines hold a number that is none for the largest of all, and would not make it whole
    known = ((length > 0) & (length < _ENDLESS)).fill_null(False)
    parts = (nw.when(known).then(length).otherwise(nw.lit(0.0)) * _PARTS + 0.5).floor().cast(nw.Int64)
    return nw.when(known).then(parts).otherwise(nw.lit(NO_DAY, dtype=nw.Int64))


def _status_code() -> nw.Expr:
    status = child_text("status")
    code: nw.Expr = nw.lit(len(STATUSES) - 1, dtype=nw.Int64)
    for place, one in enumerate(STATUSES[:-1]):
        code = nw.when(status == one).then(nw.lit(place)).otherwise(code)
    # what has a day of enforcement was enforced, whatever the status says
    return nw.when(~child("enforced_day").is_null()).then(nw.lit(0)).otherwise(code)


def _uncounted(grouped: Grouped) -> tuple[LeftOut, ...]:
    """Return the sentences that some of the numbers do not rest on."""
    no_length = grouped.keys["months"] == NO_DAY
    suspended = grouped.keys["status"] == STATUSES.index("suspended")
    return (
        LeftOut(
            tr("sentences without a length above 0 (out of the lengths only)"), int(grouped.units[no_length].sum())
        ),
        LeftOut(
            tr("sentences that a court suspended (out of the time to enforcement only)"),
            int(grouped.units[suspended].sum()),
        ),
    )


def _law_notes(cases: CaseData, *, law_used: bool, own: bool, fact: str | None) -> tuple[Readable, ...]:
    if not law_used:
        return (tr("There are no legal ranges for this procedure, so no sentence is compared with one; name a file."),)
    notes: list[Readable] = []
    if fact is None:
        notes.append(
            tr(
                "The legal range is that in force on the day of the sentence; the law of the day of the fact may "
                "differ."
            )
        )
    if not own and cases.procedure.country is not None:
        notes.append(
            tr("The legal ranges are those shipped with the library; those from memory await being looked up.")
        )
    return tuple(notes)
