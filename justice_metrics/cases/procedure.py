"""A country's criminal procedure as data: stages, outcomes, the moves between them, and legal time limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from ..base.errors import ProcedureError
from ..base.language import Label, Message, tr
from ..base.levels import LEVEL_WORDS
from .procedure_coherence import ensure_coherent
from .procedure_graph import Edges, edges_of, reachable, required_before, reversed_edges
from .procedure_parts import (
    OUTCOME_CLASSES,
    ROLES,
    VERDICT_ROLES,
    FunnelStep,
    Limit,
    Move,
    OutcomeClass,
    State,
)

__all__ = ["ANY_EXIT", "OUTCOME_CLASSES", "ROLES", "FunnelStep", "Limit", "Move", "Procedure", "State"]

ANY_EXIT = tr("any way of ending")


@dataclass(frozen=True, kw_only=True, eq=False)
class Procedure:
    """The stage graph of a criminal procedure, checked as a whole when it is made.

    Cycles are allowed (reopening, annulment and retrial), so a case "reached" a stage when it ever was there.
    Outcomes with the role ``verdict`` can be appealed, so a case may go on after them.

    Parameters
    ----------
    id : str
        Short name.
    title : Label
        Words for a reader.
    valid_from, valid_to : datetime.date
        First and last day on which it is law; no last day while it is in force.
    source : str
        The laws it was taken from.
    states : tuple of State
        In the order in which a case comes to them; each gets its place as ``rank``.
    moves : tuple of Move
        What can follow what.
    limits : tuple of Limit
        Legal time limits.
    country : str, optional
        ISO 3166 code of the country whose holidays working days leave out.

    Raises
    ------
    ProcedureError
        When the parts do not hold together; all faults at once, each with what to do.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> bolivia = jm.read_procedure("bolivia")
    >>> bolivia.resolve("charge")
    ('charged',)
    >>> bolivia.endpoint("conviction")
    ('convicted', 'final_conviction')
    """

    id: str
    title: Label
    valid_from: dt.date
    valid_to: dt.date | None = None
    source: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    limits: tuple[Limit, ...] = ()
    country: str | None = None

    def __post_init__(self) -> None:
        ensure_coherent(self.id, self.states, self.moves, self.limits, self.valid_from, self.valid_to)
        object.__setattr__(self, "states", tuple(replace(one, rank=rank) for rank, one in enumerate(self.states)))

    def __repr__(self) -> str:
        sizes = {"stages": self.stages, "outcomes": self.outcomes, "limits": self.limits}
        held = ", ".join(f"{name}: {len(things)}" for name, things in sizes.items())
        return f"Procedure({self.id!r}, {held}, valid from {self.valid_from})"

    # ------------------------------------------------------------------ states

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of all states, in order."""
        return tuple(one.id for one in self.states)

    @cached_property
    def start(self) -> str:
        """Id of the state where every case begins."""
        return next(one.id for one in self.states if one.kind == "start")

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Ids of the start and the stages, in procedural order."""
        return tuple(one.id for one in self.states if one.kind in {"start", "stage"})

    @cached_property
    def suspended(self) -> tuple[str, ...]:
        """Ids of the states in which a case and its clocks stand still."""
        return tuple(one.id for one in self.states if one.kind == "suspended")

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Ids of the outcomes, in order."""
        return tuple(one.id for one in self.states if one.kind == "outcome")

    def state(self, id: str) -> State:
        """Return one state.

        Raises
        ------
        ProcedureError
            When there is no such state; names what comes nearest.
        """
        if id not in self._by_id:
            raise ProcedureError.unknown_stage(id, {one: self.label(one) for one in self.ids})
        return self._by_id[id]

    def class_of(self, id: str) -> OutcomeClass | None:
        """Return the class of an outcome, or None for a state that is no outcome."""
        return self.state(id).outcome_class

    def label(self, word: str) -> Label | Message:
        """Return the words for a state, a role, an outcome class, an endpoint or a level such as ``pending``."""
        if word in self._by_id:
            return self._by_id[word].label
        general = {**LEVEL_WORDS, **OUTCOME_CLASSES, **ROLES, "any_exit": ANY_EXIT}
        if word not in general:
            raise ProcedureError.unknown_stage(word, self._words)
        return general[word]

    # ------------------------------------------------------------- words to states

    def resolve(self, word: str) -> tuple[str, ...]:
        """Return the states that a word of the user means: a state id, or a role and those that play it.

        Raises
        ------
        ProcedureError
            When the word is neither, or when no state plays the role.
        """
        if word in self._by_id:
            return (word,)
        if word not in ROLES:
            raise ProcedureError.unknown_stage(word, {one: self.label(one) for one in (*self.roles, *self.ids)})
        if word not in self.roles:
            raise ProcedureError(
                tr("No state of the procedure '{id}' plays the role '{role}'.", id=self.id, role=word),
                tr("Ask by the id of a state ({states}), or give a state this role.", states=list(self.ids)),
            )
        return self.roles[word]

    def endpoint(self, name: str) -> tuple[str, ...]:
        """Return the states that count as having arrived.

        Parameters
        ----------
        name : str
            ``verdict`` (any verdict, final or not), ``final_verdict``, ``any_exit`` (every outcome), an outcome
            class such as ``conviction``, another role, or the id of a state.

        Raises
        ------
        ProcedureError
            When the name is none of these, or no state of this procedure answers to it.
        """
        if name == "any_exit":
            return self.outcomes
        if name == "verdict":
            found = tuple(one.id for one in self.states if one.role in VERDICT_ROLES)
            return found or self.resolve(name)
        if name in OUTCOME_CLASSES:
            found = tuple(one.id for one in self.states if one.outcome_class == name)
            if not found:
                raise ProcedureError(
                    tr("No outcome of the procedure '{id}' has the class '{name}'.", id=self.id, name=name),
                    tr("Its outcomes are: {outcomes}.", outcomes=list(self.outcomes)),
                )
            return found
        if name not in self._by_id and name not in ROLES:
            raise ProcedureError.unknown_stage(name, self._words)
        return self.resolve(name)

    @cached_property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """The roles that are played here, each with its states."""
        played = {role: tuple(one.id for one in self.states if one.role == role) for role in ROLES}
        return MappingProxyType({role: ids for role, ids in played.items() if ids})

    # ----------------------------------------------------------------- the graph

    @cached_property
    def edges(self) -> Edges:
        """The states that can follow each state; a state without a key is never left."""
        return edges_of(self.moves)

    @cached_property
    def verdicts(self) -> tuple[str, ...]:
        """Ids of all verdicts, final or not; empty when no state plays these roles."""
        return tuple(one.id for one in self.states if one.role in VERDICT_ROLES)

    @cached_property
    def road(self) -> tuple[str, ...]:
        """Ids of the stages before the first verdict from which a verdict can be reached without a detour.

        A detour is a suspension, or an ending that is reopened. In a procedure without verdicts: the stages
        from which any outcome can be reached.
        """
        goals = self.verdicts or self.outcomes
        detours = {*self.suspended, *self.outcomes}
        ahead = reachable(self.edges, [self.start], not_through=detours)
        towards = reachable(reversed_edges(self.edges), goals, not_through=detours)
        return tuple(one for one in self.stages if one in ahead & towards)

    @cached_property
    def aftermath(self) -> tuple[str, ...]:
        """Ids of the stages that follow a final verdict only, such as its execution: the case has ended before."""
        final = self.roles.get("final_verdict", ())
        before = reachable(self.edges, [self.start], not_through=final)
        return tuple(one for one in self.stages if one not in before)

    @cached_property
    def funnel(self) -> tuple[FunnelStep, ...]:
        """The steps of an attrition funnel: the stages of the road, then the verdict and the final verdict.

        Stages that say ``funnel = false`` are left out: shortcuts, and stages without a date of their own.
        """
        steps: list[tuple[str, Label | Message, tuple[str, ...]]] = [
            (one, self._by_id[one].label, (one,)) for one in self.road if self._by_id[one].funnel
        ]
        if self.verdicts:
            steps.append(("verdict", ROLES["verdict"], self.verdicts))
        if "final_verdict" in self.roles:
            steps.append(("final_verdict", ROLES["final_verdict"], self.roles["final_verdict"]))
        return tuple(FunnelStep(*step, rank) for rank, step in enumerate(steps))

    def required_before(self, state: str) -> tuple[str, ...]:
        """Return the stages that every case passes before it first comes to ``state``, in procedural order.

        Roads through a suspension or an earlier outcome do not count, so a retrial after an annulled verdict
        does not excuse a missing first trial. For a state that follows a verdict, nothing is required.
        """
        detours = {*self.suspended, *self.outcomes} - {state}
        needed = required_before(self.edges, self.start, self.state(state).id, not_through=detours)
        return tuple(one for one in self.stages if one in needed)

    # ------------------------------------------------------------------ privately

    @cached_property
    def _by_id(self) -> Mapping[str, State]:
        return MappingProxyType({one.id: one for one in self.states})

    @cached_property
    def _words(self) -> Mapping[str, Label | Message]:
        """What can be asked for, with its words; a role comes before the one state that plays it."""
        return {one: self.label(one) for one in ("any_exit", *self.roles, *OUTCOME_CLASSES, *self.ids)}
