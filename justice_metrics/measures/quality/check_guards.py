"""Which units the tables of the check count, for the disclosure gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...base.cells import CellOf, Tie
from ...base.levels import ALL, MISSING_LEVELS, NOT_RECORDED
from ...cases.casedata import CaseData
from ...cases.rules.examine import Examination, Verdict
from ...cases.rules.people import gaps
from ...cases.rules.recorded import dates_recorded
from ...cases.rules.rule import Recorded
from ...cases.rules.subject import Subject
from ...reduce.completeness import Recorded as Counted
from ..boxes import tie, together
from ..guards import Restrictions
from ..places import Places, arranged, date_sets, places, recorded_flags

_YES = ("yes",)
RECORDED = "recorded"
DUE = "due"
AROUND = "in_doubt"
# What a row of completeness counts, by the name of the column that says it.
Sets = dict[str, dict[str, Restrictions]]


def places_of(cases: CaseData, found: Examination) -> Places:
    """Return where the units that an examination counts stand: split by furthest step and ending."""
    split = found.split
    sums = {name.removeprefix("also__"): np.array(one, dtype=np.int64) for name, one in split.sums.items()}
    furthest, ending = (split.keys.get(one, (0,) * len(split.n)) for one in ("furthest", "ending"))
    return arranged(cases, furthest, ending, np.array(split.n, dtype=np.int64), sums)


def broken_cell(found: Examination, where: Places, sets: Sets) -> CellOf:
    """Return what breaks the rule of a row, and the thing in it."""
    rows: dict[str, Restrictions] = {}
    for one in found.verdicts:
        whole = _base(found, where, sets, one, "")
        for key in ("", *(part.key for part in one.parts)):
            base = _base(found, where, sets, one, key)
            missing = _missing(found, sets, one, key)
            of_part: Restrictions = {"breaks:{rule}:{detail}": _YES} if key else {}
            rows[_row(one, key)] = missing or {
                **(together(whole, base) if one.whole else base),
                **_breaks(one),
                **of_part,
            }
    # a row of which this number is hidden is not listed
    keys: dict[str, dict[str, Restrictions]] = {
        "rule": {one.rule.id: {} for one in found.verdicts},
        "detail": {key: {} for key in (ALL, *(part.key for one in found.verdicts for part in one.parts))},
    }
    return CellOf(each={**keys, "rule, detail": rows})


def base_cell(found: Examination, where: Places, sets: Sets) -> CellOf:
    """Return those to which the rule of a row applies."""
    keys = [(one, key) for one in found.verdicts for key in ("", *(part.key for part in one.parts))]
    return CellOf(each={"rule, detail": {_row(one, key): _base(found, where, sets, one, key) for one, key in keys}})


def recorded_sets(cases: CaseData, found: Sequence[Recorded], where: Places) -> Sets:
    """Return, for each date and attribute, the units of which it is recorded, should be, or is missing in some way."""
    made: Sets = {}
    for one in found:
        if f"date__{one.column}__due" in where.sets:
            flags = (f"date__{one.column}__recorded", f"date__{one.column}__due")
            told = date_sets(cases, where, one.column, *flags)
            missing: dict[str, Restrictions] = {NOT_RECORDED: told.missing}
            missing |= {kind: {**told.due, f"missing:{one.column}": (kind,)} for kind in MISSING_LEVELS[1:]}
            made[one.column] = {RECORDED: told.recorded, DUE: told.due, AROUND: told.around, **missing}
        else:
            made[one.column] = attribute_sets(one.column, one.recorded, one.base, where.everybody.sum(), one.missing)
    return made


def attribute_sets(
    name: str, recorded: float, due: float, units: float, missing: Mapping[str, float]
) -> dict[str, Restrictions]:
    """Return the units of which an attribute is recorded or due; those missing are a level of it in all answers."""
    should: Restrictions = {} if due == units else {f"applies:{name}": _YES}
    has = should if recorded == due else {**should, f"recorded:{name}": _YES}
    # a way of being missing that does not occur is no level of any answer
    kinds: dict[str, Restrictions] = {
        kind: {name: (kind,)} if missing.get(kind) else {f"missing:{name}": (kind,)} for kind in MISSING_LEVELS
    }
    return {RECORDED: has, DUE: should, AROUND: {f"came further without:{name}": _YES}, **kinds}


def sets_of_fields(cases: CaseData, found: Counted) -> Sets:
    """Return the same for the fields of completeness, in one more query."""
    subject = Subject(cases)
    dates, attributes = dates_recorded(subject), gaps(subject)
    flags = recorded_flags(cases)
    for name, (recorded, due) in dates.items():
        flags |= {f"date__{name}__recorded": recorded & due, f"date__{name}__due": due}
    where = places(cases, flags, subject.frame(()))
    total = found.recorded.sum(axis=(0, 1)), found.due.sum(axis=(0, 1))
    told = []
    for place, field in enumerate(found.fields):
        missing = {kind: int(n[:, place].sum()) for kind, n in found.missing.items()}
        n_recorded, n_due = (int(one[place]) for one in total)
        kind = "date" if field.name in dates else "attribute"
        own = field.name in attributes or field.name in dates
        made = Recorded(field.name, field.words, kind, n_recorded, missing if own else {}, n_due)
        told.append(made)
    return recorded_sets(cases, told, where)


def attribute_ties(found: Sets, groups: Sequence[Restrictions] = ({},)) -> tuple[Tie, ...]:
    """Return that those recorded and those missing are all, in each group."""
    return tuple(
        tie([group], [together(group, sets[kind]) for kind in (RECORDED, *kinds)])
        for name, sets in found.items()
        if (kinds := [kind for kind in MISSING_LEVELS if sets[kind] == {name: (kind,)}])
        for group in groups
    )


def set_cell(found: Sets, kind: str) -> CellOf:
    """Return what a column of completeness counts, by the date or attribute of the row."""
    return CellOf(each={"column": {name: sets[kind] for name, sets in found.items()}})


def _row(one: Verdict, key: str) -> str:
    return f"{one.rule.id}, {key or ALL}"


def _missing(found: Examination, sets: Sets, one: Verdict, key: str) -> Restrictions:
    """Return those that lack an attribute, where these are what breaks a rule; nothing of another rule."""
    told = {each.column: each for each in found.completeness if each.kind == "attribute"}.get(key)
    part = next((each for each in one.parts if each.key == key), None)
    if told is None or part is None or part[2:] != (told.base - told.recorded, told.base):
        return {}
    return {**sets[key][DUE], f"recorded:{key}": ("no",)}


def _base(found: Examination, where: Places, sets: Sets, one: Verdict, key: str) -> Restrictions:
    """Return those to which a rule applies, as other answers count them where they are the same units."""
    if one.rule.counts != "units":
        return {**_applies(one, key, where.everybody.sum()), "unit": (one.rule.counts,)}
    columns = found.columns.get((one.rule.id, key))
    if columns is None and key in sets:
        base = next(part.base for part in one.parts if part.key == key)
        told = next(each for each in found.completeness if each.column == key)
        known = {told.base: DUE, told.recorded: RECORDED}.get(base)
        if known is not None:
            return sets[key][known]
    if columns is None:
        return _applies(one, key, where.everybody.sum())
    bases = {part.base for part in one.parts}
    return where.of(columns[1], "applies:{rule}:{detail}" if key and len(bases) > 1 else "applies:{rule}")


def _applies(one: Verdict, key: str, units: float) -> Restrictions:
    bases = {part.base for part in (*([one.whole] if one.whole else []), *one.parts)}
    if one.rule.counts == "units" and bases == {units}:
        return {}
    return {"applies:{rule}" if len(bases) == 1 or not key else "applies:{rule}:{detail}": _YES}


def _breaks(one: Verdict) -> Restrictions:
    """Return what all that breaks a rule have in common, where its things are parts of a whole."""
    whole = one.whole
    if whole is None or any(part.n > whole.n for part in one.parts):
        return {} if whole is None else {"breaks:{rule}:{detail}": _YES}
    return {"breaks:{rule}": _YES}
