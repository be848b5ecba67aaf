"""What is made once before weights are fitted again and again: the days of every case, cut where its state changes.

A case waits for support from day 0 to the day on which support starts, it ends, or the grace period is over. On the way
it may reach milestones. A segment is a run of days on which it waits in one state; its weight on each of them is one
constant of the segment times a curve that all cases of its kind share. So a resample needs a constant per segment
and a curve per kind, and never a row per day.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.sparse import csr_array

from ..base.types import Counts, Flags, Floats
from .followed import Followed
from .start_model import interval_starts

Timing: TypeAlias = Literal["usual", "even", "late"]

# Largest working table of kinds by days, in cells of 8 bytes: 64 MiB.
CELLS: Final = 8_388_608


class Strategy(NamedTuple):
    """Start support within so many days, and when; the other strategy does not start it on any of them.

    Attributes
    ----------
    within_days : int
        The grace period is days 0..g, g included.
    timing : {"usual", "even", "late"}
        On which of these days support starts under the first strategy. ``usual``: as the observed start days within g
        are spread, whoever the case is. ``even``: on each with the same chance. ``late``: when it would have started
        by itself, and on the last ``window_days`` evenly where it had not started before them.
    window_days : int
        For ``late``.
    truncate : float, optional
        Percentile at which weights are cut, such as 99; by default none is.
    """

    within_days: int
    timing: Timing = "usual"
    window_days: int = 30
    truncate: float | None = None

    @property
    def own_days(self) -> int:
        """First day on which the strategy, not nature, says when support starts."""
        return max(self.within_days - self.window_days + 1, 0) if self.timing == "late" else 0


class Kinds(NamedTuple):
    """Kinds of cases that tell start hazards apart; M of them.

    Attributes
    ----------
    pattern : (M,)
        Row of the design matrix.
    state : (M,)
        Milestones held, bit j for milestone j.
    columns : (M, p + J)
        Baseline columns, then milestones.
    """

    pattern: Counts
    state: Counts
    columns: Floats


class Segments(NamedTuple):
    """Runs of days in one state, sorted by kind.

    Attributes
    ----------
    row : (S,)
        The cell that they belong to.
    kind : (S,)
    begin, end : (S,)
        First and last day of the run.
    later : tuple of ((N,), (N,))
        For second segments, third ones, and so on: their places, and the places of the segments before them.
    """

    row: Counts
    kind: Counts
    begin: Counts
    end: Counts
    later: tuple[tuple[Counts, Counts], ...]


class Folded(NamedTuple):
    """The cases, as every resample uses them; C cells.

    Attributes
    ----------
    exit, code : (C,)
    mass : (C,)
    unit : (C,)
        What is drawn together: the court, or the cell itself.
    units : int
    started : (C,)
        Support started within g, before the case ended or was last seen.
    starters, early, late : (N,) each
        Places of the cells by what became of their waiting: support started, the case left within g, it waited beyond.
    cell : (N,)
        Cell of the start model in which each of the starters starts.
    until : (C,)
        Last day of waiting for support: the least of exit, start and g + 1.
    last : (C,)
        Place of the last segment.
    own : (C,)
        Place of the segment in which the strategy takes over, or of the last one before.
    kinds : Kinds
    segments : Segments
    firsts : (J,)
        First days of the intervals.
    interval : (g + 2,)
        Interval of each day.
    starts, person_days : sparse (units, M x J)
        Masses that each unit gives to the cells of the start model.
    """

    exit: Counts
    code: Counts
    mass: Floats
    unit: Counts
    units: int
    started: Flags
    starters: Counts
    early: Counts
    late: Counts
    cell: Counts
    until: Counts
    last: Counts
    own: Counts
    kinds: Kinds
    segments: Segments
    firsts: Counts
    interval: Counts
    starts: csr_array
    person_days: csr_array

    def drawn(self, table: csr_array, times: Floats) -> Floats:
        """(M, J): a table of the start model when each unit comes so many times."""
        found: Floats = np.asarray(table.T @ times)
        return found.reshape(len(self.kinds.pattern), len(self.firsts))


def fold(followed: Followed, design: Floats, strategy: Strategy) -> Folded:
    """Cut the waiting days of every case at its milestones.

    Parameters
    ----------
    followed : Followed
        C cells.
    design : (P, p)
        Baseline columns of each pattern.
    strategy : Strategy

    Returns
    -------
    Folded

    Notes
    -----
    On any day endings come first, then, of the cases still open, support starts. So a case decides on days before its
    exit only: support that starts on the day of the ending did not precede it. A milestone counts from the day after.
    """
    g = strategy.within_days
    began = np.maximum(followed.start, 0)
    started = (began < followed.exit) & (began <= g)
    until = np.minimum(np.where(started, began, g + 1), followed.exit)
    changes = _changes(followed.milestones, until, strategy.own_days)
    states = 1 << followed.milestones.shape[1]
    cuts, state = _states(followed.milestones, changes)  # both (C, L)
    kinds, segments, last, own = _segments(followed.pattern, cuts, state, until, states, strategy.own_days, design)
    firsts = interval_starts(began[started], followed.mass[started], g)
    interval = np.searchsorted(firsts, np.arange(g + 2), side="right") - 1
    # courts without a case here are none: numbers may have gaps after a choice of cases
    unit = np.arange(len(until)) if followed.cluster is None else np.unique(followed.cluster, return_inverse=True)[1]
    units = int(unit.max(initial=-1)) + 1
    decided = until + started  # number of days on which support started or did not
    width = len(kinds.pattern) * len(firsts)
    waited = _waited(segments, firsts, g, np.minimum(segments.end, decided[segments.row] - 1))
    places, at = np.nonzero(waited)
    rows = segments.row[places]
    person_days = csr_array(
        (followed.mass[rows] * waited[places, at], (unit[rows], segments.kind[places] * len(firsts) + at)),
        shape=(units, width),
    )
    who = np.flatnonzero(started)
    cells = segments.kind[last[who]] * len(firsts) + interval[until[who]]
    starts = csr_array((followed.mass[who], (unit[who], cells)), shape=(units, width))
    return Folded(
        exit=followed.exit,
        code=followed.code,
        mass=followed.mass.astype(np.float64),
        unit=unit,
        units=units,
        started=started,
        starters=who,
        early=np.flatnonzero(~started & (until <= g)),
        late=np.flatnonzero(~started & (until > g)),
        cell=cells,
        until=until,
        last=last,
        own=own,
        kinds=kinds,
        segments=segments,
        firsts=firsts,
        interval=interval,
        starts=starts,
        person_days=person_days,
    )


def _changes(milestones: Counts, until: Counts, own_days: int) -> Counts:
    """(C, L): days on which a new run begins, ascending; those beyond ``until`` begin none."""
    never = np.int64(2**40)
    days = [np.where(milestones < 0, never, milestones + 1)]
    if own_days:
        days.append(np.full((len(until), 1), own_days + 1, dtype=np.int64))
    found = np.concatenate(days, axis=1)
    found = np.where(found <= until[:, None], found, never)
    found.sort(axis=1)
    if found.shape[1] > 1:  # two on one day are one change
        found[:, 1:][found[:, 1:] == found[:, :-1]] = never
        found.sort(axis=1)
    return np.concatenate([np.zeros((len(until), 1), dtype=np.int64), found], axis=1)


def _states(milestones: Counts, changes: Counts) -> tuple[Counts, Counts]:
    state = np.zeros(changes.shape, dtype=np.int64)
    for j in range(milestones.shape[1]):
        state |= (milestones[:, j, None] < changes).astype(np.int64) << j
    return changes, state


def _segments(
    pattern: Counts, cuts: Counts, state: Counts, until: Counts, states: int, own_days: int, design: Floats
) -> tuple[Kinds, Segments, Counts, Counts]:
    there = cuts <= until[:, None]
    level, row = np.nonzero(there.T)
    begin = cuts[row, level]
    next_cut = np.concatenate([cuts[:, 1:], np.full((len(cuts), 1), 2**40)], axis=1)[row, level]
    end = np.minimum(next_cut - 1, until[row])
    found, kind = np.unique(pattern[row] * states + state[row, level], return_inverse=True)
    order = np.argsort(kind, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    at = np.full(cuts.shape, -1, dtype=np.int64)
    at[row, level] = place
    later = []
    for number in range(1, cuts.shape[1]):
        now = at[:, number]
        later.append((now[now >= 0], at[now >= 0, number - 1]))
    last = at[np.arange(len(cuts)), there.sum(axis=1) - 1]
    before = (cuts <= np.minimum(until, own_days)[:, None]).sum(axis=1) - 1
    bits = (found[:, None] % states >> np.arange(states.bit_length() - 1)) & 1
    columns = np.concatenate([design[found // states], bits.astype(np.float64)], axis=1)
    return (
        Kinds(found // states, found % states, columns),
        Segments(row[order], kind[order], begin[order], end[order], tuple(later)),
        last,
        at[np.arange(len(cuts)), before],
    )


def _waited(segments: Segments, firsts: Counts, within_days: int, last_decided: Counts) -> Counts:
    """(S, J): days of each segment in each interval on which support started or did not."""
    lasts = np.append(firsts[1:] - 1, within_days)
    from_day = np.maximum(segments.begin[:, None], firsts)
    to_day = np.minimum(last_decided[:, None], lasts)
    found: Counts = np.maximum(to_day - from_day + 1, 0)
    return found
