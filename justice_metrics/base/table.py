"""A table of declared columns: what each one means, its unit, its role, and what the disclosure gate must know."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from .cells import CellOf, Count, Guard, Of
from .errors import QuestionError
from .language import Language, Readable, format_number, format_share, tr
from .levels import LEVEL_WORDS
from .quantities import STATUS_WORDS, STATUSES
from .types import Values

Unit: TypeAlias = Literal["text", "units", "share", "points", "change", "days", "number"]
Role: TypeAlias = Literal["stratum", "key", "count", "estimate", "interval"]
# What the disclosure gate must know of a column. The set is closed: a kind without a guard cannot be published.
Kind: TypeAlias = Literal[
    "stratum",
    "key",
    "count",
    "share",
    "difference",
    "std_error",
    "interval",
    "quantile",
    "mean",
    "coefficient",
    "probability",
    "setting",
    "text",
]

_P_VALUES: Final = frozenset({"p_value", "p_adjusted"})


@dataclass(frozen=True, slots=True)
class Column:
    """The declaration of one column of a result.

    Attributes
    ----------
    name : str
        Name in ``to_frame()``.
    meaning : Readable
        What it says, for headings and the data dictionary.
    unit : {"text", "units", "share", "points", "change", "days", "number"}
        Shares are parts of one (0.04 is shown as 4 %; a ratio of flows may pass 100 %); points are differences of
        shares; a change is relative to what was before (0.04 is shown as +4 %) and never shares a column with points.
    role : {"stratum", "key", "count", "estimate", "interval"}
        What it does in the table.
    kind : str
        What the disclosure gate must know of it, from a closed set.
    decimals : int
        How many decimals a reader is shown.
    cell : CellOf, optional
        For a count: which units it counts.
    of : Of, optional
        For what is computed from counts: from which, and how.
    """

    name: str
    meaning: Readable
    unit: Unit
    role: Role
    kind: Kind
    decimals: int = 1
    cell: CellOf | None = None
    of: Of | None = None

    def __post_init__(self) -> None:
        for value, allowed in ((self.unit, Unit), (self.role, Role), (self.kind, Kind)):
            if value not in get_args(allowed):
                raise TypeError(f"column {self.name!r}: {value!r} is not one of {get_args(allowed)}")


class Table:
    """Columns of equal length with their declarations; the arrays cannot be written to.

    Parameters
    ----------
    columns : sequence of Column
        In the order in which they are shown.
    values : mapping of str to array, shape (rows,)
        One array per declared column.
    labels : mapping of str to mapping, optional
        For a column of ids, the words of each id.
    title : Readable, optional
        What the table shows.
    warning : Readable, optional
        For a naive or biased table: the reason not to use it. Such a table is shown in its own box only.
    statuses : mapping of str to sequence of str, optional
        For a column whose cells may be missing in different ways: the id of each cell's status (see
        ``base.quantities``), "" for a plain number.
    guard : {"counts", "curve", "model", "words", "internal"}
        How the disclosure gate treats the table; a naive one never leaves the room.
    sparse : bool
        Rows of which there is nothing are not listed, so that a missing row tells as much as a hidden one.
    cells : sequence of Count, optional
        For a model: the counts behind its numbers that must be large enough, with the place ("", "", n). For a column
        of sums of weights: how many units there are, with the place ("", column, row). For a mean of points: how many
        chose each point, with the same place.
    """

    __slots__ = ("cells", "columns", "guard", "labels", "sparse", "statuses", "title", "values", "warning")

    def __init__(
        self,
        columns: Sequence[Column],
        values: Mapping[str, Any],
        *,
        labels: Mapping[str, Mapping[str, Readable]] | None = None,
        title: Readable | None = None,
        warning: Readable | None = None,
        statuses: Mapping[str, Sequence[str]] | None = None,
        guard: Guard = "counts",
        sparse: bool = False,
        cells: Sequence[Count] = (),
    ) -> None:
        declared = [one.name for one in columns]
        twice = next((one for place, one in enumerate(declared) if one in declared[:place]), None)
        if twice is not None:
            raise QuestionError(
                tr("Answers have a column of their own that is called '{name}', so it cannot name groups.", name=twice),
                tr("Rename the column before handing the table over."),
            )
        if declared != list(values):
            raise TypeError(f"columns declared {declared}, given {list(values)}")
        arrays = {name: _read_only(array) for name, array in values.items()}
        if len({len(array) for array in arrays.values()}) > 1:
            raise TypeError("columns of unequal length: " + str({n: len(a) for n, a in arrays.items()}))
        self.columns: Final = tuple(columns)
        self.values: Final[Mapping[str, Values]] = MappingProxyType(arrays)
        self.labels: Final = MappingProxyType(dict(labels or {}))
        self.statuses: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(_checked(statuses or {}, arrays))
        self.title: Final = title
        self.warning: Final = warning
        self.guard: Final[Guard] = "internal" if warning is not None else guard
        self.sparse: Final = sparse
        self.cells: Final = tuple(cells)

    def __len__(self) -> int:
        return len(next(iter(self.values.values()), ()))

    def __getitem__(self, name: str) -> Values:
        return self.values[name]

    def display(self, language: Language = "en") -> tuple[list[str], list[list[str]]]:
        """Return headings and rows as a reader sees them: words for ids, percentages, limits in one cell."""
        headings: list[str] = []
        cells: list[list[str]] = []
        for column in self.columns:
            if column.name == "conf_high" and "conf_low" in self.values:
                continue
            headings.append(column.meaning.text(language))
            if column.name == "conf_low" and "conf_high" in self.values:
                headings[-1] = tr("interval").text(language)
                low, high = (self._cells(one, language) for one in self._pair())
                # An upper limit in days that was not reached while observed: the lower one still holds.
                beyond = tr("not reached").text(language) if column.unit == "days" else "–"
                cells.append([_interval(*pair, beyond=beyond) for pair in zip(low, high, strict=True)])
            else:
                cells.append(self._cells(column, language))
        return headings, [list(row) for row in zip(*cells, strict=True)]

    def _repr_html_(self) -> str:
        headings, rows = self.display("en")
        head = "".join(f"<th>{html.escape(one)}</th>" for one in headings)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[:60])
        title = html.escape(self.title.text()) if self.title else ""
        warning = f"<p><strong>{html.escape(self.warning.text())}</strong></p>" if self.warning else ""
        more = f"<p>… {len(rows) - 60} more</p>" if len(rows) > 60 else ""
        table = f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return warning + table + more

    def counts(self, name: str) -> Iterator[Count]:
        """Yield what the table counts, by the declarations of its columns; a cell without a number counts nothing.

        Of a column of sums of weights whose units are among the ``cells``, these are yielded in their place.
        """
        in_units = self.in_units
        for one in self.cells:
            yield replace(one, place=(name, *one.place[1:])) if one.place[1] in in_units else one
        strata = [one.name for one in self.columns if one.role == "stratum"]
        for column in self.columns:
            if column.cell is None or column.name in in_units:
                continue
            for place, value in enumerate(self[column.name].tolist()):
                if value is None or np.isnan(value):
                    continue
                row = {one.name: self[one.name][place] for one in self.columns if one.role in {"stratum", "key"}}
                box = column.cell.box(row, {one: row[one] for one in strata})
                # another unit than the data's own is no part of a count of these
                events = column.cell.events or any(dimension == "unit" for dimension, _ in box)
                where = ("", "", place) if column.cell.internal else (name, column.name, place)
                yield Count(box, float(value), where, events)

    @property
    def in_units(self) -> frozenset[str]:
        """The columns of sums of weights of which the cells say how many units they are."""
        return frozenset(one.place[1] for one in self.cells) & {one.name for one in self.columns if one.cell}

    def _pair(self) -> tuple[Column, Column]:
        by_name = {one.name: one for one in self.columns}
        return by_name["conf_low"], by_name["conf_high"]

    def _cells(self, column: Column, language: Language) -> list[str]:
        words = self.labels.get(column.name, {})
        shown = [_cell(value, column, words, language) for value in self.values[column.name]]
        if column.name not in self.statuses:
            return shown
        return [_marked(cell, status, language) for cell, status in zip(shown, self.statuses[column.name], strict=True)]

    def frame_columns(self) -> dict[str, Values]:
        """Return the columns for a frame or a file; one with statuses is followed by ``<name>__status``."""
        found: dict[str, Values] = {}
        for name, array in self.values.items():
            found[name] = array
            if any(self.statuses.get(name, ())):
                found[f"{name}__status"] = np.array(self.statuses[name], dtype=object)
        return found


def _interval(low: str, high: str, *, beyond: str) -> str:
    """Return two limits in one cell; without the upper one ``beyond`` stands for it, "–" where nothing is known."""
    if low == high and not any(one.isdigit() for one in low):
        return low  # both are hidden, or not there, for one reason
    return "–" if low == "–" or (high == "–" and beyond == "–") else f"{low} – {beyond if high == '–' else high}"


def _read_only(array: Any) -> Values:
    made: Values = np.array(array)
    if made.dtype.kind in "US":
        made = made.astype(object)
    made.setflags(write=False)
    return made


def _checked(statuses: Mapping[str, Sequence[str]], arrays: Mapping[str, Values]) -> dict[str, tuple[str, ...]]:
    for name, ids in statuses.items():
        if name not in arrays or len(ids) != len(arrays[name]):
            raise TypeError(f"statuses of {name!r}: no such column, or not one status per row")
        unknown = sorted(set(ids) - set(STATUSES))
        if unknown:
            raise TypeError(f"statuses of {name!r}: {unknown[0]!r} is no status")
    return {name: tuple(ids) for name, ids in statuses.items()}


def _marked(cell: str, status: str, language: Language) -> str:
    """Return a cell with its status: in place of a number that is not there, beside one that is under review."""
    if not status:
        return cell
    words = STATUS_WORDS[status].text(language)
    return words if cell == "–" else f"{cell} ({words})"


def _cell(value: Any, column: Column, words: Mapping[str, Readable], language: Language) -> str:
    if isinstance(value, str):
        readable = words.get(value) or LEVEL_WORDS.get(value)
        return readable.text(language) if readable else value
    if value is None:
        return "–"
    number = float(value)
    if column.unit == "share":
        return format_share(number, language, decimals=column.decimals)
    if column.unit == "change":
        return ("+" if number > 0 else "") + format_share(number, language, decimals=column.decimals)
    if column.unit == "points":
        return format_number(number * 100, language, decimals=column.decimals)
    if column.unit in {"units", "days"}:
        return format_number(number, language, decimals=0 if number.is_integer() else 1)
    least = 10.0**-column.decimals
    if column.name in _P_VALUES and 0 <= number < least / 2:
        # so unlikely that its decimals would say that it cannot be
        return f"< {format_number(least, language, decimals=column.decimals)}"
    return format_number(number, language, decimals=column.decimals)
