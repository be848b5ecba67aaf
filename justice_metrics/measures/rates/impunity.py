"""Impunity of a cohort: reported cases without a conviction or an accepted alternative exit, at fixed ages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, tr, trn
from ...base.levels import PENDING
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names, several
from ...cases.casedata import CaseData
from ...reduce.strata import convicted
from ..boxes import (
    Restrictions,
    ending_levels,
    open_or,
    standing_restrictions,
    together,
    watched_levels,
    younger_levels,
)
from ..declared import Share, ensure_level, few_units_note, strata_columns
from ..recorded import ensure_mapped, unmapped
from ..shown import draw_shares, limits_words, numbers, of_words, strata_of, whole, words_of
from .shown_shares import Interval, Limits, Shares, limits_of, method_words, share_notes, shares_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AS_MEASURED: Final = "as_measured"
_MONTH: Final = 365.25 / 12
_COUNTS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "numerator": tr("without an effective ending"),
        "denominator": tr("observed so long"),
        "pending": tr("of the first, pending"),
        "too_young": tr("not observed so long"),
        "untold": tr("with one on an unknown day"),
        "most": tr("without one, or with one on an unknown day"),
    }
)
_SHOWN: Final = ("numerator", "denominator", "pending", "too_young", "untold")


@dataclass(frozen=True, eq=False, kw_only=True)
class Impunity(Result):
    """Share of the reported cases without an effective ending, at fixed ages and as measured.

    Tables
    ------
    main
        One row per stratum and age: ``age`` (months since the complaint, or ``as_measured``), ``numerator`` (without an
        effective ending by then), ``denominator`` (cases observed so long), ``pending`` (of the numerator, open at the
        cut-off), ``too_young`` (not observed so long), ``untold`` (of the denominator, with an effective ending that no
        date places), ``estimate`` (as if these had ended by then), ``conf_low``, ``conf_high``, ``most`` and
        ``at_most`` (number and share as if they had not); the interval reaches from the lower limit of the one to the
        upper limit of the other.
    """

    question: ClassVar[str] = "impunity"

    age_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return the share at each age; nothing by groups."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the share at each age that is shown; nothing by groups."""
        main = shown.main
        if strata_of(main):
            return ()
        return tuple(_finding(main, row) for row in range(len(main)) if numbers(main, "estimate")[row] >= 0)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw impunity at each age with its interval."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw impunity at each age that is shown; a hidden one says so."""
        x_label = tr("reported cases without conviction or accepted alternative exit")
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "age", x_label, beside, ax=ax, language=language)


def _finding(main: Table, row: int) -> Readable:
    values = {
        "age": words_of(main, "age", main["age"][row]),
        "numerator": whole(main["numerator"][row]),
        "denominator": whole(main["denominator"][row]),
        "share": Share(main["estimate"][row]),
        "limits": limits_words(main["conf_low"][row], main["conf_high"][row]),
    }
    untold = numbers(main, "untold")[row]
    if untold > 0:
        return tr(
            "Impunity, {age}: at least {numerator} of {denominator} reported cases had no conviction and no "
            "accepted alternative exit, {share}, and at most {most}, since {untold} had one on a day that is not "
            "known{limits}.",
            **values,
            most=Share(main["at_most"][row]),
            untold=whole(untold),
        )
    return tr(
        "Impunity, {age}: {numerator} of {denominator} reported cases had no conviction and no accepted "
        "alternative exit, {share}{limits}.",
        **values,
    )


