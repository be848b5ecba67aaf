"""A file whose ids are replaced by pseudonyms, and whose names are left out, for people who may not see either."""

from __future__ import annotations

from pathlib import Path

from ...base.errors import MappingError
from ...base.types import Names, names
from ..private_file import PREFIX, write_private
from ..readers.files import read_text_table
from .pseudonyms import pseudonyms


def write_pseudonymised(
    path: str | Path,
    folder: str | Path,
    *,
    column: str,
    secret: str | Path,
    purpose: str = "",
    drop: Names = (),
    sheet: str | None = None,
    project: str | Path | None = None,
) -> Path:
    """Write a copy of a file in which one column holds pseudonyms instead of ids.

    The copy is still personal data: who was a victim can often be told from court, day and offence together.

    Parameters
    ----------
    path : path
        csv, xlsx or another file that can be read as text.
    folder : path
        An existing folder on the secure side.
    column : str
        Column with the ids.
    secret : str or path
        As for ``pseudonyms``.
    purpose : str
        As for ``pseudonyms``: the name of the register, to join the copy with a file of links.
    drop : str or tuple of str
        Columns to leave out, such as names.
    sheet : str, optional
        Of a workbook.
    project : path, optional
        Folder in which the secret may not lie.

    Returns
    -------
    Path
        ``PERSONAL_DATA_pseudonyms_<name>.csv``.

    Raises
    ------
    ReadError, MappingError
        When the file cannot be read or a column is not there.
    SettingsError, OutputError
        When the secret is weak, or the copy cannot be written.
    """
    read = read_text_table(path, sheet=sheet)
    for one in (column, *names(drop)):
        if one not in read.columns:
            raise MappingError.unknown_column(one, read.columns, where=read.source)
    kept = [one for one in read.columns if one not in names(drop)]
    cells = {one: read.table.column(one).to_pylist() for one in kept}
    cells[column] = pseudonyms(cells[column], secret=secret, purpose=purpose, project=project)
    rows = ([one or "" for one in row] for row in zip(*cells.values(), strict=True))
    return write_private(Path(folder) / f"{PREFIX}pseudonyms_{Path(path).name.split('.')[0]}.csv", kept, rows)
