"""Tables of counts from files, one or several, and from databases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...base.errors import ReadError
from ...base.language import tr
from ..readers.database import read_database
from ..readers.database_url import is_database, source_name
from ..readers.files import is_parquet, open_parquet, parquet_files, read_text_table
from ..readers.frames import Embedded
from .data import CountData
from .frames import rows_of
from .mapping import CountMapping, as_count_mapping


def read_counts(
    path: str | Path | Sequence[str | Path] | None = None, *, mapping: CountMapping | str | Path | dict[str, Any]
) -> CountData:
    """Read tables of counts as a mapping describes them.

    Parameters
    ----------
    path : path or sequence of paths, optional
        The tables, or the address of a database; by default what the mapping names, beside it. Several files are put
        together: one below the other, or side by side where they hold other quantities of the same offices and periods.
    mapping : CountMapping, path or dict
        Which column is what; see ``docs/counts.md``.

    Returns
    -------
    CountData

    Raises
    ------
    SettingsError
        When the mapping is wrong.
    ReadError
        When a file is missing, empty, or not what it claims to be.
    MappingError, CaseDataError
        When mapping and table do not fit each other, or the numbers cannot be.

    Examples
    --------
    >>> import tempfile, pathlib, justice_metrics as jm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "juzgados.csv"
    ...     _ = file.write_text("Juzgado;Mes;Ingresos\\nÚnico;ene 2019;12\\nÚnico;feb 2019;NA\\n", encoding="cp1252")
    ...     counts = jm.read_counts(file, mapping={
    ...         "counts": {"office": "Juzgado", "period": "Mes", "quantities": {"new": "Ingresos"}},
    ...         "missing": {"NA": "not_available"},
    ...     })
    >>> counts
    CountData(2 rows counting case: new; cut-off 28 Feb 2019)
    """
    described = as_count_mapping(mapping)
    data = described.data
    # A path of the caller's starts where the caller stands, not beside the mapping.
    folder = described.path("") if path is None else Path()
    given = data.file if path is None else [path] if isinstance(path, str | Path) else list(path)
    if not given:
        raise ReadError(
            tr("The mapping names no data file."), tr("Set 'file' in [data], or name the file in the call.")
        )
    embedded = Embedded()
    tables: list[tuple[str, Any]] = []
    for one in given:
        name = source_name(one)
        if isinstance(one, str) and is_database(one):
            tables.append((name, read_database(one, folder=folder, table=data.table, query=data.query)))
        elif is_parquet(folder / one):
            tables.append((name, open_parquet(parquet_files([folder / one]), connection=embedded.connection)))
        else:
            read = read_text_table(folder / one, sheet=data.sheet, encoding=data.encoding, separator=data.separator)
            tables.append((name, read))
    return CountData.taken(rows_of(tables, described, ", ".join(name for name, _ in tables), "pandas"))
