"""One table of personal data to a file, read back before it counts as written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from ...base.errors import OutputError
from ...base.language import tr, trn
from ..private_file import PREFIX, placed, write_private
from ..readers.codebook import HEADER, codebook_of, codebook_rows, with_codebook
from ..readers.delimited import read_delimited
from ..readers.labelled import read_spss, read_stata
from ..readers.sheets import read_sheet
from ..readers.text_table import TextTable
from .columns import coded
from .labelled import write_spss, write_stata
from .plain import write_delimited, write_workbook

_Format: TypeAlias = tuple[Callable[[TextTable, Path], Mapping[str, str]], Callable[[Path], TextTable]]

_FORMATS: Final[Mapping[str, _Format]] = MappingProxyType(
    {
        ".csv": (write_delimited, lambda path: read_delimited(path, separator=",")),
        ".xlsx": (write_workbook, read_sheet),
        ".dta": (write_stata, read_stata),
        ".sav": (write_spss, read_spss),
    }
)


def write_table(read: TextTable, path: str | Path) -> Path:
    """Write a table of personal data, and read it back: nothing may be lost.

    What the format cannot hold (labels in a csv file, long names in Stata) goes into a codebook beside the file,
    called like it with ``.codebook.csv`` behind, which reading takes up again. Both are readable by their owner only.

    Parameters
    ----------
    read : TextTable
        As a reader made it.
    path : path
        Where; the ending says the format (csv, xlsx, dta, sav), and the name begins with ``PERSONAL_DATA_``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        When the name does not say that these are personal data, the format is none of those, the table does not fit
        into it, or it does not come back as it was; an earlier file is then still there.
    MissingExtraError
        For dta and sav when pyreadstat is not installed.

    Examples
    --------
    >>> import tempfile, pyarrow as pa
    >>> cases = TextTable(table=pa.table({"id": ["1", "2"], "fin": ["Sí", "No"]}), source="made", n_rows=2,
    ...                   value_labels={"fin": {"0": "No", "1": "Sí"}})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_table(cases, Path(folder) / "PERSONAL_DATA_cases.csv")
    ...     with_codebook(read_delimited(file), file).value_labels
    {'fin': {'0': 'No', '1': 'Sí'}}
    """
    path = Path(path)
    if path.suffix.lower() not in _FORMATS:
        raise OutputError(
            tr(
                "'{name}' is no kind of file that a table is written to: '{ending}'.",
                name=path.name,
                ending=path.suffix,
            ),
            tr("Known are: {known}.", known=", ".join(one[1:] for one in _FORMATS)),
        )
    if not path.name.startswith(PREFIX):
        raise OutputError(
            tr("The name of a file with personal data begins with {prefix}.", prefix=PREFIX),
            tr("Call it '{name}'.", name=PREFIX + path.name),
        )
    write, read_again = _FORMATS[path.suffix.lower()]
    codebook = codebook_of(path)
    with placed(path) as beside:
        names = write(read, beside)
        back = read_again(beside)
        if _differing(read, back):
            write_private(codebook_of(beside), HEADER, codebook_rows(read, names))
            try:
                _ensure_same(read, with_codebook(back, beside), path.name)
                codebook_of(beside).replace(codebook)
            finally:
                codebook_of(beside).unlink(missing_ok=True)
        else:
            codebook.unlink(missing_ok=True)
    return path


def _ensure_same(read: TextTable, back: TextTable, name: str) -> None:
    differing = _differing(read, back)
    if differing:
        raise OutputError(
            trn(
                "{n} column does not come back from '{name}' as it was; the file was not written.",
                "{n} columns do not come back from '{name}' as they were; the file was not written.",
                len(differing),
                name=name,
            ),
            tr("Write the table in another format."),
        )


def _differing(read: TextTable, back: TextTable) -> list[str]:
    """Return the columns that are not the same in two tables, whether their cells hold labels or codes."""
    if read.columns != back.columns or read.n_rows != back.n_rows:
        return list(read.columns)
    return [one for one in read.columns if _told(read, one) != _told(back, one) or not _same_cells(read, back, one)]


def _told(read: TextTable, column: str) -> tuple[object, ...]:
    code = coded(read, column).code
    missing = {code(text) for text in read.user_missing.get(column, ())}
    return read.column_labels.get(column), dict(read.value_labels.get(column, {})), missing


def _same_cells(read: TextTable, back: TextTable, column: str) -> bool:
    import pyarrow as pa

    def codes(one: TextTable) -> pa.Array:
        code = coded(one, column).code
        parts = one.table.column(column).combine_chunks().dictionary_encode()
        meant = [None if text is None else code(text) for text in parts.dictionary.to_pylist()]
        return pa.array(meant, pa.string()).take(parts.indices)

    return bool(codes(read).equals(codes(back)))
