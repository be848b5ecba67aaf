"""What a later extract does to what was published of an earlier one: each figure again, change by change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ...base.errors import JusticeMetricsError, ProcedureError
from ...base.language import Message, Readable, tr
from ...base.levels import LEVEL_WORDS, PENDING
from ...base.table import Column, Table
from ...base.types import Flags, Values
from ...cases.casedata import CaseData
from ...reduce.extracts import Extracts
from ...reduce.recorded_states import speaks_of
from ..attrition import attrition
from ..rates.convictions import conviction_rates
from ..time_to import time_to

# In this order one extract becomes the other; the differences of the steps add up to the whole.
STEPS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "earlier": tr("earlier extract, as published"),
        "vanished": tr("without those that vanished or were joined"),
        "revised": tr("with what the later extract tells of the same cases"),
        "late": tr("with those registered late: the same day by the later extract"),
        "followed": tr("followed to the later cut-off"),
        "new": tr("with all others, begun since or undated: the later extract"),
    }
)
# The steps at which a figure could be printed; the others lie between.
SHOWN: Final = ("earlier", "late", "new")
_PER: Final = ("complaint", "charge", "prosecution", "verdict")
_TIMED: Final = ("any_exit", "verdict")


class Figure(NamedTuple):
    """One figure of one set of cases."""

    numerator: float
    denominator: float
    estimate: float


# A question: figures by name, with the words of each.
Asked: TypeAlias = Callable[[CaseData], dict[str, tuple[Readable, Figure]]]


class Effect(NamedTuple):
    """Figures by indicator and step, with the words of the indicators."""

    shares: Mapping[str, tuple[Figure, ...]]
    days: Mapping[str, tuple[Figure, ...]]
    words: Mapping[str, Readable]


def effect_of(two: Extracts) -> Effect:
    """Ask every figure that both extracts can answer, of each step between the two."""
    sets = _steps(two)
    words: dict[str, Readable] = {}
    shares: dict[str, tuple[Figure, ...]] = {}
    for ask in (_reached, _convicted(_answered(sets))):
        shares |= _over(sets, ask, words)
    days: dict[str, tuple[Figure, ...]] = {}
    for outcome in _TIMED:
        days |= _over(sets, _median(outcome), words)
    return Effect(shares, days, words)


def _steps(two: Extracts) -> tuple[CaseData, ...]:
    """Return the cases of each step, in the order of ``STEPS``; a step that changes nothing is the very same object."""
    shared = two.pairs.place >= 0
    in_both = {two.later.ids[at] for at in two.right}
    # Without a date of the start nobody can say that a unit had begun by the earlier cut-off.
    begun = two.added & (two.begun <= two.cutoff_day)
    then_both = np.array([one in in_both for one in two.then.ids], dtype=np.bool_)
    late = {two.later.ids[at] for at in np.flatnonzero(begun)}
    then_begun: Flags = then_both | np.array([one in late for one in two.then.ids], dtype=np.bool_)
    revised = two.then.only(then_both)
    there = {one for one, keep in zip(two.then.ids, then_begun, strict=True) if keep}
    # the very same cases: one whose start was moved over the cut-off comes back with the new ones
    followed = np.array([one in there for one in two.later.ids], dtype=np.bool_)
    return (
        two.earlier.cases,
        two.earlier.cases if shared.all() else two.earlier.only(shared),
        revised,
        revised if (then_begun == then_both).all() else two.then.only(then_begun),
        two.later.cases if followed.all() else two.later.only(followed),
        two.later.cases,
    )


def _over(sets: Sequence[CaseData], ask: Asked, words: dict[str, Readable]) -> dict[str, tuple[Figure, ...]]:
    """Ask one question of every step; nothing where the first or the last extract cannot answer it."""
    answers: list[dict[str, tuple[Readable, Figure]]] = []
    for place, cases in enumerate(sets):
        if place and cases is sets[place - 1]:
            answers.append(answers[-1])
            continue
        try:
            answers.append(ask(cases))
        except JusticeMetricsError:
            if place in (0, len(sets) - 1):
                return {}
            answers.append({})
    nothing = Figure(0.0, 0.0, np.nan)
    found = {}
    for name, (label, _) in answers[0].items():
        if name in answers[-1]:
            words[name] = label
            found[name] = tuple(one[name][1] if name in one else nothing for one in answers)
    return found


def _reached(cases: CaseData) -> dict[str, tuple[Readable, Figure]]:
    answer = attrition(cases, age_months=())
    main = answer.main
    rows = range(1, len(main))
    total, pending = float(main["denominator"][0]), float(main["pending"].sum())
    still_open = Figure(pending, total, pending / total if total else np.nan)
    found: dict[str, tuple[Readable, Figure]] = {PENDING: (LEVEL_WORDS[PENDING], still_open)}
    for row in rows:
        words = tr("reached {step}", step=answer.step_words[str(main["stage"][row])])
        values = (float(main[one][row]) for one in ("reached", "denominator", "estimate"))
        found[f"reached {main['stage'][row]}"] = (words, Figure(*values))
    return found


def _answered(sets: Sequence[CaseData]) -> tuple[str, ...]:
    """Return the denominators of the conviction rate that the first and the last extract know."""
    known = [per for per in _PER if all(_knows(cases, per) for cases in (sets[0], sets[-1]))]
    return tuple(known)


def _knows(cases: CaseData, per: str) -> bool:
    try:
        return speaks_of(cases, per)
    except ProcedureError:
        return False


def _convicted(denominators: tuple[str, ...]) -> Asked:
    def ask(cases: CaseData) -> dict[str, tuple[Readable, Figure]]:
        if not denominators:
            return {}
        answer = conviction_rates(cases, per=denominators)
        main = answer.main
        return {
            f"convicted {main['per'][row]}": (
                tr("convicted, per {per}", per=answer.per_words[str(main["per"][row])]),
                Figure(float(main["numerator"][row]), float(main["denominator"][row]), float(main["estimate"][row])),
            )
            for row in range(len(main))
        }

    return ask


def _median(outcome: str) -> Asked:
    def ask(cases: CaseData) -> dict[str, tuple[Readable, Figure]]:
        answer = time_to(cases, outcome=outcome, shares=(0.5,))
        main = answer.main
        found = Figure(float(main["numerator"][0]), float(main["denominator"][0]), float(main["estimate"][0]))
        return {f"median {outcome}": (tr("median days to {outcome}", outcome=answer.outcome_words), found)}

    return ask


def effect_table(found: Mapping[str, tuple[Figure, ...]], words: Mapping[str, Readable], *, days: bool) -> Table:
    """Return one row per indicator and step, with what the step changed."""
    steps = list(STEPS)
    rows = [(name, step, place) for name in found for place, step in enumerate(steps)]
    figures = [found[name][place] for name, _, place in rows]
    before = [found[name][place - 1].estimate if place else np.nan for name, _, place in rows]
    estimate = np.array([one.estimate for one in figures], dtype=np.float64)
    columns = (
        Column("indicator", tr("indicator"), "text", "key", "key"),
        Column("step", tr("of which cases"), "text", "key", "key"),
        Column("numerator", tr("endings observed") if days else tr("units"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        Column("estimate", tr("median days"), "days", "estimate", "quantile")
        if days
        else Column("estimate", tr("share"), "share", "estimate", "share", 2),
        Column("difference", tr("change by this step, in days"), "days", "estimate", "difference")
        if days
        else Column("difference", tr("change by this step, in points"), "points", "estimate", "difference", 2),
    )
    values = {
        "indicator": _texts([name for name, _, _ in rows]),
        "step": _texts([step for _, step, _ in rows]),
        "numerator": np.array([one.numerator for one in figures], dtype=np.float64),
        "denominator": np.array([one.denominator for one in figures], dtype=np.float64),
        "estimate": estimate,
        "difference": estimate - np.array(before, dtype=np.float64),
    }
    title = tr("Median times, step by step") if days else tr("What was published, step by step")
    return Table(columns, values, labels={"indicator": dict(words), "step": STEPS}, title=title, guard="internal")


def _texts(words: Sequence[str]) -> Values:
    return np.array([*words, None], dtype=object)[:-1]
