"""What the disclosure gate is told of answers that are no plain counts: whose units, and which must be many enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ..base.cells import Box, Count, Guard, box
from ..base.language import LANGUAGES, Label, Readable
from ..base.levels import PENDING
from ..base.provenance import Provenance
from ..base.table import Table
from ..base.types import Tallies
from ..cases.durations import OTHER_ENDING
from ..cases.procedure_parts import OUTCOME_CLASSES

Restrictions: TypeAlias = Mapping[str, tuple[str, ...]]


def among(whose: Provenance, units: float, question: str, *settings: object) -> Restrictions:
    """Return the restriction that holds for all units of an answer.

    None where it rests on all units of the data, so that its counts are those of other answers; else a dimension that
    names the question and what decided who was left out, of which the units have the level "yes".

    Parameters
    ----------
    whose : Provenance
        Of the data.
    units : float
        On which the answer rests.
    question : str
        Its name.
    *settings : object
        What decided who was left out.

    Examples
    --------
    >>> among(Provenance(units_in=40), 40, "cox_regression", "age")
    {}
    >>> among(Provenance(units_in=40), 31, "cox_regression", "age", "verdict")
    {'cox_regression(age; verdict)': ('yes',)}
    """
    if units == whose.units_in:
        return {}
    said = "; ".join(_plain(one) for one in settings)
    return {f"{question}({said})": ("yes",)}


def hidden_counts(found: Iterable[tuple[Restrictions, float]], *, events: bool = False) -> tuple[Count, ...]:
    """Return counts that stand in no table and must be large enough, each box once.

    Parameters
    ----------
    found : iterable of (restrictions, number)
    events : bool
        They count things of which a unit can have several, such as its rows.

    Examples
    --------
    >>> [(one.value, one.place) for one in hidden_counts([({"sex": ("female",)}, 12), ({"sex": ("female",)}, 12)])]
    [(12.0, ('', '', 0))]
    """
    by_box: dict[Box, float] = {}
    for restrictions, number in found:
        by_box.setdefault(box(dict(restrictions)), float(number))
    return tuple(Count(where, value, ("", "", place), events) for place, (where, value) in enumerate(by_box.items()))


def guarded(table: Table, guard: Guard, cells: Sequence[Count] = ()) -> Table:
    """Return a table with another guard, and for a model the counts behind it."""
    return Table(
        table.columns,
        table.values,
        labels=table.labels,
        title=table.title,
        warning=table.warning,
        statuses=table.statuses,
        guard=guard,
        sparse=table.sparse,
        cells=cells,
    )


def with_units_behind(table: Table, units: Mapping[str, Tallies]) -> Table:
    """Return a table of sums of weights that names the units behind each of them.

    The gate protects these units as it protects any count, and shows a weighted share where the units of all that it
    is computed from are shown.

    Parameters
    ----------
    table : Table
        Its columns of sums of weights say which units they count.
    units : mapping of str to array, shape (rows,)
        By these columns, how many units there are, whatever they weigh. Columns that are not named stay inside.

    Returns
    -------
    Table
        With a cell for each of them.
    """
    strata = [one.name for one in table.columns if one.role == "stratum"]
    keys = [one.name for one in table.columns if one.role in {"stratum", "key"}]
    cells: list[Count] = []
    for column in table.columns:
        if column.cell is None or column.name not in units:
            continue
        for place, n in enumerate(units[column.name].tolist()):
            row = {name: table[name][place] for name in keys}
            of = column.cell.box(row, {one: row[one] for one in strata})
            # another unit than the data's own is no part of a count of these
            events = column.cell.events or any(name == "unit" for name, _ in of)
            cells.append(Count(of, float(n), ("", column.name, place), events))
    return guarded(table, table.guard, cells)


def _plain(one: object) -> str:
    """Return a setting as a part of a dimension's name, which may hold no brace."""
    if isinstance(one, Mapping):
        return ", ".join(f"{key}={_plain(value)}" for key, value in one.items())
    if isinstance(one, list | tuple):
        return ", ".join(_plain(item) for item in one)
    return str(one).replace("{", "(").replace("}", ")")


def ending_of(outcome: str, others: Sequence[str] = (), *, endings: str = "standing") -> Restrictions:
    """Return what all that came to an outcome have in common.

    Parameters
    ----------
    outcome : str
        A class of outcomes, which is a level of the dimension ``ending``; or another endpoint, whose dimension says
        whether a unit came to it.
    others : sequence of str
        The outcomes of which "any other ending" is none.
    endings : str
        ``standing`` as the case stands, else as it first ended.

    Examples
    --------
    >>> ending_of("conviction")
    {'ending': ('conviction',)}
    >>> ending_of("verdict"), ending_of("other_ending", ("verdict", "other_ending"))
    ({'came_to:verdict': ('yes',)}, {'came_to:other than verdict': ('yes',)})
    """
    if outcome in OUTCOME_CLASSES and endings == "standing":
        return {"ending": (outcome,)}
    return {_came_to(outcome, others, endings): ("yes",)}


def not_ended_by(outcome: str, others: Sequence[str] = (), *, endings: str = "standing") -> Restrictions:
    """Return what all that did not come to an outcome have in common; arguments as for :func:`ending_of`.

    Examples
    --------
    >>> not_ended_by("verdict")
    {'came_to:verdict': ('no',)}
    """
    if outcome in OUTCOME_CLASSES and endings == "standing":
        return {"ending": tuple(one for one in (*OUTCOME_CLASSES, PENDING) if one != outcome)}
    return {_came_to(outcome, others, endings): ("no",)}


def _came_to(outcome: str, others: Sequence[str], endings: str) -> str:
    named = outcome
    if outcome == OTHER_ENDING:
        named = "other than " + ", ".join(_plain(one) for one in others if one != outcome)
    first = "" if endings == "standing" else "first_"
    return f"{first}came_to:{_plain(named)}"


def as_label(words: Readable) -> Label:
    """Return a sentence as it reads in each language: for answers that count no case, whose numbers are settings.

    Examples
    --------
    >>> from justice_metrics.base.language import tr
    >>> as_label(tr("{n} stages", n=7)).text()
    '7 stages'
    """
    return Label({one: words.text(one) for one in LANGUAGES})
