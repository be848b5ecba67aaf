"""The contract of a result: named tables of declared columns, a definition, provenance, notes."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from .errors import QuestionError
from .language import LANGUAGES, Language, Readable, format_number, format_share, tr
from .levels import LEVEL_WORDS
from .provenance import Provenance
from .quantities import STATUS_WORDS, STATUSES
from .types import FrameLibrary, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Unit: TypeAlias = Literal["text", "units", "share", "points", "change", "days", "number"]
Role: TypeAlias = Literal["stratum", "key", "count", "estimate", "interval"]
# What the disclosure gate must know of a column. The set is closed: a kind without a guard cannot be published.
Kind: TypeAlias = Literal[
    "stratum", "key", "count", "share", "difference", "std_error", "interval", "quantile", "probability", "text"
]


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
    """

    name: str
    meaning: Readable
    unit: Unit
    role: Role
    kind: Kind
    decimals: int = 1

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
    """

    __slots__ = ("columns", "labels", "statuses", "title", "values", "warning")

    def __init__(
        self,
        columns: Sequence[Column],
        values: Mapping[str, Any],
        *,
        labels: Mapping[str, Mapping[str, Readable]] | None = None,
        title: Readable | None = None,
        warning: Readable | None = None,
        statuses: Mapping[str, Sequence[str]] | None = None,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a number means: it never travels without this.

    Attributes
    ----------
    answers : Readable
        The question in one sentence.
    numerator, denominator : Readable
        What is counted, and among what.
    basis : {"cohort", "flow", "snapshot"}
        Whether the same cases are followed, a period is counted, or a day is looked at.
    pending : Readable
        What was done with cases that were open at the cut-off.
    method : Readable, optional
        Estimator and interval, with reference.
    """

    answers: Readable
    numerator: Readable
    denominator: Readable
    basis: Literal["cohort", "flow", "snapshot"]
    pending: Readable
    method: Readable | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Result(ABC):
    """Base of every answer: born complete, aggregate, not yet safe to publish.

    Attributes
    ----------
    heading : Readable
        Title for a page or a figure.
    tables : mapping of str to Table
        ``main`` first.
    definition : Definition
        Numerator, denominator, basis, pending cases.
    provenance : Provenance
        Settings, data, what was left out.
    notes : tuple of Readable
        Doubts about the statistic that a reader must know.
    frame_library : {"pandas", "polars", "pyarrow"}
        What ``to_frame`` returns: the library that the cases came in.
    """

    question: ClassVar[str] = ""
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({})

    heading: Readable
    tables: Mapping[str, Table]
    definition: Definition
    provenance: Provenance
    notes: tuple[Readable, ...] = ()
    frame_library: FrameLibrary = field(default="pandas")

    def __init_subclass__(cls, **more: Any) -> None:
        # every drawing of every answer refuses a language that is not there, before anything is drawn
        super().__init_subclass__(**more)
        if "plot" in cls.__dict__:
            cls.plot = _in_a_known_language(cls.plot)  # type: ignore[method-assign]
        if "draw" in cls.__dict__:
            cls.draw = _of_a_known_view(cls.draw)  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        if next(iter(self.tables), None) != "main":
            raise TypeError("the first table of a result is 'main'")
        if self.tables["main"].warning is not None:
            raise TypeError("a naive figure cannot be the main table of a result")
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    @property
    def main(self) -> Table:
        """The table that answers the question."""
        return self.tables["main"]

    def to_frame(self, table: str = "main") -> Any:
        """Return a table as a tidy frame of the library that the cases came in.

        Parameters
        ----------
        table : str
            Name of the table, ``main`` by default.

        Raises
        ------
        QuestionError
            When the result has no such table.
        """
        import narwhals.stable.v2 as nw

        from .errors import QuestionError, suggestion

        if table not in self.tables:
            raise QuestionError(
                tr("This result has no table '{table}'.", table=table), suggestion(table, tuple(self.tables))
            )
        columns = {name: _native(array) for name, array in self.tables[table].frame_columns().items()}
        return nw.from_dict(columns, backend=self.frame_library).to_native()

    @abstractmethod
    def findings(self) -> tuple[Readable, ...]:
        """Return the answer in sentences that a programme officer can read."""

    def headline(self) -> Readable | None:
        """Return the finding that tells most, for the front of a report; the first one unless a result knows better."""
        return next(iter(self.findings()), None)

    def summary(self, language: Language = "en") -> str:
        """Return findings, definition, what was left out and doubts as plain text."""
        _ensure_known(language)
        lines = [self.heading.text(language), ""]
        lines += [_sentence(one.text(language)) for one in self.findings()]
        lines += ["", tr("Numerator: {what}", what=self.definition.numerator).text(language)]
        lines += [tr("Denominator: {what}", what=self.definition.denominator).text(language)]
        lines += [tr("Pending cases: {what}", what=self.definition.pending).text(language)]
        lines += [one.text(language) for one in (*self._level_words(language), *self.provenance.lines())]
        lines += [tr("Note: {note}", note=one).text(language) for one in self.notes]
        return "\n".join(lines)

    def _level_words(self, language: Language) -> tuple[Readable, ...]:
        """Return how sure the intervals are, where the answer has any."""
        level = dict(self.provenance.settings).get("confidence_level")
        if not isinstance(level, float) or not any("conf_low" in table.values for table in self.tables.values()):
            return ()
        decimals = 0 if round(level * 100, 6) % 1 == 0 else 1
        return (tr("Interval: {level} interval", level=format_share(level, language, decimals=decimals)),)

    @abstractmethod
    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the answer on ``ax``, or on a new figure, and return the axes."""

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw one of the further ``views`` of the answer, such as its curves beside the forest of ``plot``.

        Parameters
        ----------
        view : str
            One of ``views``, which gives each its title.
        ax : Axes, optional
        language : {"en", "es"}

        Raises
        ------
        QuestionError
            When the answer has no such view.
        """
        from .errors import QuestionError, suggestion

        raise QuestionError(
            tr("This result has no view '{view}'.", view=view),
            suggestion(view, tuple(self.views)) if self.views else tr("It has one figure, drawn by plot."),
        )

    def _repr_html_(self) -> str:
        heading = html.escape(self.heading.text())
        notes = "".join(f"<p>{html.escape(one.text())}</p>" for one in (*self.findings(), *self.notes))
        return f"<h4>{heading}</h4>{self.main._repr_html_()}{notes}"


