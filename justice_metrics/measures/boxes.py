"""Which units a count counts, in the dimensions that all answers share: so that the disclosure gate links them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from ..base.cells import Signed, Tie, box
from ..base.levels import ALL, PENDING
from ..cases.casedata import CaseData
from ..reduce.risk import classes
from ..reduce.stages import funnel_steps

# Restrictions: dimension to the levels that are in.
Restrictions = Mapping[str, tuple[str, ...]]

EVERYBODY: Final[tuple[str, ...]] = (ALL,)
_MONTH: Final = 365.25 / 12
_PARTS_OF_A_YEAR: Final[Mapping[str, int]] = MappingProxyType({"year": 1, "half_year": 2, "quarter": 4, "month": 12})
# Ages at which answers are usually compared, so that two of them cut the days that cases were watched alike.
_USUAL_AGES: Final = tuple(round(months * _MONTH) for months in range(6, 121, 6))


def later_levels(steps: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return for each step the levels of ``furthest`` of those that reached it; all of them for the first one.

    Examples
    --------
    >>> dict(later_levels(("complaint", "trial", "verdict")))
    {'complaint': ('all',), 'trial': ('trial', 'verdict'), 'verdict': ('verdict',)}
    """
    return MappingProxyType({step: tuple(steps[place:]) if place else EVERYBODY for place, step in enumerate(steps)})


def reached_restrictions(cases: CaseData, word: str) -> Restrictions:
    """Return the restrictions of the units that reached a stage or passed it, as ``reached_or_passed`` counts them."""
    states = set(cases.resolve(word))
    steps = funnel_steps(cases)
    places = [place for place, step in enumerate(steps) if set(step.states) <= states]
    if places and min(places) == 0:
        return {}
    later = {state for step in steps[min(places) :] for state in step.states} if places else set()
    if places and states <= later:
        return {"furthest": tuple(step.id for step in steps[min(places) :])}
    return {f"reached:{word}": ("yes",)}


def ending_levels(cases: CaseData) -> tuple[str, ...]:
    """Return all ways in which a unit can have ended, by class; ``pending`` is none."""
    return tuple(classes(cases))


def standing_restrictions(cases: CaseData, states: Sequence[str]) -> Restrictions:
    """Return the restrictions of the units that stand in one of some endings; by classes where that is the same.

    Nobody stands in no state at all: such a count is 0 and has a dimension of its own.
    """
    wanted = set(states)
    whole = {name for name, members in classes(cases).items() if set(members) <= wanted}
    within = tuple(name for name, members in classes(cases).items() if wanted.intersection(members))
    if not within:
        return {"ending": ("nothing",)}
    if set(within) == whole:
        return {"ending": within}
    return {"ending": within, "ending_state": tuple(one for one in cases.procedure.outcomes if one in wanted)}


def convicted_restrictions(cases: CaseData, word: str, states: Sequence[str], *, standing: bool) -> Restrictions:
    """Return the restrictions of the units that were convicted, as ``convicted`` counts them.

    Parameters
    ----------
    cases : CaseData
    word : str
        What counts as a conviction.
    states : sequence of str
        Its states.
    standing : bool
        Whether all of them also stand as ended so: then they are the same units as those that ended in conviction.
    """
    if standing:
        return standing_restrictions(cases, states)
    return {f"convicted:{word}": ("yes",)}


def together(one: Restrictions, other: Restrictions) -> dict[str, tuple[str, ...]]:
    """Return the restrictions of units that both restrict.

    Examples
    --------
    >>> together({"furthest": ("trial", "verdict")}, {"furthest": ("verdict",), "ending": ("pending",)})
    {'furthest': ('verdict',), 'ending': ('pending',)}
    """
    made = dict(one)
    for dimension, levels in other.items():
        held = made.get(dimension)
        made[dimension] = levels if held is None else tuple(level for level in held if level in levels)
    return made


def ended_among(cases: CaseData, states: Sequence[str], ended: Restrictions, per: str) -> Restrictions:
    """Return the restrictions of the units of ``per`` that ended in some states.

    Who ended in a verdict reached the stages before it, so that restriction says nothing and is left out: the same
    units have the same restrictions on every denominator.
    """
    reached = reached_restrictions(cases, per)
    steps = {step.id: step.states for step in funnel_steps(cases)}
    implied = {state for level in reached.get("furthest", ()) for state in steps[level]}
    if set(reached) == {"furthest"} and set(states) <= implied:
        return dict(ended)
    return together(reached, ended)


def watched_levels(days: int, also: Sequence[int] = ()) -> tuple[str, ...]:
    """Return the levels of ``watched_days`` of units that could be watched for so many days, from the first day on.

    Parameters
    ----------
    days : int
        The limit.
    also : sequence of int
        Other limits of the same answer.

    Examples
    --------
    >>> watched_levels(3500)
    ('3500-3651', '3652-')
    """
    limits = sorted({*_USUAL_AGES, days, *also})
    names = [f"{low}-{high - 1}" for low, high in pairwise(limits)] + [f"{limits[-1]}-"]
    return tuple(name for low, name in zip(limits, names, strict=True) if low >= days)


def younger_levels(days: int, also: Sequence[int] = ()) -> tuple[str, ...]:
    """Return the levels of ``watched_days`` of units that could not be watched for so many days."""
    first = min(*_USUAL_AGES, days, *also)
    watched = set(watched_levels(days, also))
    every = (f"0-{first - 1}", *watched_levels(first, (days, *also)))
    return tuple(one for one in every if one not in watched)


def open_or(levels: Sequence[str]) -> tuple[str, ...]:
    """Return levels of ``ending`` with those that are pending."""
    return (*levels, PENDING)


def span_of(label: str) -> str:
    """Return how long a period is, by its label: the name of its dimension.

    Examples
    --------
    >>> [span_of(one) for one in ("2019", "2019-Q1", "2019-H2", "2019-03", "2019-01-01/2019-02-15")]
    ['year', 'quarter', 'half_year', 'month', 'own_period']
    """
    if "/" in label:
        return "own_period"
    rest = label[4:]
    return "year" if not rest else {"Q": "quarter", "H": "half_year"}.get(rest[1], "month")


def finer(label: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the shorter periods that make up a year, a half year or a quarter: the name of their dimension, and each.

    Examples
    --------
    >>> finer("2019-Q2")
    (('month', ('2019-04', '2019-05', '2019-06')),)
    >>> [name for name, _ in finer("2019")]
    ['half_year', 'quarter', 'month']
    """
    span, year = span_of(label), label[:4]
    if span not in _PARTS_OF_A_YEAR or span == "month":
        return ()
    of_year = _PARTS_OF_A_YEAR[span]
    place = int(label[-1]) - 1 if of_year > 1 else 0
    written = {"half_year": "{}-H{}", "quarter": "{}-Q{}", "month": "{}-{:02d}"}
    return tuple(
        (name, tuple(written[name].format(year, place * each + one + 1) for one in range(each)))
        for name, several in _PARTS_OF_A_YEAR.items()
        if several > of_year
        for each in (several // of_year,)
    )


def tie(plus: Iterable[Restrictions], minus: Iterable[Restrictions]) -> Tie:
    """Return that some counts, by their restrictions, add up to the same as others."""
    return tuple(Signed(box(one), "unit" in one, sign) for several, sign in ((plus, 1), (minus, -1)) for one in several)
