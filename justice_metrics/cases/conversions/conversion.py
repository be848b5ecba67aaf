"""Distinct texts of a column in, frozen lookups out: pure Python, applied by the user's own engine.

Days, numbers and labels each have a file; this one is the door that the rest of the package uses.
"""

from __future__ import annotations

from .date_texts import Precision
from .days import (
    ColumnOrder,
    DateOrder,
    DayLookup,
    day_lookup,
    precision_lookup,
    unreadable_days,
)
from .labels import LabelLookup, LabelMatch, LevelLookup, label_lookup, level_lookup, unmatched_error
from .numbers import (
    DecimalMark,
    NumberKind,
    NumberLookup,
    band_levels,
    band_of,
    number_lookup,
    unreadable_numbers,
)
from .text import normalise

__all__ = [
    "ColumnOrder",
    "DateOrder",
    "DayLookup",
    "DecimalMark",
    "LabelLookup",
    "LabelMatch",
    "LevelLookup",
    "NumberKind",
    "NumberLookup",
    "Precision",
    "band_levels",
    "band_of",
    "day_lookup",
    "label_lookup",
    "level_lookup",
    "normalise",
    "number_lookup",
    "precision_lookup",
    "unmatched_error",
    "unreadable_days",
    "unreadable_numbers",
]