def _in_a_known_language(plot: Callable[..., Axes]) -> Callable[..., Axes]:
    @wraps(plot)
    def drawn(self: Result, ax: Axes | None = None, *, language: Language = "en", **more: Any) -> Axes:
        _ensure_known(language)
        return plot(self, ax, language=language, **more)

    return drawn


def _of_a_known_view(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    @wraps(draw)
    def drawn(self: Result, view: str, ax: Axes | None = None, *, language: Language = "en", **more: Any) -> Axes:
        _ensure_known(language)
        if view not in self.views:
            return Result.draw(self, view, ax, language=language)
        return draw(self, view, ax, language=language, **more)

    return drawn


def _ensure_known(language: str) -> None:
    """Refuse a language that the library does not speak.

    Raises
    ------
    QuestionError
        With those that it does.
    """
    from .errors import QuestionError

    if language not in LANGUAGES:
        raise QuestionError(
            tr("There is no language '{language}' here.", language=language),
            tr("There are: {known}.", known=list(LANGUAGES)),
        )


def _interval(low: str, high: str, *, beyond: str) -> str:
    """Return two limits in one cell; without the upper one ``beyond`` stands for it, "–" where nothing is known."""
    return "–" if low == "–" or (high == "–" and beyond == "–") else f"{low} – {beyond if high == '–' else high}"


def _sentence(text: str) -> str:
    """Return a text with a capital at its beginning: labels from a procedure file begin small."""
    return text[:1].upper() + text[1:]


def _read_only(array: Any) -> Values:
    made: Values = np.array(array)
    if made.dtype.kind in "US":
        made = made.astype(object)
    made.setflags(write=False)
    return made


def _native(array: Values) -> Any:
    return array.tolist() if array.dtype == object else array.copy()


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
    return format_number(number, language, decimals=column.decimals)
