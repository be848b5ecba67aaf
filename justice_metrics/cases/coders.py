"""Files that several people coded: one coding of each case for every question, all of them for their agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError, QuestionError
from ..base.language import Label, Message, tr, trn
from .mappings.mapping import CaseMapping, SamplingPart
from .mappings.ties import JoinedPart, MembersPart, SplitPart
from .readers.in_memory import to_arrow
from .readers.text_table import TextTable

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

# The parts of an id stand side by side as in the ids of units.
_JOINT: Final = "|"
ONE_CODING: Final[Message] = tr("The same coding is given twice: it agrees with itself.")
NAME_TWO: Final[Message] = tr(
    "Give two codings that different people made; or one mapping alone, which names the column of coders."
)


class OneEach(NamedTuple):
    """The tables of a mapping with one coding of each case.

    Attributes
    ----------
    tables : dict of str to table
        As they came, without the rows of further codings; a case keeps that of the coder whose name comes first.
    as_codings : CaseMapping, optional
        How the tables that came are read as codings, an id for each case and coder; None where no case has two.
    further : int
        Codings that were left out.
    """

    tables: dict[str, Any]
    as_codings: CaseMapping | None = None
    further: int = 0


def ensure_two_codings(first: CaseMapping, second: CaseMapping | Path) -> None:
    """Refuse a second coding that lies in a file of the first one.

    Parameters
    ----------
    first : CaseMapping
    second : CaseMapping or path
        Of a mapping, or the data file itself, which the first mapping then describes too.

    Raises
    ------
    QuestionError
        When a file is read for both.
    """
    own = first.data
    where = {first.path(one).resolve() for one in own.file}
    if isinstance(second, Path):
        twice = second.resolve() in where
    else:
        other = second.data
        same_part = (own.sheet, own.table, own.query) == (other.sheet, other.table, other.query)
        twice = same_part and not where.isdisjoint(second.path(one).resolve() for one in other.file)
    if twice:
        raise QuestionError(ONE_CODING, NAME_TWO)


def one_coding_each(tables: Mapping[str, Any], mapping: CaseMapping) -> OneEach:
    """Keep one coding of each case.

    Parameters
    ----------
    tables : mapping of str to table
        The table of the cases under "", those that hang on them under the name of their section: files that were read,
        or frames in memory.
    mapping : CaseMapping

    Raises
    ------
    MappingError
        When a column that tells whose a row is, is not there, or a table stays in an engine of its own.
    CaseDataError
        When a case has several codings and some of its rows do not say whose they are.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    coder = mapping.cases.coder
    if coder is None:
        return OneEach(dict(tables))
    keys = {name: _keys(table, ids_of(mapping, name), coder, name) for name, table in tables.items()}
    if keys[""].coder is None:
        raise MappingError.unknown_column(coder, columns_of(tables[""]), where="cases.coder")
    met = (
        pa.table({"id": keys[""].id, "coder": keys[""].coder})
        .group_by("id")
        .aggregate([("coder", "min"), ("coder", "count_distinct", pc.CountOptions(mode="all"))])
        .filter((pc.field("coder_count_distinct") > 1) & ~pc.field("id").is_null())
    )
    if not met.num_rows:
        return OneEach(dict(tables))
    firsts = {name: _first_of(key, met) for name, key in keys.items()}
    for name, key in keys.items():
        _ensure_told(key, firsts[name], name)
    return OneEach(
        {name: rows_of(table, _kept(keys[name], firsts[name])) for name, table in tables.items()},
        _as_codings(mapping, coder, {name: key.coder is not None for name, key in keys.items()}),
        int(pc.sum(met["coder_count_distinct"]).as_py()) - met.num_rows,
    )


def ids_of(mapping: CaseMapping, name: str) -> tuple[str, ...]:
    """Return the columns of the id of a table: "" for the cases, else the name of its section."""
    if name == "":
        return mapping.cases.id
    return mapping.support.id if name == "support" and mapping.support is not None else mapping.child_id(name)


def columns_of(table: Any) -> tuple[str, ...]:
    """Return the names of the columns of a table that was read or of a frame in memory."""
    if isinstance(table, TextTable):
        return table.columns
    return tuple(nw.from_native(table, eager_only=True).columns)


