"""The chosen Bolivian world: hazards that give the published stage table, and a known effect."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..base.types import Days
from .draws import normal
from .hazards import Actor, Confounding, Move, Steps, World, constant
from .places import Court
from .run import Cases
from .victims import Victims

ACTORS: Final = ("lawyer", "psychologist", "social_worker")
VERDICTS: Final = ("convicted", "acquitted")
TRUE_EFFECT: Final = 2.0
COURT_SPREAD: Final = 0.3  # standard deviation of the court's log hazard ratio
CONFOUNDING: Final = Confounding(
    severity_on_support=0.7, tier_on_support=0.6, severity_on_moves=0.35, tier_on_moves=0.25
)
MILESTONE: Final = "accusation"
MILESTONE_ARRIVALS: Final = 2.0

_THREE_YEARS: Final = Steps((0, 1095), (0, 1))  # limit of the whole process


def _preliminary() -> tuple[Move, ...]:
    return (
        Move(origin="complaint", target="preliminary", rate=Steps((0, 1, 3), (0.9, 0.5, 0.25))),
        Move(
            origin="preliminary",
            target="charged",
            rate=Steps((0, 20, 60, 180, 365), (0.0025, 0.0037, 0.0014, 0.0007, 0.0003)),
            forward=True,
        ),
        Move(
            origin="preliminary",
            target="rejected",
            rate=Steps((0, 20, 60, 180, 365), (0.0008, 0.0050, 0.0052, 0.0033, 0.0018)),
        ),
        Move(origin="rejected", target="preliminary", rate=Steps((0, 5, 30, 365), (0, 0.0008, 0.00010, 0))),
    )


def _preparatory() -> tuple[Move, ...]:
    return (
        Move(
            origin="charged",
            target="accusation",
            rate=Steps((0, 45, 120, 180, 270), (0.0002, 0.0008, 0.0016, 0.0022, 0.0007)),
            forward=True,
        ),
        Move(origin="charged", target="abbreviated", rate=Steps((0, 15, 180), (0, 0.00008, 0.00002)), forward=True),
        Move(origin="charged", target="dismissed", rate=Steps((0, 60, 180), (0.0002, 0.0008, 0.0013))),
        Move(origin="charged", target="alternative_exit", rate=Steps((0, 30), (0, 0.00025))),
        Move(origin="charged", target="withdrawn", rate=constant(0.00012)),
        Move(origin="charged", target="extinguished_preparatory", rate=Steps((0, 200), (0, 0.0004))),
        Move(origin="charged", target="extinguished_maximum", rate=constant(0.0008), since_complaint=_THREE_YEARS),
        Move(origin="dismissed", target="accusation", rate=Steps((0, 5, 60), (0, 0.0015, 0)), forward=True),
        Move(origin="abbreviated", target="convicted", rate=Steps((0, 3), (0, 0.05)), forward=True),
    )


def _trial() -> tuple[Move, ...]:
    return (
        Move(origin="accusation", target="trial_preparation", rate=Steps((0, 2, 60), (0, 0.010, 0.006)), forward=True),
        Move(origin="accusation", target="extinguished_maximum", rate=constant(0.0020), since_complaint=_THREE_YEARS),
        Move(origin="trial_preparation", target="trial", rate=Steps((0, 20, 90), (0, 0.0020, 0.0014)), forward=True),
        Move(
            origin="trial_preparation",
            target="extinguished_maximum",
            rate=constant(0.0020),
            since_complaint=_THREE_YEARS,
        ),
        Move(
            origin="trial", target="convicted", rate=Steps((0, 1, 60, 180), (0, 0.0028, 0.0018, 0.0014)), forward=True
        ),
        Move(
            origin="trial", target="acquitted", rate=Steps((0, 1, 60, 180), (0, 0.0009, 0.0006, 0.0005)), forward=True
        ),
        Move(origin="trial", target="default", rate=constant(0.0003)),
        Move(origin="default", target="trial", rate=Steps((0, 30), (0, 0.003))),
        Move(origin="trial", target="alternative_exit", rate=constant(0.0002)),
        Move(origin="trial", target="extinguished_maximum", rate=constant(0.0020), since_complaint=_THREE_YEARS),
    )


def _after_verdict() -> tuple[Move, ...]:
    verdicts = {"convicted": "final_conviction", "acquitted": "final_acquittal"}
    moves: list[Move] = []
    for verdict, final in verdicts.items():
        moves += [
            Move(origin=verdict, target="appeal", rate=Steps((0, 3, 21), (0, 0.042, 0))),
            Move(origin=verdict, target=final, rate=Steps((0, 22, 60), (0, 0.0040, 0.0020))),
            Move(origin="appeal", target=final, rate=Steps((0, 20), (0, 0.0008)), after=verdict),
            Move(origin="cassation", target=final, rate=Steps((0, 20), (0, 0.0014)), after=verdict),
        ]
    return (
        *moves,
        Move(origin="appeal", target="trial", rate=Steps((0, 30), (0, 0.0001))),  # annulled: tried again
        Move(origin="appeal", target="cassation", rate=Steps((0, 25), (0, 0.0012))),
    )


def bolivian_world() -> World:
    """Return the procedure in which the sample data arose.

    Examples
    --------
    >>> bolivian_world().effect
    2.0
    """
    return World(
        start="complaint",
        moves=(*_preliminary(), *_preparatory(), *_trial(), *_after_verdict()),
        verdicts=VERDICTS,
        closed=(
            "rejected",
            "dismissed",
            "alternative_exit",
            "withdrawn",
            "extinguished_preparatory",
            "extinguished_maximum",
            "final_conviction",
            "final_acquittal",
        ),
        actors=(
            Actor(name="lawyer", arrival=Steps((0, 1, 30, 180), (0.32, 0.006, 0.0024, 0.0007)), leaving=0.0007),
            Actor(name="psychologist", arrival=Steps((0, 1, 30, 180), (0.15, 0.009, 0.0026, 0.0005)), leaving=0.0012),
            Actor(name="social_worker", arrival=Steps((0, 1, 30, 180), (0.12, 0.008, 0.0024, 0.0005)), leaving=0.0012),
        ),
        effect=TRUE_EFFECT,
        confounding=CONFOUNDING,
        milestone=MILESTONE,
        milestone_arrivals=MILESTONE_ARRIVALS,
    )


def cases_of(
    rng: np.random.Generator, victims: Victims, seats: tuple[Court, ...], complaint_day: Days, last_day: Days
) -> Cases:
    """Join victims and courts to the cases that the world walks through its procedure."""
    frailty = COURT_SPREAD * normal(rng, len(seats))
    return Cases(
        complaint_day=complaint_day,
        last_day=last_day,
        court=victims.court,
        severity=victims.severe.astype(np.float64),
        tier=np.array([seat.capital for seat in seats], dtype=np.float64)[victims.court],
        frailty=frailty[victims.court],
    )
