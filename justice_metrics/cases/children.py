"""Tables that hang on the cases, several rows per case or none: support spells, hearings and the like."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError, suggestion
from ..base.language import tr, trn
from ..base.levels import MISSING_LEVELS, NOT_RECORDED, PENDING
from ..base.provenance import unit_words
from .intake import ChildIntake, Conversion
from .made_columns import make_columns
from .mappings.children import CHILD_COLUMNS, TIES, ChildColumn, ChildPart, TextColumn
from .mappings.mapping import CaseMapping
from .mappings.parts import AttributeColumn, DateColumn, LabelColumn, OutcomePart
from .procedure import Procedure
from .readers.frames import Embedded, Source, ensure_together
from .typed import Typing
from .wide import state_of

_MONTHS_IN_A_YEAR: Final = 12
_TYPES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("label", "text", "id"), nw.String),
    "day": nw.Int32,
    "number": nw.Float64,
}


# Of a table of members, what is not an attribute.
MEMBER_COLUMNS: Final = ("unit_id", *[one.name for one in CHILD_COLUMNS["accused"]])


class Child(NamedTuple):
    """One child table in canonical form, and what was met when it was taken in."""

    frame: nw.LazyFrame[Any]
    intake: ChildIntake
    conversions: tuple[Conversion, ...]


def support_spells(
    native: Any, mapping: CaseMapping, embedded: Embedded
) -> tuple[nw.LazyFrame[Any], tuple[str, ...], tuple[Conversion, ...]]:
    """Return the support spells, the actors that occur, and what came of their columns."""
    spec = mapping.support
    if spec is None:
        raise TypeError("no support section")
    source = Source(native, embedded, name="support")
    typing = Typing(source, mapping)
    typing.id(spec.id, name="unit_id", where="support.id")
    actors = typing.label(spec.actor, name="actor", where="support.actor")
    typing.day(spec.start, name="start_day", where="support.start")
    optional = [("end_day", spec.end), ("recorded_day", spec.recorded)]
    for name, column in optional:
        if column is None:
            source.add(name, nw.lit(None, dtype=nw.Int32))
        else:
            typing.day(column, name=name, where=f"support.{name.removesuffix('_day')}")
    for name, text in (("institution", spec.institution), ("basis", spec.basis)):
        if not typing.level(text, name=name, where=f"support.{name}"):
            source.add(name, nw.lit(None, dtype=nw.String))
    order = ("unit_id", "actor", "institution", "start_day", "end_day", "basis", "recorded_day")
    return source.lazy().select(*order), tuple(sorted(actors)), tuple(typing.conversions)


def child_tables(
    given: Mapping[str, Any],
    main: Any,
    mapping: CaseMapping,
    milestones: nw.LazyFrame[Any],
    embedded: Embedded,
    *,
    procedure: Procedure,
) -> dict[str, Child]:
    """Bring every child table into canonical form.

    Parameters
    ----------
    given : mapping of str to frame
        Tables of their own.
    main : frame
        The table of the cases, for sections whose columns stand there.
    mapping : CaseMapping
    milestones : lazy frame
        Whose ids a row may refer to.
    embedded : Embedded
    procedure : Procedure
        Whose states the labels of a member's ending stand for.

    Raises
    ------
    MappingError
        When a table is handed over that no section describes, or a column is not there.
    CaseDataError
        When rows refer to no case and faults are refused.
    """
    for name in given:
        if name not in mapping.children:
            known = tuple(mapping.children)
            raise MappingError(
                tr("The mapping has no section [{section}] for the table handed over under that name.", section=name),
                suggestion(name, known or tuple(CHILD_COLUMNS)),
            )
    made: dict[str, Child] = {}
    for name, part in mapping.children.items():
        if name in given:
            source = Source(given[name], embedded, name=name)
            made[name] = _child(name, part, source, mapping, milestones, procedure, within=False)
        elif not part.apart and mapping.data.kind == "wide":
            source = Source(main, embedded, name="the data")
            if mapping.data.faults == "count" and source.in_memory:
                make_columns(source, mapping)  # the id may be one of them
                source.keep_first(mapping.cases.id)
            made[name] = _child(name, part, source, mapping, milestones, procedure, within=True)
    return made


def _child(
    name: str,
    part: ChildPart,
    source: Source,
    mapping: CaseMapping,
    milestones: nw.LazyFrame[Any],
    procedure: Procedure,
    *,
    within: bool,
) -> Child:
    typing = Typing(source, mapping)
    typing.id(mapping.child_id(name), name="unit_id", where=f"{name}.id")
    columns = CHILD_COLUMNS[name]
    for column in columns:
        _type(typing, column, part, procedure, section=name)
    attributes = getattr(part, "attributes", {})
    for attribute, spec in attributes.items():
        typing.attribute(spec, name=attribute)
    frame = source.lazy().select("unit_id", *[one.name for one in columns], *attributes)
    if within:
        # A case without anything under these columns has no row in the child table.
        frame = frame.filter(reduce(or_, [_filled(one) for one in columns]))
    ensure_together(milestones, frame, name=name)
    frame = _not_below_zero(name, columns, frame, mapping)
    frame, intake = _referring(name, frame, milestones, mapping)
    return Child(frame, intake, tuple(typing.conversions))


def _not_below_zero(
    name: str, columns: tuple[ChildColumn, ...], frame: nw.LazyFrame[Any], mapping: CaseMapping
) -> nw.LazyFrame[Any]:
    """Refuse lengths and amounts below zero, or take them as not recorded where faults are counted."""
    numbers = [one.name for one in columns if one.kind == "number"]
    if not numbers:
        return frame
    below = {one: (nw.col(one) < 0).fill_null(value=False) for one in numbers}
    if mapping.data.faults == "count":
        return frame.with_columns(
            **{one: nw.when(~wrong).then(nw.col(one)).otherwise(nw.lit(None)) for one, wrong in below.items()}
        )
    found = frame.select(**{one: wrong.cast(nw.Int64).sum() for one, wrong in below.items()}).collect()
    n = sum(int(found.get_column(one)[0] or 0) for one in numbers)
    if n:
        raise CaseDataError(
            trn(
                "{n} number in [{section}] is below zero, which no length and no amount can be.",
                "{n} numbers in [{section}] are below zero, which no length and no amount can be.",
                n,
                section=name,
            ),
            tr('Correct the cells, or set faults = "count" in [data] to take them as not recorded.'),
        )
    return frame


def _filled(column: ChildColumn) -> nw.Expr:
    """Return whether a cell says something; never null."""
    cell = nw.col(column.name)
    if column.kind == "text":
        return ~cell.fill_null(NOT_RECORDED).is_in(list(MISSING_LEVELS))
    return ~cell.is_null()


def _type(typing: Typing, column: ChildColumn, part: ChildPart, procedure: Procedure, *, section: str) -> None:
    """Add one canonical column; null throughout where the mapping names nothing for it."""
    where, spec = f"{section}.{column.key}", getattr(part, column.key)
    if column.name == "months" and getattr(part, "years", None) is not None:
        _length(typing, part, section=section)
    elif spec is None:
        typing.source.add(column.name, nw.lit(None, dtype=_TYPES[column.kind]))
    elif column.kind == "id":
        typing.id(spec, name=column.name, where=where)
    elif isinstance(spec, OutcomePart):
        _ending(typing, column, spec, procedure, where=where)
    elif isinstance(spec, DateColumn):
        typing.day(spec, name=column.name, where=where)
    elif isinstance(spec, LabelColumn):
        typing.label(spec, name=column.name, where=where, known=column.words)
    elif isinstance(spec, TextColumn):
        text = AttributeColumn(column=typing.source.need(spec.column, where=where), labels=spec.labels)
        typing.attribute(text, name=column.name)
    else:
        typing.number(typing.source.need(spec, where=where), name=column.name)


def _ending(typing: Typing, column: ChildColumn, spec: OutcomePart, procedure: Procedure, *, where: str) -> None:
    """Add the ending of a member, or its day."""
    if column.kind == "label":
        meant = state_of(procedure, f"{where}.labels")
        typing.label(spec, name=column.name, where=where, known=(*procedure.ids, PENDING), state=meant)
    elif spec.date is not None:
        typing.day(spec.date, name=column.name, where=f"{where}.date")
    else:
        typing.source.add(column.name, nw.lit(None, dtype=_TYPES["day"]))


def _length(typing: Typing, part: ChildPart, *, section: str) -> None:
    """Add the length in months from columns of years and perhaps of months; an empty one of two is zero."""
    parts = []
    for key, times in (("years", _MONTHS_IN_A_YEAR), ("months", 1)):
        column = getattr(part, key)
        if column is not None:
            typing.number(typing.source.need(column, where=f"{section}.{key}"), name=f"length__{key}")
            parts.append((f"length__{key}", times))
    typing.source.add_total("months", parts)


def _referring(
    name: str, frame: nw.LazyFrame[Any], milestones: nw.LazyFrame[Any], mapping: CaseMapping
) -> tuple[nw.LazyFrame[Any], ChildIntake]:
    """Refuse rows that refer to no case, or count them and leave them out."""
    known = milestones.select("unit_id", known=nw.lit(1))
    looked = frame.select("unit_id").join(known, on="unit_id", how="left")
    no_id = nw.col("unit_id").is_null()
    found = looked.select(
        rows=nw.len(),
        without=no_id.cast(nw.Int64).sum(),
        unknown=(nw.col("known").is_null() & ~no_id).cast(nw.Int64).sum(),
    ).collect()
    rows, without, unknown = (int(found.get_column(one)[0] or 0) for one in ("rows", "without", "unknown"))
    if name in TIES:
        # a case that was joined into another one is often no longer in the register: nothing is lost with its row
        return frame.join(milestones.select("unit_id"), on="unit_id", how="inner"), ChildIntake(name=name, rows=rows)
    if (without or unknown) and mapping.data.faults == "refuse":
        raise _strays(name, rows, without, unknown, mapping.cases.unit)
    if rows and without + unknown == rows and not mapping.data.coding_sheet:
        # an empty table would be left, and answers would speak of it as if nobody had written anything down; of a
        # coding sheet each such row is told by its number before anything is answered
        raise CaseDataError(
            _strays(name, rows, without, unknown, mapping.cases.unit).problem,
            tr("Compare the ids of both tables; often they are written in two ways. Or leave the section out."),
        )
    if without or unknown:
        frame = frame.join(milestones.select("unit_id"), on="unit_id", how="inner")
    return frame, ChildIntake(name=name, rows=rows, without_id=without, unknown_ids=unknown)


def _strays(name: str, rows: int, without: int, unknown: int, unit: str) -> CaseDataError:
    remedy = tr(
        'Compare the ids of both tables; often they are written in two ways. Or set faults = "count" in [data] to '
        "leave such rows out and count them."
    )
    if unknown:
        return CaseDataError(
            trn(
                "{n} row of {rows} in [{section}] belongs to no {unit} in the data.",
                "{n} rows of {rows} in [{section}] belong to no {unit} in the data.",
                unknown,
                rows=rows,
                section=name,
                unit=unit_words(unit),
            ),
            remedy,
        )
    return CaseDataError(
        trn(
            "{n} row of {rows} in [{section}] has no id.",
            "{n} rows of {rows} in [{section}] have no id.",
            without,
            rows=rows,
            section=name,
        ),
        remedy,
    )
