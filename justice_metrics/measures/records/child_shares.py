"""Shares of cases and of the rows that hang on them, with what a reader must know of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.cells import CellOf
from ...base.language import Readable, tr, trn
from ...base.provenance import LeftOut
from ...base.table import Column, Table
from ...base.types import Tallies
from ...cases.casedata import CaseData
from ...estimate.proportion import wilson
from ...reduce.child_spells import ChildTable
from ...reduce.grouped import Grouped, summed
from ...tables import Strata
from ..boxes import Restrictions
from ..declared import few_units_note, interval_columns, shown_limits, strata_columns
from ..rates.shown_shares import limits_of, share_notes, shares_of

LATER: Final = tr("rows that begin after the cut-off")


def child_notes(table: ChildTable, *, rows: Readable) -> tuple[Readable, ...]:
    """Return what a reader must know of the rows: that some units have several, that some tell of later days."""
    notes: list[Readable] = []
    if table.several:
        notes.append(
            trn(
                "{n} unit has more than one row of {rows}; each counts.",
                "{n} units have more than one row of {rows}; each counts.",
                table.several,
                rows=rows,
            )
        )
    if table.joined:
        notes.append(
            trn(
                "{n} row of {rows} goes on where the one before it ended, on the same day or the next: they count as "
                "one.",
                "{n} rows of {rows} go on where the one before them ended, on the same day or the next: they count as "
                "one.",
                table.joined,
                rows=rows,
            )
        )
    if table.undone:
        notes.append(
            trn(
                "{n} row of {rows} tells of something after the cut-off; on the cut-off it had not happened yet.",
                "{n} rows of {rows} tell of something after the cut-off; on the cut-off it had not happened yet.",
                table.undone,
                rows=rows,
            )
        )
    return tuple(notes)


def row_sampling_notes(cases: CaseData, *, rows: Readable, medians: bool = False) -> tuple[Readable, ...]:
    """Return what the sampling does to shares of rows, whose intervals take rows as independent.

    Parameters
    ----------
    cases : CaseData
    rows : Readable
    medians : bool
        Whether medians of what stands in the rows (lengths, amounts) rest on them too; medians of times do not.
    """
    if cases.sampling.weighted:
        return (
            tr(
                "Shares of {rows}, and medians of their lengths or amounts, are weighted; no interval is shown for "
                "these, which would need the design.",
                rows=rows,
            )
            if medians
            else tr(
                "Shares of {rows} are weighted; no interval is shown for these, which would need the design.",
                rows=rows,
            ),
        )
    if cases.sampling.cluster:
        return (
            tr(
                "Intervals of shares and medians of {rows} take them as independent, which those of one court are not.",
                rows=rows,
            )
            if medians
            else tr(
                "Intervals of shares of {rows} take them as independent, which those of one court are not.",
                rows=rows,
            ),
        )
    return ()


def child_left_out(table: ChildTable) -> tuple[LeftOut, ...]:
    """Return the rows that belong to no unit, and those that begin after the cut-off."""
    return LeftOut(tr("rows that belong to no unit of the data"), table.strays), LeftOut(LATER, table.later)


def by_code(grouped: Grouped, key: str, codes: int) -> Tallies:
    """Return units by stratum and code of a key, shape (G, codes)."""
    cell = grouped.stratum * codes + grouped.keys[key]
    return summed(cell, grouped.n, len(grouped.strata) * codes).reshape(len(grouped.strata), codes)


def share_table(
    strata: Strata,
    keys: Sequence[str],
    numerator: Tallies,
    denominator: Tallies,
    *,
    key: Column,
    words: Mapping[str, Readable],
    names: tuple[Readable, Readable],
    title: Readable,
    confidence_level: float,
    weighted: bool,
    cells: tuple[CellOf, CellOf],
) -> Table:
    """Return one row per stratum and key: numerator, denominator, and their share with Wilson limits.

    Parameters
    ----------
    strata : Strata, G of them
    keys : sequence of str, K of them
    numerator, denominator : (G, K)
    key : Column
        Declaration of the keys.
    words : mapping of str to Readable
        Of each key.
    names : tuple of two Readable
        What numerator and denominator are called.
    title, confidence_level, weighted
    cells : tuple of two CellOf
        Which units numerator and denominator count.
    """
    share = wilson(numerator.ravel(), denominator.ravel(), confidence_level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    columns = (
        *strata_columns(strata.names),
        key,
        Column("numerator", names[0], "units", "count", "count", cell=cells[0]),
        Column("denominator", names[1], "units", "count", "count", cell=cells[1]),
        *interval_columns(
            of=("numerator", "denominator"), level=confidence_level, interval="" if weighted else "wilson"
        ),
    )
    values: dict[str, Any] = {
        **strata.columns(len(keys)),
        key.name: list(keys) * len(strata),
        "numerator": numerator.ravel(),
        "denominator": denominator.ravel(),
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
    }
    undefined = ["not_defined" if one <= 0 else "" for one in denominator.ravel()]
    return Table(columns, values, labels={key.name: words}, title=title, statuses={"estimate": undefined})


def unit_shares(
    cases: CaseData,
    frame: nw.LazyFrame[Any],
    shares: Mapping[str, tuple[nw.Expr, nw.Expr]],
    *,
    by: Sequence[str],
    words: Mapping[str, Readable],
    reached: Readable,
    title: Readable,
    confidence_level: float,
    cells: Mapping[str, tuple[Restrictions, Restrictions]],
) -> tuple[Table, tuple[Readable, ...]]:
    """Return shares of units on several denominators as a table, and what a reader must know of their intervals.

    Parameters
    ----------
    cases : CaseData
    frame : narwhals LazyFrame
        The milestones, perhaps with further columns.
    shares : mapping of str to (numerator, denominator)
        By denominator; 0/1 expressions over the frame.
    by : sequence of str
    words : mapping of str to Readable
        Of each denominator.
    reached, title : Readable
        What the units of the numerator are called, and the table.
    confidence_level : float
    cells : mapping of str to (restrictions, restrictions)
        Which units the numerator and the denominator of each share count.
    """
    found = shares_of(cases.with_(milestones=frame), shares, by=by, confidence_level=confidence_level)
    counted = [CellOf(each={"per": {word: pair[place] for word, pair in cells.items()}}) for place in range(2)]
    limits = limits_of(cases, "wilson", confidence_level)
    columns = (
        *strata_columns(found.strata.names),
        Column("per", tr("per"), "text", "key", "key"),
        Column("numerator", reached, "units", "count", "count", cell=counted[0]),
        Column("denominator", tr("reached it"), "units", "count", "count", cell=counted[1]),
        *interval_columns(of=("numerator", "denominator"), level=limits.level, interval=limits.interval),
    )
    values: dict[str, Any] = {
        **found.strata.columns(len(shares)),
        "per": list(shares) * len(found.strata),
        "numerator": found.numerator.ravel(),
        "denominator": found.denominator.ravel(),
        "estimate": found.estimate.ravel(),
        "conf_low": found.conf_low.ravel(),
        "conf_high": found.conf_high.ravel(),
    }
    undefined = ["not_defined" if one <= 0 else "" for one in values["denominator"]]
    table = Table(columns, values, labels={"per": words}, title=title, statuses={"estimate": undefined})
    return table, (*share_notes(cases, found), *few_units_note(found.strata, found.behind[:, 0]))
