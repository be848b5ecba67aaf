"""Stata and SPSS files: cells as a person reads them, with the labels, codes and declared gaps of the file.

Both formats are read by pyreadstat, which is written in C and must not be trusted with damaged files: these functions
run in the child process of :mod:`.apart`. What comes out is counted against what the file says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...base.errors import MissingExtraError, ReadError
from ...base.language import Message, tr, trn
from .labelled_columns import Codes, LabelledColumn, column_of
from .letters import Letters
from .text_table import TextTable, clean_header, filled_rows, no_rows
from .typed_numbers import all_typed

if TYPE_CHECKING:
    import pyarrow as pa

# Cells that are Python's own objects at one time; a text table of them is a tenth as large.
_CELLS_AT_ONCE: Final = 2_000_000
_FEWEST_ROWS: Final = 1_000
_OPENED, _CLOSED = b"<stata_dta>", b"</stata_dta>"
_OLDEST_STATA, _NEWEST_OLD_STATA = 102, 115


def read_stata(path: Path, *, codes: Codes = False, encoding: str | None = None) -> TextTable:
    """Read a Stata file (.dta, versions 8 to 19), every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    codes : bool or sequence of str
        Whether labelled columns keep their codes; or which of them do.
    encoding : str, optional
        In what its texts are written, where the file does not say it rightly.

    Returns
    -------
    TextTable
        Labelled cells hold their label; ``.a`` to ``.z`` are declared missing.

    Raises
    ------
    ReadError
        When the file is no Stata file, is damaged, or has no rows.
    MissingExtraError
        When pyreadstat is not installed.
    """
    with path.open("rb") as file:
        start = file.read(len(_OPENED))
        file.seek(max(path.stat().st_size - 4 * len(_CLOSED), 0))
        end = file.read()
    if start == _OPENED and not end.rstrip(b"\x00\r\n ").endswith(_CLOSED):
        # what stands at the end are the labels: without them codes would pass for answers
        raise _not_whole(path.name)
    # Before version 117: the version, the order of bytes (1 or 2), and always 1.
    old = len(start) > 2 and _OLDEST_STATA <= start[0] <= _NEWEST_OLD_STATA and start[1] in {1, 2} and start[2] == 1
    sound = start == _OPENED or old
    return _read(path, start, _Program("Stata", stata=True), sound=sound, codes=codes, encoding=encoding)


def read_spss(path: Path, *, codes: Codes = False, encoding: str | None = None) -> TextTable:
    """Read an SPSS file (.sav, .zsav), every cell as text; see :func:`read_stata`.

    Single values and ranges that the file declares as user-missing are declared missing.
    """
    with path.open("rb") as file:
        start = file.read(4)
    sound = start in {b"$FL2", b"$FL3"}
    return _read(path, start, _Program("SPSS", stata=False), sound=sound, codes=codes, encoding=encoding)


@dataclass(frozen=True, slots=True)
class _Program:
    """Whose file it is."""

    name: str
    stata: bool

    def read(self, path: Path, **options: Any) -> tuple[Mapping[str, list[Any]], Any]:
        """Return the columns and what the file says of itself."""
        import pyreadstat

        reader = pyreadstat.read_dta if self.stata else pyreadstat.read_sav
        cells, said = reader(
            str(path), output_format="dict", user_missing=True, disable_datetime_conversion=True, **options
        )
        return cells, said


def _read(path: Path, start: bytes, program: _Program, *, sound: bool, codes: Codes, encoding: str | None) -> TextTable:
    if not start:
        raise no_rows(path.name, header=False)
    if not sound:
        raise ReadError(
            tr("'{name}' is called a {program} file and is none.", name=path.name, program=program.name),
            tr("Export it again from the program that holds the data; text belongs into a file that ends in .csv."),
        )
    try:
        import pyreadstat  # noqa: F401 (looked for here, so that its absence is told before the file is blamed)
    except ImportError:
        raise MissingExtraError.named("pyreadstat", "files") from None
    # As the file says, if its texts are so; else byte by byte, and each text by itself.
    ways = [(Letters(), None)] if encoding is None else []
    for letters, opened_as in [*ways, (Letters(as_bytes=True, encoding=encoding), "LATIN1")]:
        try:
            return _table(path, program, codes, letters, opened_as)
        except _failures() as error:
            if opened_as is not None or not _is_about_letters(error):
                break
    raise _damaged(path.name, program)


def _table(path: Path, program: _Program, codes: Codes, letters: Letters, opened_as: str | None) -> TextTable:
    import pyarrow as pa

    _, said = program.read(path, metadataonly=True, encoding=opened_as)
    if not all(said.column_names):
        raise _damaged(path.name, program)
    columns = [
        column_of(place, said, letters=letters, codes=codes, stata=program.stata)
        for place in range(len(said.column_names))
    ]
    if not columns:
        raise no_rows(path.name, header=False)
    unlabelled = sum(1 for labels in said.variable_to_label.values() if labels not in said.value_labels)
    texts: list[list[pa.Array]] = [[] for _ in columns]
    rows = 0
    for part in _parts(path, program, said, opened_as, len(columns)):
        lengths = {len(cells) for cells in part.values()}
        if len(part) != len(columns) or len(lengths) > 1:
            raise _damaged(path.name, program)
        rows += max(lengths)
        for place, cells in enumerate(part.values()):
            texts[place].append(pa.array(columns[place].texts(cells, letters), pa.string()))
    declared = _n_rows(said)
    # A file that says more rows than it holds was cut off, and its last rows may be anything.
    if declared is not None and declared != rows:
        raise _cut_short(path.name, declared, rows)
    if not rows:
        raise no_rows(path.name, header=True)
    names, renamed = clean_header([one.name for one in columns], [True] * len(columns))
    named = {name or "": column for name, column in zip(names, columns, strict=True)}
    filled = filled_rows(pa.table([pa.chunked_array(one, pa.string()) for one in texts], names=[*named]), first_row=1)
    if filled.table.num_rows == 0:
        raise no_rows(path.name, header=True)
    return TextTable(
        table=filled.table,
        source=path.name,
        n_rows=filled.table.num_rows,
        first_row=filled.first_row,
        numbers=filled.numbers,
        encoding=letters.encoding or (None if letters.as_bytes else said.file_encoding or None),
        notes=(
            *letters.notes(),
            *_shared(columns),
            *_without(unlabelled),
            *_inexact(named),
            *_uncounted(declared),
            *renamed,
            *filled.notes,
        ),
        column_labels={name: one.label for name, one in named.items() if one.label},
        value_labels={name: one.labels for name, one in named.items() if one.labels},
        user_missing={name: tuple(one.missing) for name, one in named.items() if one.missing},
        written_numbers={name: all_typed(one.shown.values()) for name, one in named.items() if one.numeric},
    )


def _parts(
    path: Path, program: _Program, said: Any, opened_as: str | None, n_columns: int
) -> Iterator[Mapping[str, list[Any]]]:
    """Yield the cells by so many rows at a time that memory holds them."""
    step = max(_FEWEST_ROWS, _CELLS_AT_ONCE // n_columns)
    declared = _n_rows(said)
    offset = 0
    while declared is None or offset < declared:
        cells, _ = program.read(path, encoding=opened_as, row_offset=offset, row_limit=step)
        n = max(map(len, cells.values()), default=0)
        if n:
            yield cells
        offset += n
        if n < step:
            return


def _n_rows(said: Any) -> int | None:
    """Return how many rows the file says it has; some programs leave that open."""
    return said.number_rows if said.number_rows is not None and said.number_rows >= 0 else None


def _shared(columns: Sequence[LabelledColumn]) -> tuple[Message, ...]:
    """Say how many labels stand for several codes of their column."""
    shared = sum(1 for one in columns for code, cell in one.shown.items() if cell == f"{one.tidy(code)} [{code}]")
    if not shared:
        return ()
    return (
        trn(
            "{n} code has the same label as another of its column; cells show it behind the label: 'label [code]'.",
            "{n} codes have the same label as another of their column; cells show them behind it: 'label [code]'.",
            shared,
        ),
    )


def _without(n: int) -> tuple[Message, ...]:
    """Say how many columns name a list of labels that is not there: it was deleted, or the file was cut off."""
    if not n:
        return ()
    return (
        trn(
            "The labels of {n} column are not in the file; its cells show codes.",
            "The labels of {n} columns are not in the file; their cells show codes.",
            n,
        ),
    )


def _inexact(columns: Mapping[str, LabelledColumn]) -> list[Message]:
    """Say what the file holds less exactly than it shows."""
    notes = []
    for name, one in columns.items():
        beyond = one.beyond
        if beyond:
            notes.append(
                trn(
                    "{n} whole number in '{column}' is longer than the file holds exactly: its last digits are lost.",
                    "{n} whole numbers in '{column}' are longer than the file holds exactly: their last digits are "
                    "lost.",
                    beyond,
                    column=name,
                )
            )
        if one.rough:
            notes.append(
                tr(
                    "The times in '{column}' are of single precision (float), exact to about a minute only: one so "
                    "near to midnight is read as midnight.",
                    column=name,
                )
            )
    return notes


def _uncounted(declared: int | None) -> tuple[Message, ...]:
    if declared is not None:
        return ()
    return (tr("The file does not say how many rows it has; whether all of them came cannot be seen."),)


def _failures() -> tuple[type[Exception], ...]:
    from pyreadstat import PyreadstatError, ReadstatError

    return (PyreadstatError, ReadstatError, UnicodeError, ValueError, OverflowError, LookupError, TypeError)


def _is_about_letters(error: Exception) -> bool:
    return isinstance(error, UnicodeError) or "convert string" in str(error)


def _damaged(name: str, program: _Program) -> ReadError:
    return ReadError(
        tr("The {program} file '{name}' is damaged and cannot be read.", program=program.name, name=name),
        tr("Copy it again, or open it in {program} and save it anew.", program=program.name),
    )


def _not_whole(name: str) -> ReadError:
    return ReadError(
        tr("The {program} file '{name}' does not come to its end.", program="Stata", name=name),
        tr("It was probably not copied to its end. Copy or export it again."),
    )


def _cut_short(name: str, declared: int, rows: int) -> ReadError:
    return ReadError(
        tr(
            "'{name}' says that it has {declared} rows, and {rows} could be read.",
            name=name,
            declared=declared,
            rows=rows,
        ),
        tr("It was probably not copied to its end. Copy or export it again."),
    )
