"""From registers to one table of keys: row numbers instead of ids, keys instead of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...base.errors import CaseDataError, MappingError, QuestionError, ReadError, suggestion
from ...base.language import Message, tr, trn
from ...base.types import Counts, Days, Flags
from ..conversions.text import normalise
from ..readers.files import is_parquet, read_text_table
from ..readers.text_table import TextTable
from .births import Birth, birth_from_age, birth_of, days_of
from .documents import Document, document_of
from .names import Given, Surnames, given_names, surnames
from .plan import LinkagePlan, RegisterPart

if TYPE_CHECKING:
    import pyarrow as pa

# A record without a day.
NO_DAY: Final = np.iinfo(np.int32).min
_AGE: Final = re.compile(r"(\d{1,3})(?:[.,]0+)?(?: ?(?:a|anos?|years?|yrs?)\.?)?")
_FEMALE: Final = frozenset("f fem femenino femenina female mujer m_f hembra nina niña woman girl".split())
_MALE: Final = frozenset("masc masculino male hombre h varon v nino niño man boy".split())
KEYS: Final = (
    "unique_id",
    "given",
    "given_first",
    "given_last",
    "given_sound",
    "given_first_sound",
    "surname_1",
    "surname_2",
    "surnames_set",
    "surname_1_sound",
    "surname_2_sound",
    "surnames_sound",
    "married",
    "birth",
    "birth_key",
    "birth_year",
    "birth_aged",
    "sex",
    "place",
    "document",
    "document_extra",
    "document_place",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepared:
    """One register made ready: its texts and its keys, row by row. Personal; it shows counts only.

    Attributes
    ----------
    part : RegisterPart
        Which column is what.
    table : pyarrow.Table
        The register as read, every cell a text.
    keys : pyarrow.Table
        One row per record: ``KEYS``.
    days : array of int32, shape (rows,)
        Day of the record; ``NO_DAY`` where it is not known.
    one_surname, coarse_birth : array of bool, shape (rows,)
        Whether the record has one surname only; whether its date of birth is not known to the day.
    notes : tuple of Message
        What could not be read, counted.
    """

    part: RegisterPart
    table: pa.Table = field(repr=False)
    keys: pa.Table = field(repr=False)
    days: Days = field(repr=False)
    one_surname: Flags = field(repr=False)
    coarse_birth: Flags = field(repr=False)
    notes: tuple[Message, ...] = ()

    def __repr__(self) -> str:
        return f"Prepared({self.part.name!r}, {self.n} records)"

    @property
    def n(self) -> int:
        """Number of records."""
        return int(self.table.num_rows)


def prepare(plan: LinkagePlan, frames: Mapping[str, Any] | None = None) -> tuple[Prepared, ...]:
    """Read every register of a linkage file and make its keys.

    Parameters
    ----------
    plan : LinkagePlan
    frames : mapping of str to frame, optional
        Registers that lie in memory already, by name: pandas, Polars or Arrow.

    Raises
    ------
    ReadError, MappingError, CaseDataError, QuestionError
        When a register cannot be read, a column is missing, it has no record with a name, or a frame is none of them.
    """
    known = tuple(one.name for one in plan.registers)
    for name in frames or {}:
        if name not in known:
            raise QuestionError(tr("The linkage file has no register '{name}'.", name=name), suggestion(name, known))
    return tuple(_prepared(plan, one, (frames or {}).get(one.name)) for one in plan.registers)


def _prepared(plan: LinkagePlan, part: RegisterPart, frame: Any) -> Prepared:
    import pyarrow as pa

    read = _read(plan, part, frame)
    for what, column in part.columns.items():
        if column not in read.columns:
            raise MappingError.unknown_column(column, read.columns, where=f"{part.name}.{what}")
    for column in part.keep:
        if column not in read.columns:
            raise MappingError.unknown_column(column, read.columns, where=f"{part.name}.keep")
    missing = {normalise(one) for one in plan.missing}
    cells = {what: _cells(read.table, column, missing) for what, column in part.columns.items()}
    n = read.table.num_rows
    blank: list[str | None] = [None] * n
    _ensure_ids(cells["id"], part)
    given = _each(cells["given_names"], given_names, Given())
    if part.surnames is not None:
        family = _each(cells["surnames"], surnames, Surnames())
    else:
        pairs = list(zip(cells["first_surname"], cells.get("second_surname", blank), strict=True))
        family = _each(pairs, lambda pair: surnames(*pair), Surnames())
    named = sum(one.whole is not None and other.first is not None for one, other in zip(given, family, strict=True))
    if named == 0:
        raise CaseDataError(
            tr("No record of the register '{name}' has a given name and a surname.", name=part.name),
            tr("Look at the columns that the linkage file names."),
        )
    days, notes = _record_days(read, part, plan)
    births, more = _births(read, part, plan, cells.get("age", blank), days)
    sex, unclear = _sexes(cells.get("sex", blank), part)
    more += unclear
    documents = _each(cells.get("document", blank), document_of, Document())
    keys = {
        "unique_id": np.arange(n, dtype=np.int64),
        "given": [one.whole for one in given],
        "given_first": [one.first for one in given],
        "given_last": [one.last for one in given],
        "given_sound": [one.sound for one in given],
        "given_first_sound": [one.first_sound for one in given],
        "surname_1": [one.first for one in family],
        "surname_2": [one.second for one in family],
        "surnames_set": [one.both for one in family],
        "surname_1_sound": [one.first_sound for one in family],
        "surname_2_sound": [one.second_sound for one in family],
        "surnames_sound": [one.both_sound for one in family],
        "married": [one.married for one in family],
        "birth": [one.day for one in births],
        "birth_key": [one.swap_key for one in births],
        "birth_year": [one.year for one in births],
        "birth_aged": [one.from_age for one in births],
        "sex": sex,
        "place": _each(cells.get("place", blank), normalise, None),
        "document": [one.number for one in documents],
        "document_extra": [one.complement for one in documents],
        "document_place": [one.place for one in documents],
    }
    kinds = {"unique_id": pa.int64(), "married": pa.bool_(), "birth_year": pa.int64(), "birth_aged": pa.bool_()}
    unnamed = n - named
    if unnamed:
        more += (
            trn(
                "{n} record of '{name}' has no given name or no surname.",
                "{n} records of '{name}' have no given name or no surname.",
                unnamed,
                name=part.name,
            ),
        )
    return Prepared(
        part=part,
        table=read.table,
        keys=pa.table({name: pa.array(values, kinds.get(name, pa.string())) for name, values in keys.items()}),
        days=days,
        one_surname=np.array([one.first is not None and one.second is None for one in family], dtype=np.bool_),
        coarse_birth=np.array([one.day is None for one in births], dtype=np.bool_),
        notes=(*read.notes, *notes, *more),
    )


def _read(plan: LinkagePlan, part: RegisterPart, frame: Any) -> TextTable:
    if frame is not None:
        return _from_frame(frame, part.name)
    if part.file is None:
        raise ReadError(
            tr("The register '{name}' has no file.", name=part.name),
            tr("Set 'file', or hand its frame over in the call."),
        )
    path = plan.path(part.file)
    if is_parquet(path):
        import pyarrow.parquet as pq

        return _from_frame(pq.read_table(path), part.name)
    return read_text_table(path, sheet=part.sheet, encoding=part.encoding, separator=part.separator)


def _from_frame(frame: Any, name: str) -> TextTable:
    import narwhals.stable.v2 as nw
    import pyarrow as pa

    held = nw.from_native(frame, allow_series=False)
    eager = held.collect() if isinstance(held, nw.LazyFrame) else held
    arrow = eager.to_arrow()
    texts = [_as_text(arrow.column(one)) for one in arrow.column_names]
    return TextTable(table=pa.table(texts, names=arrow.column_names), source=name, n_rows=arrow.num_rows)


def _as_text(column: Any) -> Any:
    """Return a column as texts; a time of day at midnight is no part of a date."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32(), safe=False)
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _cells(table: pa.Table, column: str, missing: set[str]) -> list[str | None]:
    cells: list[str | None] = table.column(column).to_pylist()
    if not missing:
        return cells
    return [None if one is not None and normalise(one) in missing else one for one in cells]


