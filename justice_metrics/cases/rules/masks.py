"""Conditions on rows as rules put them together: never null, over the first and the last of several days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import narwhals.stable.v2 as nw

from .calendar import stands_in

ALWAYS: Final = nw.lit(value=True)


def sure(flag: nw.Expr) -> nw.Expr:
    """Return a condition with false for null."""
    return flag.fill_null(False)


def one_of(text: nw.Expr, levels: Collection[str]) -> nw.Expr:
    """Return whether a text is one of several; false for null, and where there is nothing that it could be."""
    return sure(text.is_in(list(levels))) if levels else nw.lit(value=False)


def either(flags: Sequence[nw.Expr]) -> nw.Expr:
    """Return whether any of the conditions holds; false without one."""
    left = list(flags)
    # two by two: a chain of hundreds lies too deep for those who walk down an expression
    while len(left) > 1:
        left = [one | two for one, two in zip(left[::2], left[1::2], strict=False)] + left[len(left) // 2 * 2 :]
    return left[0] if left else nw.lit(value=False)


def earliest(days: Sequence[nw.Expr]) -> nw.Expr | None:
    """Return the first of several days; None without one."""
    if not days:
        return None
    return days[0] if len(days) == 1 else nw.min_horizontal(*days)


def latest(days: Sequence[nw.Expr]) -> nw.Expr | None:
    """Return the last of several days; None without one."""
    if not days:
        return None
    return days[0] if len(days) == 1 else nw.max_horizontal(*days)


def without_stand_in(day: nw.Expr) -> nw.Expr:
    """Return a day, or null where it is a date that programs write for "no date"."""
    return nw.when(~stands_in(day)).then(day)


def bare_id(text: nw.Expr) -> nw.Expr:
    """Return an id in one spelling: small letters, one hyphen for any run of marks and spaces, no leading zeros."""
    bare = text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "-").str.strip_chars("-")
    # zeros after a mark and before another digit; no engine but Python's knows look-ahead
    return bare.str.replace_all(r"\b0+\B", "")
