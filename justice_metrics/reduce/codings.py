"""Two codings of the same files, brought side by side: labels, dates and numbers of the units that both hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import Message, Readable, tr
from ..base.levels import NOT_RECORDED, PENDING
from ..base.types import Counts, Floats, Values
from ..cases.attributes import attribute_words, suggested
from ..cases.casedata import CaseData
from ..cases.mappings.practice import CODED, CODED_DAY

YES: Final = "yes"
NO: Final = "no"
ENDING: Final = "ending"
OUTCOME: Final = "outcome"
# A state that was reached is an item of its own, beside its date.
REACHED: Final = "reached:"
_JOINT: Final = "|"


class Item(NamedTuple):
    """One thing that was coded."""

    name: str
    words: Message | Readable
    kind: str  # "label", "reached", "date" or "number"


class Codings(NamedTuple):
    """Two codings of N units, in the same order, and all there are.

    Attributes
    ----------
    items : tuple of Item
    first, second : mapping of str to array, shape (N,)
        Texts for labels and states reached; numbers, NaN where there is none, for dates (days) and numbers.
    every : mapping of str to array, shape (C,)
        The same of all codings.
    rows : (N, R)
        Which of them are those of each unit, with R the most that one has; below 0 where it has fewer.
    n : int
    only_first, only_second : int
        Units of one coding that the other does not hold.
    more : int
        Units with a third coding or more, of which two were drawn by lot.
    coders : int
        How many coders one file names; 2 for two files.
    """

    items: tuple[Item, ...]
    first: Mapping[str, Values]
    second: Mapping[str, Values]
    every: Mapping[str, Values]
    rows: Counts
    n: int
    only_first: int
    only_second: int
    more: int
    coders: int


def items_of(cases: CaseData) -> tuple[Item, ...]:
    """Return what can be compared: attributes, stages reached, the outcome, and every date."""
    procedure = cases.procedure
    numbers = set(cases.numeric_attributes)
    stages = [one for one in dict.fromkeys((*cases.dated_states, *cases.seen_states)) if one not in procedure.outcomes]
    later = [one for one in stages if one != procedure.start]
    items = [Item(one, attribute_words(one), "number" if one in numbers else "label") for one in cases.attributes]
    items.append(Item(OUTCOME, tr("how the unit stands"), "label"))
    items += [Item(REACHED + one, tr("came to: {stage}", stage=procedure.label(one)), "reached") for one in later]
    items += [Item(one, procedure.label(one), "date") for one in stages if one in cases.dated_states]
    items.append(Item(ENDING, tr("ending"), "date"))
    items += [Item(one, attribute_words(one), "date") for one in cases.date_attributes]
    return (*items, *_practice_items(cases))


def _practice_items(cases: CaseData) -> list[Item]:
    """Return the items of the checklist that were coded, and the days on which something was done."""
    if cases.checklist is None:
        return []
    there = set(cases.milestones.collect_schema().names())
    items = []
    for one in cases.checklist.items:
        kind = "label" if one.kind == "answer" else "number"
        items += [Item(CODED + one.id, one.label, kind)] if CODED + one.id in there else []
        day = tr("{item} (date)", item=one.label)
        items += [Item(CODED_DAY + one.id, day, "date")] if CODED_DAY + one.id in there else []
    return items


def codings_of(first: CaseData, second: CaseData | None, *, items: Sequence[str] = (), seed: int = 2018) -> Codings:
    """Bring two codings side by side.

    Parameters
    ----------
    first : CaseData
        The first coding; or all of them, where the mapping names the coder or the last part of each id is one.
    second : CaseData, optional
    items : sequence of str
        Names of :func:`items_of`; all that both codings have by default. A stage means whether it was reached, and its
        date.
    seed : int
        Of the lot that takes two codings of a case with more than two.

    Raises
    ------
    QuestionError
        When no unit was coded twice, or the codings are of different procedures.
    """
    told = first.codings is not None
    if second is None:
        first = first.codings or first
    other = first if second is None else second
    if other.procedure.id != first.procedure.id:
        raise QuestionError(
            tr(
                "The codings follow different procedures: '{one}' and '{two}'.",
                one=first.procedure.id,
                two=other.procedure.id,
            ),
            tr("Read both with the same mapping."),
        )
    there = {one.name for one in items_of(other)}
    chosen = _chosen([one for one in items_of(first) if one.name in there], items)
    one_ids, one = _collected(first, chosen)
    if second is None:
        by_case, once, coders = _by_coder(one_ids)
        if not told and coders >= len(by_case) + once:
            # an id without a coder, or one whose last part is the number of the case
            by_case, once = [], len(one_ids)
        pairs = _drawn(by_case, seed)
        every, only_first, only_second = one, once, 0
    else:
        two_ids, two = _collected(second, chosen)
        place = {unit: row for row, unit in enumerate(two_ids)}
        pairs = [(row, len(one_ids) + place[unit]) for row, unit in enumerate(one_ids) if unit in place]
        every = {name: np.concatenate([values, two[name]]) for name, values in one.items()}
        only_first, only_second = len(one_ids) - len(pairs), len(two_ids) - len(pairs)
        by_case, coders = [list(pair) for pair in pairs], 2
    if not pairs:
        raise QuestionError(
            tr("No case was coded twice, as far as the ids tell."),
            tr(
                "Read each coding as cases of its own, with the same ids; or, where one file holds both, name the "
                "column of coders: 'coder' in [cases] of the mapping."
            ),
        )
    left, right = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    return Codings(
        items=chosen,
        first={name: values[left] for name, values in every.items()},
        second={name: values[right] for name, values in every.items()},
        every=every,
        rows=_side_by_side(by_case),
        n=len(pairs),
        only_first=only_first,
        only_second=only_second,
        more=sum(len(codings) > 2 for codings in by_case),
        coders=coders,
    )


def _chosen(known: Sequence[Item], items: Sequence[str]) -> tuple[Item, ...]:
    if not items:
        return tuple(known)
    names = {one.name.removeprefix(REACHED) for one in known}
    for word in items:
        if word not in names:
            raise QuestionError(
                tr("'{word}' is not an item that both codings have.", word=word),
                suggested(word, tuple(names), *[(one.name, one.words) for one in known]),
            )
    return tuple(one for one in known if one.name.removeprefix(REACHED) in items)


def _collected(cases: CaseData, items: Sequence[Item]) -> tuple[list[str], dict[str, Values]]:
    """Return ids and items of all units; a double coding is a sample that fits into memory."""
    columns: dict[str, nw.Expr] = {}
    for place, one in enumerate(items):
        if one.kind == "reached":
            columns[f"i{place}"] = cases.reached((one.name.removeprefix(REACHED),)).cast(nw.Int64)
        elif one.name == OUTCOME:
            columns[f"i{place}"] = nw.col("outcome")
        elif one.name == ENDING:
            columns[f"i{place}"] = nw.col("outcome_day")
        elif one.name in cases.dated_states:
            columns[f"i{place}"] = cases.first_day((one.name,))
        elif one.name.startswith(CODED):
            column = nw.col(one.name)
            columns[f"i{place}"] = column.fill_null(NOT_RECORDED) if one.kind == "label" else column
        elif one.kind == "label":
            columns[f"i{place}"] = cases.level(one.name)
        else:
            columns[f"i{place}"] = nw.col(one.name)
    found = cases.milestones.select("unit_id", **columns).collect()
    values = {one.name: _as_values(found.get_column(f"i{place}").to_list(), one) for place, one in enumerate(items)}
    return [str(one) for one in found.get_column("unit_id").to_list()], values


def _as_values(cells: list[Any], item: Item) -> Values:
    if item.kind == "reached":
        return np.array([YES if one else NO for one in cells], dtype=object)
    if item.kind == "label":
        return np.array([PENDING if one is None else str(one) for one in cells], dtype=object)
    numbers: Floats = np.array([np.nan if one is None else float(one) for one in cells], np.float64)
    return numbers


def _by_coder(ids: Sequence[str]) -> tuple[list[list[int]], int, int]:
    """Return the rows of the codings of each case with several, how many cases have one, and how many coders there are.

    Rows stand in the order of the coders' names, so that with two coders each side is one person.
    """
    rows: dict[str, list[tuple[str, int]]] = {}
    for row, one in enumerate(ids):
        case, _, coder = one.rpartition(_JOINT)
        rows.setdefault(case, []).append((coder, row))
    coders = {coder for codings in rows.values() for coder, _ in codings}
    several = [[row for _, row in sorted(rows[case])] for case in sorted(rows) if len(rows[case]) > 1]
    return several, sum(len(one) == 1 for one in rows.values()), len(coders)


def _drawn(by_case: Sequence[Sequence[int]], seed: int) -> list[tuple[int, int]]:
    """Return two codings of each case; of more a lot takes two: by name one coder would never be heard."""
    rng = np.random.default_rng(seed)
    pairs = []
    for codings in by_case:
        left, right = sorted(rng.choice(len(codings), 2, replace=False).tolist()) if len(codings) > 2 else (0, 1)
        pairs.append((codings[left], codings[right]))
    return pairs


def _side_by_side(by_case: Sequence[Sequence[int]]) -> Counts:
    """Return the rows of each case beside one another, (N, R)."""
    most = max(map(len, by_case))
    return np.array([[*codings, *[-1] * (most - len(codings))] for codings in by_case], np.int64)
