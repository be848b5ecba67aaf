"""Two rounds of a survey that were read apart, as one survey."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...base.errors import CaseDataError
from ...base.language import tr
from ...base.types import Values
from .parts import Item, PeopleDesign, Scale
from .survey import Survey


def put_together(first: Survey, later: Survey, rounds: tuple[str, str]) -> Survey:
    """Return one survey of two rounds that were read apart.

    Parameters
    ----------
    first, later : Survey
        With items in common; those that one of them lacks are left out.
    rounds : (str, str)
        What the rounds are called where the surveys do not say it themselves.

    Raises
    ------
    CaseDataError
        When the surveys do not ask the same items with the same answers, or both are of one round.
    """
    mine, theirs = ({one.id: one for one in whose.items} for whose in (first, later))
    common = [one for one in mine if one in theirs]
    other = [one for one in common if not _alike(first, mine[one], later, theirs[one])]
    if not common or other:
        raise CaseDataError(
            tr("The two rounds do not ask the same: {items}.", items=other[:6])
            if other
            else tr("The two rounds have no item in common."),
            tr("Items are compared by their ids; they need the same scale, direction and number of points."),
        )
    levels = [
        whose.groups.get("round", np.full(len(whose), name, dtype=object))
        for whose, name in zip((first, later), rounds, strict=True)
    ]
    if set(levels[0].tolist()) & set(levels[1].tolist()):
        raise CaseDataError(
            tr("Both surveys hold answers of the same round."), tr("Give each round a name of its own in [survey].")
        )
    shared = [name for name in first.groups if name in later.groups and name != "round"]
    columns = [[list(known).index(one) for one in common] for known in (mine, theirs)]
    both, whose, theirs_too = first.provenance, first.people, later.people
    return replace(
        first,
        items=tuple(mine[one] for one in common),
        scales=_scales(first, common),
        answers=np.concatenate([first.answers[:, columns[0]], later.answers[:, columns[1]]]),
        groups={
            "round": np.concatenate(levels),
            **{name: np.concatenate([first.groups[name], later.groups[name]]) for name in shared},
        },
        design=_design(first, later),
        people=None if whose is None or theirs_too is None else np.concatenate([whose, theirs_too]),
        provenance=replace(
            both,
            units_in=both.units_in + later.provenance.units_in,
            fingerprint=(both.fingerprint[:8] + later.provenance.fingerprint[:8]),
            simulated=both.simulated or later.provenance.simulated,
            left_out=(*both.left_out, *later.provenance.left_out),
        ),
        notes=(*first.notes, *later.notes),
    )


def _alike(first: Survey, one: Item, second: Survey, other: Item) -> bool:
    same = (one.scale, one.reversed) == (other.scale, other.reversed)
    return same and first.points(one) == second.points(other)


def _scales(survey: Survey, items: list[str]) -> dict[str, Scale]:
    left = {
        name: replace(one, items=tuple(item for item in one.items if item in items))
        for name, one in survey.scales.items()
    }
    return {name: one for name, one in left.items() if one.items}


def _design(first: Survey, second: Survey) -> PeopleDesign:
    """Return the design of two rounds: their clusters and strata are never the same ones."""
    made: dict[str, Any] = {}
    both = (first, second)
    if any(one.design.weight is not None for one in both):
        made["weight"] = np.concatenate(
            [np.ones(len(one)) if one.design.weight is None else one.design.weight for one in both]
        )
    for name in ("stratum", "cluster"):
        parts = [getattr(one.design, name) for one in both]
        if any(part is not None for part in parts):
            made[name] = np.concatenate(
                [_named(name, part, len(one), place) for place, (one, part) in enumerate(zip(both, parts, strict=True))]
            )
    return PeopleDesign(**made)


def _named(name: str, part: Values | None, n: int, place: int) -> Values:
    """Return the strata or clusters of a round; without any, one stratum, and each person by itself."""
    alone = ["all"] * n if name == "stratum" else [str(one) for one in range(n)]
    texts = alone if part is None else [str(one) for one in part.tolist()]
    return np.array([*(f"{place} {one}" for one in texts), None], dtype=object)[:-1]
