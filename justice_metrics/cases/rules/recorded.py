"""Which dates should be there: that of the start always, that of a stage where a case came there or beyond."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from .masks import sure
from .subject import Subject


def dates_recorded(subject: Subject) -> dict[str, tuple[nw.Expr, nw.Expr]]:
    """Return, for each date, the units that have it and those that should; never null."""
    cases = subject.cases
    found: dict[str, tuple[nw.Expr, nw.Expr]] = {}
    for name in subject.dates:
        if name == "ending":
            found[name] = (~nw.col("outcome_day").is_null(), ~subject.pending)
            continue
        if name == subject.start:
            due: nw.Expr = ~nw.col("unit_id").is_null()
        else:
            due = sure(cases.reached((name, *_beyond(subject, name))))
        found[name] = (~subject.on(name).is_null(), due)
    return found


def told_otherwise(subject: Subject) -> dict[str, nw.Expr]:
    """Return, for the date of each stage, the units that came there by something else than that date; never null.

    Where no unit did, a date that is missing looks like a stage that was not reached.
    """
    cases = subject.cases
    found: dict[str, nw.Expr] = {}
    for name in subject.dates:
        if name not in {"ending", subject.start}:
            seen = sure(nw.col(f"seen__{name}") == 1) if name in cases.seen_states else nw.lit(value=False)
            found[name] = seen | sure(cases.reached(_beyond(subject, name)))
    return found


def in_doubt(subject: Subject) -> dict[str, nw.Expr]:
    """Return, for the date of each stage, the units that came further without it, by a road that may not pass it.

    Attrition counts them as having come there; nothing says whether the date is missing.
    """
    cases = subject.cases
    rank = {one: step.rank for step in cases.procedure.funnel for one in step.states}
    found = {}
    for name, (recorded, due) in dates_recorded(subject).items():
        later = tuple(one for one, place in rank.items() if name in rank and place > rank[name])
        found[name] = sure(cases.reached(later)) & ~due & ~recorded if later else nw.lit(value=False)
    return found


def _beyond(subject: Subject, name: str) -> tuple[str, ...]:
    """Return the stages and outcomes that no case reaches but through this stage."""
    cases, procedure = subject.cases, subject.cases.procedure
    # an outcome tells of the stages before it also where its date stands in a column of its own
    known = tuple(dict.fromkeys((*cases.dated_states, *cases.seen_states, *procedure.outcomes)))
    return tuple(one for one in known if name in procedure.required_before(one)) if procedure.state(name).funnel else ()
