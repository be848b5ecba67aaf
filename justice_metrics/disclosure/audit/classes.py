"""None or all of a small group: what is told of the group is then told of each of its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from . import words
from .reading import Cell, Key, Rules
from .relations import Family, families
from .report import Finding


def none_or_all(cells: Mapping[Key, Cell], rules: Rules) -> Iterator[Finding]:
    """Yield that tables tell of none or all of groups that are too small for it.

    Parameters
    ----------
    cells : mapping of Key to Cell
        What is published.
    rules : Rules
        ``small_group`` says how large a group must be; for all of it by an attribute of victims none is large enough.
    """
    shown = {key: cell.shown[0][0] for key, cell in cells.items() if cell.shown and not cell.exact}
    told: Counter[tuple[int, str]] = Counter()
    smallest: dict[Key, float] = {}
    inherited: set[Key] = set()
    for family in families(cells):
        if family.events:
            continue
        none = [levels for levels in family.sets if shown.get(family.key(levels)) == 0]
        # that there is none is known of a larger group already
        inherited |= {family.key(one) for one in none if any(one < other for other in none)}
        whole = shown.get(family.key(None)) if family.whole else None
        if whole is None:
            continue
        if whole == 0:
            inherited |= {family.key(one) for one in none}
        else:
            smallest |= {key: min(whole, smallest.get(key, whole)) for key in map(family.key, none)}
        full = _all_in_one(family, whole, shown, rules)
        if full is not None and whole < _needed(full, rules):
            told[_where(cells[full])] += 1
    slack = rules.base - 1 if rules.mode == "round" else 0
    for key, whole in smallest.items():
        hidden = rules.zeros == "protect" or _sensitive(key, rules)
        if hidden and key not in inherited and whole + slack < rules.small_group:
            told[_where(cells[key])] += 1
    for (result, table), n in told.items():
        yield Finding("class", words.none_or_all(n), f"{result}/{table}")


def _all_in_one(family: Family, whole: float, shown: Mapping[Key, float], rules: Rules) -> Key | None:
    """Return the one of several separate groups in which all of a whole are; None where there is none."""
    if rules.hundred_percent != "protect" or rules.mode == "round":
        return None  # rounded to the same number, a part need not be its whole
    if len(family.sets) < 2 or len(frozenset().union(*family.sets)) < sum(len(one) for one in family.sets):
        return None
    full = [family.key(one) for one in family.sets if shown.get(family.key(one)) == whole > 0]
    return full[0] if len(full) == 1 else None


def _needed(key: Key, rules: Rules) -> float:
    return float("inf") if _sensitive(key, rules) else rules.small_group


def _sensitive(key: Key, rules: Rules) -> bool:
    return any(name == one or name.startswith((f"{one}_", f"{one}:")) for name, _ in key.box for one in rules.sensitive)


def _where(cell: Cell) -> tuple[int, str]:
    place = cell.shown[0][1]
    return abs(place.result), place.table
