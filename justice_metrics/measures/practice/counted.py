"""Shares of items and of domains with their limits, and how they hang together, for the disclosure gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...base.levels import ALL
from ...cases.casedata import CaseData
from ...cases.checklist import Item
from ...estimate.survey import DesignShare, linearised_share
from ...reduce.practice import ItemFlags, Pooled, pooled
from ...tables import Strata
from ..boxes import Restrictions
from ..rates.shown_shares import Interval, Shares, shares_of
from .tables import NOT_APPLYING, UNDOCUMENTED


def item_shares(
    cases: CaseData,
    items: Sequence[Item],
    flags: Mapping[str, ItemFlags],
    *,
    by: Sequence[str],
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> Shares:
    """Return the share met of each item, with the cases that are not documented or to which it does not apply."""
    also = {f"{UNDOCUMENTED} {name}": one.not_documented for name, one in flags.items()}
    also |= {f"{NOT_APPLYING} {name}": one.not_applicable for name, one in flags.items()}
    return shares_of(
        cases,
        {one.id: (flags[one.id].met, flags[one.id].judged) for one in items},
        by=by,
        also=also,
        interval=interval,
        confidence_level=confidence_level,
    )


def domain_shares(
    cases: CaseData,
    items: Sequence[Item],
    flags: Mapping[str, ItemFlags],
    *,
    by: Sequence[str],
    confidence_level: float = 0.95,
) -> dict[str, tuple[Pooled, DesignShare]]:
    """Return the pooled items of each domain, all of them first, with the share met and its limits."""
    found: dict[str, tuple[Pooled, DesignShare]] = {}
    for domain in (ALL, *dict.fromkeys(one.domain for one in items)):
        inside = [flags[one.id] for one in items if domain in {ALL, one.domain}]
        sums = pooled(cases, inside, by=by)
        found[domain] = (sums, linearised_share(sums.cells, confidence_level))
    return found


def groups_of(strata: Strata) -> list[Restrictions]:
    """Return the restrictions of each stratum."""
    return [{name: (level,) for name, level in zip(strata.names, levels, strict=True)} for levels in strata.levels]


def same_as_condition(items: Sequence[Item], share: Shares) -> dict[str, list[bool]]:
    """Return where an item does not apply to just the units in which the one that it depends on was answered otherwise.

    Whoever reads the checklist can compute one number from the other then.
    """
    place = {one.id: position for position, one in enumerate(items)}
    found: dict[str, list[bool]] = {}
    for one in items:
        if len(one.applies_if) != 1 or one.applies_to:
            continue
        ((other, answers),) = one.applies_if.items()
        if other not in place or len(answers) != 1:
            continue
        met, judged = share.numerator[:, place[other]], share.denominator[:, place[other]]
        without = judged - met if items[place[other]].met in answers else met
        apart = share.also[f"{NOT_APPLYING} {one.id}"] - share.also[f"{NOT_APPLYING} {other}"]
        found[one.id] = np.isclose(apart, without).tolist()
    return found
