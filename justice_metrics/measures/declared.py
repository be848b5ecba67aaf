"""What all questions declare alike: strata columns, interval columns, notes on the sampling, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ..base.cells import Of
from ..base.errors import QuestionError
from ..base.language import Label, Language, Message, Readable, Setting, format_number, format_share, tr, trn
from ..base.levels import LEVEL_WORDS
from ..base.provenance import LeftOut, Provenance
from ..base.table import Column
from ..base.types import Counts, Floats, Tallies
from ..cases.attributes import attribute_words, suggested
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..reduce.risk import Endings, durations_of
from ..tables import RiskTable, Strata

# Fewer than this at the base of a share, and a reader is told.
FEW_UNITS: Final = Setting(30)

LEFT_OUT_WORDS: Final[Mapping[str, Message]] = {
    "not_started": tr("never reached the stage from which time is counted"),
    "start_undated": tr("no date for the start"),
    "start_after_cutoff": tr("starts after the cut-off"),
    "end_undated": tr("ended, but no date says when"),
    "end_before_start": tr("ended before it started, by its dates"),
    "end_after_cutoff": tr("ended after the cut-off, by its dates"),
    "entry_after_end": tr("observed only from the day of its ending on, or later"),
    "days_missing": tr("no time is given"),
    "ending_missing": tr("not said whether it had ended"),
    "weight_missing": tr("no sampling weight is given"),
    "weight_zero": tr("the sampling weight is 0"),
    "frequency_missing": tr("not said how many units the row stands for"),
    "too_young": tr("not old enough at the cut-off"),
    "step_undated": tr("the furthest step has no date"),
}


def strata_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """Declare the columns that split the units."""
    return tuple(Column(name, attribute_words(name), "text", "stratum", "stratum") for name in names)


def interval_columns(
    decimals: int = 1, *, of: tuple[str, str] | None = None, level: float | None = None, interval: str = "wilson"
) -> tuple[Column, ...]:
    """Declare a share with its limits.

    Parameters
    ----------
    decimals : int
    of : (str, str), optional
        The columns of its numerator and of its denominator.
    level : float, optional
        Confidence level of the limits.
    interval : {"wilson", "clopper_pearson", "jeffreys", ""}
        How the limits are made of the two; "" where it takes more than these, such as the sampling design.
    """
    share = Of(inputs=of, formula="share") if of else None
    low, high = (
        Of(inputs=of, formula=f"{interval}_{side}" if interval else "", level=level) if of else None
        for side in ("low", "high")
    )
    return (
        Column("estimate", tr("share"), "share", "estimate", "share", decimals, of=share),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval", decimals, of=low),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval", decimals, of=high),
    )


def shown_limits(low: Floats, high: Floats, *, weighted: bool) -> tuple[Floats, Floats]:
    """Return limits as they may be shown: none under sampling weights, whose design they do not know."""
    return (np.full_like(low, np.nan), np.full_like(high, np.nan)) if weighted else (low, high)


def outcome_labels(cases: CaseData | Durations, names: Sequence[str]) -> dict[str, Readable]:
    """Return the words of outcomes, classes, endpoints, stages and levels."""
    labels: dict[str, Readable] = {"other_ending": tr("any other ending"), **LEVEL_WORDS}
    for name in names:
        if name not in labels:
            labels[name] = cases.label(name) if isinstance(cases, Durations) else cases.procedure.label(name)
    return labels


def spells_of(
    cases: CaseData | Durations, *, start: str, wanted: Sequence[str], endings: Endings = "standing"
) -> Durations:
    """Return the times that a question about time asks for, with the wanted endings told apart.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or two endings overlap.
    """
    if isinstance(cases, Durations):
        return cases.told_apart(wanted) if wanted else cases
    outcomes = endpoints(cases, wanted) if wanted else None
    for name, states in (outcomes or {}).items():
        if name == start or set(states) == set(cases.procedure.resolve(start)):
            raise QuestionError(
                tr("Time runs from '{start}' and would end there too.", start=start),
                tr("Choose another start, or another outcome than '{outcome}'.", outcome=name),
            )
    return durations_of(cases, start=start, outcomes=outcomes, endings=endings)


def group_words(strata: Strata, language: Language) -> list[str]:
    """Return one name per stratum for legends and labels."""
    if not strata.names:
        return [LEVEL_WORDS["all"].text(language)]
    return [" · ".join(_level(level, language) for level in levels) for levels in strata.levels]


NO_INTERVAL: Final = tr(
    "Weighted by the sampling weights. An interval needs the sampling design too, which this version does not "
    "take into account, so none is shown."
)
AS_INDEPENDENT: Final = tr(
    "Intervals of shares and curves take cases as independent, which cases of one court are not."
)


def sampling_notes(
    cases: CaseData | Durations, *, weights_used: bool = True, design_used: bool = False
) -> tuple[Readable, ...]:
    """Return what the sampling does to a result, if it does anything.

    With ``design_used`` the answer itself says how its intervals allow for weights and clusters.
    """
    notes: list[Readable] = list(cases.remarks) if isinstance(cases, Durations) else []
    if cases.sampling.frame == "closed_only":
        notes.append(
            tr(
                "The sample holds closed files only: cases that are still open are missing by design, so shares of "
                "verdicts are too high and times too short for the cases that were reported. Read this "
                "as a description "
                "of closed files, not of the system."
            )
        )
    if cases.sampling.frame == "prevalent":
        notes.append(
            tr(
                "The sample holds cases that were open on a day: those that ended early are missing. "
                "Times are corrected for "
                "it (delayed entry); shares of stages and outcomes are not."
            )
        )
    if cases.intake.joining.joined_ended:
        notes.append(
            trn(
                "{n} case that was joined into another one had been decided otherwise than that one, by whose ending "
                "both count: its own ending is in no number.",
                "{n} cases that were joined into others had been decided otherwise than those, by whose endings they "
                "count: their own endings are in no number.",
                cases.intake.joining.joined_ended,
            )
        )
    if cases.sampling.weighted and cases.intake.joining.joined_elsewhere:
        notes.append(
            trn(
                "{n} case was joined into another one that is not in the sample, and counts by itself: the weighted "
                "numbers count such a proceeding twice.",
                "{n} cases were joined into others that are not in the sample, and count by themselves: the weighted "
                "numbers count such proceedings twice.",
                cases.intake.joining.joined_elsewhere,
            )
        )
    if cases.sampling.partly:
        notes.append(
            trn(
                "{n} unit has members that are not in the data: how it ended rests on those that are.",
                "{n} units have members that are not in the data: how they ended rests on those that are.",
                cases.sampling.partly,
            )
        )
    if cases.sampling.weighted and not weights_used:
        notes.append(
            tr("The sampling weights are not used here: each file counts once, and the answer is about the sample.")
        )
    elif cases.sampling.weighted and not design_used:
        notes.append(NO_INTERVAL)
    if cases.intake.ended_after_cutoff:
        notes.append(
            trn(
                "{n} case ended after the cut-off by its dates: it counts as ended, and is left out "
                "where time is told.",
                "{n} cases ended after the cut-off by their dates: they count as ended, and are left out where time is "
                "told.",
                cases.intake.ended_after_cutoff,
            )
        )
    # where no interval is shown, nothing is to be said of what one rests on
    if cases.sampling.cluster and not design_used and not (cases.sampling.weighted and weights_used):
        notes.append(AS_INDEPENDENT)
    return tuple(notes)


def left_out_of(left_out: Mapping[str, Counts]) -> tuple[LeftOut, ...]:
    """Return units left out, by reason, over all strata."""
    return tuple(LeftOut(LEFT_OUT_WORDS[name], int(counts.sum())) for name, counts in left_out.items())


def time_provenance(cases: CaseData | Durations, table: RiskTable, question: str, **settings: object) -> Provenance:
    """Return the provenance of an answer about time, with the units that time cannot be told of."""
    return cases.provenance.add(question, **settings).leave_out(*left_out_of(table.left_out))


def ensure_level(level: float) -> None:
    """Refuse a confidence level that is no share, such as 95.

    Raises
    ------
    QuestionError
        With the level.
    """
    if not 0 < level < 1:
        raise QuestionError(
            tr("The confidence level {level} does not lie between 0 and 1.", level=level), tr("Write 95 % as 0.95.")
        )


def ensure_actors(cases: CaseData, actors: Sequence[str]) -> None:
    """Refuse an actor whom no support spell names.

    Raises
    ------
    QuestionError
        With the nearest name.
    """
    for one in actors:
        if one not in cases.actors:
            raise QuestionError(
                tr("'{actor}' is not a support actor of these cases.", actor=one), suggested(one, cases.actors)
            )


def endpoints(cases: CaseData, wanted: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the states of each endpoint that was asked for.

    Raises
    ------
    QuestionError
        When two of them share a state: a case would have to end by both.
    """
    found = {one: cases.resolve(one) for one in wanted}
    for place, (one, states) in enumerate(found.items()):
        for other, others in list(found.items())[:place]:
            if set(states) & set(others):
                raise QuestionError(
                    tr("The outcomes '{other}' and '{one}' overlap.", one=one, other=other),
                    tr("Ask for each of them in a question of its own."),
                )
    return found


