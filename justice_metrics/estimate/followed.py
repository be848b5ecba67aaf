"""Cases as an emulation follows them: until when, how they ended, and when support started."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..base.types import Counts, Floats

NEVER: Final = 2**30
"""The day of what did not happen."""


class Followed(NamedTuple):
    """Cells of identical cases, all observed from day 0 on; C of them.

    Attributes
    ----------
    exit : (C,)
        Last day under observation.
    code : (C,)
        0 still open on ``exit``, 1..K ended by that outcome.
    start : (C,)
        Day on which support started, 0 where it was there before, ``NEVER`` where it did not.
    milestones : (C, J)
        Day on which each milestone was reached, ``NEVER`` where it was not. It counts from the day after.
    pattern : (C,)
        Row of the design matrix of baseline covariates.
    cluster : (C,) or None
        Court; None when cases are independent.
    mass : (C,)
        Cases in the cell, with their sampling weights.
    """

    exit: Counts
    code: Counts
    start: Counts
    milestones: Counts
    pattern: Counts
    cluster: Counts | None
    mass: Floats
