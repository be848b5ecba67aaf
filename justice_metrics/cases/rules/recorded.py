"""Which dates should be there: that of the start always, that of a stage where a case came there or beyond."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from .masks import sure
from .subject import Subject


def dates_recorded(subject: Subject) -> dict[str, tuple[nw.Expr, nw.Expr]]:
    """Return, for each date, the units that have it and those that should; never null."""
    cases, procedure = subject.cases, subject.cases.procedure
    # an outcome tells of the stages before it also where its date stands in a column of its own
    known = tuple(dict.fromkeys((*cases.dated_states, *cases.seen_states, *procedure.outcomes)))
    found: dict[str, tuple[nw.Expr, nw.Expr]] = {}
    for name in subject.dates:
        if name == "ending":
            found[name] = (~nw.col("outcome_day").is_null(), ~subject.pending)
            continue
        if name == subject.start:
            due: nw.Expr = ~nw.col("unit_id").is_null()
        else:
            beyond = tuple(one for one in known if name in procedure.required_before(one))
            counted = beyond if procedure.state(name).funnel else ()
            due = sure(cases.reached((name, *counted)))
        found[name] = (~subject.on(name).is_null(), due)
    return found
