"""Levels that every breakdown knows besides the data's own: the kinds of missing, and all together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .language import Message, tr

NOT_RECORDED: Final = "not_recorded"
NOT_AVAILABLE: Final = "not_available"
NOT_APPLICABLE: Final = "not_applicable"
UNDER_REVIEW: Final = "under_review"
PENDING: Final = "pending"
ALL: Final = "all"
FEW_TOGETHER: Final = "few_together"

MISSING_LEVELS: Final = (NOT_RECORDED, NOT_AVAILABLE, NOT_APPLICABLE, UNDER_REVIEW)

LEVEL_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        NOT_RECORDED: tr("not recorded"),
        NOT_AVAILABLE: tr("not available"),
        NOT_APPLICABLE: tr("not applicable"),
        UNDER_REVIEW: tr("under review"),
        PENDING: tr("pending"),
        ALL: tr("all"),
        FEW_TOGETHER: tr("groups of fewer than ten units, together"),
    }
)


def naturally(level: str) -> tuple[bool, list[tuple[bool, int, str]], str]:
    """Return a sorting key as a reader expects levels: numbers by their size (6-11 before 12-17), missing ones last.

    Examples
    --------
    >>> sorted(["not_recorded", "12-17", "6-11"], key=naturally)
    ['6-11', '12-17', 'not_recorded']
    """
    parts = [(not one.isdecimal(), int(one) if one.isdecimal() else 0, one) for one in re.split(r"(\d+)", level) if one]
    return level in MISSING_LEVELS, parts, level
