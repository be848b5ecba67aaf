"""Which units the tables of the check count, for the disclosure gate."""

from __future__ import annotations

from collections.abc import Sequence

from ...base.cells import CellOf
from ...base.levels import ALL
from ...cases.rules.examine import Examination, Verdict
from ...cases.rules.rule import Recorded
from ..guards import Restrictions

_YES = ("yes",)


def broken_cell(found: Examination, units: int) -> CellOf:
    """Return what breaks the rule of a row, and the thing in it; ``units`` are all units of the data."""
    by_rule = {one.rule.id: {**_applies(one, units), **_breaks(one), **_counted(one)} for one in found.verdicts}
    details = {part.key for one in found.verdicts for part in one.parts}
    by_detail: dict[str, Restrictions] = {one: {"breaks:{rule}:{detail}": _YES} for one in sorted(details)}
    return CellOf(each={"rule": by_rule, "detail": {**by_detail, ALL: {}}})


def base_cell(found: Examination, units: int) -> CellOf:
    """Return those to which the rule of a row applies."""
    return CellOf(each={"rule": {one.rule.id: {**_applies(one, units), **_counted(one)} for one in found.verdicts}})


def recorded_cell(found: Sequence[Recorded], units: int, kind: str) -> CellOf:
    """Return the units of which the column of a row is recorded, or missing in one of the ways that there are."""
    own = _should(found, units)
    # of a column that is complete, those recorded are all that should be
    whole = {one.column for one in found if kind == "recorded" and one.recorded == one.base}
    recorded: dict[str, Restrictions] = {
        name: more if name in whole else {**more, "recorded:{column}": (kind,)} for name, more in own.items()
    }
    return CellOf(each={"column": recorded})


def should_cell(found: Sequence[Recorded], units: int) -> CellOf:
    """Return the units of which the column of a row should be recorded."""
    return CellOf(each={"column": _should(found, units)})


def affected_cell() -> CellOf:
    """Return the units that leave the indicator of a row for its reason, or stay in it and break a rule."""
    # those whose time cannot be told leave every indicator that needs it: they are the same units
    effects: dict[str, Restrictions] = {
        "left_out": {"time not told:{reason}": _YES},
        "in_doubt": {"in doubt:{indicator}": _YES},
    }
    return CellOf(each={"effect": effects})


def _applies(one: Verdict, units: int) -> Restrictions:
    bases = {part.base for part in (*([one.whole] if one.whole else []), *one.parts)}
    if one.rule.counts == "units" and bases == {units}:
        return {}
    return {"applies:{rule}" if len(bases) == 1 else "applies:{rule}:{detail}": _YES}


def _breaks(one: Verdict) -> Restrictions:
    """Return what all that breaks a rule have in common, where its things are parts of a whole."""
    whole = one.whole
    if whole is None or any(part.n > whole.n for part in one.parts):
        return {} if whole is None else {"breaks:{rule}:{detail}": _YES}
    return {"breaks:{rule}": _YES}


def _counted(one: Verdict) -> Restrictions:
    return {} if one.rule.counts == "units" else {"unit": (one.rule.counts,)}


def _should(found: Sequence[Recorded], units: int) -> dict[str, Restrictions]:
    return {one.column: {} if one.base == units else {"should have:{column}": _YES} for one in found}
