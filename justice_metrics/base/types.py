"""Array and argument types that every floor shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Counts: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Days: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]
# Numbers of units, or sums of their weights: whole or not, and the same formulas serve both.
Tallies: TypeAlias = NDArray[Any]
Values: TypeAlias = NDArray[Any]

Names: TypeAlias = str | Sequence[str]
FrameLibrary: TypeAlias = Literal["pandas", "polars", "pyarrow"]


def several(given: Sequence[int] | int) -> Sequence[int]:
    """Take one whole number as a sequence of one.

    Examples
    --------
    >>> several(180), several((90, 180))
    ((180,), (90, 180))
    """
    return (given,) if isinstance(given, int) else given


def names(given: Names | None) -> tuple[str, ...]:
    """Turn ``by="court"`` or ``by=("court", "offence")`` into one tuple of names, each once.

    Examples
    --------
    >>> names("court"), names(("court", "offence")), names(None)
    (('court',), ('court', 'offence'), ())
    """
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(dict.fromkeys(given))
