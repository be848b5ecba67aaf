"""What a plan refuses: shares outside their range, sizes that contradict each other, cases that cannot be a pilot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..base.errors import QuestionError
from ..base.language import tr
from ..cases.casedata import CaseData
from .declared import Points, Share, ensure_actors

# With fewer courts no question about support gives an interval.
FEWEST_COURTS: Final = 5


def ensure_cases(cases: object, actors: tuple[str, ...]) -> None:
    """Refuse what is no case data, or cannot tell what was asked of the pilot."""
    if not isinstance(cases, CaseData):
        raise QuestionError(
            tr("This question is asked of case data, and was given a {kind}.", kind=type(cases).__name__),
            tr("Make case data of the case files with jm.read_cases."),
        )
    if cases.sampling.delayed_entry:
        raise QuestionError(
            tr("These cases were observed only from a later day on, so shares by the horizon cannot be counted."),
            tr("Give the baseline and the other assumptions without case data."),
        )
    if actors and cases.support is None:
        raise QuestionError(
            tr("These cases have no support spells."), tr("Add a [support] section to the mapping, or name no actor.")
        )
    ensure_actors(cases, actors)


def ensure_shares(**given: float | None) -> None:
    """Refuse a share outside its range, such as a power of 80."""
    closed = {"icc", "support_icc"}
    for name, value in given.items():
        if value is None:
            continue
        top = value <= 1 if name in {*closed, "effective_share"} else value < 1
        bottom = value >= 0 if name in closed else value > 0
        if not (top and bottom):
            raise QuestionError(
                tr("'{name}' is {value}, which is no share between 0 and 1.", name=name, value=value),
                tr("Write 80 per cent as 0.8."),
            )


def ensure_sizes(
    *, files_per_court: float | None, courts: int | None, size_cv: float | None, ratios: Sequence[float]
) -> None:
    """Refuse sizes that no study has, and two that settle the same."""
    if files_per_court is not None and files_per_court < 1:
        raise QuestionError(tr("There is less than one file per court."), tr("Give the files read in each court."))
    if courts is not None and courts < FEWEST_COURTS:
        raise QuestionError(
            tr(
                "With fewer than {n} courts no interval can be trusted, so no study of them is planned.",
                n=FEWEST_COURTS,
            ),
            tr("Name {n} courts or more.", n=FEWEST_COURTS),
        )
    if courts is not None and files_per_court is not None:
        raise QuestionError(
            tr("Courts and files per court were both given, so the number of files is settled already."),
            tr("Give one of them."),
        )
    if size_cv is not None and size_cv < 0:
        raise QuestionError(tr("The coefficient of variation is below 0."), tr("Give 0 where courts are alike."))
    if any(one <= 0 for one in ratios):
        raise QuestionError(tr("A hazard ratio is above 0."), tr("Write a hazard half as high as 0.5."))


def ensure_differences(asked: Sequence[float], baseline: float) -> None:
    """Refuse a difference that is none, or leaves the shares."""
    for one in asked:
        if one == 0 or not 0 < baseline + one < 1:
            raise QuestionError(
                tr(
                    "A difference of {points} percentage points from {share} is no share between 0 and 1, or none.",
                    points=Points(one),
                    share=Share(baseline),
                ),
                tr("Write ten percentage points as 0.1; below 0 for a share that support makes smaller."),
            )
