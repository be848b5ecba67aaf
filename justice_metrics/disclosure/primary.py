"""Which numbers may not be known because of what they are themselves: small, zero, all of their whole."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..base.cells import Box
from ..base.types import Values
from .cells import System
from .policy import DisclosurePolicy

_NEAR = 1e-9


def is_too_small(value: float, units: Box, policy: DisclosurePolicy) -> str:
    """Return the rule by which a count may not be known, or nothing.

    Examples
    --------
    >>> is_too_small(3, frozenset(), DisclosurePolicy()), is_too_small(12, frozenset(), DisclosurePolicy())
    ('minimum', '')
    """
    if _NEAR < value < policy.minimum:
        return "minimum"
    if value <= _NEAR and (policy.zeros == "protect" or _is_sensitive(units, policy)):
        return "zero"
    return ""


def primary_rules(system: System, policy: DisclosurePolicy) -> Values:
    """Return the rule by which each number of a system may not be known, "" where it may; shape (M,).

    That none or all of a group have something tells of each of its members; in a large group it points to nobody.
    What is left of a whole without its parts is as telling as a cell when it is small; none left is no news where the
    parts are known to be all there is.
    """
    rules = np.full(len(system.values), "", dtype=object)
    names = {name for units in system.boxes if units is not None for name, _ in units}
    told_of_victims = {name for name in names if policy.is_sensitive(name)}
    for place, value in enumerate(system.values):
        units = system.boxes[place]
        if system.real[place] and units is not None:
            rules[place] = is_too_small(float(value), units, policy)
            sensitive = any(name in told_of_victims for name, _ in units)
            if rules[place] == "zero" and system.group[place] >= policy.group and not sensitive:
                rules[place] = ""
            if system.whole[place] and not rules[place]:
                small = policy.hundred_percent == "protect" and value < policy.group
                rules[place] = "whole" if small or sensitive else ""
        elif system.left[place] and _NEAR < value < policy.minimum:
            rules[place] = "difference"
    _tell_parts_of_none(system, rules)
    return rules


def _tell_parts_of_none(system: System, rules: Values) -> None:
    """Show that there is none in a part where it is shown that there is none in the whole, itself or in all parts."""
    held = system.equations.tocoo()
    wholes: dict[int, int] = {}
    parts: dict[int, list[int]] = defaultdict(list)
    for row, place, sign in zip(held.row.tolist(), held.col.tolist(), held.data.tolist(), strict=True):
        if system.values[place] <= _NEAR and sign > 0:
            wholes[row] = place
        elif sign < 0:
            parts[row].append(place)
    none = system.real & (system.values <= _NEAR) & (rules == "")
    before = -1
    while none.sum() > before:
        before = int(none.sum())
        for row, whole in wholes.items():
            if none[whole]:
                none[parts[row]] = True
            elif none[parts[row]].all():
                none[whole] = True
    rules[none & (rules == "zero")] = ""


def _is_sensitive(units: Box, policy: DisclosurePolicy) -> bool:
    return any(policy.is_sensitive(name) for name, _ in units)
