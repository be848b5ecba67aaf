"""What is chosen in a simulated procedure: hazards of the moves, support actors, their true effect."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple


class Steps(NamedTuple):
    """A piecewise-constant function of days: ``values[i]`` holds from day ``starts[i]`` on; ``starts[0]`` is 0."""

    starts: tuple[float, ...]
    values: tuple[float, ...]

    def times(self, factor: float) -> Steps:
        """Return the same function, ``factor`` times as high.

        Examples
        --------
        >>> Steps((0, 30), (0.01, 0.02)).times(2)
        Steps(starts=(0, 30), values=(0.02, 0.04))
        """
        return Steps(self.starts, tuple(factor * value for value in self.values))


def constant(value: float) -> Steps:
    """Return a function that is the same on every day.

    Examples
    --------
    >>> constant(0.5)
    Steps(starts=(0,), values=(0.5,))
    """
    return Steps((0,), (value,))


ALWAYS = constant(1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One move of the procedure graph.

    Parameters
    ----------
    origin, target : str
        State ids of the procedure.
    rate : Steps
        Hazard per day, by days since the case entered ``origin``.
    since_complaint : Steps
        Multiplier by days since the complaint, such as 0 before a duration of three years is over.
    forward : bool
        Whether the move brings the case nearer to a verdict. Support, severity and the court act on these moves only.
    after : str, optional
        The move is open only to cases whose latest verdict is this state.
    """

    origin: str
    target: str
    rate: Steps
    since_complaint: Steps = ALWAYS
    forward: bool = False
    after: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A kind of support actor.

    Parameters
    ----------
    name : str
        Id of the actor.
    arrival : Steps
        Hazard per day of joining an open case, by days since the complaint.
    leaving : float
        Hazard per day of leaving it again.
    """

    name: str
    arrival: Steps
    leaving: float = 0.0


class Confounding(NamedTuple):
    """Log hazard ratios of severity and court tier, on the arrival of actors and on the moves forward.

    Both causes are centred at one half, so that switching them off keeps the overall level.
    """

    severity_on_support: float = 0.0
    tier_on_support: float = 0.0
    severity_on_moves: float = 0.0
    tier_on_moves: float = 0.0


NOT_CONFOUNDED = Confounding()


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A criminal procedure in which everything is known.

    Parameters
    ----------
    start : str
        State of every case on the day of its complaint.
    moves : tuple of Move
        Moves and their hazards.
    verdicts : tuple of str
        States that are a verdict; the first one reached is the case's first verdict.
    closed : tuple of str
        States in which a case is at rest: running support ends, no actor joins. A case may leave them (reopening).
    actors : tuple of Actor
        Who supports.
    effect : float
        The true effect: factor on the hazard of every move forward, on each day on which all ``actors`` are present.
    confounding : Confounding
        What severity and court tier do.
    milestone : str, optional
        State from whose first entry on actors join ``milestone_arrivals`` times as fast.
    milestone_arrivals : float
        See ``milestone``.
    """

    start: str
    moves: tuple[Move, ...]
    verdicts: tuple[str, ...]
    closed: tuple[str, ...]
    actors: tuple[Actor, ...] = ()
    effect: float = 1.0
    confounding: Confounding = NOT_CONFOUNDED
    milestone: str | None = None
    milestone_arrivals: float = 1.0

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the moves name them."""
        named = [self.start] + [state for move in self.moves for state in (move.origin, move.target)]
        return tuple(dict.fromkeys(named))

    def with_effect(self, effect: float) -> World:
        """Return the same world with another true effect; 1 is none."""
        return dataclasses.replace(self, effect=effect)

    def without_confounding(self) -> World:
        """Return the same world in which neither severity, tier nor milestone decides who is supported."""
        return dataclasses.replace(self, confounding=NOT_CONFOUNDED, milestone=None, milestone_arrivals=1.0)
