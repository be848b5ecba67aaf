"""Procedures as TOML files: the shape of the file, the shipped ones, and reading one by id or by path."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..base.errors import ProcedureError, SettingsError, suggestion
from ..base.language import Label, tr
from ..base.settings import read_toml, validated
from .procedure import Procedure
from .procedure_parts import Breach, Certainty, CountedFrom, Kind, Limit, Move, OutcomeClass, Role, State, TimeUnit

_SHIPPED: Final = "justice_metrics.cases"
_ID: Final = r"^[a-z][a-z0-9_]*$"


def _as_list(given: Any) -> Any:
    """Let ``from = "charged"`` stand for a list of one."""
    return [given] if isinstance(given, str) else given


Id = Annotated[str, Field(pattern=_ID, max_length=60)]
Ids = Annotated[list[Id], BeforeValidator(_as_list, json_schema_input_type=Id | list[Id])]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Words(_Entry):
    """Words in the languages of the library; English is needed, Spanish falls back on it."""

    en: Annotated[str, Field(min_length=1)]
    es: Annotated[str, Field(min_length=1)] | None = None

    def label(self) -> Label:
        """Return the words as a label."""
        return Label(self.model_dump(exclude_none=True))


class ProcedureHead(_Entry):
    """The table ``[procedure]``."""

    id: Id
    title: Words
    valid_from: dt.date
    valid_to: dt.date | None = None
    source: Annotated[str, Field(min_length=1)]


class StateEntry(_Entry):
    """One ``[[state]]``."""

    id: Id
    kind: Kind
    label: Words
    role: Role | None = None
    outcome_class: Annotated[OutcomeClass | None, Field(alias="class")] = None
    reopens: bool = False
    funnel: bool = True

    def state(self) -> State:
        """Return the state that the entry describes."""
        return State(
            id=self.id,
            kind=self.kind,
            label=self.label.label(),
            role=self.role,
            outcome_class=self.outcome_class,
            reopens=self.reopens,
            funnel=self.funnel,
        )


class MoveEntry(_Entry):
    """One ``[[move]]``; several states can be left for the same ones."""

    from_states: Annotated[Ids, Field(alias="from")]
    to: Ids

    def moves(self) -> list[Move]:
        """Return one move per state that is left."""
        return [Move(one, tuple(self.to)) for one in self.from_states]


class LimitEntry(_Entry):
    """One ``[[limit]]``; without ``from`` or ``to`` it is known to the reader but cannot be measured from dates."""

    id: Id
    label: Words
    from_states: Annotated[Ids, Field(alias="from")] = []
    counted_from: CountedFrom = "event"
    to: Ids = []
    amount: Annotated[int, Field(gt=0)]
    unit: TimeUnit
    article: Annotated[str, Field(min_length=1)]
    breach: Breach = "not_written"
    certainty: Certainty
    condition: Words | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    stands_for: Words | None = None

    def limit(self) -> Limit:
        """Return the limit that the entry describes."""
        return Limit(
            id=self.id,
            label=self.label.label(),
            from_states=tuple(self.from_states),
            counted_from=self.counted_from,
            to=tuple(self.to),
            amount=self.amount,
            unit=self.unit,
            article=self.article,
            breach=self.breach,
            certainty=self.certainty,
            condition=self.condition.label() if self.condition else None,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            stands_for=self.stands_for.label() if self.stands_for else None,
        )


class CalendarEntry(_Entry):
    """The table ``[calendar]``."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]


class ProcedureFile(_Entry):
    """A procedure file as a whole."""

    procedure: ProcedureHead
    state: Annotated[list[StateEntry], Field(min_length=1)]
    move: Annotated[list[MoveEntry], Field(min_length=1)]
    limit: list[LimitEntry] = []
    calendar: CalendarEntry | None = None

    def build(self) -> Procedure:
        """Return the procedure, checked as a whole."""
        head = self.procedure
        return Procedure(
            id=head.id,
            title=head.title.label(),
            valid_from=head.valid_from,
            valid_to=head.valid_to,
            source=head.source,
            states=tuple(one.state() for one in self.state),
            moves=tuple(move for one in self.move for move in one.moves()),
            limits=tuple(one.limit() for one in self.limit),
            country=self.calendar.country if self.calendar else None,
        )


def shipped_procedures() -> tuple[str, ...]:
    """Return the ids of the procedures that come with the library, in alphabetical order.

    Examples
    --------
    >>> shipped_procedures()
    ('bolivia', 'common_law', 'guatemala')
    """
    folder = files(_SHIPPED).joinpath("procedures")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def read_procedure(id_or_path: str | Path) -> Procedure:
    """Read a procedure that comes with the library, or one of your own.

    Parameters
    ----------
    id_or_path : str or Path
        A shipped id such as ``"bolivia"``, or the path of a TOML file (anything that ends in ``.toml`` or
        names a folder).

    Returns
    -------
    Procedure
        Checked as a whole.

    Raises
    ------
    SettingsError
        When there is no such procedure or file, or the file has not the shape of a procedure.
    ProcedureError
        When its parts do not hold together: unknown state, unreachable outcome, outcome without class.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> jm.read_procedure("guatemala").start
    'complaint'
    """
    path = Path(id_or_path)
    if path.suffix.casefold() != ".toml" and len(path.parts) == 1:
        return _read_shipped(str(id_or_path))
    return _read(path)


def procedure_schema() -> dict[str, Any]:
    """Return the JSON schema of a procedure file, for editors that check while one types."""
    schema = ProcedureFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Procedure"}


@cache
def _read_shipped(id: str) -> Procedure:
    # nobody can change what comes with the library, nor a procedure once it is made
    shipped = shipped_procedures()
    if id not in shipped:
        raise SettingsError(
            tr("No procedure '{id}' comes with the library.", id=id),
            suggestion(id, shipped),
        )
    with as_file(files(_SHIPPED).joinpath("procedures", f"{id}.toml")) as path:
        return _read(path)


def _read(path: Path) -> Procedure:
    made = validated(ProcedureFile, read_toml(path), source=path.name)
    try:
        return made.build()
    except ProcedureError as error:
        raise ProcedureError(tr("{source}: {problem}", source=path.name, problem=error.problem), error.remedy) from None
