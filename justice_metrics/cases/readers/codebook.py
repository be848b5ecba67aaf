"""The codebook beside a table: what a file of its kind cannot hold of names, labels and declared gaps.

A csv file knows no labels, and a name in Stata has 32 letters. The writers put what does not fit into a csv file beside
the table, called like it with ``.codebook.csv`` behind; reading the table takes it up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ...base.errors import ReadError
from ...base.language import tr
from .delimited import read_delimited
from .text_table import TextTable

ENDING: Final = ".codebook.csv"
HEADER: Final = ("column", "written_as", "kind", "code", "text")
# What a row tells: the name of a column, its label, the label of a code, a text that means missing.
NAME, LABEL, VALUE, MISSING = "name", "label", "value", "missing"


def codebook_of(path: Path) -> Path:
    """Return where the codebook of a table lies, if it has one.

    Examples
    --------
    >>> codebook_of(Path("PERSONAL_DATA_cases.csv")).name
    'PERSONAL_DATA_cases.csv.codebook.csv'
    """
    return path.with_name(path.name + ENDING)


def with_codebook(read: TextTable, path: Path) -> TextTable:
    """Return a table with the names, labels and declared gaps that the codebook beside its file tells.

    Parameters
    ----------
    read : TextTable
        As it came from its file.
    path : Path
        The file. Without a codebook beside it the table is returned as it is.

    Raises
    ------
    ReadError
        When the codebook is of another table, or cannot be read.
    """
    beside = codebook_of(path)
    if not beside.is_file():
        return read
    rows = read_delimited(beside, separator=",").table
    if set(HEADER) - set(rows.column_names):
        raise _other(beside.name, path.name)
    told = rows.select(list(HEADER)).to_pylist()
    names = {row["written_as"]: row["column"] for row in told if row["kind"] == NAME}
    if set(names) != set(read.columns) or None in names.values():
        raise _other(beside.name, path.name)
    values: dict[str, dict[str, str]] = {}
    missing: dict[str, list[str]] = {}
    for row in told:
        if row["kind"] == VALUE and row["code"] is not None:
            values.setdefault(row["column"], {})[row["code"]] = row["text"] or ""
        elif row["kind"] == MISSING and row["text"] is not None:
            missing.setdefault(row["column"], []).append(row["text"])
    return replace(
        read,
        table=read.table.rename_columns([names[one] for one in read.columns]),
        column_labels={row["column"]: row["text"] for row in told if row["kind"] == LABEL},
        value_labels=values,
        user_missing={name: tuple(texts) for name, texts in missing.items()},
        notes=(
            *read.notes,
            tr(
                "Names, labels and declared gaps of '{name}' are those of '{codebook}'.",
                name=path.name,
                codebook=beside.name,
            ),
        ),
    )


def codebook_rows(read: TextTable, written: Mapping[str, str]) -> list[Sequence[str]]:
    """Return the rows of a table's codebook below its header.

    Parameters
    ----------
    read : TextTable
    written : mapping of str to str
        What each column is called in the file.
    """
    rows: list[Sequence[str]] = []
    for column in read.columns:
        known = (column, written[column])
        rows.append((*known, NAME, "", ""))
        if column in read.column_labels:
            rows.append((*known, LABEL, "", read.column_labels[column]))
        rows += [(*known, VALUE, code, label) for code, label in read.value_labels.get(column, {}).items()]
        rows += [(*known, MISSING, "", text) for text in read.user_missing.get(column, ())]
    return rows


def _other(codebook: str, name: str) -> ReadError:
    return ReadError(
        tr("The codebook '{codebook}' does not have the columns of '{name}'.", codebook=codebook, name=name),
        tr("Take it away if it belongs to another table, or write both again."),
    )
