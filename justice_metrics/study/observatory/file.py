"""What ``observatory.toml`` may say: sources, map, filters, figures, look, texts and help of a site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from ...base.errors import SettingsError
from ...base.language import LANGUAGES, Language, format_number, tr
from ...base.settings import ReadableError, read_toml
from ...publish.site.model import PageName
from ..plan import FileName, Languages
from .addresses import Address
from .words import Part, Words

_LEAST_CONTRAST: Final = 4.5
"""Of letters on their ground, as WCAG 2.2 asks of plain text."""


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


Several: TypeAlias = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(_as_several, json_schema_input_type=str | list[str]),
]


def _dark_enough(given: str) -> str:
    """Refuse a colour on which white letters cannot be read, and which cannot be read on white."""
    contrast = contrast_with_white(given)
    if contrast < _LEAST_CONTRAST:
        raise ReadableError(
            tr(
                "the colour {given} is too light to be read on white (contrast {found}; {least} is needed)",
                given=given,
                found=format_number(contrast, decimals=1),
                least=format_number(_LEAST_CONTRAST, decimals=1),
            )
        )
    return given.lower()


Colour: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_dark_enough)]


class ObservatoryPart(Part):
    """[observatory]: whose site it is, in which languages, where it goes, and by which rules it leaves."""

    title: Words
    institution: Words
    language: Languages = ("es", "en")
    policy: FileName
    passport: FileName
    folder: FileName = "site"
    secure: FileName = "secure"
    secret: FileName | None = None
    published_on: dt.date | None = None
    address: Address | None = None

    @field_validator("published_on", mode="before")
    @classmethod
    def _whole_day(cls, given: Any) -> Any:
        if isinstance(given, dt.datetime) or not isinstance(given, dt.date | str | None):
            raise ReadableError(tr("the day of a release is a day, written as 2026-07-15"))
        return given

    @field_validator("language")
    @classmethod
    def _each_once(cls, language: tuple[Language, ...]) -> tuple[Language, ...]:
        return tuple(dict.fromkeys(language))


class SourcesPart(Part):
    """[sources]: mappings of what the numbers come from; cases or counts are needed, the others may be there."""

    cases: FileName | None = None
    corrections: FileName | None = None
    accused: FileName | None = None
    counts: FileName | None = None
    quantity: str | None = None
    alerts: FileName | None = None

    @model_validator(mode="after")
    def _something(self) -> SourcesPart:
        if self.cases is None and self.counts is None:
            raise ReadableError(tr("'cases' or 'counts' is needed: the mapping of case files, or of a table of counts"))
        if self.cases is None and self.corrections is not None:
            raise ReadableError(tr("'corrections' is the plan of case files, and there are none here"))
        return self


class DemandPart(Part):
    """[demand]: what the page of complaints needs besides the sources."""

    fact: str | None = None


class ResponsePart(Part):
    """[response]: calendar of the legal limits."""

    calendar: FileName | None = None


class TerritoryPart(Part):
    """[territory]: the map, the attribute that it shows, and how many people live where."""

    shapes: FileName | None = None
    key: str = "department"
    code: str = "name"
    population: FileName | None = None


class FiltersPart(Part):
    """[filters]: what a reader may choose by, alone and together."""

    by: Several | None = None
    combine: Literal["all"] | tuple[Several, ...] = ()
    years: Annotated[int, Field(ge=2)] | None = None


class FiguresPart(Part):
    """[figures]: figures that the site does not have."""

    hide: Several = ()


class LookPart(Part):
    """[look]: logo and colour."""

    logo: FileName | None = None
    logo_words: Words | None = None
    colour: Colour = "#1b4d6b"

    @model_validator(mode="after")
    def _told(self) -> LookPart:
        if self.logo is not None and self.logo_words is None:
            raise ReadableError(tr("'logo_words' is missing: what the logo shows, for those who do not see it"))
        return self


class HelpPart(Part):
    """[help]: the file of hotlines and services."""

    file: FileName


class ObservatoryFile(Part):
    """The whole of ``observatory.toml``."""

    observatory: ObservatoryPart
    sources: SourcesPart
    help: HelpPart
    demand: DemandPart = Field(default_factory=DemandPart)
    response: ResponsePart = Field(default_factory=ResponsePart)
    territory: TerritoryPart = Field(default_factory=TerritoryPart)
    filters: FiltersPart = Field(default_factory=FiltersPart)
    figures: FiguresPart = Field(default_factory=FiguresPart)
    look: LookPart = Field(default_factory=LookPart)
    texts: Mapping[PageName, Words] = Field(default_factory=dict)


def contrast_with_white(colour: str) -> float:
    """Return the contrast of a colour with white, from 1 to 21, as WCAG 2.2 defines it.

    Parameters
    ----------
    colour : str
        ``#rrggbb``.

    Examples
    --------
    >>> round(contrast_with_white("#000000")), round(contrast_with_white("#ffffff"))
    (21, 1)
    """
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    luminance = sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05)


def observatory_schema() -> dict[str, Any]:
    """Return the JSON schema of an observatory's settings, for editors that complete and check TOML."""
    return {**ObservatoryFile.model_json_schema(), "title": "Observatory"}


def language_of(path: str | Path) -> Language | None:
    """Return the first language that settings name, without checking anything else; None where they name none."""
    try:
        given = read_toml(path).get("observatory")
    except SettingsError:
        return None
    named = given.get("language") if isinstance(given, Mapping) else None
    first = named[0] if isinstance(named, list) and named else named
    return next((one for one in LANGUAGES if one == first), None)
