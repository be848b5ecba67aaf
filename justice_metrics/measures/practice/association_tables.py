"""What followed a practice, counted item by item, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import tr
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...cases.casedata import CaseData
from ...cases.checklist import Checklist, Item
from ...estimate.share_contrasts import newcombe_difference
from ...estimate.survey import linearised_difference
from ...reduce.practice_entry import MET, NOT_MET, STATUS, UNKNOWN, status_counts, with_status
from ..boxes import Restrictions
from ..rates.shown_shares import Limits, Shares, shares_of
from ..records.hearings_tables import undefined
from .tables import DOMAIN, ITEM, domain_words, item_words

PARTS: Final = ("met_numerator", "met_denominator", "not_met_numerator", "not_met_denominator")


class Counted(NamedTuple):
    """What followed one item: numbers of the cases in which it was met, was not, and is not known; the difference."""

    numbers: Tallies  # (4,) as in PARTS
    unknown: float
    difference: Floats  # (3,) estimate and limits


def shares_by_status(cases: CaseData, item: Item, at: str, limits: Limits) -> Shares:
    """Return the share of followed cases that came so far, by how an item stood when they entered the stage."""
    came = nw.col("entry__came") == 1
    return shares_of(
        with_status(cases, item, at), {"came": (came, nw.lit(value=True))}, by=(STATUS,), confidence_level=limits.level
    )


def counted(cases: CaseData, item: Item, at: str, limits: Limits) -> Counted:
    """Count what followed one item, and set both groups against each other."""
    share = shares_by_status(cases, item, at, limits)
    place = status_counts(share.strata.levels)

    def of(status: str) -> tuple[float, float]:
        if status not in place:
            return 0.0, 0.0
        return float(share.numerator[place[status], 0]), float(share.denominator[place[status], 0])

    met, unmet = of(MET), of(NOT_MET)
    if share.cells:
        difference = np.full(3, np.nan)
        if MET in place and NOT_MET in place:
            found = linearised_difference(share.cells[0], place[NOT_MET], limits.level)
            difference = np.array([one[place[MET]] for one in found])
    else:
        n, d, m, e = (np.array([one]) for one in (*met, *unmet))
        difference = np.array(newcombe_difference(n, d, m, e, limits.level)).ravel()
    return Counted(np.array([*met, *unmet]), of(UNKNOWN)[1], difference)


def association_table(
    counted: Sequence[Counted], items: Sequence[Item], checklist: Checklist, limits: Limits, which: str, at: str
) -> Table:
    """Return one row per item."""
    followed_cases: Restrictions = {f"followed {which}": ("yes",)}

    def cell(status: str, *, came: bool) -> CellOf:
        fixed = {f"came so far, {which}": ("yes",)} if came else {}
        each = {one.id: {f"practice:{one.id} on entering {at}": (status,)} for one in items}
        return CellOf(fixed={**followed_cases, **fixed}, each={"item": each})

    says = {
        "met_numerator": (tr("item met: came so far"), cell(MET, came=True)),
        "met_denominator": (tr("item met: cases"), cell(MET, came=False)),
        "not_met_numerator": (tr("item not met: came so far"), cell(NOT_MET, came=True)),
        "not_met_denominator": (tr("item not met: cases"), cell(NOT_MET, came=False)),
    }
    columns = [DOMAIN, ITEM]
    columns += [Column(name, words, "units", "count", "count", cell=of) for name, (words, of) in says.items()]
    columns += [
        Column(name, words, "share", "estimate", "share", of=Of(inputs=pair, formula="share"))
        for name, words, pair in (
            ("met", tr("share where met"), PARTS[:2]),
            ("not_met", tr("share where not met"), PARTS[2:]),
        )
    ]
    names_of = {
        "estimate": "share_difference",
        "conf_low": "share_difference_low",
        "conf_high": "share_difference_high",
    }
    words = {
        "estimate": tr("difference, percentage points"),
        "conf_low": tr("lower limit"),
        "conf_high": tr("upper limit"),
    }
    columns += [
        Column(
            name,
            words[name],
            "points",
            "estimate" if name == "estimate" else "interval",
            "difference" if name == "estimate" else "interval",
            of=Of(
                inputs=PARTS,
                formula=formula if name == "estimate" or limits.interval else "",
                level=limits.level,
            ),
        )
        for name, formula in names_of.items()
    ]
    columns.append(
        Column("unknown", tr("not known on that day"), "units", "count", "count", cell=cell(UNKNOWN, came=False))
    )
    n = np.array([one.numbers for one in counted])
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [np.where(n[:, d] > 0, n[:, d - 1] / np.where(n[:, d] > 0, n[:, d], 1), np.nan) for d in (1, 3)]
    difference = np.array([one.difference for one in counted])
    values: dict[str, Any] = {
        "domain": [one.domain for one in items],
        "item": [one.id for one in items],
        **{name: n[:, place] for place, name in enumerate(PARTS)},
        "met": shares[0],
        "not_met": shares[1],
        **{name: difference[:, place] for place, name in enumerate(names_of)},
        "unknown": np.array([one.unknown for one in counted]),
    }
    empty = [undefined(n[:, d]) for d in (1, 3)]
    return Table(
        columns,
        values,
        labels={"domain": domain_words(checklist, items), "item": item_words(items)},
        title=tr("Practice on entering a stage, and what followed"),
        statuses={
            "met": empty[0],
            "not_met": empty[1],
            "estimate": [one or other for one, other in zip(*empty, strict=True)],
        },
    )
