"""A release as a website: every file of it, and the folder that holds them, complete or not visible."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files as package_files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ...base.errors import DisclosureError, OutputError
from ...base.language import LANGUAGES, Label, Language, Readable, tr
from ...disclosure.boxes import boxes_record, public_cells
from ...disclosure.released import Release
from ..changes import ChangeLog
from ..folder import write_folder
from ..record import as_json
from ..workbook import workbook_bytes
from .catalogue import catalogue_bytes
from .charted import charted
from .charts.bundle import vega_bundle
from .cubes import cube_json, cube_record, cubes_of
from .downloads import dictionary, figure_files, script, suffix_of
from .feed import feed_bytes
from .figures import figures_of
from .model import Cube, Look, Site
from .pages import Edition, site_pages
from .translated import ensure_translated
from .words import said_words

if TYPE_CHECKING:
    from .shapes import Shapes

_SCRIPT: Final = "site.js"
_NO_TEXTS: Final[Mapping[str, Any]] = MappingProxyType({})


def build_observatory(
    release: Release,
    folder: str | Path,
    *,
    title: str | Readable,
    institution: str | Readable,
    published_on: dt.date | None = None,
    languages: Sequence[Language] = ("es", "en"),
    **more: Any,
) -> Path:
    """Make a website of statistics from a release: a folder that opens from disk and from any host.

    Parameters
    ----------
    release : Release
        What the disclosure gate made; nothing else is published.
    folder : str or Path
        Where; the folder around it must exist. One that the library wrote before is replaced as a whole.
    title, institution : str or Readable
        What the site is called, and whose it is.
    published_on : date, optional
        Name of the release in addresses; the last cut-off of the data by default.
    languages : sequence of str
        The first one is at the root, each further one in a folder of its own.
    **more
        ``look``, ``texts``, ``help``, ``hide``, ``shapes``, ``key``, ``contact``, ``licence``, ``citation``,
        ``address``, ``changes``, ``earlier``: as `site_files` takes them.

    Returns
    -------
    Path
        The path as it was given; ``index.html`` in it is the first page.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    OutputError
        When words lack a language of the site, or the folder cannot be written; what was there before is still there.

    Notes
    -----
    ``run_observatory`` does the same from a settings file, keeps every earlier release under its address, tells what
    changed and attacks the site before it can be seen.

    Examples
    --------
    >>> import tempfile
    >>> import justice_metrics as jm
    >>> release = jm.release(jm.outcome_shares(jm.sample_cases()), jm.DisclosurePolicy())
    >>> with tempfile.TemporaryDirectory() as place:
    ...     site = jm.build_observatory(release, place + "/site", title="Observatory", institution="Example office")
    ...     sorted(one.name for one in site.glob("*.html"))[:3]
    ['alerts.html', 'data.html', 'demand.html']
    """
    _ensure_release(release)
    day = published_on or max(
        (one.provenance.cutoff for one in release.results if one.provenance.cutoff is not None), default=None
    )
    if day is None:
        raise OutputError(
            tr("The release has no day: its data have no cut-off."), tr("Give published_on=datetime.date(2026, 7, 15).")
        )
    made = site_files(
        release,
        title=title,
        institution=institution,
        published_on=day,
        languages=languages,
        record=_record(release),
        **more,
    )
    return write_folder(made, folder, public=True)


def site_files(
    release: Release,
    *,
    title: str | Readable,
    institution: str | Readable,
    published_on: dt.date,
    languages: Sequence[Language] = ("es", "en"),
    look: Look | None = None,
    texts: Mapping[str, str | Readable] = _NO_TEXTS,
    help: Mapping[str, Any] = _NO_TEXTS,
    hide: Sequence[str] = (),
    shapes: Shapes | None = None,
    key: str | None = None,
    contact: str | Readable | None = None,
    licence: str | Readable | None = None,
    citation: str | Readable | None = None,
    record: Mapping[str, bytes] = MappingProxyType({}),
    changes: ChangeLog | None = None,
    earlier: Sequence[dt.date] = (),
    address: str | None = None,
) -> dict[str, bytes]:
    """Return every file of a site, by its name in the folder.

    Parameters
    ----------
    release : Release
    title, institution : str or Readable
        A plain text stands for all languages.
    published_on : date
        Name of the release in addresses.
    languages : sequence of str
        The first one is at the root.
    look : Look, optional
    texts : mapping of str to Readable
        Words above the figures of a page, by page.
    help : mapping
        What the help page shows.
    hide : sequence of str
        Figures that are not shown.
    shapes : Shapes, optional
        Territories for maps.
    key : str, optional
        The attribute whose levels are these territories.
    contact, licence, citation : str or Readable, optional
    record : mapping of str to bytes
        Files that programs and the auditor read, by their names in ``release``.
    changes : ChangeLog, optional
        Against the release before.
    earlier : sequence of date
        Releases before this one, which lie in ``releases`` already.
    address : str, optional
        Where the site will stand, for the feed, catalogues and embed codes.

    Returns
    -------
    dict of str to bytes
        The site at the root, the same frozen in ``releases/<day>``, and the assets that both read. The same release
        gives the same bytes.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    OutputError
        When a figure, a language or a word is missing or there twice.
    """
    _ensure_release(release)
    _ensure_languages(languages)
    log = ChangeLog(against=None) if changes is None else changes
    figures = charted(figures_of(release, hide=hide), shapes, key)
    if not figures:
        raise OutputError(
            tr("No answer of the release has a figure on a site."),
            tr("Ask for case_counts, attrition, outcome_shares or another question of the observatory."),
        )
    site = Site(
        title=_words(title),
        institution=_words(institution),
        published_on=published_on,
        languages=tuple(languages),
        figures=figures,
        cubes=cubes_of(release),
        look=look or Look(),
        texts={name: _words(one) for name, one in texts.items()},
        help=help,
        contact=None if contact is None else _words(contact),
        licence=None if licence is None else _words(licence),
        citation=None if citation is None else _words(citation),
    )
    ensure_translated(site)
    data = _data(site)
    assets, folder = _assets(site, charts=any(name.endswith(".chart.js") for name in data))
    edition = Edition(
        frozen=False,
        assets=folder,
        logo=next((name for name in assets if name.startswith("logo.")), ""),
        scripts=_SCRIPT in assets,
        vega="vega.js" in assets,
        changes=log.lines(),
        earlier=tuple(earlier),
        address=_address(address),
        pictures=_kinds(site, data),
        record=frozenset(record),
    )
    shared = {f"data/{name}": content for name, content in data.items()}
    shared |= {f"release/{name}": content for name, content in record.items()}
    shared["catalogue.jsonld"] = catalogue_bytes(site, address=edition.address)
    files = {**shared, **_pages(site, release, edition), **_feeds(site, edition)}
    files |= {f"assets/{folder}/{name}": content for name, content in assets.items()}
    kept = {**shared, **_pages(site, release, replace(edition, frozen=True))}
    return files | {f"releases/{published_on.isoformat()}/{name}": content for name, content in kept.items()}


def _pages(site: Site, release: Release, edition: Edition) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for language in site.languages:
        made |= {name: page.encode("utf-8") for name, page in site_pages(site, release, edition, language).items()}
    return made


def _feeds(site: Site, edition: Edition) -> dict[str, bytes]:
    made = {}
    for language in site.languages:
        suffix = suffix_of(language, site.languages)
        name, page = f"feed{suffix}.xml", f"{language}/index.html" if suffix else "index.html"
        made[name] = feed_bytes(
            site,
            language=language,
            name=name,
            page=page,
            changes=edition.changes,
            earlier=edition.earlier,
            address=edition.address,
        )
    return made


def _data(site: Site) -> dict[str, bytes]:
    """Return the files of all figures, the cubes, the words of the scripts and the data dictionary."""
    made: dict[str, bytes] = {}
    for figure in site.figures:
        made |= figure_files(figure, site)
    for cube in site.cubes:
        made |= _cube_files(cube, site)
    for language in site.languages:
        suffix = suffix_of(language, site.languages)
        made[f"words{suffix}.js"] = script("words", language, said_words(language))
        made[f"dictionary{suffix}.xlsx"] = workbook_bytes(
            dictionary(site.figures, language), language=language, audience="public"
        )
    return made


def _cube_files(cube: Cube, site: Site) -> dict[str, bytes]:
    return {
        f"cube-{cube.id}.js": script("cubes", cube.id, cube_record(cube, site.languages)),
        f"cube-{cube.id}.json": (cube_json(cube, site.languages) + "\n").encode(),
    }


def _kinds(site: Site, data: Mapping[str, bytes]) -> dict[str, frozenset[str]]:
    """Return which kinds of files each figure has; the same ones in every language."""
    kinds = ("csv", "xlsx", "json", "svg", "narrow.svg", "png", "chart.js")
    return {one.id: frozenset(kind for kind in kinds if f"{one.id}.{kind}" in data) for one in site.figures}


def _assets(site: Site, *, charts: bool) -> tuple[dict[str, bytes], str]:
    """Return style sheet, scripts and logo, and the name of their folder, which is a digest of them."""
    own = package_files("justice_metrics.publish.site").joinpath("assets")
    made = {"site.css": own.joinpath("site.css").read_text(encoding="utf-8").replace("%COLOUR%", _colour(site.look))}
    written = {name: text.encode("utf-8") for name, text in made.items()}
    if own.joinpath(_SCRIPT).is_file():
        written[_SCRIPT] = own.joinpath(_SCRIPT).read_bytes()
        if charts:
            written["vega.js"] = vega_bundle().encode("utf-8")
    if site.look.logo is not None:
        svg = site.look.logo.lstrip()[:1] == b"<"
        written[f"logo.{'svg' if svg else 'png'}"] = site.look.logo
    digest = hashlib.sha256()
    for name, content in sorted(written.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return written, digest.hexdigest()[:12]


def _colour(look: Look) -> str:
    """Return the main colour, which goes into the style sheet as it is.

    Raises
    ------
    OutputError
        When it is none.
    """
    colour = look.colour
    if len(colour) != 7 or colour[0] != "#" or any(one not in "0123456789abcdefABCDEF" for one in colour[1:]):
        raise OutputError(tr("The colour of the site is no colour."), tr("Write it as #1b4d6b."))
    return colour


def _record(release: Release) -> dict[str, bytes]:
    """Return what programs and the auditor read of a release that no study published."""
    content = {
        "results.json": as_json(release.results, "en"),
        "boxes.json": boxes_record(release.results, exact=release.exact, ties=release.ties),
        "cells.json": public_cells(release.cells, release.results).to_record(),
        "release.json": {
            "audience": "public",
            "policy": release.policy.to_record(),
            "ledger": release.ledger.to_record(),
        },
    }
    return {name: (json.dumps(one, ensure_ascii=False) + "\n").encode() for name, one in content.items()}


def _ensure_release(given: object) -> None:
    if not isinstance(given, Release):
        raise DisclosureError(
            tr("A site is made from a public release, not from {kind}.", kind=type(given).__name__),
            tr("Protect the answers first: release([case_counts(cases), ...], policy)."),
        )


def _ensure_languages(languages: Sequence[Language]) -> None:
    unknown = [one for one in languages if one not in LANGUAGES]
    if not languages or unknown or len(set(languages)) < len(languages):
        raise OutputError(
            tr("These are no languages of a site: {languages}.", languages=list(languages)),
            tr("Name each once; there are: {known}.", known=list(LANGUAGES)),
        )


def _address(given: str | None) -> str | None:
    if given is None:
        return None
    if not given.startswith(("https://", "http://")) or any(one in given for one in "\"'<> ?#"):
        raise OutputError(
            tr("The address of the site is no web address."), tr("Write it whole, such as https://example.org/.")
        )
    return given if given.endswith("/") else given + "/"


def _words(given: str | Readable) -> Readable:
    return Label(given) if isinstance(given, str) else given
