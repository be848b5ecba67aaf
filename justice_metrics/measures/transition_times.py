"""Time from any stage to any other, also to one that the case had been in before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.types import Names
from ..cases.casedata import CaseData
from ..reduce.revisits import after_start
from .time_to import TimeTo, time_to
from .visits import ensure_stages


def transition_times(
    cases: CaseData,
    *,
    start: str,
    outcome: str,
    by: Names = (),
    shares: Sequence[float] = (0.25, 0.5, 0.75),
    confidence_level: float = 0.95,
) -> TimeTo:
    """After how many days a share of the cases that came to one stage has next come to another, open cases included.

    It is :func:`time_to` with the first day in ``outcome`` *after* the first day in ``start``: from the appeal to the
    trial is the time to the trial that is held again. Where a stage is visited once only both are the same.

    Parameters
    ----------
    cases : CaseData
    start, outcome : str
        State or role, and state, role, outcome class or endpoint.
    by : str or tuple of str
        Attributes that split the cases.
    shares : sequence of float
        Between 0 and 1; 0.5 is the median.
    confidence_level : float

    Returns
    -------
    TimeTo

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, the two overlap, or time cannot be told of any case.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.transition_times(jm.sample_cases(), start="charged", outcome="accusation")
    >>> found.main["share"].tolist()
    [0.25, 0.5, 0.75]
    """
    ensure_stages(cases)
    if set(cases.resolve(start)) & set(cases.resolve(outcome)):
        raise QuestionError(
            tr("The outcomes '{other}' and '{one}' overlap.", other=start, one=outcome),
            tr("Ask from one stage to another."),
        )
    again = after_start(cases, start=start, outcome=outcome)
    found = time_to(again, start=start, outcome=outcome, by=by, shares=shares, confidence_level=confidence_level)
    return replace(found, cells=found.cells.renamed("transition_times"))
