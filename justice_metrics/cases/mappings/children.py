"""The sections of a mapping that describe tables which hang on the cases: several rows per case, or none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from ...base.language import tr
from ...base.settings import ReadableError
from .parts import (
    DateColumn,
    DateSpec,
    LabelColumn,
    Labels,
    LabelSpec,
    Name,
    Names,
    OutcomePart,
    Part,
    as_column,
    as_several,
    clear_labels,
    date_columns,
    outcome_columns,
)


class TextColumn(Part):
    """A column of texts of the user's own; a text without a label stays as it is.

    Attributes
    ----------
    column : str
        Column with the texts.
    labels : mapping of str to str
        What the texts are called.
    """

    column: Name
    labels: Labels = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_labels(self) -> TextColumn:
        clear_labels(self.labels)
        return self


TextSpec: TypeAlias = Annotated[TextColumn, BeforeValidator(as_column, json_schema_input_type=str | TextColumn)]


class ChildPart(Part):
    """What every such section says: where its table is, and how it is tied to the cases.

    Attributes
    ----------
    file : str or list of str, optional
        The table; without ``file``, ``sheet``, ``table`` and ``query`` its columns stand in the table of the cases.
    sheet : str, optional
        For a workbook; without ``file`` it is a sheet of the workbook with the cases.
    table, query : str, optional
        For a database; without ``file`` it is the one with the cases.
    id : str or list of str, optional
        Column or columns of the case's id; those of [cases] without it.
    """

    file: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Name | None = None
    table: Name | None = None
    query: Name | None = None
    id: Names | None = None

    @property
    def apart(self) -> bool:
        """Whether the table is a file, a sheet or a table of its own."""
        return bool(self.file) or any(one is not None for one in (self.sheet, self.table, self.query))


class HearingsPart(ChildPart):
    """[hearings]: one row per hearing that was scheduled.

    Attributes
    ----------
    scheduled : str or table, optional
        The day for which it was set.
    status : str or table, optional
        What became of it: held, suspended, or still scheduled.
    kind, reason : str or table, optional
        What it was for; why it was suspended.
    """

    scheduled: DateSpec | None = None
    status: LabelSpec | None = None
    kind: TextSpec | None = None
    reason: TextSpec | None = None


class MeasuresPart(ChildPart):
    """[measures]: one row per protection measure.

    Attributes
    ----------
    requested, ordered, end, breached : str or table, optional
        The days on which it was asked for, ordered, lifted, and first breached.
    kind : str or table, optional
    """

    kind: TextSpec | None = None
    requested: DateSpec | None = None
    ordered: DateSpec | None = None
    end: DateSpec | None = None
    breached: DateSpec | None = None


class StatementsPart(ChildPart):
    """[statements]: one row per statement of the victim.

    Attributes
    ----------
    date : str or table, optional
    kind : str or table, optional
        Before whom, or of what sort.
    recorded : str or table, optional
        Whether it was recorded so that it need not be repeated: yes or no.
    """

    date: DateSpec | None = None
    kind: TextSpec | None = None
    recorded: LabelSpec | None = None


class DetentionPart(ChildPart):
    """[detention]: one row per spell of preventive detention, with the days on which it began and ended."""

    start: DateSpec | None = None
    end: DateSpec | None = None


class SentencesPart(ChildPart):
    """[sentences]: one row per sentence.

    Attributes
    ----------
    date : str or table, optional
    offence : str or table, optional
        For which offence; it may differ from that of the complaint.
    years, months : str, optional
        Columns of its length; with both, they are added.
    status : str or table, optional
        enforced, suspended, not_enforced or under_appeal.
    enforced : str or table, optional
        The day on which its enforcement began.
    """

    date: DateSpec | None = None
    offence: TextSpec | None = None
    years: Name | None = None
    months: Name | None = None
    status: LabelSpec | None = None
    enforced: DateSpec | None = None


class WarrantsPart(ChildPart):
    """[warrants]: one row per arrest warrant, with the days on which it was issued and executed."""

    issued: DateSpec | None = None
    executed: DateSpec | None = None


class ReparationPart(ChildPart):
    """[reparation]: one row per order of reparation, with days and amounts.

    Attributes
    ----------
    ordered, paid : str or table, optional
        Days.
    ordered_amount, paid_amount : str, optional
        Columns with the amounts, in one currency.
    """

    ordered: DateSpec | None = None
    ordered_amount: Name | None = None
    paid: DateSpec | None = None
    paid_amount: Name | None = None


class ChildColumn(NamedTuple):
    """One canonical column of a child table.

    Attributes
    ----------
    name : str
        Canonical name.
    key : str
        Key of the mapping.
    kind : {"day", "label", "text", "number", "id"}
    words : tuple of str
        For labels: what they may stand for.
    """

    name: str
    key: str
    kind: Literal["day", "label", "text", "number", "id"]
    words: tuple[str, ...] = ()


def _days(*keys: str) -> tuple[ChildColumn, ...]:
    return tuple(ChildColumn("day" if key == "date" else f"{key}_day", key, "day") for key in keys)


_KIND: Final = ChildColumn("kind", "kind", "text")
# A member may have an ending of its own; attributes follow these columns.
_MEMBER: Final = (
    ChildColumn("member_id", "member", "id"),
    ChildColumn("outcome", "outcome", "label"),
    ChildColumn("outcome_day", "outcome", "day"),
)

# Every child table has ``unit_id`` before these columns.
CHILD_COLUMNS: Final[Mapping[str, tuple[ChildColumn, ...]]] = MappingProxyType(
    {
        "hearings": (
            _KIND,
            *_days("scheduled"),
            ChildColumn("status", "status", "label", ("held", "suspended", "scheduled")),
            ChildColumn("reason", "reason", "text"),
        ),
        "measures": (_KIND, *_days("requested", "ordered", "end", "breached")),
        "statements": (*_days("date"), _KIND, ChildColumn("recorded", "recorded", "label", ("yes", "no"))),
        "detention": _days("start", "end"),
        "sentences": (
            *_days("date"),
            ChildColumn("offence", "offence", "text"),
            ChildColumn("months", "months", "number"),
            ChildColumn("status", "status", "label", ("enforced", "suspended", "not_enforced", "under_appeal")),
            *_days("enforced"),
        ),
        "warrants": _days("issued", "executed"),
        "reparation": (
            *_days("ordered"),
            ChildColumn("ordered_amount", "ordered_amount", "number"),
            *_days("paid"),
            ChildColumn("paid_amount", "paid_amount", "number"),
        ),
        "victims": _MEMBER,
        "accused": _MEMBER,
        "charges": _MEMBER,
        "joined": (ChildColumn("into", "into", "id"), *_days("date")),
        "split": (ChildColumn("origin", "origin", "id"), *_days("date")),
    }
)
CHILDREN: Final = tuple(CHILD_COLUMNS)
# Those that hold the members of a case, by the unit that a member is.
MEMBERS: Final[Mapping[str, str]] = MappingProxyType({"victim": "victims", "accused": "accused", "charge": "charges"})
# Those that say of a case that it belongs with another one; the case itself may be gone from the register.
TIES: Final = ("joined", "split")


def check_child(name: str, part: ChildPart) -> None:
    """Refuse a section without any column, and labels that stand for something unknown."""
    if not child_columns(name, part):
        raise ReadableError(
            tr("the section [{section}] names no column; it knows: {keys}", section=name, keys=", ".join(_keys(name)))
        )
    for column in CHILD_COLUMNS[name]:
        spec = getattr(part, column.key)
        if column.kind != "label" or spec is None or not column.words:
            continue
        meant = {*spec.labels.values(), *([spec.otherwise] if spec.otherwise else [])}
        for word in sorted(meant - set(column.words)):
            raise ReadableError(
                tr(
                    "{section}.{key}: '{word}' is none of: {words}",
                    section=name,
                    key=column.key,
                    word=word,
                    words=", ".join(column.words),
                )
            )


def child_columns(name: str, part: ChildPart) -> tuple[tuple[str, str], ...]:
    """Return the columns that a section needs besides the id, each with the key that names it."""
    named: list[tuple[str, str]] = []
    for key in _keys(name):
        spec = getattr(part, key)
        if isinstance(spec, DateColumn):
            named += date_columns(spec, f"{name}.{key}")
        elif isinstance(spec, OutcomePart):
            named += outcome_columns(spec, f"{name}.{key}")
        elif isinstance(spec, tuple):
            named += [(column, f"{name}.{key}") for column in spec]
        elif isinstance(spec, LabelColumn | TextColumn):
            named.append((spec.column, f"{name}.{key}"))
        elif isinstance(spec, str):
            named.append((spec, f"{name}.{key}"))
    attributes = getattr(part, "attributes", {})
    named += [(one.column, f"{name}.attributes.{attribute}") for attribute, one in attributes.items()]
    return tuple(named)


def child_dates(name: str, part: ChildPart) -> tuple[DateColumn, ...]:
    """Return the date columns of a section."""
    found = [getattr(part, key) for key in _keys(name)]
    found += [one.date for one in found if isinstance(one, OutcomePart)]
    return tuple(one for one in found if isinstance(one, DateColumn))


def _keys(name: str) -> tuple[str, ...]:
    keys = dict.fromkeys(one.key for one in CHILD_COLUMNS[name])
    return ("years", *keys) if name == "sentences" else tuple(keys)
