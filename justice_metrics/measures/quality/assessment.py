"""Everything that can be asked about the quality of case files, as one report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import narwhals.stable.v2 as nw

from ...base.errors import QuestionError
from ...base.language import Message, tr
from ...base.levels import FEW_TOGETHER
from ...base.result import Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ..flows.nowcast import nowcast
from .check import check
from .coding_drift import coding_drift
from .completeness import completeness
from .date_heaping import date_heaping
from .registration_delay import registration_delay

# The attribute by which offices are told apart, the first that the cases have.
_OFFICES = ("court", "office", "municipality", "department")
# Names of the day on which a case was written into the register.
_REGISTERED = ("registered_day", "registration_day", "registered", "registered_on")


def quality_assessment(cases: CaseData, *, by: Names | None = None) -> tuple[Result, ...]:
    """All about the quality of case files: rules, completeness, drift of coding, heaps of dates, late registration.

    Parameters
    ----------
    cases : CaseData
        Read with ``faults = "count"``, so that unreadable cells and repeated ids are counted too.
    by : str or tuple of str, optional
        What tells offices apart; by default the first of court, office, municipality and department that the cases
        have, those of fewer than ten units together.

    Returns
    -------
    tuple of Result
        What these cases can be asked, the check first; its notes say what they could not be asked, and why.

    Raises
    ------
    QuestionError
        When ``by`` is no attribute of the cases.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> [one.question for one in jm.quality_assessment(jm.sample_cases())]
    ['check', 'completeness', 'coding_drift', 'date_heaping']
    """
    offices = names(by) if by is not None else tuple(one for one in _OFFICES if one in cases.attributes)[:1]
    for one in offices:
        cases.stratum_column(one)
    split = cases if by is not None else _few_together(cases, offices)
    registered = next((one for one in _REGISTERED if one in cases.date_attributes), None)
    asked: list[Callable[[], Result]] = [
        lambda: completeness(split, by=offices),
        lambda: coding_drift(split, by=offices),
        lambda: date_heaping(cases),
    ]
    if registered is not None:
        asked.append(lambda: registration_delay(split, recorded=registered, by=offices))
        asked.append(lambda: nowcast(cases, recorded=registered))
    answers: list[Result] = []
    silent: list[Message] = []
    for ask in asked:
        try:
            answers.append(ask())
        except QuestionError as error:
            silent.append(tr("Not asked: {problem}", problem=error.problem))
    whole = check(cases)
    return (replace(whole, notes=(*whole.notes, *silent)), *answers)


def _few_together(cases: CaseData, offices: Names) -> CaseData:
    """Put offices of fewer than ten units together: nobody asked for them, and a name may stand there by mistake."""
    milestones = cases.milestones
    amount = nw.col("frequency").sum() if cases.sampling.repeated else nw.len()
    for one in names(offices):
        level = nw.col(one)
        counted = milestones.group_by(one).agg(of_level=amount).filter(nw.col("of_level") < FEWEST_TO_SHOW)
        rare = [word for word in counted.collect().get_column(one).to_list() if word is not None]
        together = nw.when(level.is_in(rare)).then(nw.lit(FEW_TOGETHER)).otherwise(level)
        milestones = milestones.with_columns(together.alias(one)) if rare else milestones
    return cases.with_(milestones=milestones)
