"""Small tables of facts of law and classification: those that are shipped, and those that users put in their place."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import get_args

from ..base.errors import SettingsError
from ..base.language import Label, tr
from .procedure_parts import Certainty
from .readers.files import read_text_table


def shipped_rows(folder: str, name: str) -> list[dict[str, str]]:
    """Return the rows of a csv file of this package."""
    text = files("justice_metrics.cases").joinpath(folder, name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def own_rows(path: Path, *, needed: Sequence[str], known: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a table of the user's: csv or tsv however a spreadsheet saved it, or xlsx.

    Parameters
    ----------
    path : Path
    needed, known : sequence of str
        Columns that must be there, and all that are read.

    Raises
    ------
    ReadError, SettingsError
        When the file cannot be read, or a column is missing.
    """
    if not path.exists():
        raise SettingsError(
            tr("There is no file '{name}'.", name=path.name),
            tr("Looked in the folder '{folder}'.", folder=path.parent.name or "."),
        )
    if not path.is_file():
        raise SettingsError(tr("'{name}' is not a file that can be read.", name=path.name[:60]), tr("Name a csv file."))
    read = read_text_table(path)
    missing = [one for one in needed if one not in read.columns]
    if missing:
        raise SettingsError(
            tr("'{name}' has no column: {missing}.", name=read.source, missing=missing),
            tr("The columns are: {known}.", known=list(known)),
        )
    return [{name: value or "" for name, value in row.items()} for row in read.table.to_pylist()]


def words_of(row: Mapping[str, str], stem: str = "label", otherwise: str = "") -> Label:
    """Return the words of a row, in each language in which it has any; an id in their place where it has none."""
    words = {language: row.get(f"{stem}_{language}") or "" for language in ("en", "es")}
    given = {language: text for language, text in words.items() if text}
    return Label(given or otherwise.replace("_", " "))


def names_of(row: Mapping[str, str], label: Label) -> list[str]:
    """Return everything that a row calls its offence: its names, its id and its words."""
    return [*(row.get("names") or "").split("|"), row["offence"].replace("_", " "), label.text("es"), label.text()]


def certainty_of(row: Mapping[str, str], line: int, source: str) -> Certainty:
    """Return how certain a row is.

    Raises
    ------
    SettingsError
        When it does not say so in a known word; the line is named.
    """
    known: tuple[Certainty, ...] = get_args(Certainty)
    for one in known:
        if row["certainty"] == one:
            return one
    raise SettingsError(
        tr("{file}, line {line}: the certainty is not known.", file=source, line=line),
        tr("There are: {known}.", known=list(known)),
    )
