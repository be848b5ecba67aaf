"""Two codings of the same files as they stand in their tables: every cell a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...base.errors import CaseDataError, MappingError, QuestionError
from ...base.language import Label, tr, trn
from ..canonical import as_mapping
from ..coders import ensure_two_codings, ids_of, rows_of
from ..given_tables import given_tables
from ..mappings.mapping import CaseMapping
from ..readers.frames import Embedded
from ..readers.text_table import TextTable
from ..typed import ensure_ids

_JOINT = "|"


@dataclass(frozen=True, kw_only=True)
class Coding:
    """One coding of the files: its tables, and whose rows are whose.

    Attributes
    ----------
    tables : mapping of str to TextTable
        The table of the cases under "", those that hang on them under the name of their section. Personal: never shown.
    rows : mapping of str to mapping
        Of each table the places of the rows of each case.
    """

    tables: Mapping[str, TextTable] = field(repr=False)
    rows: Mapping[str, Mapping[str, list[int]]] = field(repr=False)

    @property
    def cases(self) -> tuple[str, ...]:
        """Ids of the cases, in the order of their table."""
        return tuple(self.rows[""])


@dataclass(frozen=True, kw_only=True)
class TwoCodings:
    """Two codings side by side.

    Attributes
    ----------
    mapping : CaseMapping
        What the columns of both are; that of the first where each has its own.
    first, second : Coding
    both : tuple of str
        Ids of the cases that stand in both, in the order of the first.
    coder : str, optional
        Column with the coder, where the mapping names one.
    further : int
        Codings beyond the second, which are not looked at.
    """

    mapping: CaseMapping = field(repr=False)
    first: Coding
    second: Coding
    both: tuple[str, ...] = field(repr=False)
    coder: str | None = None
    further: int = 0

    def called(self, table: str) -> str:
        """Return how the coders know a table: the name of its sheet, else that of its section."""
        part: Any = self.mapping.support if table == "support" else self.mapping.children.get(table)
        named = self.mapping.data.sheet[0] if table == "" and self.mapping.data.sheet else getattr(part, "sheet", None)
        # of several files that were put one below the other each has a sheet
        return named or (self.first.tables[table].sheet or "").split(", ")[0] or table or "cases"

    def ids(self, table: str) -> tuple[str, ...]:
        """Return the columns of the id of a table, without that of the coder."""
        return tuple(one for one in ids_of(self.mapping, table) if one != self.coder)


def two_codings(first: CaseMapping | dict[str, Any] | str | Path, second: Any = None) -> TwoCodings:
    """Read two codings of the same files.

    Parameters
    ----------
    first : CaseMapping, dict or path
        Mapping of the first coding; of both where one table holds them, with ``coder`` in [cases] or the coder as the
        last column of ``id``.
    second : CaseMapping, dict or path, optional
        Mapping of the second coding, or its data file, which the first mapping then describes too.

    Raises
    ------
    MappingError
        When the tables are not such that cells can be compared, or no column tells the coders apart.
    CaseDataError
        When no case was coded twice.
    QuestionError
        When both codings lie in one file.
    """
    mapping = as_mapping(first)
    tables = _tables(None, mapping)
    if second is None:
        found = _parted(tables, mapping)
    else:
        is_data = isinstance(second, str | Path) and Path(second).suffix.lower() != ".toml"
        other = mapping if is_data else as_mapping(second)
        ensure_two_codings(mapping, Path(second) if is_data else other)
        one = _coding(tables, mapping)
        two = _coding(_tables(Path(second) if is_data else None, other), other)
        both = tuple(case for case in one.cases if case in two.rows[""])
        found = TwoCodings(mapping=mapping, first=one, second=two, both=both, coder=mapping.cases.coder)
    if not found.both:
        raise CaseDataError(
            tr("No case was coded twice, as far as the ids tell."),
            tr(
                "Read each coding as cases of its own, with the same ids; or, where one file holds both, name the "
                "column of coders: 'coder' in [cases] of the mapping."
            ),
        )
    return found


def _tables(path: Path | None, mapping: CaseMapping) -> dict[str, TextTable]:
    if mapping.data.kind == "stages":
        raise MappingError(
            tr("Cells of stage tables are not adjudicated: kind = 'stages' in [data]."),
            tr("Adjudicate the coding sheets, one row per case, before they are taken apart."),
        )
    if mapping.data.corrections is not None:
        raise QuestionError(
            tr("The mapping names a plan of corrections, which was made for one coding."),
            tr("Adjudicate first, then correct what the check still finds in the adjudicated file."),
        )
    tables, _ = given_tables(path, mapping, Embedded())
    others = [name for name, one in tables.items() if not isinstance(one, TextTable)]
    if others:
        raise MappingError(
            tr("Cells of parquet files and databases are not adjudicated ({n} tables).", n=len(others)),
            tr("Save the coding as xlsx or csv."),
        )
    return tables


def _coding(
    tables: Mapping[str, TextTable], mapping: CaseMapping, coder: str | None = None, *, several: bool = False
) -> Coding:
    """Look up the rows of each case; rows without an id are refused, and cases that stand there twice."""
    rows = {}
    for name, table in tables.items():
        ids = [one for one in ids_of(mapping, name) if one != coder]
        found: dict[str, list[int]] = {}
        without = 0
        for place, case in enumerate(_joined(table, ids, name)):
            if case is None:
                without += 1
            else:
                found.setdefault(case, []).append(place)
        repeated = table.n_rows - without - len(found) if name == "" and mapping.data.kind == "wide" else 0
        if without or (repeated and not several):
            ensure_ids(table.n_rows, without, repeated, counting=False, unit=mapping.cases.unit)
        rows[name] = found
    return Coding(tables=tables, rows=rows)


def _joined(table: TextTable, ids: list[str], name: str) -> list[str | None]:
    """Return the id of each row; None where a part of it is missing."""
    for one in ids:
        if one not in table.columns:
            raise MappingError.unknown_column(one, table.columns, where=f"{name}.id" if name else "cases.id")
    parts = zip(*(table.table.column(one).to_pylist() for one in ids), strict=True)
    return [None if None in row else _JOINT.join(row) for row in parts]


def _parted(tables: Mapping[str, TextTable], mapping: CaseMapping) -> TwoCodings:
    """Take one table apart by its coders: the first by name of each case, and the second."""
    named = mapping.cases.coder
    coder = named or (mapping.cases.id[-1] if len(mapping.cases.id) > 1 else None)
    if coder is None or coder not in tables[""].columns:
        raise MappingError(
            tr("The mapping names no column of coders, and no second coding was given."),
            tr('Name it in [cases]: coder = "…"; or give the mapping or the file of the second coding.'),
        )
    whole = _coding(tables, mapping, coder, several=True)
    coders = {name: _coders(table, coder) for name, table in tables.items()}
    by_case = {case: sorted({coders[""][place] or "" for place in places}) for case, places in whole.rows[""].items()}
    several = {case: names for case, names in by_case.items() if len(names) > 1}
    sides: list[dict[str, TextTable]] = [{}, {}]
    for name, table in tables.items():
        rows = whole.rows[name]
        untold = sum(not coders[name][place] for case in several for place in rows.get(case, ()))
        if untold:
            raise CaseDataError(
                trn(
                    "{n} row of a case that several people coded does not say whose coding it is (table '{name}').",
                    "{n} rows of cases that several people coded do not say whose coding they are (table '{name}').",
                    untold,
                    name=Label(name or "cases"),
                ),
                tr("Fill in the column of coders in every table, or keep each coding in a file of its own."),
            )
        kept: list[list[int]] = [[], []]
        for case, places in rows.items():
            names = several.get(case)
            kept[0] += [place for place in places if names is None or coders[name][place] == names[0]]
            kept[1] += [place for place in places if names is not None and coders[name][place] == names[1]]
        for side, places in zip(sides, kept, strict=True):
            side[name] = rows_of(table, np.array(sorted(places), np.int64))
    first, second = (_coding(side, mapping, coder) for side in sides)
    return TwoCodings(
        mapping=mapping,
        first=first,
        second=second,
        both=tuple(case for case in first.cases if case in several),
        coder=coder,
        further=sum(len(names) - 2 for names in several.values()),
    )


def _coders(table: TextTable, coder: str) -> list[str | None]:
    found: list[str | None] = table.table.column(coder).to_pylist() if coder in table.columns else [None] * table.n_rows
    return found
