"""How far shares are too low because of endings that nobody dated."""

from __future__ import annotations

from ..base.language import Readable, trn
from .declared import Share


def untold_note(came: float, followed: float, untold: float) -> tuple[Readable, ...]:
    """Say how far shares are too low because some came to the outcome on a day that nobody knows."""
    if untold <= 0:
        return ()
    return (
        trn(
            "{n} unit came to the outcome on a day that is not known and is in no share, so shares are too low: "
            "{low} of all that were followed; if it came in time, {high}.",
            "{n} units came to the outcome on days that are not known and are in no share, so shares are too low: "
            "{low} of all that were followed; if all of them came in time, {high}.",
            round(untold),
            low=Share(came / followed) if followed > 0 else "–",
            high=Share((came + untold) / (followed + untold)),
        ),
    )
