"""News of a site: an Atom feed of its releases, the latest first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from ...base.language import Language, Readable, tr
from ..inert import plain
from .model import Site

_ATOM: Final = "http://www.w3.org/2005/Atom"


def feed_bytes(
    site: Site,
    *,
    language: Language,
    name: str,
    page: str,
    changes: Sequence[Readable] = (),
    earlier: Sequence[dt.date] = (),
    address: str | None = None,
) -> bytes:
    """Return the feed of a site in one language.

    Parameters
    ----------
    site : Site
    language : str
    name : str
        Name of the feed's file.
    page : str
        Address of the start page in this language, below the folder of a release.
    changes : sequence of Readable
        What changed since the release before.
    earlier : sequence of date
        Releases before this one.
    address : str, optional
        Where the site stands, with "/" at its end; else all addresses are relative to the feed.

    Returns
    -------
    bytes
        Atom 1.0; the same site gives the same bytes.
    """
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": language})
    base = address or ""
    title = plain(site.title.text(language))
    _text(root, "id", _id(site, ""))
    _text(root, "title", title)
    _text(root, "updated", _moment(site.published_on))
    author = ElementTree.SubElement(root, _name("author"))
    _text(author, "name", plain(site.institution.text(language)))
    ElementTree.SubElement(root, _name("link"), {"rel": "self", "href": f"{base}{name}"})
    ElementTree.SubElement(root, _name("link"), {"rel": "alternate", "type": "text/html", "href": f"{base}{page}"})
    for day in sorted({site.published_on, *earlier}, reverse=True):
        entry = ElementTree.SubElement(root, _name("entry"))
        _text(entry, "id", _id(site, day.isoformat()))
        _text(entry, "title", plain(tr("{title}, release of {day}", title=title, day=day).text(language)))
        _text(entry, "updated", _moment(day))
        ElementTree.SubElement(
            entry, _name("link"), {"rel": "alternate", "href": f"{base}releases/{day.isoformat()}/{page}"}
        )
        if day == site.published_on and changes:
            _text(entry, "summary", " ".join(plain(one.text(language)) for one in changes))
        else:
            _text(entry, "summary", title)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _id(site: Site, what: str) -> str:
    """Return a name that is the same at every place where the site may stand."""
    words = "\n".join([site.institution.text(site.languages[0]), site.title.text(site.languages[0]), what])
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, words)}"


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _name(local: str) -> str:
    return f"{{{_ATOM}}}{local}"


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, _name(name)).text = words
