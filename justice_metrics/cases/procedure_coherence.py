"""Whether the parts of a procedure hold together; each fault is said in words, with what to do about it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ..base.errors import ProcedureError, suggestion
from ..base.language import Language, Message, tr
from ..base.levels import LEVEL_WORDS
from .procedure_graph import edges_of, reachable, reversed_edges, rising
from .procedure_parts import OUTCOME_CLASSES, ROLES, SINGLE_ROLES, VERDICT_ROLES, Limit, Move, State

# Words that mean several states, or none, in every procedure, so no state may take them for its name.
RESERVED: Final = frozenset({*VERDICT_ROLES, *LEVEL_WORDS, "any_exit"})


class Fault(NamedTuple):
    """Something that does not hold together, and what to do about it."""

    problem: Message
    remedy: Message | None = None


def ensure_coherent(
    id: str,
    states: tuple[State, ...],
    moves: tuple[Move, ...],
    limits: tuple[Limit, ...],
    valid_from: dt.date,
    valid_to: dt.date | None,
) -> None:
    """Raise one ProcedureError with all faults, or nothing.

    What hangs on names is looked at first: with a misspelt state, "unreachable" would be noise.
    """
    faults = [*_state_faults(states), *_name_faults(states, moves, limits)]
    faults += _date_faults(id, valid_from, valid_to)
    for limit in limits:
        faults += _date_faults(limit.id, limit.valid_from, limit.valid_to)
        if limit.amount <= 0:
            faults.append(Fault(tr("The limit '{limit}' is {amount} long.", limit=limit.id, amount=limit.amount)))
    if not faults:
        faults += _road_faults(states, moves)
    if len(faults) == 1:
        raise ProcedureError(*faults[0])
    if faults:
        raise ProcedureError(
            tr("The procedure '{id}' has {n} faults: {faults}", id=id, n=len(faults), faults=_Listed(faults)),
            tr("Correct the first one and check again; it is often the cause of the others."),
        )


class _Listed:
    """Faults with their remedies, one below the other."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)

    def text(self, language: Language = "en") -> str:
        said = (" ".join(part.text(language) for part in fault if part is not None) for fault in self._faults)
        return "".join(f"\n  - {one}" for one in said)


def _state_faults(states: tuple[State, ...]) -> Iterator[Fault]:
    for name, times in Counter(one.id for one in states).items():
        if times > 1:
            yield Fault(tr("The state '{state}' is given {n} times.", state=name, n=times))
    starts = [one.id for one in states if one.kind == "start"]
    if not starts:
        yield Fault(tr("No state is the start."), tr('Give the state where every case begins kind = "start".'))
    if len(starts) > 1:
        yield Fault(
            tr("{n} states are the start: {states}.", n=len(starts), states=starts),
            tr("Every case begins in one state; make the others a stage that follows it."),
        )
    of_class = Counter(one.outcome_class for one in states)
    for state in states:
        yield from _faults_of_one(state)
        yield from _faults_of_name(state, alone=of_class[state.outcome_class] == 1)
    for role, times in Counter(one.role for one in states if one.role in SINGLE_ROLES).items():
        if times > 1:
            yield Fault(
                tr("The role '{role}' is played by {n} states.", role=str(role), n=times),
                tr("Only verdict and final_verdict may be played by several states."),
            )


def _faults_of_one(state: State) -> Iterator[Fault]:
    is_outcome = state.kind == "outcome"
    if is_outcome and state.outcome_class is None:
        yield Fault(
            tr("The outcome '{state}' has no class.", state=state.id),
            tr("Give it one of: {classes}.", classes=list(OUTCOME_CLASSES)),
        )
    if not is_outcome and (state.outcome_class is not None or state.reopens):
        yield Fault(
            tr("'{state}' is not an outcome, so it can have neither a class nor reopen.", state=state.id),
            tr('Either make it kind = "outcome", or leave out class and reopens.'),
        )
    if state.role in VERDICT_ROLES and not is_outcome:
        yield Fault(
            tr("'{state}' plays the role {role} but is not an outcome.", state=state.id, role=str(state.role)),
            tr("A verdict is an outcome of the class conviction or acquittal."),
        )
    if state.role is not None and state.role not in VERDICT_ROLES and state.kind not in {"start", "stage"}:
        yield Fault(
            tr("'{state}' plays the role {role} but is not a stage.", state=state.id, role=state.role),
            tr("Complaint, charge, prosecution and trial are roles of stages."),
        )


def _faults_of_name(state: State, *, alone: bool) -> Iterator[Fault]:
    """Let a state be called like a role or a class only where both mean the same."""
    other_role = state.id in ROLES and state.id != state.role
    other_class = state.id in OUTCOME_CLASSES and not (state.id == state.outcome_class and alone)
    if state.id in RESERVED or other_role or other_class:
        yield Fault(
            tr("The state '{state}' has a name with a meaning of its own in every procedure.", state=state.id),
            tr("Rename it, for example convicted for conviction, or let it alone have the role or class of that name."),
        )


