"""Adjudication in tables, words and drawings: numbers by table and column, no content of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...base.language import Label, Language, Readable, format_number, format_share, tr
from ...base.table import Column, Table
from ...cases.adjudication.compared import WHOLE_ROWS, Compared, Disagreement
from ...cases.adjudication.decision_sheet import Decision
from ...cases.casedata import CHILD_WORDS
from ...estimate.proportion import wilson
from ...figures.dots import dots

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TOLD: Final = 5
# More rows do not fit on a page.
_MOST_DRAWN: Final = 40
_TABLE_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {**CHILD_WORDS, "cases": tr("cases"), "support": tr("support spells")}
)


def _keys(places: Sequence[tuple[str, str]]) -> tuple[tuple[Column, ...], dict[str, Any], dict[str, Any]]:
    """Return the columns that say of which table and item a row is, their values and their words."""
    columns = (
        Column("table", tr("table"), "text", "key", "key"),
        Column("column", tr("item"), "text", "key", "key"),
    )
    values = {
        "table": np.array([*(table or "cases" for table, _ in places), None], dtype=object)[:-1],
        "column": np.array([*(column for _, column in places), None], dtype=object)[:-1],
    }
    labels = {"table": _TABLE_WORDS, "column": {WHOLE_ROWS: tr("number of rows")}}
    return columns, values, labels


def disagreement_table(found: Compared) -> Table:
    """Return how many cells differ, by table and column."""
    differ = Counter((one.table, one.column) for one in found.found)
    places = [place for place in found.compared if differ[place]]
    columns, values, labels = _keys(places)
    n = np.array([found.compared[place] for place in places], np.int64)
    k = np.array([differ[place] for place in places], np.int64)
    share = wilson(k, n, 0.95)
    return Table(
        (
            *columns,
            Column("n", tr("cells compared"), "units", "count", "count"),
            Column("differ", tr("cells that differ"), "units", "count", "count"),
            Column("estimate", tr("share that differs"), "share", "estimate", "share"),
            Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
            Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
        ),
        {
            **values,
            "n": n,
            "differ": k,
            "estimate": share.estimate,
            "conf_low": share.conf_low,
            "conf_high": share.conf_high,
        },
        labels=labels,
        title=tr("Where the codings differ"),
        guard="internal",
    )


def adjudication_table(found: Compared, decided: Mapping[Disagreement, Decision]) -> Table:
    """Return what was decided, by table and column."""
    there = {(one.table, one.column) for one in found.found}
    places = [place for place in found.compared if place in there]
    columns, values, labels = _keys(places)
    counted: Counter[tuple[str, str, str]] = Counter(
        (one.table, one.column, decided[one].decision if one in decided else "undecided") for one in found.found
    )
    kinds: dict[str, Readable] = {
        "first": tr("the first coding was right"),
        "second": tr("the second coding was right"),
        "other": tr("neither was right"),
        "undecided": tr("not decided"),
    }
    numbers = {kind: np.array([counted[(*place, kind)] for place in places], np.int64) for kind in kinds}
    n = sum(numbers.values(), np.zeros(len(places), np.int64))
    settled = n - numbers["undecided"]
    share = wilson(settled - numbers["first"], settled, 0.95)
    return Table(
        (
            *columns,
            Column("differ", tr("cells that differ"), "units", "count", "count"),
            *[Column(kind, words, "units", "count", "count") for kind, words in kinds.items()],
            Column("n", tr("decided"), "units", "count", "count"),
            Column("estimate", tr("share in which the first coding was not right"), "share", "estimate", "share"),
            Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
            Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
        ),
        {
            **values,
            "differ": n,
            **numbers,
            "n": settled,
            "estimate": share.estimate,
            "conf_low": share.conf_low,
            "conf_high": share.conf_high,
        },
        labels=labels,
        title=tr("What was decided"),
        guard="internal",
    )


def most_often(main: Table) -> tuple[Readable, ...]:
    """Return the columns in which codings differ most often."""
    order = np.argsort(-main["estimate"].astype(float), kind="stable")[:_MOST_TOLD]
    parts = [
        tr("{what}: {n} of {base}", what=_called(main, int(row)), n=int(main["differ"][row]), base=int(main["n"][row]))
        for row in order
    ]
    return (tr("Most often: {parts}.", parts=parts),)


def _highest_of(axis: Readable, n: int, total: int) -> Readable:
    """Return the name of an axis on which not all items are drawn."""
    return tr("{axis} (the {n} highest of {total} items)", axis=axis, n=n, total=total)


def _called(main: Table, row: int) -> Readable:
    """Return the name of a row: the column as the coders know it, with its table where that is not the cases."""
    table, column = str(main["table"][row]), str(main["column"][row])
    word = main.labels["column"].get(column) or Label(column)
    return word if table == "cases" else tr("{table}, {item}", table=main.labels["table"][table], item=word)


def drawn_shares(main: Table, axis: Readable, ax: Axes | None, language: Language) -> Axes:
    """Draw the shares of a table, row by row."""
    order = np.argsort(-main["estimate"].astype(float), kind="stable")[:_MOST_DRAWN]
    rows = np.sort(order)
    hits = main["differ"] if "first" not in main.values else main["n"] - main["first"]
    return dots(
        labels=[_called(main, row).text(language) for row in rows.tolist()],
        estimate=main["estimate"][rows].astype(float),
        conf_low=main["conf_low"][rows].astype(float),
        conf_high=main["conf_high"][rows].astype(float),
        annotations=[
            f"{format_number(int(one), language)} / {format_number(int(n), language)}"
            for one, n in zip(hits[rows], main["n"][rows], strict=True)
        ],
        undefined_label=tr("not decided").text(language),
        x_label=(axis if len(rows) == len(main) else _highest_of(axis, len(rows), len(main))).text(language),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )
