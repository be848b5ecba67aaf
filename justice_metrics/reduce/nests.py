"""From case data to which attributes lie in one another: each court in one municipality, that in one department."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from ..cases.casedata import CaseData


def nested_levels(cases: CaseData, names: Sequence[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Return for each attribute those in which it lies, with the level in which each of its levels lies.

    An attribute lies in another one where each of its levels has units of one level of the other only. Whoever reads
    that a department had 46 cases and its other courts 38 knows how many the last court had.

    Parameters
    ----------
    cases : CaseData
    names : sequence of str
        Attributes that split units; what is not an attribute of the cases is left aside.

    Returns
    -------
    dict
        ``{"court": {"department": {"Juzgado 1": "Oruro", ...}}}``
    """
    known = [one for one in dict.fromkeys(names) if one in cases.attributes]
    found: dict[str, dict[str, dict[str, str]]] = {}
    seen = {
        tuple(sorted((one, other))): _pairs(cases, *sorted((one, other)))
        for place, one in enumerate(known)
        for other in known[place + 1 :]
    }
    for inner, outer in permutations(known, 2):
        pairs = seen[tuple(sorted((inner, outer)))]
        levels = dict(pairs if inner < outer else [(second, first) for first, second in pairs])
        if len(levels) == len(pairs) and len(set(levels.values())) > 1:
            found.setdefault(inner, {})[outer] = levels
    return found


def _pairs(cases: CaseData, one: str, other: str) -> list[tuple[str, str]]:
    """Return the pairs of levels that occur together."""
    both = cases.milestones.select(cases.level(one).alias("one"), cases.level(other).alias("other"))
    met = both.unique(subset=["one", "other"], keep="any").collect()
    return sorted(zip(met["one"].to_list(), met["other"].to_list(), strict=True))
