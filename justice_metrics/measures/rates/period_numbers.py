"""Numbers of periods, from case data or from a table of counts, with their totals: what ratios of flows stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

import numpy as np

from ...base.cells import CellOf, Tie
from ...base.language import Language, Readable, format_share, tr, trn
from ...base.levels import ALL, NOT_APPLICABLE, PENDING
from ...base.quantities import STATUSES, Quantity
from ...base.result import Result, context_of
from ...base.table import Table
from ...base.types import Counts, Flags
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words, periods_of
from ...reduce.beginnings import register_beginning
from ...reduce.count_sums import added, paired
from ...reduce.stage_periods import stage_periods
from ...tables import Strata
from ..boxes import Restrictions, finer, reached_restrictions, span_of, standing_restrictions, tie
from ..declared import NO_INTERVAL, sampling_notes
from ..recorded import ensure_mapped, silence_notes
from .known_words import ensure_known

Against: TypeAlias = Literal["previous", "year_before"]


class PeriodNumbers(NamedTuple):
    """Quantities by stratum and period; the last stratum is all together where anything splits them."""

    strata: Strata  # G of them
    labels: tuple[str, ...]  # (P,)
    over: Flags  # (P,) whether the whole period is in the data
    follows: Flags  # (P,) whether it begins on the day after the one before it ended
    quantities: Mapping[str, Quantity]  # (G, P)
    words: Mapping[str, Readable]
    units: Mapping[str, str]
    weighted: bool  # whether they are sums of sampling weights
    things: Mapping[str, str]  # what each counts: the same name for the same things, whatever they were called
    whole_things: Mapping[str, Restrictions]  # the units that come to it in any period, where cases are counted
    notes: tuple[Readable, ...]

    @property
    def total(self) -> int:
        """Place of the stratum that holds all."""
        return len(self.strata) - 1


def period_numbers(
    data: CaseData | CountData, wanted: Sequence[str], *, period: Period | None = None, by: Sequence[str] = ()
) -> PeriodNumbers:
    """Count or add up what was asked for, by stratum and period, and all strata together.

    Totals are made of the numbers themselves, so no ratio of them can be an average of ratios.

    Parameters
    ----------
    data : CaseData or CountData
    wanted : sequence of str
        Quantities of the table; or stages, roles and ways of ending of the cases.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : sequence of str
        What splits them.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing.
    """
    if period is not None:
        ensure_known(period, Period)
    wanted = tuple(dict.fromkeys(wanted))
    return _of_cases(data, wanted, period, by) if isinstance(data, CaseData) else _of_counts(data, wanted, period, by)


def set_against(
    data: CaseData | CountData,
    found: PeriodNumbers,
    ups: Sequence[str],
    downs: Sequence[str],
    also: Sequence[str] = (),
    *,
    period: Period | None,
    by: Sequence[str],
) -> tuple[PeriodNumbers, int]:
    """Return the numbers of a ratio over the cells in which both sides apply, and how many rows of a table have one.

    Parameters
    ----------
    data : CaseData or CountData
    found : PeriodNumbers
        The same numbers, each over all cells in which it applies.
    ups, downs, also : sequence of str
        Numerators, denominators, and what goes with them.
    period, by
        As they were asked for.
    """
    if isinstance(data, CaseData):
        return found, 0
    both, alone = paired(data, tuple(ups), tuple(downs), tuple(also))
    if not alone:
        return found, 0
    again = _of_counts(both, tuple(dict.fromkeys((*ups, *downs, *also))), period, by)
    # sums over fewer rows of the table are other numbers
    beside = "+".join((*ups, *downs, *also))
    things = {
        name: found.things[name]
        if np.array_equal(one.values, found.quantities[name].values, equal_nan=True)
        else f"{found.things[name]} beside {beside}"
        for name, one in again.quantities.items()
    }
    return found._replace(quantities={**found.quantities, **again.quantities}, things={**found.things, **things}), alone


def alone_notes(alone: int) -> tuple[Readable, ...]:
    """Say how many rows of a table are left out of a ratio, since one side of it does not apply there."""
    if not alone:
        return ()
    return (
        trn(
            "{n} row of the table is in neither number of a ratio: one of the two does not apply there.",
            "{n} rows of the table are in neither number of a ratio: one of the two does not apply there.",
            alone,
        ),
    )


def _of_cases(cases: CaseData, wanted: Sequence[str], period: Period | None, by: Sequence[str]) -> PeriodNumbers:
    ensure_mapped(cases, wanted)
    found = stage_periods(cases, wanted, period=period or "year", by=by)
    notes: list[Readable] = [*sampling_notes(cases, design_used=True), *silence_notes(cases, wanted)]
    if cases.sampling.weighted:
        notes.append(NO_INTERVAL)
    for word in wanted:
        label = cases.procedure.label(word)
        if found.undated[word]:
            notes.append(
                trn(
                    "{n} case came to this without a date, so no period counts it: {label}.",
                    "{n} cases came to this without a date, so no period counts them: {label}.",
                    round(found.undated[word]),
                    label=label,
                )
            )
        if found.passed[word]:
            notes.append(
                trn(
                    "{n} case shows only by a later step that it came to this, so no period counts it: {label}.",
                    "{n} cases show only by a later step that they came to this, so no period counts them: {label}.",
                    round(found.passed[word]),
                    label=label,
                )
            )
        if found.after_cutoff[word]:
            notes.append(
                trn(
                    "{n} case came to this after the cut-off by its date, so no period counts it: {label}.",
                    "{n} cases came to this after the cut-off by their dates, so no period counts them: {label}.",
                    round(found.after_cutoff[word]),
                    label=label,
                )
            )
    began = register_beginning(cases)
    over = np.asarray(found.last_day <= cases.cutoff_day, np.bool_)
    if began is not None:
        holds = periods_of(np.array([began.day], np.int32), period or "year")
        if began.inside(int(holds.first_day[0]), int(holds.last_day[0])):
            over &= np.array([label != holds.labels[0] for label in found.labels], np.bool_)
    return PeriodNumbers(
        found.strata,
        found.labels,
        over,
        np.arange(len(over)) > 0,
        found.quantities,
        {word: cases.procedure.label(word) for word in wanted},
        dict.fromkeys(wanted, cases.unit),
        cases.sampling.weighted,
        {word: f"came to {'+'.join(sorted(cases.resolve(word)))}" for word in wanted},
        {word: _whole(cases, word) for word in wanted},
        (*notes, *_unfinished(found.labels, over)),
    )


def _whole(cases: CaseData, word: str) -> Restrictions:
    """Return the restrictions of all units that came to something, as periods count them."""
    states = cases.resolve(word)
    if set(states) <= set(cases.procedure.outcomes) - set(cases.procedure.verdicts):
        return standing_restrictions(cases, states)
    return reached_restrictions(cases, word)


def counted_in(
    found: PeriodNumbers,
    things: Mapping[str, Sequence[str]] | Sequence[str],
    key: str = "",
    places: Counts | None = None,
) -> CellOf:
    """Declare a column that counts, in each period, what came to something.

    Parameters
    ----------
    found : PeriodNumbers
    things : mapping of str to sequence of str, or sequence of str
        The words that are counted together: for each value of ``key``, or in all rows.
    key : str
        Key column that says what a row counts.
    places : array of int, optional
        For each period, the place of the one that is counted in its row; -1 for none.
    """
    span = span_of(found.labels[0]) if found.labels else "year"
    what = {
        name: {"unit": tuple(dict.fromkeys(found.things.get(one, one) for one in words))}
        for name, words in (things.items() if isinstance(things, Mapping) else (("", things),))
    }
    each = {key: what} if key else {}
    fixed = {} if key else what[""]
    if places is None:
        return CellOf(fixed=fixed, each=each, keys={"period": f"{span}_of_it"})
    before = {
        label: {f"{span}_of_it": (found.labels[place] if place >= 0 else "none",)}
        for label, place in zip(found.labels, places, strict=True)
    }
    return CellOf(fixed=fixed, each={**each, "period": before})


def ties_of(found: PeriodNumbers, words: Sequence[str]) -> tuple[Tie, ...]:
    """Return how numbers of periods hang together: with those of shorter ones, of all cases, of the years of start."""
    made: list[Tie] = []
    span = span_of(found.labels[0]) if found.labels else "year"
    for word in dict.fromkeys(words):
        thing = found.things[word]
        for levels in found.strata.levels:
            group = {name: (level,) for name, level in zip(found.strata.names, levels, strict=True)}
            parts = [{**group, "unit": (thing,), f"{span}_of_it": (label,)} for label in found.labels]
            made += [
                tie([part], [{**group, "unit": (thing,), f"{name}_of_it": (one,)} for one in shorter])
                for part, label in zip(parts, found.labels, strict=True)
                for name, shorter in finer(label)
            ]
            if word not in found.whole_things:
                continue
            made.append(tie(parts, [{**group, **found.whole_things[word]}]))
            if not found.whole_things[word] and "year" not in group:
                made += [
                    tie([part], [{**group, span: (label,)}]) for part, label in zip(parts, found.labels, strict=True)
                ]
    return tuple(made)


def _of_counts(data: CountData, wanted: Sequence[str], period: Period | None, by: Sequence[str]) -> PeriodNumbers:
    table = added(data, by=tuple(by), period=period, quantities=wanted)
    strata, quantities = table.strata, dict(table.quantities)
    if len(strata) > 1:
        together = added(data, period=period, quantities=wanted)
        strata = Strata(strata.names, (*strata.levels, (ALL,) * len(strata.names)))
        quantities = {name: _stacked(one, together.quantities[name]) for name, one in quantities.items()}
    lost = int(sum(one.sum() for one in table.unknown.values()))
    gaps = (
        [
            trn(
                "{n} cell holds no number: sums that it belongs to are missing.",
                "{n} cells hold no number: sums that they belong to are missing.",
                lost,
            )
        ]
        if lost
        else []
    )
    over = np.asarray((table.seen_first <= table.first_day) & (table.seen_last >= table.last_day), np.bool_)
    follows = np.zeros(len(over), np.bool_)
    follows[1:] = table.first_day[1:] == table.last_day[:-1] + 1
    return PeriodNumbers(
        strata,
        table.labels,
        over,
        follows,
        quantities,
        {word: data.label(word) for word in wanted},
        {word: data.unit_of(word) for word in wanted},
        False,
        {word: f"counted as {word}" for word in wanted},
        {},
        (*data.notes, *gaps, *_unfinished(table.labels, over)),
    )


def _stacked(one: Quantity, other: Quantity) -> Quantity:
    return Quantity(np.concatenate([one.values, other.values]), np.concatenate([one.status, other.status]))


def _unfinished(labels: Sequence[str], over: Flags) -> list[Readable]:
    return [
        tr("The data hold a part of the period only: {period}. Do not compare it with a whole one.", period=words)
        for words in (period_words(label) for label, whole in zip(labels, over, strict=True) if not whole)
    ]


def partial_periods(found: PeriodNumbers) -> tuple[str, ...]:
    """Return the labels of the periods of which the data hold a part only."""
    return tuple(label for label, whole in zip(found.labels, found.over, strict=True) if not whole)


def partial_of(shown: Result) -> tuple[str, ...]:
    """Return the periods of which the data of an answer hold a part only."""
    return cast("tuple[str, ...]", context_of(shown).get("partial", ()))


def last_whole(main: Table, there: Flags, partial: Sequence[str]) -> int | None:
    """Return the last row of those that are there, of a whole period where one of them is; None where none is.

    Parameters
    ----------
    main : Table
        With a column ``period``.
    there : array of bool, shape (rows,)
    partial : sequence of str
        Periods of which the data hold a part only: they stand beside whole ones in the table, and are not what a
        sentence speaks of.
    """
    whole = there & ~np.isin(main["period"].astype(str), list(partial))
    rows = np.flatnonzero(whole if whole.any() else there)
    return int(rows[-1]) if len(rows) else None


def all_together(main: Table) -> Flags:
    """Return the rows of the last stratum, which is all together where anything splits the numbers."""
    there = np.ones(len(main), np.bool_)
    for one in main.columns:
        if one.role == "stratum":
            there &= np.asarray(main[one.name] == main[one.name][-1], np.bool_)
    return there


class Change:
    """A relative change that a message prints as a percentage with its sign."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        """Return the percentage."""
        sign = "+" if self.value > 0 else "\N{MINUS SIGN}" if self.value < 0 else ""
        return sign + format_share(abs(self.value), language)


def earlier_places(found: PeriodNumbers, against: Against) -> Counts:
    """Return the place of the period that each is compared with; -1 where there is none."""
    ensure_known(against, Against)
    if against == "previous":
        return np.where(found.follows, np.arange(len(found.labels)) - 1, -1)
    place = {label: position for position, label in enumerate(found.labels)}
    return np.array([place.get(f"{int(one[:4]) - 1:04d}{one[4:]}", -1) for one in found.labels], np.int64)


def number_before(number: Quantity, earlier: Counts) -> Quantity:
    """Return the number of the earlier period; not applicable where there is none."""
    there = earlier >= 0
    values = np.where(there, number.values[:, earlier], np.nan)
    status = np.where(there, number.status[:, earlier], STATUSES.index(NOT_APPLICABLE))
    return Quantity(values, status.astype(np.uint8))


def of_whole_periods(found: PeriodNumbers, number: Quantity) -> Quantity:
    """Return a quantity without the periods that are not over: a part of a year is no year to compare with."""
    status = np.where(found.over, number.status, np.maximum(number.status, STATUSES.index(PENDING)))
    return Quantity(np.where(found.over, number.values, np.nan), status.astype(np.uint8))
