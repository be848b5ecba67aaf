"""What can be asked of the sensitivity of a support effect, and what cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import tr, trn
from ...reduce.histories import Needed
from .data import SupportData
from .effect_asked import FEWEST_CLUSTERS

ANALYSES: Final = (
    "grace",
    "lag",
    "timing",
    "truncation",
    "landmark",
    "e_value",
    "tipping_point",
    "missing_dates",
    "under_recording",
    "negative_outcome",
    "negative_exposure",
)


def ensure_askable(
    wanted: Sequence[str],
    actors: Sequence[str],
    others: Sequence[str],
    needed: Needed,
    within: int,
    horizon: int,
    imputations: int,
    resamples: int,
    days: Mapping[str, Sequence[int]],
) -> None:
    """Refuse names and numbers that make no question.

    Raises
    ------
    QuestionError
        With what there is to choose from.
    """
    for one in wanted:
        if one not in ANALYSES:
            raise QuestionError(tr("'{name}' is no analysis of sensitivity.", name=one), suggestion(one, ANALYSES))
    for one in others:
        if one in actors:
            raise QuestionError(
                tr("'{actor}' is asked about, so it cannot be the actor for whom nothing should be found.", actor=one)
            )
    if isinstance(needed, int) and not 1 <= needed <= len(actors):
        raise QuestionError(
            tr(
                "'needed' is {given}; of {n} actors it can be all, any, or a number from 1 to {n}.",
                given=str(needed),
                n=len(actors),
            ),
        )
    for name, given in {"started_within_days": (within,), "horizon_days": (horizon,), **days}.items():
        for day in given:
            ensure_days(name, day)
    if within >= horizon:
        raise QuestionError(
            tr(
                "The period of grace (to day {within}) must end before the horizon (day {horizon}).",
                within=within,
                horizon=horizon,
            )
        )
    if imputations < 2 or resamples < 2:
        raise QuestionError(tr("Two imputations and two resamples are the least that tell an error."))


def ensure_days(name: str, day: object) -> None:
    """Refuse what is no number of days: support that counts before it starts would let the future in.

    Raises
    ------
    QuestionError
        With the name of the setting.
    """
    if isinstance(day, bool) or not isinstance(day, (int, np.integer)) or day < 0:
        raise QuestionError(
            tr("'{name}' is {given}; it counts whole days, 0 or more.", name=name, given=str(day)),
            tr("Write a whole number of days, such as {example}.", example=30),
        )


def ensure_clusters(data: SupportData) -> None:
    """Refuse clusters that are too few to be drawn again, as the headline does.

    Raises
    ------
    QuestionError
        With their number.
    """
    cluster = data.histories.cluster
    clusters = FEWEST_CLUSTERS if cluster is None else len(np.unique(cluster))
    if clusters < FEWEST_CLUSTERS:
        raise QuestionError(
            trn(
                "There is {n} cluster only: resampling it cannot tell how much clusters differ.",
                "There are {n} clusters only: resampling them cannot tell how much they differ.",
                clusters,
            ),
            tr("Name an attribute with at least {n} levels, or none: cases then count as independent.",
               n=FEWEST_CLUSTERS),
        )  # fmt: skip