def _each(cells: Any, make: Callable[[Any], Any], empty: Any) -> list[Any]:
    """Make the key of every distinct text once."""
    made = {one: empty if one is None else make(one) for one in dict.fromkeys(cells)}
    return [made[one] for one in cells]


def _ensure_ids(ids: list[str | None], part: RegisterPart) -> None:
    blank = sum(one is None for one in ids)
    twice = len(ids) - blank - len({one for one in ids if one is not None})
    if blank or twice:
        raise CaseDataError(
            tr(
                "The register '{name}': {blank} records have no id, and {twice} repeat that of another.",
                name=part.name,
                blank=blank,
                twice=twice,
            ),
            tr("Every record needs an id of its own; one row per record and person."),
        )


def _record_days(read: TextTable, part: RegisterPart, plan: LinkagePlan) -> tuple[Days, tuple[Message, ...]]:
    if part.date is None:
        return np.full(read.table.num_rows, NO_DAY, dtype=np.int32), ()
    found = days_of(read, part.date, order=plan.linkage.date_order, missing=plan.missing)
    return np.array([NO_DAY if one is None else one for one in found.days], dtype=np.int32), found.notes


def _births(
    read: TextTable, part: RegisterPart, plan: LinkagePlan, ages: list[str | None], days: Days
) -> tuple[list[Birth], tuple[Message, ...]]:
    births = [Birth()] * read.table.num_rows
    notes: tuple[Message, ...] = ()
    if part.birth_date is not None:
        order = part.birth_date_order or plan.linkage.date_order
        found = days_of(read, part.birth_date, order=order, missing=plan.missing)
        births = [birth_of(day, precision=exact) for day, exact in zip(found.days, found.precision, strict=True)]
        notes = found.notes
    if part.age is not None:
        years = _each(ages, _age, None)
        unread = sum(text is not None and age is None for text, age in zip(ages, years, strict=True))
        if unread:
            notes += (
                trn(
                    "{n} age of '{name}' cannot be read as years, and counts as blank.",
                    "{n} ages of '{name}' cannot be read as years, and count as blank.",
                    unread,
                    name=part.name,
                ),
            )
        for row, (birth, age, day) in enumerate(zip(births, years, days.tolist(), strict=True)):
            if birth.year is None and age is not None and day != NO_DAY:
                births[row] = birth_from_age(age, day)
    return births, notes


