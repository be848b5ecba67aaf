"""A simulated criminal procedure: every case is walked through its states day by day, in exact continuous time.

All hazards are constant between known break points (days since complaint, days since entry into the state, planned
days of a strategy), so the waiting time to the next event is exponential up to the next break point, and drawing again
from there is exact. All cases take one step at a time together; those in the same state share one table of rates.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar

import numpy as np

from ..base.types import Counts, Days, Flags, Floats
from .draws import waiting_times, which
from .hazards import Steps, World
from .run import NATURAL, STILL_THERE, Cases, Events, Run, Strategy, Support

_BLOCK: Final = 50_000
_CLOSE: Final = 1e-9  # break points are sums of floats: a clock this near to one stands on it


def simulate(world: World, cases: Cases, rng: np.random.Generator, *, strategy: Strategy = NATURAL) -> Run:
    """Walk every case through the procedure until its last day.

    Parameters
    ----------
    world : World
        The procedure and its hazards.
    cases : Cases
        One entry per case.
    rng : numpy.random.Generator
        Source of chance; the same generator state gives the same run.
    strategy : Strategy
        What is done about support; by default nothing.

    Returns
    -------
    Run
        Entries into states and support spells, as days since 1 January 1970.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.simulate.draws import generator
    >>> from justice_metrics.simulate.hazards import Move, World, constant
    >>> from justice_metrics.simulate.run import Cases
    >>> world = World(start="open", moves=(Move(origin="open", target="shut", rate=constant(1.0)),),
    ...               verdicts=("shut",), closed=("shut",))
    >>> zero, n = np.zeros(3), np.zeros(3, dtype=np.int32)
    >>> run = simulate(world, Cases(n, n + 1000, n.astype(np.int64), zero, zero, zero), generator(1))
    >>> run.states, run.events.seq.tolist()
    (('open', 'shut'), [0, 1, 0, 1, 0, 1])
    """
    events: list[Events] = []
    support: list[Support] = []
    for first in range(0, max(cases.n, 1), _BLOCK):
        part = slice(first, first + _BLOCK)
        walk = _Walk(world, cases.between(part.start, part.stop), rng, strategy.between(part.start, part.stop))
        walk.run()
        events.append(walk.events(first))
        support.append(walk.support(first))
    return Run(world.states, tuple(actor.name for actor in world.actors), cases, _all(events), _all(support))


_Columns = TypeVar("_Columns", Events, Support)


def _all(parts: list[_Columns]) -> _Columns:
    """Put tables of several blocks below one another."""
    return type(parts[0])._make(np.concatenate(column) for column in zip(*parts, strict=True))


class _Exits(NamedTuple):
    """The moves out of one state: E break points since entry, C since complaint, M moves."""

    target: Counts  # (M,)
    forward: Flags  # (M,)
    after: Counts  # (M,) state number of the verdict it needs, -1 for none
    entry_starts: Floats  # (E,)
    complaint_starts: Floats  # (C,)
    rate: Floats  # (E, C, M)


def _union(steps: list[Steps]) -> Floats:
    return np.unique(np.array([0.0, *(start for step in steps for start in step.starts)]))


def _on(steps: Steps, starts: Floats) -> Floats:
    return np.array(steps.values)[np.searchsorted(np.array(steps.starts), starts, side="right") - 1]


def _exits(world: World, state: str) -> _Exits:
    number = {name: i for i, name in enumerate(world.states)}
    moves = [move for move in world.moves if move.origin == state]
    entry, complaint = _union([m.rate for m in moves]), _union([m.since_complaint for m in moves])
    rate = np.zeros((entry.size, complaint.size, len(moves)))
    for i, move in enumerate(moves):
        rate[:, :, i] = np.outer(_on(move.rate, entry), _on(move.since_complaint, complaint))
    return _Exits(
        np.array([number[m.target] for m in moves], dtype=np.int64),
        np.array([m.forward for m in moves], dtype=np.bool_),
        np.array([number[m.after] if m.after else -1 for m in moves], dtype=np.int64),
        entry,
        complaint,
        rate,
    )


def _piece(starts: Floats, clock: Floats) -> Counts:
    return np.asarray(np.searchsorted(starts, clock + _CLOSE, side="right") - 1, dtype=np.int64)


def _next_break(starts: Floats, piece: Counts) -> Floats:
    return np.append(starts, np.inf)[piece + 1]


class _Walk:
    """One block of cases on its way; ``t`` is days since the complaint."""

    def __init__(self, world: World, cases: Cases, rng: np.random.Generator, strategy: Strategy) -> None:
        n, actors = cases.n, len(world.actors)
        number = {name: i for i, name in enumerate(world.states)}
        self.world, self.cases, self.rng, self.strategy = world, cases, rng, strategy
        self.exits = [_exits(world, state) for state in world.states]
        self.verdict_numbers = np.array([number[state] for state in world.verdicts], dtype=np.int64)
        self.is_closed = np.isin(np.arange(len(world.states)), [number[s] for s in world.closed if s in number])
        self.milestone = number.get(world.milestone or "", -1)
        self.arrival_starts = _union([actor.arrival for actor in world.actors])
        self.arrival = np.zeros((self.arrival_starts.size, actors))
        for i, actor in enumerate(world.actors):
            self.arrival[:, i] = _on(actor.arrival, self.arrival_starts)
        self.leaving = np.array([actor.leaving for actor in world.actors])
        given, severity, tier = world.confounding, cases.severity - 0.5, cases.tier - 0.5
        self.pull = np.exp(given.severity_on_support * severity + given.tier_on_support * tier)
        self.push = np.exp(given.severity_on_moves * severity + given.tier_on_moves * tier + cases.frailty)
        self.t, self.entered = np.zeros(n), np.zeros(n)
        self.horizon = (cases.last_day - cases.complaint_day + 1).astype(np.float64)
        self.state = np.full(n, number[world.start], dtype=np.int64)
        self.verdict = np.full(n, -1, dtype=np.int64)
        self.passed = np.zeros(n, dtype=np.bool_)
        self.present, self.ever = np.zeros((n, actors), dtype=np.bool_), np.zeros((n, actors), dtype=np.bool_)
        self.since = np.zeros((n, actors))
        self.planned = np.full((n, actors), np.inf)
        if strategy.kind == "start":
            early = strategy.within_days - strategy.window_days
            self.planned = early + strategy.window_days * rng.random((n, actors))
        if strategy.days is not None:
            self.planned = np.repeat(strategy.days[:, None], actors, axis=1)
        self.seen: list[tuple[Counts, Floats, Counts]] = [(np.arange(n), self.t.copy(), self.state.copy())]
        self.spells: list[tuple[Counts, Counts, Floats, Floats]] = []

    def run(self) -> None:
        walking = np.flatnonzero(self.horizon > 0)
        while walking.size:
            for state in np.unique(self.state[walking]):
                self._step(walking[self.state[walking] == state], int(state))
            on_the_way = np.array([exits.target.size > 0 for exits in self.exits])[self.state[walking]]
            walking = walking[on_the_way & (self.t[walking] < self.horizon[walking] - _CLOSE)]
        still, actor = np.nonzero(self.present)
        self.spells.append((still, actor, self.since[still, actor], np.full(still.size, np.inf)))

    def _step(self, ids: Counts, state: int) -> None:
        """Bring cases that are in one state to their next event or break point."""
        exits, t = self.exits[state], self.t[ids]
        if not self.is_closed[state]:
            self._start_planned(ids, t)
        entry, complaint = _piece(exits.entry_starts, t - self.entered[ids]), _piece(exits.complaint_starts, t)
        moves = exits.rate[entry, complaint]
        factor = self.push[ids] * np.where(self._all_present(ids), self.world.effect, 1.0)
        moves[:, exits.forward] *= factor[:, None]
        moves[(exits.after >= 0) & (exits.after != self.verdict[ids][:, None])] = 0.0
        arrival = _piece(self.arrival_starts, t)
        hazards = np.hstack([moves, self._toggles(ids, t, arrival, closed=bool(self.is_closed[state]))])
        stop = np.minimum.reduce(
            [
                self.entered[ids] + _next_break(exits.entry_starts, entry),
                _next_break(exits.complaint_starts, complaint),
                _next_break(self.arrival_starts, arrival),
                self._next_planned(ids, t),
                self.horizon[ids],
            ]
        )
        due = t + waiting_times(self.rng, hazards.sum(axis=1))
        happens = due < stop
        self.t[ids] = np.where(happens, due, stop)
        event = which(self.rng, hazards[happens])
        ids, is_move = ids[happens], event < exits.target.size
        self._toggle(ids[~is_move], event[~is_move] - exits.target.size)
        self._move(ids[is_move], exits.target[event[is_move]])

    def _all_present(self, ids: Counts) -> Flags:
        if not self.world.actors:
            return np.zeros(ids.size, dtype=np.bool_)
        return np.asarray(self.present[ids].all(axis=1), dtype=np.bool_)

    def _toggles(self, ids: Counts, t: Floats, arrival: Counts, *, closed: bool) -> Floats:
        """Hazards of each absent actor to join and of each present one to leave; (n, actors)."""
        if closed:
            return np.zeros((ids.size, len(self.world.actors)))
        pull = self.pull[ids] * np.where(self.passed[ids], self.world.milestone_arrivals, 1.0)
        joining = self.arrival[arrival] * pull[:, None]
        until = {
            "defer": np.full(ids.size, self.strategy.within_days),
            "on": self.planned[ids, :1].max(axis=1, initial=0),
        }
        if self.strategy.kind in until:
            last_missing = (~self.ever[ids]).sum(axis=1) == 1
            held = last_missing & (t < until[self.strategy.kind] - _CLOSE)
            joining[held[:, None] & ~self.ever[ids]] = 0.0
        return np.where(self.present[ids], self.leaving, joining)

    def _next_planned(self, ids: Counts, t: Floats) -> Floats:
        if self.strategy.kind == "defer":
            return np.where(t < self.strategy.within_days - _CLOSE, self.strategy.within_days, np.inf)
        ahead = np.where(self.planned[ids] > t[:, None] + _CLOSE, self.planned[ids], np.inf)
        return np.asarray(ahead.min(axis=1, initial=np.inf))

    def _start_planned(self, ids: Counts, t: Floats) -> None:
        due = (self.planned[ids] <= t[:, None] + _CLOSE) & (t <= self.strategy.within_days + _CLOSE)[:, None]
        row, actor = np.nonzero(due & ~self.ever[ids])
        self._toggle(ids[row], actor)

    def _toggle(self, ids: Counts, actor: Counts) -> None:
        """Let actors join where they are absent and leave where they are present."""
        leaves = self.present[ids, actor]
        gone, who = ids[leaves], actor[leaves]
        self.spells.append((gone, who, self.since[gone, who], self.t[gone].copy()))
        self.present[ids, actor] = ~leaves
        self.ever[ids, actor] = True
        self.since[ids, actor] = self.t[ids]

    def _move(self, ids: Counts, target: Counts) -> None:
        self.state[ids], self.entered[ids] = target, self.t[ids]
        self.seen.append((ids, self.t[ids].copy(), target))
        self.passed[ids] |= target == self.milestone
        is_verdict = np.isin(target, self.verdict_numbers)
        self.verdict[ids[is_verdict]] = target[is_verdict]
        shut = ids[self.is_closed[target]]
        row, actor = np.nonzero(self.present[shut])
        self._toggle(shut[row], actor)

    def _day(self, ids: Counts, t: Floats) -> Days:
        return (self.cases.complaint_day[ids] + np.floor(t)).astype(np.int32)

    def events(self, first: int) -> Events:
        """Return the entries into states of this block, whose first case has the number ``first``."""
        unit, t, state = (np.concatenate(column) for column in zip(*self.seen, strict=True))
        order = unit.argsort(kind="stable")  # entries were noted as they happened: time order within a case holds
        unit, t, state = unit[order], t[order], state[order]
        seq = np.arange(unit.size) - np.searchsorted(unit, unit, side="left")
        return Events(unit + first, seq.astype(np.int64), self._day(unit, t), state)

    def support(self, first: int) -> Support:
        """Return the support spells of this block, whose first case has the number ``first``."""
        unit, actor, start, end = (np.concatenate(column) for column in zip(*self.spells, strict=True))
        order = np.lexsort((actor, end, unit))
        unit, actor, start, end = unit[order], actor[order], start[order], end[order]
        over = np.isfinite(end)
        end_day = np.full(unit.size, STILL_THERE, dtype=np.int32)
        end_day[over] = self._day(unit[over], end[over])
        return Support(unit + first, actor, self._day(unit, start), end_day)
