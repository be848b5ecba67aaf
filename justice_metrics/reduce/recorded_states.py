"""Of which states the data speak at all: what no column and no label names is unknown, not 0."""

from __future__ import annotations

from ..base.levels import PENDING
from ..cases.casedata import CaseData


def recorded_states(cases: CaseData) -> frozenset[str]:
    """Return the states of which the data can say that a unit was there, dated or not.

    In a table with one row per unit these are all that a column or a label of the mapping names; in an event log those
    that some unit came to. The start is always one: every unit was there.
    """
    roles = (state for one in cases.dated_roles for state in cases.procedure.resolve(one))
    return frozenset((*cases.dated_states, *cases.seen_states, *roles, cases.procedure.start))


def speaks_of(cases: CaseData, word: str) -> bool:
    """Return whether the data speak of a state, role or way of ending, or of what is pending, which needs an ending."""
    states = cases.procedure.outcomes if word == PENDING else cases.resolve(word)
    return bool(recorded_states(cases).intersection(states))
