"""Days that may be asked of what is published: two that lie close together tell what single cases did between them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.provenance import Provenance

_MONTH: Final = 30
_YEAR: Final = 365
_QUARTER: Final = 90


def tell_single_cases(days: Iterable[float]) -> bool:
    """Return whether days lie off the grid of months and years, or within a quarter of one another.

    Examples
    --------
    >>> tell_single_cases([180, 365, 730, 1095]), tell_single_cases([242]), tell_single_cases([330, 365])
    (False, True, True)
    """
    found = sorted({int(one) for one in days})
    return any(one % _MONTH and one % _YEAR for one in found) or any(
        high - low < _QUARTER for low, high in pairwise(found)
    )


def ensure_published_days(days: Iterable[float]) -> None:
    """Refuse to publish what is asked of days so close together, or so odd, that they tell of single cases.

    Raises
    ------
    QuestionError
    """
    if tell_single_cases(days):
        raise QuestionError(
            tr("Days that lie close together tell on which day single cases went on."),
            tr("Ask of days that are multiples of 30 or of 365, at least 90 apart."),
        )


def ensure_published_follow_up(provenance: Provenance) -> None:
    """Refuse to publish what came within an odd number of days: the next question would tell what a few days added.

    Raises
    ------
    QuestionError
    """
    days = dict(provenance.settings).get("within_days")
    if isinstance(days, int):
        ensure_published_days([days])