def ensure_some(table: RiskTable, cases: CaseData | Durations) -> None:
    """Refuse a question about time when no unit can answer it.

    Raises
    ------
    QuestionError
        With the reasons and their numbers.
    """
    if table.entered.sum() > 0:
        return
    reasons = [tr("{n}: {reason}", n=one.n, reason=one.reason) for one in left_out_of(table.left_out)]
    raise QuestionError(
        tr("Time cannot be told of any of the {n} units.", n=cases.n_units),
        tr("They were left out because: {reasons}.", reasons=reasons),
    )


def few_units_note(strata: Strata, units: Tallies) -> tuple[Message, ...]:
    """Warn of strata that rest on few units."""
    n = int((np.asarray(units) < FEW_UNITS).sum())
    if n == 0:
        return ()
    if len(strata) == 1:
        return (tr("Rests on {n} units only, which tells little.", n=int(np.asarray(units)[0])),)
    return (
        trn(
            "{n} group rests on fewer than {few} units; do not rank it.",
            "{n} groups rest on fewer than {few} units; do not rank them.",
            n,
            few=FEW_UNITS,
        ),
    )


class Share:
    """A share that a message prints as a percentage in the reader's language."""

    __slots__ = ("decimals", "value")

    def __init__(self, value: float, decimals: int = 1) -> None:
        self.value = float(value)
        self.decimals = decimals

    def text(self, language: Language = "en") -> str:
        """Return the percentage."""
        return format_share(self.value, language, decimals=self.decimals)


