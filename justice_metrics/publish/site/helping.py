"""The help page: whom to call, where to report, which services there are; its addresses are safe to open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...base.errors import OutputError
from ...base.language import Label, Language, Readable, tr
from .words import WORDS

NEUTRAL: Final = "https://www.wikipedia.org/"
"""Where the quick exit leads when the help file names no other page."""
_WEB: Final = re.compile(r"https?://[^\s<>\"'`\\]+")
_DIAL: Final = re.compile(r"\+?[0-9*#]{2,20}")
_KEYS: Final = ("name", "kind", "number", "dial", "address", "hours", "languages", "note", "url", "place")


def helped(given: Mapping[str, Any], languages: Sequence[Language]) -> dict[str, Any]:
    """Return what the help page shows, every key there.

    Parameters
    ----------
    given : mapping
        ``note``, ``leave`` (``url``), ``hotlines``, ``report``, ``services`` (lists of mappings), ``register``,
        ``alerts`` (``text``, ``url``); whatever is missing is not shown.
    languages : sequence of str
        Of the site; the order of places is that of the first one.

    Raises
    ------
    OutputError
        When an address is no web address, or a number to dial is none.
    """
    hotlines = [_entry(one) for one in given.get("hotlines") or ()]
    report = [_entry(one) for one in given.get("report") or ()]
    services = [_entry(one) for one in given.get("services") or ()]
    links = [
        (f"{name}-help", WORDS[words], _link(given[name]))
        for name, words in (("register", "register"), ("alerts", "alerts_help"))
        if given.get(name)
    ]
    leave = given.get("leave") or {}
    return {
        "note": _words(given.get("note")),
        "leave": _address(leave.get("url")) or NEUTRAL,
        "hotlines": hotlines,
        "report": report,
        "links": links,
        "services": _by_place(services, languages[0]),
        "empty": not (hotlines or report or services or links),
    }


def _by_place(services: Sequence[Mapping[str, Any]], language: Language) -> list[tuple[Readable, list[Any]]]:
    found: dict[str, tuple[Readable, list[Any]]] = {}
    for one in services:
        place = one["place"] or tr("everywhere")
        found.setdefault(place.text(language), (place, []))[1].append(one)
    return [found[name] for name in sorted(found)]


def _entry(given: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {key: _words(given.get(key)) for key in _KEYS}
    made["url"], made["dial"] = _address(given.get("url")), _dial(given.get("dial"))
    made["free"] = bool(given.get("free"))
    return made


def _link(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": _words(given.get("text")), "url": _address(given.get("url"))}


def _words(given: Any) -> Readable | None:
    if given is None:
        return None
    return given if isinstance(given, Readable) else Label(str(given))


def _address(given: Any) -> str | None:
    if not given:
        return None
    if not _WEB.fullmatch(str(given)):
        raise OutputError(
            tr("An address of the help page is no web address."), tr("Write it whole, such as https://example.org/.")
        )
    return str(given)


def _dial(given: Any) -> str | None:
    if not given:
        return None
    if not _DIAL.fullmatch(str(given)):
        raise OutputError(
            tr("A number of the help page cannot be dialled."),
            tr("Write digits only, such as 800140348 or +59122123456."),
        )
    return str(given)
