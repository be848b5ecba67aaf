"""Pages of a site: what each one shows, in one language and of one edition, filled into its template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import jinja2

from ...base.language import Language, Readable, format_date, tr
from ...disclosure.released import Release
from ..inert import plain
from ..page import environment
from .accounts import Account, account
from .blocks import Block, Copy, block, caption_day, cards, language_name, table_of
from .downloads import dictionary, suffix_of
from .helping import helped
from .model import PAGES, Cube, PageName, Site
from .words import LEADS, TITLES, WORDS

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
"""Own scripts, own style sheet, own pictures; nothing inline, and nothing from elsewhere."""
_ALWAYS: Final = ("start", "data")
_FILES: Final[Mapping[PageName, str]] = MappingProxyType(
    {one: f"{one}.html" for one in PAGES} | {"start": "index.html"}
)
_TOLD_FIRST: Final = (
    "demand-offence",
    "response-funnel",
    "response-convictions",
    "response-open",
    "territory-department",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One copy of a site: the one at the root, or the frozen one in the folder of its day.

    Attributes
    ----------
    frozen : bool
    assets : str
        Name of the folder of style sheet and scripts below ``assets`` of the root.
    logo : str
        Name of the logo's file there; empty without one.
    scripts, vega : bool
        Whether there is a script that makes pages interactive, and the library that draws.
    changes : tuple of Readable
        What changed since the release before.
    earlier : tuple of date
        Releases before this one.
    address : str, optional
        Where the site stands, with "/" at its end.
    pictures : mapping of str to set of str
        Kinds of files that each figure has.
    record : frozenset of str
        Names of the files in ``release``.
    """

    frozen: bool
    assets: str
    logo: str = ""
    scripts: bool = False
    vega: bool = False
    changes: tuple[Readable, ...] = ()
    earlier: tuple[dt.date, ...] = ()
    address: str | None = None
    pictures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    record: frozenset[str] = frozenset()


def site_pages(site: Site, release: Release, edition: Edition, language: Language) -> dict[str, str]:
    """Return the pages of a site in one language, by their names below the folder of the edition.

    Parameters
    ----------
    site : Site
    release : Release
        From which it was made: its ledger and provenance are told.
    edition : Edition
    language : str

    Returns
    -------
    dict of str to str
        Every page of ``PAGES``, and ``figures/<id>.html``; in a folder of its own for all but the first language.
    """
    book = _Book(site, release, edition, language)
    pages = {book.named(_FILES[name]): book.page(name) for name in PAGES}
    return pages | {book.named(f"figures/{one.id}.html"): book.alone(one.id) for one in site.figures}


