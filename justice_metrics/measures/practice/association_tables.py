"""What followed a practice, counted item by item, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import tr
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...cases.checklist import Checklist, Item
from ...estimate.share_contrasts import newcombe_difference
from ...estimate.survey_contrasts import linearised_difference
from ...reduce.practice_entry import MET, NOT_MET, STATUSES, UNKNOWN, EntryCounts
from ..boxes import Restrictions
from ..guards import with_units_behind
from ..rates.shown_shares import Limits
from ..records.hearings_tables import undefined
from .tables import DOMAIN, ITEM, domain_words, item_words

PARTS: Final = ("met_numerator", "met_denominator", "not_met_numerator", "not_met_denominator")
# The cases that are compared, among those that are counted by how an item stood.
SIDES: Final = tuple(STATUSES.index(one) for one in (MET, NOT_MET))


class Counted(NamedTuple):
    """What followed one item: numbers of the cases in which it was met, was not, and is not known; the difference."""

    numbers: Tallies  # (4,) as in PARTS
    unknown: float
    difference: Floats  # (3,) estimate and limits


def counted(found: EntryCounts, limits: Limits) -> list[Counted]:
    """Set the cases in which each item was met against those in which it was not."""
    met, unmet, unknown = (STATUSES.index(one) for one in (MET, NOT_MET, UNKNOWN))
    n = np.stack([found.came[:, met], found.units[:, met], found.came[:, unmet], found.units[:, unmet]], axis=1)
    if found.cells:
        differences = [[one[met] for one in linearised_difference(cells, unmet, limits.level)] for cells in found.cells]
    else:
        x, d, y, e = n.T
        differences = np.stack(newcombe_difference(x, d, y, e, limits.level), axis=1).tolist()
    return [
        Counted(row, float(found.units[place, unknown]), np.array(differences[place])) for place, row in enumerate(n)
    ]


def units_of_association(table: Table, found: EntryCounts) -> Table:
    """Return the table with the units behind its weighted shares."""
    met, unmet = (STATUSES.index(one) for one in (MET, NOT_MET))
    came, units = found.unweighted
    return with_units_behind(table, dict(zip(PARTS, (came[:, met], units[:, met], came[:, unmet], units[:, unmet]),
                                             strict=True)))  # fmt: skip


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
