"""The linkage file: which registers there are, and which of their columns say who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, PrivateAttr, field_validator, model_validator

from ...base.language import tr
from ...base.settings import ReadableError, read_toml, validated
from ..conversions.days import ColumnOrder, DateOrder
from ..mappings.parts import MissingCode, Name, Part

Engine: TypeAlias = Literal["duckdb", "spark"]
# Columns that say who somebody is: they never go into case data.
IDENTITY: Final = (
    "given_names",
    "first_surname",
    "second_surname",
    "surnames",
    "birth_date",
    "document",
)


class RegisterPart(Part):
    """[[registers]]: one register, a row per record.

    Attributes
    ----------
    name : str
        What it is called in results.
    file : str
        The file, beside the linkage file; left out where a frame is handed over.
    id : str
        Column with the id of the record in this register.
    given_names : str
        Column with the given names.
    first_surname, second_surname : str, optional
        Columns with the surnames; or
    surnames : str, optional
        one column with both.
    birth_date, age : str, optional
        Column with the date of birth, and with the age on the day of the record.
    sex, place, document : str, optional
        Further columns that help to tell people apart.
    sex_labels : dict
        What stands in the column of sex, where it is not clear by itself: ``{ "1" = "m", "2" = "f" }``.
    date : str, optional
        Day of the record: settles which case is meant when a person has several.
    keep : tuple of str
        Further columns that may go into case data. All others stay behind: they can hold other people's names,
        telephones or addresses.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    file: Name | None = None
    sheet: Name | None = None
    encoding: Name | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    id: Name
    given_names: Name
    first_surname: Name | None = None
    second_surname: Name | None = None
    surnames: Name | None = None
    birth_date: Name | None = None
    birth_date_order: ColumnOrder | None = None
    age: Name | None = None
    sex: Name | None = None
    sex_labels: Mapping[Name, Literal["f", "m"]] = Field(default_factory=dict)
    place: Name | None = None
    document: Name | None = None
    date: Name | None = None
    keep: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _check_names(self) -> RegisterPart:
        if (self.surnames is None) == (self.first_surname is None):
            raise ReadableError(tr("give either 'surnames' (both in one column) or 'first_surname'"))
        if self.second_surname is not None and self.first_surname is None:
            raise ReadableError(tr("'second_surname' needs 'first_surname'"))
        if self.age is not None and self.date is None:
            raise ReadableError(tr("'age' needs 'date': it is the age on the day of the record"))
        if self.sex_labels and self.sex is None:
            raise ReadableError(tr("'sex_labels' needs 'sex'"))
        named = [one for one in self.keep if one in (*self.identity, self.id)]
        if named:
            raise ReadableError(
                tr("'keep' names '{column}', which says who somebody is and stays behind", column=named[0])
            )
        return self

    @property
    def columns(self) -> dict[str, str]:
        """The columns that the register names, by what they hold."""
        held = ("id", *IDENTITY, "age", "sex", "place", "date")
        return {one: column for one in held if (column := getattr(self, one)) is not None}

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that say who somebody is."""
        return tuple(column for one, column in self.columns.items() if one in IDENTITY)

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that may go into case data: day, sex and place of the record, and those named in ``keep``."""
        named = [column for one in ("date", "sex", "place") if (column := getattr(self, one)) is not None]
        return tuple(dict.fromkeys(one for one in (*named, *self.keep) if one not in (*self.identity, self.id)))


class LinkagePart(Part):
    """[linkage]: what holds for all registers.

    Attributes
    ----------
    engine : {"duckdb", "spark"}
        Where the pairs are compared.
    date_order : {"dmy", "mdy", "ymd"}, optional
        Order of the dates; found out by column where it is not declared.
    lowest : float
        Pairs with a smaller probability are not kept.
    seed : int
        Of the draws by which chance agreement is estimated.
    simulated : bool
        Marks every result.
    """

    engine: Engine = "duckdb"
    date_order: DateOrder | None = None
    lowest: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    seed: int = 1
    simulated: bool = False


class LinkagePlan(Part):
    """A whole linkage file: ``[linkage]``, ``[[registers]]`` and ``[missing]``."""

    linkage: LinkagePart = Field(default_factory=LinkagePart)
    registers: Annotated[tuple[RegisterPart, ...], Field(min_length=2, max_length=12)]
    missing: Mapping[Name, MissingCode] = Field(default_factory=dict)
    _folder: Path = PrivateAttr(default=Path())

    @field_validator("registers")
    @classmethod
    def _named_apart(cls, registers: tuple[RegisterPart, ...]) -> tuple[RegisterPart, ...]:
        names = [one.name for one in registers]
        if len(set(names)) < len(names):
            raise ReadableError(tr("two registers have the same name"))
        return registers

    def beside(self, folder: Path) -> LinkagePlan:
        """Return the plan with file names that start from ``folder``."""
        moved = self.model_copy()
        moved._folder = folder  # noqa: SLF001 (its own class)
        return moved

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the linkage file and of the registers."""
        files = [self.path(one.file).absolute().parent for one in self.registers if one.file is not None]
        return tuple(dict.fromkeys([*([self._folder.absolute()] if self._folder != Path() else []), *files]))

    def path(self, name: str) -> Path:
        """Return where a file lies: names start from the folder of the linkage file."""
        return self._folder / name


def read_plan(given: LinkagePlan | str | Path | Mapping[str, Any]) -> LinkagePlan:
    """Read a linkage file.

    Parameters
    ----------
    given : LinkagePlan, path or dict

    Raises
    ------
    SettingsError
        With the key, what was found and what is allowed.
    """
    if isinstance(given, LinkagePlan):
        return given
    if isinstance(given, Mapping):
        return validated(LinkagePlan, given, source=tr("linkage file").text())
    path = Path(given)
    return validated(LinkagePlan, read_toml(path), source=path.name).beside(path.parent)
