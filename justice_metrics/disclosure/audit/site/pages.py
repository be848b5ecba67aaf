"""Pages and pictures of a site: what they run, what they ask of other places, and which numbers they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from ....base.language import Message, tr
from ..contents.pages import Told

_REMOTE: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_SCHEME: Final = re.compile(r"\s*(?:javascript|vbscript|data:text/html)", re.IGNORECASE)
_FETCHES: Final = {"src", "srcset", "poster", "background", "data", "action", "formaction"}
_RUNS: Final = {"iframe", "object", "embed", "applet", "base", "foreignobject"}
_VOID: Final = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# A number by itself, in an attribute that only scripts read: those hold names, and the day of the release.
_ALONE: Final = re.compile(r"(?<![\w./-])\d+(?:[.,]\d+)*(?![\w./-])")
_STYLE_FETCH: Final = re.compile(r"@import|url\(\s*['\"]?\s*(?:[a-z]+:)?//", re.IGNORECASE)
_POLICY: Final = ("default-src 'none'", "script-src 'self'", "style-src 'self'")
_UNSAFE: Final = ("unsafe-inline", "unsafe-eval", "*")
# What may be a link to elsewhere: nothing is asked until somebody follows it.
_HELP: Final = "help"
_DIGIT: Final = re.compile(r"\d")


class SitePage(HTMLParser):
    """Collects what a page of a site runs and asks for, and the numbers that it shows of each figure.

    Parameters
    ----------
    help : bool
        The page of help, which leads elsewhere.

    Attributes
    ----------
    found : list of (str, Message)
        What may not be in it.
    said : dict of str to list of str
        By figure: cells of its tables, its sentence, and what its picture says to those who do not see it.
    links : int
        How often it leads elsewhere where it should not.
    """

    def __init__(self, *, help: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Told] = []
        self.said: dict[str, list[str]] = {}
        self.links = 0
        self.policy = ""
        self._help = help
        self._open: list[tuple[str, str, bool]] = []
        self._run = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        given = {name.lower(): value or "" for name, value in attrs}
        if tag in _RUNS:
            self.found.append(("active", tr("an element that runs or fetches something: {tag}", tag=tag)))
        if tag == "script":
            self._run = not given.get("src")
        if tag == "style" or "style" in given:
            self.found.append(("active", tr("a style of its own, which its security policy does not let through")))
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given.get("content", "")
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.found.append(("active", tr("an element that runs or fetches something: {tag}", tag=tag)))
        for name, value in given.items():
            self._attribute(tag, name, value, given)
        figure = given.get("data-figure") or (self._open[-1][1] if self._open else "")
        told = (self._open[-1][2] if self._open else False) or _tells(tag, given)
        if figure and tag == "img":
            self._say(figure, given.get("alt", ""))
        if tag not in _VOID:
            self._open.append((tag, figure, told))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those that were never closed in it."""
        self._run &= tag != "script"
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                break

    def handle_comment(self, data: str) -> None:
        """Look at a comment: nobody sees it, and everybody can read it."""
        if data.strip():
            self.found.append(("hidden_part", tr("a comment that a reader does not see")))

    def handle_data(self, data: str) -> None:
        """Look at a text."""
        if self._run and data.strip():
            self.found.append(("active", tr("an element that runs or fetches something: {tag}", tag="script")))
        if self._open and self._open[-1][2] and self._open[-1][1]:
            self._say(self._open[-1][1], data)

    def _say(self, figure: str, text: str) -> None:
        if _DIGIT.search(text):
            self.said.setdefault(figure, []).append(text)

    def _attribute(self, tag: str, name: str, value: str, given: dict[str, str]) -> None:
        if name.startswith("on") or _SCHEME.match(value):
            self.found.append(("active", tr("an attribute that runs something: {name}", name=name)))
        elif name in {"href", "xlink:href"} and tag in {"a", "area"}:
            self.links += bool(_REMOTE.match(value)) and not (self._help or "data-leave" in given)
        elif (name in _FETCHES or name in {"href", "xlink:href"}) and _REMOTE.match(value):
            self.found.append(("remote", tr("an element that fetches something from elsewhere: {tag}", tag=tag)))
        elif name.startswith("data-") and _ALONE.search(value):
            self.found.append(
                ("hidden_part", tr("an attribute that holds numbers a reader does not see: {name}", name=name))
            )


def _tells(tag: str, given: dict[str, str]) -> bool:
    """Whether the numbers in an element are those of the figure: cells of its tables, and its sentence."""
    classes = given.get("class", "").split()
    return "data-reads" in given or "reads" in classes or (tag == "td" and "number" in classes)


def looked_at(data: bytes, *, help: bool) -> SitePage:
    """Read a page.

    Parameters
    ----------
    data : bytes
    help : bool
        The page of help, which leads elsewhere.
    """
    page = SitePage(help=help)
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    if any(one not in page.policy for one in _POLICY) or any(one in page.policy for one in _UNSAFE):
        page.found.append(("remote", tr("no security policy that keeps it from asking elsewhere")))
    return page


class _Picture(HTMLParser):
    """Collects the texts of a drawing but for those of its axes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        given = {name.lower(): value or "" for name, value in attrs}
        skipped = (self._open[-1][1] if self._open else False) or _of_axis(given)
        if not skipped:
            self.said.append(given.get("aria-label", ""))
        self._open.append((tag, skipped, tag in {"text", "tspan", "title", "desc"}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element without content."""
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if any(one[0] == tag for one in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Look at a text that is drawn or read out."""
        if self._open and self._open[-1][2] and not self._open[-1][1]:
            self.said.append(data)


def _of_axis(given: dict[str, str]) -> bool:
    """Whether an element is a scale: its numbers are round, whatever is drawn."""
    classes = given.get("class", "")
    return (
        "role-axis-label" in classes
        or "role-legend-label" in classes
        or given.get("aria-roledescription") in {"axis", "legend"}
        or given.get("id", "").startswith(("xtick", "ytick"))
    )


def drawn_texts(data: bytes) -> list[str]:
    """Return the texts of a drawing, those that are read out too, but for the scales of its axes.

    Parameters
    ----------
    data : bytes
        SVG.
    """
    picture = _Picture()
    picture.feed(data.decode("utf-8", "replace"))
    picture.close()
    return [one for one in picture.said if _DIGIT.search(one)]


def look_at_style(data: bytes) -> Iterator[Told]:
    """Yield that a style sheet fetches something."""
    if _STYLE_FETCH.search(data.decode("utf-8", "replace")):
        yield "remote", _FETCHING_STYLE


_FETCHING_STYLE: Final[Message] = tr("a style that fetches something from elsewhere")
