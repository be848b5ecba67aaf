"""Pages and drawings: what a browser would run, fetch, or hold without showing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from ....base.language import Message, tr

_RUNS: Final = {"script", "iframe", "object", "embed", "form", "applet", "base", "foreignobject"}
_FETCHES: Final = {"src", "srcset", "poster", "background", "data", "action", "formaction"}
_LINKED: Final = {"a", "area"}
_REMOTE: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_STYLE_FETCH: Final = re.compile(r"@import|url\(\s*['\"]?\s*(?:[a-z]+:)?//", re.IGNORECASE)
_UNSEEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DIGIT: Final = re.compile(r"\d")
_TOLD: Final = {"author", "generator", "creator", "date", "last-modified"}

Told = tuple[str, Message]


class _Looker(HTMLParser):
    """Collects what a reader of the page does not see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Told] = []
        self._style = False
        self._metadata = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        given = {name.lower(): value or "" for name, value in attrs}
        if tag in _RUNS:
            self.found.append(("active", tr("an element that runs or fetches something: {tag}", tag=tag)))
        self._style |= tag == "style"
        self._metadata |= tag == "metadata"
        if tag == "meta" and given.get("name", "").lower() in _TOLD:
            self.found.append(("metadata", tr("metadata that tell '{what}'", what=given["name"].lower())))
        for name, value in given.items():
            self._attribute(tag, name, value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element without content."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._style &= tag != "style"
        self._metadata &= tag != "metadata"

    def handle_comment(self, data: str) -> None:
        """Look at a comment: nobody sees it, and everybody can read it."""
        if data.strip():
            self.found.append(("hidden_part", tr("a comment that a reader does not see")))

    def handle_data(self, data: str) -> None:
        """Look at styles and at the metadata of a drawing."""
        if self._style and _STYLE_FETCH.search(data):
            self.found.append(("remote", tr("a style that fetches something from elsewhere")))
        if self._metadata and _DIGIT.search(data) and not data.strip().startswith(("http", "Matplotlib")):
            self.found.append(("metadata", tr("metadata that tell '{what}'", what="metadata")))

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.found.append(("active", tr("an attribute that runs something: {name}", name=name)))
        elif (name in _FETCHES or (name in {"href", "xlink:href"} and tag not in _LINKED)) and _REMOTE.match(value):
            self.found.append(("remote", tr("an element that fetches something from elsewhere: {tag}", tag=tag)))
        elif value.lstrip().lower().startswith(("javascript:", "vbscript:", "data:text/html")):
            self.found.append(("active", tr("an attribute that runs something: {name}", name=name)))
        elif name.startswith("data-") and _DIGIT.search(value):
            self.found.append(
                ("hidden_part", tr("an attribute that holds numbers a reader does not see: {name}", name=name))
            )
        elif name == "hidden" or (name == "style" and _UNSEEN.search(value)):
            self.found.append(("hidden_part", tr("an element that is not shown: {tag}", tag=tag)))
        elif name == "style" and _STYLE_FETCH.search(value):
            self.found.append(("remote", tr("a style that fetches something from elsewhere")))


def look_at_page(data: bytes) -> Iterator[Told]:
    """Yield what a page or a drawing runs, fetches or hides.

    Parameters
    ----------
    data : bytes
        HTML or SVG.
    """
    looker = _Looker()
    looker.feed(data.decode("utf-8", "replace"))
    looker.close()
    yield from looker.found
