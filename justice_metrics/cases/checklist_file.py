"""Checklists as TOML files: the shape of the file, the shipped ones, and reading one by id or by path."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from ..base.errors import SettingsError, suggestion
from ..base.language import tr
from ..base.settings import ReadableError, read_toml, validated
from .checklist import Checklist, Domain, Item, ItemKind
from .mappings.parts import Name, Part, as_several
from .procedure_file import Words
from .procedure_parts import Certainty, Role

_SHIPPED: Final = "justice_metrics.cases"
# "__" parts the names of columns that are made of it
_ID: Final = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"

ItemId = Annotated[str, Field(pattern=_ID, max_length=48)]
Several = Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])]


class ChecklistHead(Part):
    """The table ``[checklist]``."""

    id: ItemId
    title: Words
    source: Name


class DomainEntry(Part):
    """One ``[[domain]]``."""

    id: ItemId
    label: Words


class ItemEntry(Part):
    """One ``[[item]]``; see :class:`~justice_metrics.cases.checklist.Item`."""

    id: ItemId
    domain: ItemId
    text: Words
    label: Words | None = None
    kind: ItemKind = "answer"
    met: Literal["yes", "no"] | None = None
    at_least: float | None = None
    at_most: float | None = None
    since: ItemId | None = None
    source: Name
    certainty: Certainty
    applies: Words | None = None
    applies_to: dict[Name, Several] = Field(default_factory=dict)
    applies_if: dict[ItemId, Several] = Field(default_factory=dict)
    settled: Role | None = None

    @model_validator(mode="after")
    def _says_what_is_met(self) -> ItemEntry:
        bounded = self.at_least is not None or self.at_most is not None
        if self.kind == "answer" and bounded:
            raise ReadableError(tr("'at_least' and 'at_most' belong to kind = \"number\" or \"days\""))
        if self.kind != "answer" and self.met is not None:
            raise ReadableError(tr("'met' belongs to kind = \"answer\"; a number is met by 'at_least' or 'at_most'"))
        if self.kind == "number" and not bounded:
            raise ReadableError(
                tr("a number needs 'at_least', 'at_most' or both: without them nobody can say if it is met")
            )
        if self.kind == "days" and (self.at_most is None or self.at_least is not None):
            raise ReadableError(tr("days need 'at_most', and no 'at_least'"))
        if self.kind != "days" and self.since is not None:
            raise ReadableError(tr("'since' belongs to kind = \"days\""))
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ReadableError(tr("'at_most' lies below 'at_least'"))
        if (self.applies_to or self.applies_if) and self.applies is None:
            raise ReadableError(tr("a condition is also told in words: add 'applies'"))
        if any(set(answers) - {"yes", "no"} for answers in self.applies_if.values()):
            raise ReadableError(tr("'applies_if' names the answers with which the item applies: yes or no"))
        return self

    def item(self) -> Item:
        """Return the item that the entry describes."""
        return Item(
            id=self.id,
            domain=self.domain,
            text=self.text.label(),
            label=(self.label or self.text).label(),
            kind=self.kind,
            met=self.met or "yes",
            at_least=self.at_least,
            at_most=self.at_most,
            since=self.since or "complaint",
            source=self.source,
            certainty=self.certainty,
            applies=None if self.applies is None else self.applies.label(),
            applies_to=dict(self.applies_to),
            applies_if=dict(self.applies_if),
            settled=self.settled,
        )


class ChecklistFile(Part):
    """A checklist file as a whole."""

    checklist: ChecklistHead
    domain: Annotated[list[DomainEntry], Field(min_length=1)]
    item: Annotated[list[ItemEntry], Field(min_length=1)]

    def build(self) -> Checklist:
        """Return the checklist, checked as a whole."""
        head = self.checklist
        return Checklist(
            id=head.id,
            title=head.title.label(),
            source=head.source,
            domains=tuple(Domain(one.id, one.label.label()) for one in self.domain),
            items=tuple(one.item() for one in self.item),
        )


def shipped_checklists() -> tuple[str, ...]:
    """Return the ids of the checklists that come with the library, in alphabetical order.

    Examples
    --------
    >>> shipped_checklists()
    ('child_sexual_assault',)
    """
    folder = files(_SHIPPED).joinpath("checklists")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def read_checklist(id_or_path: str | Path) -> Checklist:
    """Read a checklist of practice that comes with the library, or one of your own.

    Parameters
    ----------
    id_or_path : str or Path
        A shipped id such as ``"child_sexual_assault"``, or the path of a TOML file (anything that ends in ``.toml`` or
        names a folder).

    Returns
    -------
    Checklist
        Checked as a whole.

    Raises
    ------
    SettingsError
        When there is no such checklist or file, it has not the shape of a checklist, or its items do not hold
        together.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.cases.checklist_file import read_checklist
    >>> [one.id for one in read_checklist("child_sexual_assault").domains][:2]
    ['testimony', 'health']
    """
    path = Path(id_or_path)
    if path.suffix.casefold() == ".toml" or len(path.parts) != 1:
        return _read(path)
    shipped = shipped_checklists()
    if str(id_or_path) not in shipped:
        raise SettingsError(
            tr("No checklist '{id}' comes with the library.", id=str(id_or_path)), suggestion(str(id_or_path), shipped)
        )
    with as_file(files(_SHIPPED).joinpath("checklists", f"{id_or_path}.toml")) as shipped_path:
        return _read(shipped_path)


def checklist_schema() -> dict[str, Any]:
    """Return the JSON schema of a checklist file, for editors that check while one types."""
    schema = ChecklistFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Checklist"}


def _read(path: Path) -> Checklist:
    made = validated(ChecklistFile, read_toml(path), source=path.name)
    try:
        return made.build()
    except SettingsError as error:
        raise SettingsError(tr("{source}: {problem}", source=path.name, problem=error.problem), error.remedy) from None
