"""A file read as text: named columns of strings, and what the reader had to find out or put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from ...base.errors import ReadError, nearest
from ...base.language import Message, tr, trn
from ..conversions.text import normalise
from .database_url import may_hold_password

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

# Name of a file, cells with typed dates, cells with texts, order of the texts.
SwappedDates: TypeAlias = tuple[str, int, int, Literal["dmy", "mdy"]]

# Rows above the header that hold at most one filled cell are a title; more of them than this is not a table.
MOST_TITLE_ROWS: Final = 20


class FileRows(NamedTuple):
    """The rows of one of the files that make up a table, in their order.

    Attributes
    ----------
    source : str
        Name of the file, without folder.
    numbers : array of int
        Number of each of its rows, as a spreadsheet counts.
    """

    source: str
    numbers: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table as it stands in a file: every cell a text, a blank one null.

    Attributes
    ----------
    table : pyarrow.Table
        Columns of strings, trimmed; blank cells are null. Personal: never shown.
    source : str
        Name of the file, without folder.
    n_rows : int
        Rows below the header that hold anything.
    first_row : int
        Number of the first of them in the file, as a spreadsheet counts.
    numbers : array of int, optional
        Numbers of all of them, where blank rows stood in between.
    encoding, separator : str, optional
        As declared or found out, for a text file.
    sheet : str, optional
        For a workbook.
    notes : tuple of Message
        What was found out or put right: renamed columns, blank rows, broken letters.
    column_labels : mapping of str to str
        What a statistics file calls its columns (variable labels).
    value_labels : mapping of str to mapping
        For each labelled column the label of every code, the code as text. Cells hold the label, unless the codes
        were asked for; where two codes of a column share a label, the cell says which: "Otro [8]".
    user_missing : mapping of str to tuple of str
        Texts of cells that the file itself declares missing.
    written_numbers : mapping of str to mapping
        For each column with typed numbers that have a fraction: the numbers with a mark that stand in it as text, and
        whether a typed number looks the same. Of other columns nothing is known: all their numbers are texts.
    swapped_dates : mapping of str to (str, int, int, str)
        Of several files: columns in which one of them, by its name, has typed dates whose day and month a program
        turned round; how many such dates and how many texts, and the order of the texts.
    files : tuple of FileRows
        Of several coding sheets: the rows of each, one below the other.
    """

    table: pa.Table = field(repr=False)
    source: str
    n_rows: int
    first_row: int = 2
    numbers: NDArray[np.int64] | None = field(default=None, repr=False)
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    notes: tuple[Message, ...] = ()
    column_labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    user_missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    written_numbers: Mapping[str, Mapping[str, bool]] = field(default_factory=dict, repr=False)
    swapped_dates: Mapping[str, SwappedDates] = field(default_factory=dict)
    files: tuple[FileRows, ...] = field(default=(), repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.table.column_names)

    def cell_of_code(self, column: str) -> dict[str, str]:
        """Return what the cells of a labelled column hold for each of its codes, as far as they hold labels."""
        return cells_of_labels(self.value_labels.get(column, {}))

    def distinct(self, column: str) -> tuple[list[str | None], list[int]]:
        """Return the distinct texts of a column and how many cells hold each."""
        import pyarrow.compute as pc

        counted = pc.value_counts(self.table.column(column))
        return counted.field("values").to_pylist(), counted.field("counts").to_pylist()

    def first_row_with(self, column: str, texts: Iterable[str]) -> int | None:
        """Return the number, as a spreadsheet counts, of the first row that holds one of ``texts``."""
        import pyarrow as pa
        import pyarrow.compute as pc

        held = pc.is_in(self.table.column(column), value_set=pa.array(list(texts), pa.string()))
        index = pc.index(held, True).as_py()
        return self.row_number(index) if index >= 0 else None

    def row_number(self, place: int) -> int:
        """Return the number, as a spreadsheet counts, of the row at a place (from 0)."""
        return int(self.numbers[place]) if self.numbers is not None else place + self.first_row


