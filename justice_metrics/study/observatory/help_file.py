"""The help file of an observatory: whom to call, where to report, which services there are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field, model_validator

from ...base.language import Language, tr
from ...base.settings import ReadableError, read_toml, validated
from .addresses import Address
from .words import Part, Words, ensure_translated, readable

_DIALLED: Final = re.compile(r"[+*#]?[\d\s()./*#-]+")
_FEWEST_DIGITS: Final = 2


Number: TypeAlias = Annotated[str, Field(min_length=1, max_length=60)]


class LeavePart(Part):
    """[leave]: the neutral page that the quick-exit button opens."""

    url: Address


class HotlinePart(Part):
    """[[hotline]]: somebody who answers."""

    name: Words
    number: Number
    hours: Words | None = None
    languages: Words | None = None
    note: Words | None = None
    free: bool = False


class OfficePart(Part):
    """[[report]]: where to report; at least one way to get there."""

    name: Words
    address: Words | None = None
    hours: Words | None = None
    number: Number | None = None
    url: Address | None = None
    place: Words | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _reachable(self) -> OfficePart:
        if self.address is None and self.number is None and self.url is None:
            raise ReadableError(tr("an address, a number or a page is needed: without one nobody finds it"))
        return self


class ServicePart(OfficePart):
    """[[service]]: who helps in a department: shelter, health, legal aid."""

    kind: Words | None = None


class LinkPart(Part):
    """[register], [alerts]: what is there, and its page."""

    text: Words
    url: Address | None = None


class HelpFile(Part):
    """The whole of ``help.toml``; every text plain, or in the languages of the site."""

    note: Words | None = None
    leave: LeavePart
    hotline: Annotated[tuple[HotlinePart, ...], Field(min_length=1)]
    report: tuple[OfficePart, ...] = ()
    register_check: LinkPart | None = Field(default=None, alias="register")
    alerts: LinkPart | None = None
    service: tuple[ServicePart, ...] = ()


def read_help(path: str | Path, *, languages: Sequence[Language]) -> Mapping[str, Any]:
    """Read what the help page of an observatory shows.

    Parameters
    ----------
    path : path
        A TOML file: ``[leave]`` with the page of the quick exit, ``[[hotline]]`` at least once, ``[[report]]``,
        ``[register]``, ``[alerts]`` and ``[[service]]`` as there are.
    languages : sequence of str
        Languages of the site; every text must be given in each.

    Returns
    -------
    mapping
        ``note``, ``leave``, ``hotlines``, ``report``, ``register``, ``alerts``, ``services``; texts are labels, and a
        number that can be dialled is also there as ``dial``.

    Raises
    ------
    SettingsError
        When the file is missing, has no hotline, or a key is wrong: every wrong key.

    Examples
    --------
    >>> found = read_help("sample_data/bolivia_help.toml", languages=("es", "en"))
    >>> len(found["hotlines"]) > 0, found["leave"]["url"].startswith("https://")
    (True, True)
    """
    path = Path(path)
    file = validated(HelpFile, read_toml(path), source=path.name)
    ensure_translated(file, languages, source=path.name)
    return {
        "note": readable(file.note),
        "leave": readable(file.leave),
        "hotlines": tuple(_with_dial(one) for one in file.hotline),
        "report": tuple(_with_dial(one) for one in file.report),
        "register": readable(file.register_check),
        "alerts": readable(file.alerts),
        "services": tuple(_with_dial(one) for one in file.service),
    }


def help_schema() -> dict[str, Any]:
    """Return the JSON schema of a help file, for editors that complete and check TOML."""
    return {**HelpFile.model_json_schema(), "title": "Help"}


def dialled(number: str | None) -> str | None:
    """Return what a telephone dials for a number as it is written; None where it cannot be dialled.

    Examples
    --------
    >>> dialled("+00 (0) 12-34"), dialled("XXX-XX")
    ('+0001234', None)
    """
    if number is None or not _DIALLED.fullmatch(number.strip()):
        return None
    kept = re.sub(r"[^\d+*#]", "", number)
    return kept if sum(one.isdigit() for one in kept) >= _FEWEST_DIGITS else None


def _with_dial(one: HotlinePart | OfficePart) -> dict[str, Any]:
    return {**readable(one), "dial": dialled(one.number)}