class _Book:
    """Fills templates with what one language of one edition shows."""

    def __init__(self, site: Site, release: Release, edition: Edition, language: Language) -> None:
        self._site, self._edition, self._language = site, edition, language
        self._suffix = suffix_of(language, site.languages)
        self._folder = f"{language}/" if self._suffix else ""
        self._engine = environment(language)
        self._account: Account = account(release, site, language)
        self._blocks = {
            one.id: block(one, site, language, edition.pictures.get(one.id, frozenset())) for one in site.figures
        }
        self._help = helped(site.help, site.languages)

    def named(self, name: str) -> str:
        """Return the name of a page below the folder of the edition."""
        return self._folder + name

    def page(self, name: PageName) -> str:
        """Return one of the pages."""
        up = "../" if self._folder else ""
        template = name if name in {"start", "data", "help"} else "figures"
        figures = [self._copy(self._blocks[one.id], up) for one in self._site.on(name)]
        content: dict[str, Any] = {
            "title": TITLES[name],
            "lead": LEADS[name],
            "text": self._site.texts.get(name),
            "figures": figures,
            "cubes": self._cubes(name),
            "description": LEADS[name],
        }
        if name == "start":
            content |= {
                "headlines": self._headlines(),
                "cards": cards(self._site.figures, self._language),
                "changes": self._edition.changes,
                "data_address": "data.html",
            }
        if name == "data":
            content |= self._data(up)
        if name == "help":
            content["help"] = self._help
        return self._filled(template, name, _FILES[name], up, content)

    def alone(self, identity: str) -> str:
        """Return the page of one figure."""
        up = "../../" if self._folder else "../"
        shown = self._blocks[identity]
        content: dict[str, Any] = {
            "title": shown.title,
            "description": shown.reads,
            "figures": [self._copy(shown, up)],
            "figure_home": f"../{_FILES[shown.page]}#{identity}",
            "own_cutoff": shown.cutoff,
        }
        return self._filled("figure", "figure", f"figures/{identity}.html", up, content)

    def _filled(self, template: str, page: str, name: str, up: str, content: Mapping[str, Any]) -> str:
        site, edition, language = self._site, self._edition, self._language
        # pages of this language are reached from a page of it; one in a folder of its own is one step further down
        here = "../" if name.startswith("figures/") else ""
        top = up + ("../../" if edition.frozen else "")
        provisional = next((one.provisional for one in site.figures if one.provisional), None)
        common: dict[str, Any] = {
            "site": site,
            "language": language,
            "suffix": self._suffix,
            "page": page,
            "up": up,
            "top": top,
            "assets": f"{top}assets/{edition.assets}/",
            "policy": POLICY,
            "scripts": edition.scripts,
            "vega": edition.vega,
            "logo": edition.logo,
            "logo_words": site.look.logo_words or site.institution,
            "simulated": any(one.simulated for one in site.figures),
            "frozen": edition.frozen,
            "latest": top + self._folder + (name if page != "figure" else "index.html"),
            "words": WORDS,
            "titles": TITLES,
            "translations": self._translations(name, up),
            "home": f"{here}index.html",
            "help_address": f"{here}help.html",
            "leave": self._help["leave"],
            "navigation": [
                {"address": here + _FILES[one], "title": TITLES[one], "here": one == page}
                for one in PAGES
                if one != "help" and (one in _ALWAYS or site.on(one))
            ],
            "cutoff": content.get("own_cutoff") or caption_day(site.figures, language),
            "published": format_date(site.published_on, language),
            "provisional": provisional,
            "protection": " ".join(self._account.remarks) if self._account.public_already else WORDS["protected"],
            "citation": self._citation(),
        }
        made: jinja2.Template = self._engine.get_template(f"site/{template}.html.j2")
        return made.render({**common, **content})

    def _translations(self, name: str, up: str) -> list[dict[str, Any]]:
        languages = self._site.languages
        return [
            {
                "language": one,
                "name": language_name(one),
                "here": one == self._language,
                "address": f"{up}{'' if one == languages[0] else one + '/'}{name}",
            }
            for one in languages
        ]

    def _copy(self, shown: Block, up: str) -> Copy:
        """Return a figure with its addresses as seen from a page."""
        day = self._site.published_on.isoformat()
        page = f"{self._folder}figures/{shown.id}.html"
        root = self._edition.address or ""
        return Copy(
            block=shown,
            up=up,
            address=up + page,
            frozen=up + (page if self._edition.frozen else f"releases/{day}/{page}"),
            embed=f'<iframe src="{root}{page}" title="{shown.title.replace(chr(34), "")}" width="100%" height="900" '
            'loading="lazy"></iframe>',
        )

    def _cubes(self, name: PageName) -> list[str]:
        """Return the cubes that the figures of a page read, each once."""
        known = {one.id for one in self._site.cubes}
        found = dict.fromkeys(one.cube for one in self._site.on(name) if one.cube in known)
        return [one for one in found if one]

    def _headlines(self) -> list[dict[str, str]]:
        shown = [self._blocks[one] for one in _TOLD_FIRST if one in self._blocks]
        return [{"said": one.reads, "title": one.title, "address": f"{_FILES[one.page]}#{one.id}"} for one in shown]

    def _citation(self) -> str:
        site = self._site
        if site.citation is not None:
            return plain(site.citation.text(self._language), longest=2_000)
        made = tr(
            "{institution}: {title}. Release of {day}.",
            institution=site.institution,
            title=site.title,
            day=site.published_on,
        )
        return plain(made.text(self._language), longest=2_000)

    def _data(self, up: str) -> dict[str, Any]:
        site, edition = self._site, self._edition
        contents = [(one, WORDS[one]) for one in ("files", "dictionary", "rules")]
        contents += [("methods", WORDS["methods"]), ("limits", WORDS["limits"]), ("hiding", WORDS["hiding"])]
        contents += [("revisions", WORDS["revisions"]), ("cite", WORDS["cite"])]
        contents += [("glossary", WORDS["glossary"])] if self._account.terms else []
        listed = [self._copy(one, up) for one in self._blocks.values()]
        changes = f"{up}release/changes.csv" if "changes.csv" in edition.record else ""
        top = up + ("../../" if edition.frozen else "")
        return {
            "contents": contents,
            "listed": [
                {"title": one.title, "page": f"{_FILES[one.page]}#{one.id}", "files": one.files} for one in listed
            ],
            "together": [
                *(
                    {"title": f"{WORDS['cubes'].text(self._language)}: {one.id} (JSON)", "address": _cube(one, up)}
                    for one in site.cubes
                ),
                {
                    "title": f"{WORDS['metadata'].text(self._language)} (JSON-LD)",
                    "address": f"{up}catalogue.jsonld",
                },
                *(
                    {"title": f"release/{name}", "address": f"{up}release/{name}"}
                    for name in sorted(edition.record)
                    if name.endswith(".json")
                ),
            ],
            "dictionary_file": f"{up}data/dictionary{self._suffix}.xlsx",
            "dictionary": table_of(dictionary(site.figures, self._language).main, WORDS["dictionary"], self._language),
            "made": self._account,
            "changes": edition.changes,
            "changes_file": changes,
            "releases": [
                {
                    "title": format_date(day, self._language),
                    "address": f"{top}releases/{day.isoformat()}/{self._folder}index.html",
                }
                for day in sorted({site.published_on, *edition.earlier}, reverse=True)
            ],
        }


def _cube(cube: Cube, up: str) -> str:
    return f"{up}data/cube-{cube.id}.json"