def cells_of_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the text that stands for each code: its label, with the code behind where others have the same one.

    Labels count as the same where capitals, accents and spaces make the difference; so do a label and another code
    that has none.

    Examples
    --------
    >>> cells_of_labels({"1": "Sí", "2": "No", "8": "Otro", "9": "otro"})
    {'1': 'Sí', '2': 'No', '8': 'Otro [8]', '9': 'otro [9]'}
    """
    spellings = Counter(normalise(label) for label in labels.values())
    codes = {normalise(code): code for code in labels}
    cells: dict[str, str] = {}
    for code, label in labels.items():
        bare = normalise(label)
        alone = spellings[bare] == 1 and codes.get(bare, code) == code
        tidy = " ".join(label.split())
        cells[code] = (tidy if alone else f"{tidy} [{code}]") if tidy else code
    return cells


def missing_file(path: Path) -> ReadError:
    """Build the error for a file that is not there, with the nearest name in its folder."""
    if may_hold_password(path):
        return ReadError(
            tr("There is no file of the name that was given; it is not repeated, as a password may stand in it."),
            tr(
                "Write the address of a database as {example}.",
                example="duckdb:///cases.duckdb, sqlite:///cases.sqlite, postgresql://user:${NAME}@host/database",
            ),
        )
    if not path.parent.is_dir():
        return ReadError(
            tr("There is no file '{name}': its folder does not exist.", name=path.name),
            tr("File names in a mapping start from the folder of the mapping."),
        )
    match = nearest(path.name, sorted(one.name for one in path.parent.iterdir()))
    hint = tr("File names in a mapping start from the folder of the mapping.")
    if match is not None:
        hint = tr("Did you mean '{match}'?", match=match)
    return ReadError(tr("There is no file '{name}'.", name=path.name), hint)


def no_rows(name: str, *, header: bool) -> ReadError:
    """Build the error for a file without rows."""
    if header:
        return ReadError(
            tr("'{name}' has a header and no rows.", name=name), tr("Export the file again, with the cases.")
        )
    return ReadError(tr("'{name}' is empty.", name=name), tr("Export the file again."))


def clean_header(given: Sequence[str | None], filled: Sequence[bool]) -> tuple[list[str | None], list[Message]]:
    """Give every column a name of its own.

    Names lose spaces at their ends and line breaks inside. A column without a name is dropped when it is blank, else
    called "column 3" by its place; the second of two equal names becomes "name (2)".

    Parameters
    ----------
    given : sequence of str or None
        Cells of the header.
    filled : sequence of bool
        Whether the column holds anything below the header.

    Returns
    -------
    names : list of str or None
        None for a column to drop.
    notes : list of Message
        What was changed.

    Examples
    --------
    >>> clean_header([" Caso", "Fecha", "Fecha", None, ""], [True, True, True, True, False])[0]
    ['Caso', 'Fecha', 'Fecha (2)', 'column 4', None]
    """
    names: list[str | None] = []
    notes: list[Message] = []
    seen: Counter[str] = Counter()
    unnamed = repeated = 0
    plain = [" ".join((one or "").split()) for one in given]
    taken = set(plain)
    for place, (name, has) in enumerate(zip(plain, filled, strict=True), start=1):
        if not name and not has:
            names.append(None)
            continue
        if not name:
            name = f"column {place}"
            unnamed += 1
        seen[name] += 1
        if seen[name] > 1:
            repeated += 1
            while (renamed := f"{name} ({seen[name]})") in taken:
                seen[name] += 1
            name = renamed
        taken.add(name)
        names.append(name)
    if unnamed:
        notes.append(
            trn(
                "{n} column has no name and is called by its place, such as 'column 3'.",
                "{n} columns have no name and are called by their place, such as 'column 3'.",
                unnamed,
            )
        )
    if repeated:
        notes.append(
            trn(
                "{n} column repeats a name and got a number, such as 'name (2)'.",
                "{n} columns repeat a name and got a number, such as 'name (2)'.",
                repeated,
            )
        )
    return names, notes


class Filled(NamedTuple):
    """The rows of a table that hold anything.

    Attributes
    ----------
    table : pyarrow.Table
        Those rows.
    first_row : int
        Number of the first of them.
    numbers : array of int, optional
        Numbers of all of them, where blank rows stood in between.
    notes : tuple of Message
        How many blank rows were left out.
    """

    table: pa.Table
    first_row: int
    numbers: NDArray[np.int64] | None = None
    notes: tuple[Message, ...] = ()


def filled_rows(table: pa.Table, *, first_row: int) -> Filled:
    """Leave out the rows that hold nothing; spreadsheets export them by the thousand."""
    import pyarrow.compute as pc

    if table.num_columns == 0 or min(column.null_count for column in table.columns) == 0:
        return Filled(table, first_row)
    blank = pc.is_null(table.column(0))
    for column in table.columns[1:]:
        blank = pc.and_(blank, pc.is_null(column))
    kept = pc.indices_nonzero(pc.invert(blank)).to_numpy().astype("int64")
    n_blank = table.num_rows - len(kept)
    if n_blank == 0:
        return Filled(table, first_row)
    notes = (trn("{n} blank row was left out.", "{n} blank rows were left out.", n_blank),)
    if len(kept) == 0:
        return Filled(table.slice(0, 0), first_row, None, notes)
    start, stop = int(kept[0]), int(kept[-1]) + 1
    if stop - start == len(kept):
        return Filled(table.slice(start, len(kept)), first_row + start, None, notes)
    return Filled(table.take(kept), first_row + start, kept + first_row, notes)
