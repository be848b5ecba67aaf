"""Rates of a cohort, each with its denominator: charged, rejected, withdrawn, pending, of those that came so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from ...base.language import Language, Readable, format_number, format_share, tr
from ...base.levels import PENDING
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.procedure import ROLES
from ...figures.dots import dots
from ...reduce.strata import convicted, reached_or_passed
from ..boxes import (
    Restrictions,
    convicted_restrictions,
    ended_among,
    reached_restrictions,
    standing_restrictions,
    together,
)
from ..declared import Share, ensure_level, few_units_note, interval_columns, strata_columns
from ..recorded import ensure_mapped, silence_notes, unmapped
from ..shown import draw_shares, known, limits_words, numbers, of_words, strata_of, whole, words_of
from .rates_tables import RateCells, cells_of
from .shown_shares import Interval, Limits, Shares, limits_of, method_words, share_notes, shares_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What is asked of every procedure that knows it.
USUAL = (
    *("charge", "prosecution", "verdict"),
    *("conviction", "rejection", "dismissal", "alternative_exit", "withdrawal", "extinction", PENDING),
)


@dataclass(frozen=True, eq=False, kw_only=True)
class CohortRates(Result):
    """Shares of the cases that reached a stage, each rate with its own label.

    Tables
    ------
    main
        One row per stratum, rate and denominator: ``rate`` (such as ``charge/complaint``), ``numerator``,
        ``denominator``, ``pending`` (of the denominator), ``estimate``, ``conf_low``, ``conf_high``.
    """

    question: ClassVar[str] = "cohort_rates"

    rate_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return each rate with its numbers; nothing by groups, where the table tells more."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say each rate that is shown; nothing by groups."""
        main = shown.main
        if strata_of(main):
            return ()
        columns = ("numerator", "denominator", "estimate", "conf_low", "conf_high")
        rows = np.stack([numbers(main, one) for one in columns], axis=1)
        return tuple(
            tr(
                "{rate}: {numerator} of {denominator}, {share}{limits}.",
                rate=words_of(main, "rate", rate),
                numerator=whole(n),
                denominator=whole(all_),
                share=Share(share, 2),
                limits=limits_words(low, high, decimals=2),
            )
            for rate, (n, all_, share, low, high) in zip(main["rate"], rows, strict=True)
            if known(n, all_) and all_ > 0
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates with their intervals, numerator and denominator beside each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates that are shown; a hidden one says so."""
        x_label = tr("share of the cases that each rate names")
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "rate", x_label, beside, ax=ax, language=language)


def cohort_rates(
    cases: CaseData,
    *,
    of: Names | None = None,
    per: Names = "complaint",
    by: Names = (),
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> CohortRates:
    """Of the cases that reached ``per``, the share that reached or ended in each of ``of``.

    Charge rate, rejection rate, withdrawal rate, share by abbreviated procedure, pending share: the same cases are
    followed, so no rate passes 100 %. The version that sets numbers of one period side by side is
    :func:`period_ratios`, and its labels say so.

    Parameters
    ----------
    cases : CaseData
    of : str or tuple of str, optional
        Numerators: stages and roles (charge, prosecution, trial, verdict, or a state such as ``abbreviated``), ways of
        ending (conviction, rejection, dismissal, withdrawal, alternative_exit, extinction), ``pending``. By default
        those that the procedure knows and the mapping names.
    per : str or tuple of str
        Denominators: stage ids or roles. Every numerator is given on every denominator.
    by : str or tuple of str
        Attributes that split the cases.
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        For independent cases; with weights or clusters in the sampling, the design gives the interval.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    CohortRates

    Raises
    ------
    ProcedureError, QuestionError
        When a word names nothing, or the data say nothing of it.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> rates = jm.cohort_rates(jm.sample_cases(), of=("charge", "abbreviated", "pending"), per=("complaint", "charge"))
    >>> [str(one) for one in rates.main["rate"]][:2]
    ['charge/complaint', 'charge/charge']
    """
    by, numerators, denominators = names(by), _numerators(cases, of), names(per)
    ensure_level(confidence_level)
    unknown = unmapped(cases, numerators) if of is None else ()
    numerators = tuple(one for one in numerators if one not in unknown)
    ensure_mapped(cases, (*numerators, *denominators))
    shares, pending = {}, {}
    for of_word in numerators:
        there = came_to(cases, of_word)
        for per_word in denominators:
            reached = reached_or_passed(cases, per_word)
            shares[f"{of_word}/{per_word}"] = (reached & there, reached)
            pending[f"{of_word}/{per_word}"] = reached & nw.col("outcome").is_null()
    verdicts = {one: cases.resolve(one) for one in numerators if is_verdict(cases, one)}
    pending |= {f"convicted {one}": convicted(cases, states) for one, states in verdicts.items()}
    pending |= {f"standing {one}": cases.stands(states) for one, states in verdicts.items()}
    found = shares_of(cases, shares, by=by, also=pending, interval=interval, confidence_level=confidence_level)
    standing_verdicts = [
        one for one in verdicts if np.allclose(found.also[f"convicted {one}"], found.also[f"standing {one}"])
    ]
    words: dict[str, Readable] = {
        f"{of_word}/{per_word}": tr(
            "{of} per {per} (same cases)", of=cases.procedure.label(of_word), per=cases.procedure.label(per_word)
        )
        for of_word in numerators
        for per_word in denominators
    }
    return CohortRates(
        heading=tr("Rates of the cases followed, each with its denominator"),
        tables={
            "main": _table(
                found,
                words,
                rate_cells(cases, numerators, denominators, standing=standing_verdicts),
                limits_of(cases, interval, confidence_level),
            )
        },
        definition=Definition(
            answers=tr("Of the cases that reached a stage, how many came to each further stage or ending?"),
            numerator=tr("of the denominator, the cases that came to the stage that the rate names, or stand so ended"),
            denominator=tr(
                "cases that reached the stage that each rate names; the rates are not comparable with one another"
            ),
            basis="cohort",
            pending=tr("in the denominator, as not there so far; their number stands beside each rate"),
            method=method_words(cases, interval),
        ),
        provenance=cases.provenance.add(
            "cohort_rates", of=numerators, per=denominators, by=by, interval=interval, confidence_level=confidence_level
        ),
        notes=(
            *share_notes(cases, found),
            *few_units_note(found.strata, found.behind[:, 0]),
            *_unknown_note(cases, unknown),
            *silence_notes(cases, (*numerators, *denominators)),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        rate_words=words,
    )


def came_to(cases: CaseData, word: str) -> nw.Expr:
    """Return whether a case is pending, stands so ended, or reached a stage (or one after it).

    A verdict counts while it stands, also under appeal; a stage counts once it was reached.
    """
    if word == PENDING:
        return nw.col("outcome").is_null()
    if not is_ending(cases, word):
        return reached_or_passed(cases, word)
    states = cases.resolve(word)
    return convicted(cases, states) if is_verdict(cases, word) else cases.stands(states)


def is_ending(cases: CaseData, word: str) -> bool:
    """Return whether a word names ways of ending; a role is a stage, also where cases end in it."""
    return word not in ROLES and set(cases.resolve(word)) <= set(cases.procedure.outcomes)


def is_verdict(cases: CaseData, word: str) -> bool:
    """Return whether a word names verdicts, which count while they stand, also under appeal."""
    return word != PENDING and is_ending(cases, word) and set(cases.resolve(word)) <= set(cases.procedure.verdicts)


def came_to_restrictions(cases: CaseData, word: str, *, standing: bool) -> Restrictions:
    """Return the restrictions of the units that ``came_to`` picks; ``standing`` as for convictions."""
    if word == PENDING:
        return {"ending": (PENDING,)}
    if not is_ending(cases, word):
        return reached_restrictions(cases, word)
    states = cases.resolve(word)
    if is_verdict(cases, word):
        return convicted_restrictions(cases, word, states, standing=standing)
    return standing_restrictions(cases, states)


def rate_cells(
    cases: CaseData, numerators: Sequence[str], denominators: Sequence[str], *, standing: Sequence[str]
) -> dict[str, RateCells]:
    """Return which units each rate counts; ``standing`` names the verdicts with which all convicted also stand."""
    cells: dict[str, RateCells] = {}
    for word in numerators:
        came = came_to_restrictions(cases, word, standing=word in standing)
        states = cases.resolve(word) if word != PENDING and is_verdict(cases, word) else None
        for per in denominators:
            reached = reached_restrictions(cases, per)
            among = ended_among(cases, states, came, per) if states else together(reached, came)
            cells[f"{word}/{per}"] = RateCells(among, reached, together(reached, {"ending": (PENDING,)}))
    return cells


def draw_rates(
    main: Table,
    words: Mapping[str, Readable],
    *,
    x_label: Readable,
    ax: Axes | None,
    language: Language,
) -> Axes:
    """Draw a table of rates with numerator and denominator beside each."""
    strata = [one.name for one in main.columns if one.role == "stratum"]
    _, rows = main.display(language)
    return dots(
        labels=[words[str(one)].text(language) for one in main["rate"]],
        groups=[" · ".join(row[: len(strata)]) for row in rows] if strata else None,
        estimate=main["estimate"].astype(float),
        conf_low=main["conf_low"].astype(float) if "conf_low" in main.values else np.full(len(main), np.nan),
        conf_high=main["conf_high"].astype(float) if "conf_high" in main.values else np.full(len(main), np.nan),
        annotations=[
            f"{format_number(float(one), language)} / {format_number(float(all_), language)}"
            for one, all_ in zip(main["numerator"], main["denominator"], strict=True)
        ],
        undefined_label=tr("not defined").text(language),
        x_label=x_label.text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )


def _numerators(cases: CaseData, of: Names | None) -> tuple[str, ...]:
    if of is not None:
        asked = names(of)
        for one in asked:
            came_to(cases, one)
        return asked
    procedure = cases.procedure
    classes = {procedure.class_of(one) for one in procedure.outcomes}
    known = {*procedure.roles, *classes, PENDING}
    return tuple(one for one in USUAL if one in known)


def _unknown_note(cases: CaseData, unknown: tuple[str, ...]) -> tuple[Readable, ...]:
    if not unknown:
        return ()
    return (tr("The data say nothing of: {states}.", states=[cases.procedure.label(one) for one in unknown]),)


def _table(found: Shares, words: Mapping[str, Readable], cells: Mapping[str, RateCells], limits: Limits) -> Table:
    k = len(words)
    counted, among, waiting = cells_of("rate", cells)
    columns = (
        *strata_columns(found.strata.names),
        Column("rate", tr("rate"), "text", "key", "key"),
        Column("numerator", tr("came to it"), "units", "count", "count", cell=counted),
        Column("denominator", tr("reached it"), "units", "count", "count", cell=among),
        Column("pending", tr("of them pending"), "units", "count", "count", cell=waiting),
        *interval_columns(decimals=2, of=("numerator", "denominator"), level=limits.level, interval=limits.interval),
    )
    values = {
        **found.strata.columns(k),
        "rate": list(words) * len(found.strata),
        "numerator": found.numerator.ravel(),
        "denominator": found.denominator.ravel(),
        "pending": np.stack([found.also[one] for one in words], axis=1).ravel(),
        "estimate": found.estimate.ravel(),
        "conf_low": found.conf_low.ravel(),
        "conf_high": found.conf_high.ravel(),
    }
    return Table(columns, values, labels={"rate": words}, title=tr("Rates of the cases followed"))
