"""Lives of cases in a small world: exact times of everything that happens to them, under any strategy of support.

A case lives in continuous time. Nine things may happen to it, each with a hazard that is constant between the turns of
the world and changes only when something happens: verdict, dismissal, a milestone (accusation), getting lost from view,
and the coming and leaving of three actors. Every process of a case owns one unit-exponential chance, and fires when the
hazard it went through has used it up: the simulation is exact, and the same cases with the same chances can be lived
again under another strategy.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import ndtri

from ..base.types import Counts, Flags, Floats
from .effect_worlds import (
    ACTORS,
    ARRIVAL_PER_MONTH,
    DISMISSAL_PER_MONTH,
    MILESTONE_PER_MONTH,
    MONTH,
    TURNS,
    VERDICT_PER_MONTH,
    EffectWorld,
)

# columns of the chances: verdict, dismissal, milestone, loss, then three arrivals and three leavings
_VERDICT, _DISMISSAL, _MILESTONE, _LOSS = range(4)
_ARRIVE, _LEAVE = slice(4, 7), slice(7, 10)
_PROCESSES = 10


class Drawn(NamedTuple):
    """Cases before anything happens; shapes (n,) unless stated."""

    severity: Floats
    tier: Floats
    age: Floats  # standardised, without any effect
    court: Counts
    frailty: Floats
    cutoff: Floats  # whole days
    chance: Floats  # (n, processes) unit exponentials
    conviction: Flags  # what the verdict will be, if one comes


class Rule(NamedTuple):
    """What is done about the first actor of each case; the others always come as they would.

    No first actor comes by nature at a time in ``(barred_from, barred_until]``; ``actor`` (n,), by default the lawyer,
    joins at ``planned`` (n,) if none has come before and the case is open; it must be later than 0.
    """

    barred_from: float = np.inf
    barred_until: float = np.inf
    planned: Floats | None = None
    actor: Counts | None = None


NATURAL: Final = Rule()


class Lived(NamedTuple):
    """What happened, as times in days; infinite when it did not."""

    end: Floats  # (n,) end of the case or of observation
    how: Counts  # (n,) 0 still open or lost, 1 verdict, 2 dismissal
    arrival: Floats  # (n, 3)
    milestone: Floats  # (n,)


def draw(world: EffectWorld, rng: np.random.Generator, *, own_court: bool = False) -> Drawn:
    """Draw cases and all their chances.

    Parameters
    ----------
    world : EffectWorld
        How many, from how many courts.
    rng : numpy.random.Generator
        Source of chance.
    own_court : bool
        Every case comes from a court of its own: the mean over all courts that could be, not over those of one study.

    Returns
    -------
    Drawn
        With cut-offs spread evenly over 12 to 60 months.
    """
    n = world.cases
    court = np.arange(n) if own_court else np.floor(rng.random(n) * world.courts).astype(np.int64)
    courts = n if own_court else world.courts
    return Drawn(
        severity=(rng.random(n) < 0.4).astype(np.float64),
        tier=(court % 2).astype(np.float64),
        age=ndtri(rng.random(n)),
        court=court,
        frailty=world.frailty * ndtri(rng.random(courts))[court],
        cutoff=np.ceil(12 * MONTH + 48 * MONTH * rng.random(n)),
        chance=-np.log1p(-rng.random((n, _PROCESSES))),
        conviction=rng.random(n) < world.conviction_share,
    )


class _State(NamedTuple):
    """The cases that go on, column by column; changed in place."""

    now: Floats
    here: Flags  # (m, 3) came and has not left
    came: Flags  # (m, 3)
    accused: Flags
    chance: Floats  # (m, processes) what is left of it


def live(world: EffectWorld, drawn: Drawn, rule: Rule = NATURAL, *, until: Floats | None = None) -> Lived:
    """Let the cases live until they end, are lost or reach their last day.

    Parameters
    ----------
    world : EffectWorld
        Its hazards.
    drawn : Drawn
        Cases and chances; the same ones live the same life under the same rule.
    rule : Rule
        What is done about the first actor; by default nothing.
    until : (n,), optional
        Last day of each case, instead of its cut-off.

    Returns
    -------
    Lived
        Times in days.

    Notes
    -----
    Between two happenings all hazards of a case are constant, so process k fires after ``chance_k / hazard_k``; the
    first of them, or the next turn of the world, is the next moment, and every process has then used up its hazard
    times the time gone by.
    """
    n = len(drawn.severity)
    last = drawn.cutoff if until is None else until
    planned = np.full(n, np.inf) if rule.planned is None else rule.planned
    joining = np.zeros(n, dtype=np.int64) if rule.actor is None else rule.actor
    out = Lived(last.copy(), np.zeros(n, np.int64), np.full((n, len(ACTORS)), np.inf), np.full(n, np.inf))
    who = np.arange(n)
    nobody = np.zeros((n, len(ACTORS)), dtype=bool)
    state = _State(np.zeros(n), nobody, nobody.copy(), np.zeros(n, dtype=bool), drawn.chance.copy())
    while len(who):
        hazard = _hazards(world, drawn, rule, state, who)
        with np.errstate(divide="ignore", invalid="ignore"):
            waits = np.where(hazard > 0, state.chance / hazard, np.inf)
        first = waits.argmin(axis=1)
        soonest = state.now + waits[np.arange(len(who)), first]
        turn = _next_turn(rule, state, last[who], planned[who])
        fires = soonest < turn
        gone = np.where(fires, soonest, turn) - state.now
        state.chance[...] -= hazard * gone[:, None]
        state.now[...] = np.where(fires, soonest, turn)
        _happen(out, state, who, np.where(fires, first, -1))
        _join_as_planned(out, state, who, ~fires & (turn == planned[who]), joining)
        going = (out.how[who] == 0) & (state.now < last[who]) & (out.end[who] > state.now)
        who, state = who[going], _State(*(column[going] for column in state))
    return out


def _hazards(world: EffectWorld, drawn: Drawn, rule: Rule, state: _State, who: Counts) -> Floats:
    """(m, processes): hazards per day from now to the next moment."""
    piece = np.searchsorted(TURNS, state.now, side="right") - 1
    severity, tier = drawn.severity[who] - 0.4, drawn.tier[who] - 0.5
    supported, accused = state.here.any(axis=1), state.accused
    forward = world.severity_on_verdict * severity + world.tier_on_verdict * tier + drawn.frailty[who]
    arriving = np.exp(world.severity_on_support * severity + world.tier_on_support * tier)
    arriving = arriving * np.where(accused, world.milestone_on_support, 1.0)
    barred = (state.now >= rule.barred_from) & (state.now < rule.barred_until) & ~state.came.any(axis=1)
    hazard = np.empty((len(who), _PROCESSES))
    hazard[:, _VERDICT] = np.array(VERDICT_PER_MONTH)[piece] * np.exp(forward)
    hazard[:, _VERDICT] *= np.where(supported, world.support_on_verdict, 1.0)
    hazard[:, _VERDICT] *= np.where(accused, world.milestone_on_verdict, 1.0)
    hazard[:, _DISMISSAL] = np.array(DISMISSAL_PER_MONTH)[piece]
    hazard[:, _MILESTONE] = np.where(supported, world.support_on_milestone, 1.0) * MILESTONE_PER_MONTH * ~accused
    hazard[:, _LOSS] = world.loss_per_month * np.where(severity > 0, world.loss_if_severe, 1.0)
    hazard[:, _LOSS] *= np.where(supported, world.loss_if_supported, 1.0)
    hazard[:, _ARRIVE] = np.array(ARRIVAL_PER_MONTH) * ~state.came * (~barred * arriving)[:, None]
    hazard[:, _LEAVE] = world.leaving_per_month * state.here
    return hazard / MONTH


def _next_turn(rule: Rule, state: _State, last: Floats, planned: Floats) -> Floats:
    """(m,): the next time at which hazards change by themselves, an actor joins as planned, or observation ends."""
    turn = np.minimum(last, np.where(state.came.any(axis=1) | (planned <= state.now), np.inf, planned))
    for mark in (*TURNS, rule.barred_from, rule.barred_until):
        turn = np.minimum(turn, np.where(state.now < mark, mark, np.inf))
    return turn


def _happen(out: Lived, state: _State, who: Counts, fired: Counts) -> None:
    """Write down which process fired in each case (-1: none), and change its state."""
    for process, how in ((_VERDICT, 1), (_DISMISSAL, 2), (_LOSS, 0)):
        ended = fired == process
        out.end[who[ended]], out.how[who[ended]] = state.now[ended], how
    reached = fired == _MILESTONE
    state.accused[reached] = True
    out.milestone[who[reached]] = state.now[reached]
    for actor in range(len(ACTORS)):
        _arrive(out, state, who, fired == _ARRIVE.start + actor, actor)
        state.here[fired == _LEAVE.start + actor, actor] = False


def _join_as_planned(out: Lived, state: _State, who: Counts, due: Flags, joining: Counts) -> None:
    first = due & ~state.came.any(axis=1)
    for actor in range(len(ACTORS)):
        _arrive(out, state, who, first & (joining[who] == actor), actor)


def _arrive(out: Lived, state: _State, who: Counts, which: Flags, actor: int) -> None:
    state.here[which, actor] = True
    state.came[which, actor] = True
    out.arrival[who[which], actor] = state.now[which]