class PValue:
    """A p value that a message prints; a tiny one as a bound, never as 0."""

    __slots__ = ("equals", "value")

    def __init__(self, value: float, *, equals: bool = False) -> None:
        self.value = float(value)
        self.equals = equals

    def text(self, language: Language = "en") -> str:
        """Return it with three decimals, after an equals sign where a sentence asks for one."""
        if self.value < 0.001:
            return "< " + format_number(0.001, language, decimals=3)
        return "= " * self.equals + format_number(self.value, language, decimals=3)


class Points:
    """A difference of shares, printed in percentage points, with its sign unless it is a size."""

    __slots__ = ("signed", "value")

    def __init__(self, value: float, *, signed: bool = True) -> None:
        self.value = float(value)
        self.signed = signed

    def text(self, language: Language = "en") -> str:
        """Return the percentage points."""
        sign = "−" if self.value < 0 else "+" if self.value > 0 and self.signed else ""
        return sign + format_number(abs(self.value) * 100, language, decimals=1)


def days_words(days: float) -> Readable:
    """Return days in words; "not reached" where the curve never comes so far."""
    if not np.isfinite(days):
        return tr("not reached")
    return trn("{n} day", "{n} days", round(days))


def levels_words(levels: Sequence[str]) -> list[Readable]:
    """Return the words of a stratum's levels, for a sentence."""
    return [LEVEL_WORDS.get(one) or Label(one) for one in levels]


def _level(level: str, language: Language) -> str:
    words = LEVEL_WORDS.get(level)
    return words.text(language) if words else level
