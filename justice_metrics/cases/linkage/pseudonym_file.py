"""A file whose ids are replaced by pseudonyms, and whose names are left out, for people who may not see either."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from ...base.errors import OutputError, ReadError, suggestion
from ...base.language import Message, tr, trn
from ...base.types import Names, names
from ..conversions.text import normalise
from ..private_file import PREFIX, write_private
from ..readers.files import read_text_table
from .pseudonyms import keyed, read_secret

# Words by which columns are called that say who somebody is, or where she can be found.
_PERSONAL: Final = frozenset(
    "nombre nombres apellido apellidos paterno materno ap nacimiento nac cedula carnet dni ci dpi curp rut pasaporte "
    "telefono celular correo email domicilio direccion madre padre tutor tutora denunciante name names given first "
    "last surname surnames family birth born dob passport phone mobile mail address mother father guardian".split()
)
_UNUSABLE: Final = re.compile(r"[^\w.-]+")


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

    The copy is still personal data: who was a victim can often be told from court, day and offence together. Its rows
    stand in the order of the pseudonyms, as the order of the file would tell whoever has it which is which.

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
        Folder in which the secret may not lie; nor may it lie with the file or its copy.

    Returns
    -------
    Path
        ``PERSONAL_DATA_pseudonyms_<name>.csv``, with the ending in the name unless it is csv, and the sheet.

    Raises
    ------
    ReadError
        When the file cannot be read or a column is not there.
    SettingsError, OutputError
        When the secret is weak, or the copy cannot be written or is there already.
    """
    target = Path(folder) / _name_of(Path(path).name, sheet)
    key = read_secret(
        secret, project=project, beside=(Path(path).absolute().parent, Path(path).resolve().parent, folder)
    )
    if target.exists():
        raise OutputError(
            tr("There is a file '{name}' already.", name=target.name),
            tr("Delete it when it has served, or name another folder."),
        )
    read = read_text_table(path, sheet=sheet)
    for one in (column, *names(drop)):
        if one not in read.columns:
            raise ReadError(
                tr("'{name}' has no column '{column}'.", name=read.source, column=one), suggestion(one, read.columns)
            )
    kept = [one for one in read.columns if one == column or one not in names(drop)]
    cells = {one: read.table.column(one).to_pylist() for one in kept}
    cells[column] = keyed(cells[column], key, purpose)
    place = kept.index(column)
    rows = sorted(
        ([one or "" for one in row] for row in zip(*cells.values(), strict=True)), key=lambda row: (row[place], row)
    )
    return write_private(target, kept, rows)


def _name_of(name: str, sheet: str | None) -> str:
    """Return the name of a copy, which no other file or sheet has."""
    called = name.removesuffix(".csv") + (f".{sheet}" if sheet is not None else "")
    return f"{PREFIX}pseudonyms_{_UNUSABLE.sub('_', called)}.csv"


def left_in(path: Path, *, column: str) -> tuple[Message, ...]:
    """Say which columns of a copy are called as those that say who somebody is; their names, none of their cells.

    Parameters
    ----------
    path : Path
        The copy.
    column : str
        The column with the pseudonyms.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copy = pathlib.Path(folder, "copy.csv")
    ...     _ = copy.write_text("CUD,Ap. Paterno,Delito")
    ...     print(left_in(copy, column="CUD")[0].values)
    (('n', 1), ('listed', 'Ap. Paterno'))
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines))
    named = [one for one in header if one != column and _PERSONAL & set(re.split(r"[\W_]+", normalise(one)))]
    if not named:
        return ()
    return (
        trn(
            "{n} column is left in the copy that seems to say who somebody is: {listed}. Leave it out with --drop.",
            "{n} columns are left in the copy that seem to say who somebody is: {listed}. Leave them out with --drop.",
            len(named),
            listed=", ".join(named[:20]),
        ),
    )