def _name_faults(states: tuple[State, ...], moves: tuple[Move, ...], limits: tuple[Limit, ...]) -> Iterator[Fault]:
    known = tuple(one.id for one in states)
    for move in moves:
        if not move.to:
            yield Fault(tr("The move from '{state}' leads nowhere.", state=move.from_state))
        for word in (move.from_state, *move.to):
            if word not in known:
                yield Fault(
                    tr("The move from '{state}' names '{word}', which is no state.", state=move.from_state, word=word),
                    suggestion(word, known),
                )
    for name, times in Counter(one.id for one in limits).items():
        if times > 1:
            yield Fault(tr("The limit '{limit}' is given {n} times.", limit=name, n=times))
    for limit in limits:
        for word in (*limit.from_states, *limit.to):
            if word not in known:
                yield Fault(
                    tr("The limit '{limit}' names '{word}', which is no state.", limit=limit.id, word=word),
                    suggestion(word, known),
                )


def _date_faults(name: str, valid_from: dt.date | None, valid_to: dt.date | None) -> Iterator[Fault]:
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        yield Fault(
            tr(
                "'{name}' ends ({valid_to}) before it begins ({valid_from}).",
                name=name,
                valid_to=valid_to,
                valid_from=valid_from,
            )
        )


def _road_faults(states: tuple[State, ...], moves: tuple[Move, ...]) -> Iterator[Fault]:
    edges = edges_of(moves)
    start = next(one.id for one in states if one.kind == "start")
    outcomes = {one.id for one in states if one.kind == "outcome"}
    if not outcomes:
        yield Fault(tr("No state is an outcome."), tr("Without outcomes no case ever ends; give at least one."))
        return
    found = reachable(edges, [start])
    for state in states:
        if state.id not in found:
            yield Fault(
                tr("No case can ever reach '{state}' from '{start}'.", state=state.id, start=start),
                tr("Add a move that leads to it, or leave it out."),
            )
        elif state.kind == "outcome":
            yield from _outcome_faults(state, edges.get(state.id, ()))
    yield from _dead_ends(states, moves, found, outcomes)
    yield from _order_faults(states, moves, start, found)


def _outcome_faults(state: State, following: tuple[str, ...]) -> Iterator[Fault]:
    if following and not state.reopens and state.role not in VERDICT_ROLES:
        yield Fault(
            tr("'{state}' ends a case, yet moves lead on to: {following}.", state=state.id, following=list(following)),
            tr("Say reopens = true if the case can go on, or leave out the move."),
        )
    if state.reopens and not following:
        yield Fault(
            tr("'{state}' reopens, but no move leads out of it.", state=state.id),
            tr("Add a move to the stage where the case goes on."),
        )


def _dead_ends(
    states: tuple[State, ...], moves: tuple[Move, ...], found: frozenset[str], outcomes: set[str]
) -> Iterator[Fault]:
    edges = edges_of(moves)
    can_end = reachable(reversed_edges(edges), outcomes)
    start = next(one.id for one in states if one.kind == "start")
    final = {one.id for one in states if one.role == "final_verdict"}
    before_the_end = reachable(edges, [start], not_through=final)
    for state in states:
        # what follows a final verdict only, such as its execution, needs no end of its own
        if state.id in found & before_the_end and state.id not in can_end:
            yield Fault(
                tr("A case that comes to '{state}' can never reach an outcome.", state=state.id),
                tr("Add a move that leads from it towards an outcome."),
            )


def _order_faults(
    states: tuple[State, ...], moves: tuple[Move, ...], start: str, found: frozenset[str]
) -> Iterator[Fault]:
    """Look whether states stand in the order in which a case comes to them.

    The order decides which of two acts of one day came first, so a stage needs a road to it that only rises, and
    an outcome stands below every stage that leads to it on the way to the first ending.
    """
    edges = edges_of(moves)
    rank = {one.id: place for place, one in enumerate(states)}
    endings = {one.id for one in states if one.kind == "outcome"}
    suspended = {one.id for one in states if one.kind == "suspended"}
    verdicts = {one.id for one in states if one.role in VERDICT_ROLES}
    in_order = rising(edges, start, rank, not_through=(endings - verdicts) | suspended)
    misplaced = [one for one in states if one.kind == "stage" and one.id in found and one.id not in in_order]
    # the first misplaced stage drags everything behind it along, so only that one is named
    for state in misplaced[:1]:
        before = [one for one, following in edges.items() if state.id in following and one not in endings]
        yield Fault(
            tr("'{state}' stands before the stages that lead to it ({before}).", state=state.id, before=before),
            tr("Give the states in the order in which a case comes to them."),
        )
    first_time = reachable(edges, [start], not_through=endings | suspended) - endings - suspended
    for state in states:
        later = [one for one in first_time if state.id in edges.get(one, ()) and rank[one] > rank[state.id]]
        if state.kind == "outcome" and later:
            yield Fault(
                tr(
                    "The outcome '{state}' stands before stages that lead to it ({later}).",
                    state=state.id,
                    later=sorted(later),
                ),
                tr("Give the stages first, then the outcomes."),
            )