def _sexes(cells: list[str | None], part: RegisterPart) -> tuple[list[str | None], tuple[Message, ...]]:
    """Return "f", "m" or None for each cell, and how many say neither.

    M is a man beside F, and a woman beside H (mujer, hombre); alone it says nothing.
    """
    said = {normalise(text): sex for text, sex in part.sex_labels.items()}
    bare = {one: normalise(one) for one in dict.fromkeys(cells) if one is not None}
    found = {text.strip(".") for text in bare.values() if text not in said}
    women, men = bool(found & _FEMALE), "h" in found
    of_m = None if women == men else "m" if women else "f"

    def sex(text: str) -> str | None:
        plain = bare[text].strip(".")
        if bare[text] in said:
            return said[bare[text]]
        return of_m if plain == "m" else "f" if plain in _FEMALE else "m" if plain in _MALE else None

    made = _each(cells, sex, None)
    neither = sum(one is not None and what is None for one, what in zip(cells, made, strict=True))
    if not neither:
        return made, ()
    note = trn(
        "{n} cell of '{column}' in '{name}' says neither woman nor man, and counts as blank: sex_labels can say what "
        "it means.",
        "{n} cells of '{column}' in '{name}' say neither woman nor man, and count as blank: sex_labels can say what "
        "they mean.",
        neither,
        column=part.sex or "",
        name=part.name,
    )
    return made, (note,)


def _age(text: str) -> int | None:
    """Return an age in whole years, as "12", "12.0" or "12 años"."""
    found = _AGE.fullmatch(normalise(text))
    return int(found[1]) if found is not None else None


def row_starts(registers: tuple[Prepared, ...]) -> Counts:
    """Return where each register begins when all records are numbered through; shape (registers + 1,)."""
    return np.concatenate([[0], np.cumsum([one.n for one in registers])]).astype(np.int64)