def rows_of(table: Any, places: NDArray[np.int64]) -> Any:
    """Return some rows of a table that was read or of a frame in memory; a file's rows keep their numbers."""
    if not isinstance(table, TextTable):
        return nw.from_native(table, eager_only=True)[places.tolist()].to_native()
    numbers = table.numbers[places] if table.numbers is not None else places + table.first_row
    return replace(table, table=table.table.take(places), n_rows=len(places), numbers=numbers, files=())


class _Keys(NamedTuple):
    """Whose rows they are: the id of each and its coder, as texts; no coder where the table has no such column."""

    id: pa.ChunkedArray
    coder: pa.ChunkedArray | None


def _keys(table: Any, ids: Sequence[str], coder: str, name: str) -> _Keys:
    import pyarrow.compute as pc

    try:
        columns = columns_of(table)
    except TypeError:
        raise MappingError(
            tr("'coder' in [cases] is for files and for frames in memory; this table stays in an engine of its own."),
            tr("Hand it over as a pandas or Polars frame, or keep each coding in a table of its own."),
        ) from None
    for one in ids:
        if one not in columns:
            raise MappingError.unknown_column(one, columns, where=f"{name}.id" if name else "cases.id")
    wanted = [*ids, *([coder] if coder in columns else [])]
    arrow = (
        table.table.select(wanted)
        if isinstance(table, TextTable)
        else to_arrow(nw.from_native(table, eager_only=True).select(*dict.fromkeys(wanted)))
    )
    parts = [_text(arrow[one]) for one in ids]
    joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _JOINT)
    return _Keys(joined, _text(arrow[coder]) if coder in columns else None)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of ids as texts; pandas keeps whole numbers with gaps as fractions."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type) and pc.all(pc.equal(column, pc.floor(column))).as_py() is not False:
        column = column.cast(pa.int64())
    return column.cast(pa.string())


def _first_of(key: _Keys, met: pa.Table) -> pa.ChunkedArray:
    """Return for each row the coder whose coding its case keeps; null where the case has one coding."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # a table cast together, so that ids of two libraries' texts compare
    place = pc.index_in(key.id.cast(pa.string()), value_set=met["id"].combine_chunks(), skip_nulls=True)
    return met["coder_min"].combine_chunks().take(place)


def _ensure_told(key: _Keys, first: Any, name: str) -> None:
    import pyarrow.compute as pc

    several = pc.is_valid(first)
    unsaid = several if key.coder is None else pc.and_(several, pc.is_null(key.coder))
    n = int(pc.sum(unsaid).as_py() or 0)
    if n:
        raise CaseDataError(
            trn(
                "{n} row of a case that several people coded does not say whose coding it is (table '{name}').",
                "{n} rows of cases that several people coded do not say whose coding they are (table '{name}').",
                n,
                name=Label(name or "cases"),
            ),
            tr("Fill in the column of coders in every table, or keep each coding in a file of its own."),
        )


def _kept(key: _Keys, first: Any) -> NDArray[np.int64]:
    import pyarrow.compute as pc

    alone = pc.is_null(first)
    kept = alone if key.coder is None else pc.or_kleene(alone, pc.equal(key.coder, first))
    found: NDArray[np.int64] = pc.indices_nonzero(pc.fill_null(kept, False)).to_numpy().astype("int64")
    return found


def _as_codings(mapping: CaseMapping, coder: str, telling: Mapping[str, bool]) -> CaseMapping:
    """Return the mapping in which every coding is a row of its own.

    Tables that do not say whose a row is are left out, and so are those about who belongs to a case or was joined into
    it: they tell of cases, not of codings.
    """
    own_id = (*mapping.cases.id, coder)
    # two codings of one file are no sample of files: weights, clusters and the log of the draw tell of cases
    sampling = dict.fromkeys(name for name in SamplingPart.model_fields if name not in {"frame", "at"})
    cases: dict[str, Any] = {
        "coder": None,
        "links": {},
        "count_as": None,
        "sampling": mapping.cases.sampling.model_copy(update=sampling),
    }
    changed: dict[str, Any] = {
        "cases": mapping.cases.model_copy(update={"id": own_id, **cases}),
        "support": mapping.support.model_copy(update={"id": (*mapping.support.id, coder)})
        if mapping.support is not None and telling.get("support", False)
        else None,
    }
    for name, part in mapping.children.items():
        # columns of the table of the cases are those of a coding
        if not telling.get(name, not part.apart) or isinstance(part, JoinedPart | SplitPart | MembersPart):
            changed[name] = None
        elif part.id is not None:
            changed[name] = part.model_copy(update={"id": (*part.id, coder)})
    return mapping.model_copy(update=changed)