def impunity(
    cases: CaseData,
    *,
    months: Sequence[int] = (12, 24, 36),
    effective: Names = ("conviction", "alternative_exit"),
    by: Names = (),
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> Impunity:
    """Share of the reported cases that got neither a conviction nor an accepted alternative exit.

    The definition of the International Commission against Impunity in Guatemala: cases reported in a period, followed
    to the day of measurement. Young cases had little time, so that figure falls as a cohort grows old; beside it the
    share is given at fixed ages, among cases that were observed so long. With ``by="year"`` the years can be compared
    at one age. The Mexican definition, of a period, is :func:`effectiveness`.

    Parameters
    ----------
    cases : CaseData
    months : sequence of int
        Ages, in months since the complaint (a month is 30.44 days).
    effective : str or tuple of str
        Ways of ending that end impunity: outcome classes or states. Those the procedure does not have are left aside.
    by : str or tuple of str
        Attributes that split the cases; ``year`` is that of the complaint.
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        For independent cases; with weights or clusters in the sampling, the design gives the interval.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    Impunity

    Raises
    ------
    QuestionError
        When no way of ending is effective, the data say nothing of any that is, or an age is not above 0.

    References
    ----------
    .. [1] Comisión Internacional contra la Impunidad en Guatemala (2015). Sistema de medición de la impunidad.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.impunity(jm.sample_cases(), months=(12, 24))
    >>> [str(one) for one in found.main["age"]]
    ['12', '24', 'as_measured']
    """
    by, ages = names(by), tuple(several(months))
    ensure_level(confidence_level)
    states = _effective_states(cases, names(effective))
    silent = unmapped(cases, states)
    if len(silent) == len(states):
        ensure_mapped(cases, silent)
    if any(one <= 0 for one in ages):
        raise QuestionError(tr("An age in months must be above 0."), tr("Ask for ages such as 12, 24 and 36."))
    shares, also = _asked(cases, states, ages)
    found = shares_of(cases, shares, by=by, also=also, interval=interval, confidence_level=confidence_level)
    words: dict[str, Readable] = {str(one): tr("{n} months after the complaint", n=Setting(one)) for one in ages}
    words[AS_MEASURED] = tr("as measured on the cut-off, whatever the age")
    labels = [cases.procedure.label(one) for one in states]
    cells = _cells(cases, found, states, ages)
    return Impunity(
        heading=tr("Impunity of the reported cases, at fixed ages and as measured"),
        tables={"main": _table(found, words, cells, limits_of(cases, interval, confidence_level))},
        definition=Definition(
            answers=tr("Of the cases reported, how many had no effective ending by an age?"),
            numerator=tr("cases that had not ended in any of these by that age: {effective}", effective=labels),
            denominator=tr("reported cases that had that age on the cut-off; as measured, all reported cases"),
            basis="cohort",
            pending=tr("in the numerator: a case without an effective ending so far counts as unpunished"),
            method=method_words(cases, interval),
        ),
        provenance=cases.provenance.add(
            "impunity",
            months=ages,
            effective=names(effective),
            by=by,
            interval=interval,
            confidence_level=confidence_level,
        ),
        notes=(
            *share_notes(cases, found),
            *few_units_note(found.strata, found.behind[:, 0]),
            *_notes(found),
            *_unmapped_notes(cases, states, silent),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        age_words=words,
    )


def _effective_states(cases: CaseData, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the endings that count; a class that this procedure does not have is no fault of the question."""
    classes = {cases.procedure.class_of(one) for one in cases.procedure.outcomes}
    known = [one for one in words if one in classes or one not in ("conviction", "alternative_exit")]
    found = tuple(dict.fromkeys(state for one in known for state in cases.resolve(one)))
    outcomes = tuple(one for one in found if one in cases.procedure.outcomes)
    if not outcomes or len(outcomes) < len(found):
        raise QuestionError(
            tr("'effective' must name ways of ending; a stage ends nothing."),
            tr("Outcomes of this procedure are: {known}.", known=list(cases.procedure.outcomes)),
        )
    return outcomes


def _asked(
    cases: CaseData, states: tuple[str, ...], ages: tuple[int, ...]
) -> tuple[dict[str, tuple[nw.Expr, nw.Expr]], dict[str, nw.Expr]]:
    """Return the shares asked for, and what else is counted beside each."""
    verdicts = tuple(one for one in states if one in cases.procedure.verdicts)
    others = tuple(one for one in states if one not in verdicts)
    by_verdict = convicted(cases, verdicts) if verdicts else nw.lit(value=False)
    otherwise = cases.stands(others)
    is_effective = by_verdict | otherwise
    ended = nw.when(otherwise).then(nw.col("outcome_day")).otherwise(cases.first_day(verdicts))
    start = cases.first_day((cases.procedure.start,))
    is_open = nw.col("outcome").is_null() & ~is_effective
    dated = ~start.is_null()
    unplaced = is_effective & ended.is_null()
    every = nw.lit(value=True)
    shares, also = {}, {}
    for age in ages:
        days = round(age * _MONTH)
        old = dated & (start + days <= cases.cutoff_day).fill_null(value=False)
        by_then = is_effective & (ended - start <= days).fill_null(value=False)
        shares[str(age)] = (old & ~by_then & ~unplaced, old)
        shares[_most(age)] = (old & ~by_then, old)
        also[f"pending {age}"] = old & ~by_then & is_open
        also[f"untold {age}"] = old & unplaced
        also[f"young {age}"] = dated & ~old
    shares[AS_MEASURED] = shares[_most(AS_MEASURED)] = (~is_effective, every)
    also[f"untold {AS_MEASURED}"] = nw.lit(value=False)
    also[f"pending {AS_MEASURED}"] = is_open
    also[f"young {AS_MEASURED}"] = nw.lit(value=False)
    also["undated"] = ~dated
    also |= {"effective": is_effective, "standing": cases.stands(states)}
    return shares, also


def _most(age: int | str) -> str:
    """Return the name of the share in which effective endings without a date count as later ones."""
    return f"{age} at_most"


def _unmapped_notes(cases: CaseData, states: tuple[str, ...], silent: tuple[str, ...]) -> tuple[Readable, ...]:
    """Say of which effective endings the data know nothing; a class of which one state is known is known."""
    procedure = cases.procedure
    known = {procedure.class_of(one) for one in states if one not in silent}
    lost = [procedure.label(one) for one in silent if procedure.class_of(one) not in known]
    if not lost:
        return ()
    return (tr("The data say nothing of: {states}; cases that ended so count as unpunished.", states=lost),)


def _notes(found: Shares) -> list[Readable]:
    notes: list[Readable] = [
        tr(
            "The figure as measured mixes old cases with young ones that had little time, so it falls as cases grow "
            "old; compare years, offices or countries at one age."
        )
    ]
    undated = round(float(found.also["undated"].sum()))
    if undated:
        notes.append(
            trn(
                "{n} case has no date of complaint; fixed ages leave it out.",
                "{n} cases have no date of complaint; fixed ages leave them out.",
                undated,
            )
        )
    untold = max(round(float(one.sum())) for name, one in found.also.items() if name.startswith("untold "))
    if untold:
        notes.append(
            trn(
                "{n} case has an effective ending without a date, so that nobody knows its age then: the share at a "
                "fixed age is given as if it had ended by then (at least) and as if it had not (at most).",
                "{n} cases have an effective ending without a date, so that nobody knows their age then: the share at "
                "a fixed age is given as if they had ended by then (at least) and as if they had not (at most).",
                untold,
            )
        )
    return notes


def _cells(
    cases: CaseData, found: Shares, states: tuple[str, ...], ages: tuple[int, ...]
) -> Mapping[str, Mapping[str, Restrictions]]:
    """Return which units each column counts at each age."""
    which = "+".join(sorted(states))
    dated: Restrictions = {"dated:start": ("yes",)} if found.also["undated"].any() else {}
    limits = {age: round(age * _MONTH) for age in ages}
    every = tuple(limits.values())
    made: dict[str, dict[str, Restrictions]] = {name: {} for name in _COUNTS}
    for age, days in limits.items():
        old = {**dated, "watched_days": watched_levels(days, every)}
        by_then = f"effective_by_{age}m:{which}"
        made["numerator"][str(age)] = {**old, by_then: ("no",)}
        made["most"][str(age)] = {**old, by_then: ("no", "unknown")}
        made["untold"][str(age)] = {**old, by_then: ("unknown",)}
        made["denominator"][str(age)] = old
        made["pending"][str(age)] = {**old, by_then: ("no",), "ending": (PENDING,), f"effective:{which}": ("no",)}
        made["too_young"][str(age)] = {**dated, "watched_days": younger_levels(days, every)}
    stand = standing_restrictions(cases, states)
    rest: Restrictions = {f"effective:{which}": ("no",)}
    if set(stand) == {"ending"} and np.allclose(found.also["effective"], found.also["standing"]):
        rest = {"ending": open_or([one for one in ending_levels(cases) if one not in stand["ending"]])}
    made["numerator"][AS_MEASURED] = made["most"][AS_MEASURED] = rest
    made["denominator"][AS_MEASURED] = {}
    made["pending"][AS_MEASURED] = together(rest, {"ending": (PENDING,)})
    # whatever the age: nobody is too young, and no day is asked for
    made["untold"][AS_MEASURED] = {f"effective:{which}": ("unknown",)}
    made["too_young"][AS_MEASURED] = {"watched_days": ("no day",)}
    return made


def _table(
    found: Shares,
    words: Mapping[str, Readable],
    cells: Mapping[str, Mapping[str, Restrictions]],
    limits: Limits,
) -> Table:
    k = len(words)
    counted = {name: CellOf(each={"age": by_age}) for name, by_age in cells.items()}
    low, high = (f"{limits.interval}_{side}" if limits.interval else "" for side in ("low", "high"))
    least_of, most_of = ("numerator", "denominator"), ("most", "denominator")
    columns = (
        *strata_columns(found.strata.names),
        Column("age", tr("age of the case"), "text", "key", "key"),
        *(Column(one, _COUNTS[one], "units", "count", "count", cell=counted[one]) for one in _SHOWN),
        Column("estimate", tr("share"), "share", "estimate", "share", of=Of(inputs=least_of, formula="share")),
        Column(
            "conf_low",
            tr("lower limit"),
            "share",
            "interval",
            "interval",
            of=Of(inputs=least_of, formula=low, level=limits.level),
        ),
        Column(
            "conf_high",
            tr("upper limit"),
            "share",
            "interval",
            "interval",
            of=Of(inputs=most_of, formula=high, level=limits.level),
        ),
        Column("most", _COUNTS["most"], "units", "count", "count", cell=counted["most"]),
        Column(
            "at_most",
            tr("at most, with unknown days"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=most_of, formula="share"),
        ),
    )
    # asked in pairs, age by age: as if undated ones had ended by then, and as if they had not
    least, most = slice(0, None, 2), slice(1, None, 2)
    values = {
        **found.strata.columns(k),
        "age": list(words) * len(found.strata),
        "numerator": found.numerator[:, least].ravel(),
        "denominator": found.denominator[:, least].ravel(),
        "pending": np.stack([found.also[f"pending {one}"] for one in words], axis=1).ravel(),
        "too_young": np.stack([found.also[f"young {one}"] for one in words], axis=1).ravel(),
        "untold": np.stack([found.also[f"untold {one}"] for one in words], axis=1).ravel(),
        "estimate": found.estimate[:, least].ravel(),
        "conf_low": found.conf_low[:, least].ravel(),
        "conf_high": found.conf_high[:, most].ravel(),
        "most": found.numerator[:, most].ravel(),
        "at_most": found.estimate[:, most].ravel(),
    }
    return Table(columns, values, labels={"age": words}, title=tr("Impunity by age of the case"))
