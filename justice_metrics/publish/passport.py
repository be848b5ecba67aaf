"""The passport of a release: by which approval, law and agreement it leaves the room, and whom to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from ..base.language import Label, Language, Readable, Setting, tr
from ..base.settings import ReadableError, read_toml, validated
from .inert import plain

_LONGEST: Final = 2000


def _as_words(given: Any) -> Any:
    return {"en": given} if isinstance(given, str) else given


def _said(given: Mapping[str, str]) -> Mapping[str, str]:
    """Refuse a blank text: what is not there is said in words, such as "not needed: public statistics"."""
    if not given or any(not text.strip() for text in given.values()):
        raise ReadableError(tr("nothing is said; where there is none, write so and why"))
    return given


Said = Annotated[
    Mapping[str, Annotated[str, Field(max_length=_LONGEST)]],
    BeforeValidator(_as_words, json_schema_input_type=str | dict[str, str]),
]


class PassportFile(BaseModel):
    """The whole of ``passport.toml``; every text in one language, or as ``{ en = "…", es = "…" }``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    responsible: Said
    ethics_approval: Said
    legal_basis: Said
    data_agreement: Said
    retention: Said
    access: Said
    contact: Said
    licence: Said | None = None
    published_on: dt.date | None = None

    @field_validator(
        "responsible", "ethics_approval", "legal_basis", "data_agreement", "retention", "access", "contact", "licence"
    )
    @classmethod
    def _not_blank(cls, given: Mapping[str, str] | None) -> Mapping[str, str] | None:
        return None if given is None else _said(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """What a release must not travel without.

    Attributes
    ----------
    responsible : Readable
        Who answers for it.
    ethics_approval, legal_basis, data_agreement : Readable
        By which approval, law and agreement the case files were used.
    retention, access : Readable
        How long they are kept, and who may see them.
    contact : Readable
        Whom to ask; an office rather than a person.
    licence : Readable, optional
        What readers may do with the numbers.
    published_on : datetime.date, optional
        Day of the release, as the passport says: the clock is never asked, so that two runs give the same bytes.
    number : int, optional
        Number of the release, once it has one.
    citation : Readable, optional
        How it is to be cited.
    """

    responsible: Readable
    ethics_approval: Readable
    legal_basis: Readable
    data_agreement: Readable
    retention: Readable
    access: Readable
    contact: Readable
    licence: Readable | None = None
    published_on: dt.date | None = None
    number: int | None = None
    citation: Readable | None = None

    def of_release(self, number: int | None, citation: Readable) -> Passport:
        """Return the passport of one release."""
        return replace(self, number=number, citation=citation)

    def pairs(self) -> list[tuple[Readable, Readable]]:
        """Return what a report shows of it: pairs of term and words."""
        found: list[tuple[Readable, Readable | None]] = [
            (tr("Release number"), None if self.number is None else tr("{number}", number=Setting(self.number))),
            (tr("Published on"), None if self.published_on is None else tr("{day}", day=self.published_on)),
            (tr("Responsible"), self.responsible),
            (tr("Ethics approval"), self.ethics_approval),
            (tr("Legal basis"), self.legal_basis),
            (tr("Data agreement"), self.data_agreement),
            (tr("Retention of the case files"), self.retention),
            (tr("Access to the case files"), self.access),
            (tr("Contact"), self.contact),
            (tr("Licence"), self.licence),
            (tr("How to cite"), self.citation),
        ]
        return [(term, said) for term, said in found if said is not None]

    def rows(self, language: Language = "en") -> list[tuple[str, str]]:
        """Return the same in one language, harmless to any page."""
        return [(term.text(language), plain(said.text(language), longest=_LONGEST)) for term, said in self.pairs()]

    def to_record(self) -> dict[str, Any]:
        """Return it for a JSON file, every text in the languages that it was given in."""
        texts = {name: getattr(self, name) for name in PassportFile.model_fields if name != "published_on"}
        return {
            **{name: _languages(said) for name, said in texts.items() if said is not None},
            "published_on": self.published_on.isoformat() if self.published_on else None,
        }


def read_passport(path: str | Path) -> Passport:
    """Read and check the passport of a release.

    Parameters
    ----------
    path : path
        A TOML file with the keys ``responsible``, ``ethics_approval``, ``legal_basis``, ``data_agreement``,
        ``retention``, ``access``, ``contact``; ``licence`` and ``published_on`` may be left out.

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or says nothing under a key: every wrong key.

    Examples
    --------
    >>> from justice_metrics.publish.passport import read_passport
    >>> [term for term, _ in read_passport("sample_data/passport.toml").rows("en")][:2]
    ['Responsible', 'Ethics approval']
    """
    path = Path(path)
    file = validated(PassportFile, read_toml(path), source=path.name)
    texts: dict[str, Any] = {
        name: None if said is None else Label(said) for name, said in file if name != "published_on"
    }
    return Passport(published_on=file.published_on, **texts)


def passport_schema() -> dict[str, Any]:
    """Return the JSON schema of a passport, for editors that complete and check TOML."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PassportFile.model_json_schema(),
        "title": "Passport",
    }


def _languages(said: Readable) -> dict[str, str]:
    return {one: said.text(one) for one in ("en", "es")}
