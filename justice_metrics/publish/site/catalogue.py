"""What a catalogue of open data must know of a site: schema.org and DCAT, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any, Final

from ...base.language import Language, Readable
from ..inert import plain
from .downloads import suffix_of
from .model import Figure, Site

_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def catalogue_bytes(site: Site, *, address: str | None = None) -> bytes:
    """Return the description of all data of a site.

    Parameters
    ----------
    site : Site
    address : str, optional
        Where the site stands, with "/" at its end; else addresses are relative to the file.

    Returns
    -------
    bytes
        JSON-LD: a data catalogue with one dataset for each figure, in the words of schema.org and of DCAT.
    """
    return (json.dumps(catalogue(site, address=address), ensure_ascii=False, indent=1) + "\n").encode()


def catalogue(site: Site, *, address: str | None = None) -> dict[str, Any]:
    """Return the description of all data of a site, for JSON; parameters as in `catalogue_bytes`."""
    base = address or ""
    first = site.languages[0]
    publisher = {"@type": ["Organization", "foaf:Organization"], "name": _said(site.institution, site)}
    return {
        "@context": {
            "@vocab": "https://schema.org/",
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@type": ["DataCatalog", "dcat:Catalog"],
        "@id": f"{base}catalogue.jsonld",
        "name": _said(site.title, site),
        "url": f"{base}index.html",
        "publisher": publisher,
        "datePublished": site.published_on.isoformat(),
        "inLanguage": list(site.languages),
        **({"license": plain(site.licence.text(first))} if site.licence else {}),
        "dataset": [_dataset(one, site, base, publisher) for one in site.figures],
    }


def _dataset(figure: Figure, site: Site, base: str, publisher: dict[str, Any]) -> dict[str, Any]:
    first = site.languages[0]
    return {
        "@type": ["Dataset", "dcat:Dataset"],
        "@id": f"{base}figures/{figure.id}.html",
        "identifier": figure.id,
        "name": _said(figure.title, site),
        # catalogues ask for fifty characters at least: the definition stands beside the sentence
        "description": [
            {
                "@language": one,
                "@value": plain(f"{figure.reads.text(one)} {figure.definition.answers.text(one)}", longest=4_000),
            }
            for one in site.languages
        ],
        "url": f"{base}figures/{figure.id}.html",
        "isAccessibleForFree": True,
        "dateModified": site.published_on.isoformat(),
        "temporalCoverage": f"../{figure.cutoff.isoformat()}",
        "creator": publisher,
        "dct:publisher": publisher,
        "variableMeasured": [plain(one.meaning.text(first)) for one in figure.table.columns if one.unit != "text"],
        **({"license": plain(site.licence.text(first))} if site.licence else {}),
        "distribution": [_file(figure, kind, one, site, base) for one in site.languages for kind in ("csv", "xlsx")]
        + [_file(figure, "json", first, site, base)],
    }


def _file(figure: Figure, kind: str, language: Language, site: Site, base: str) -> dict[str, Any]:
    name = f"data/{figure.id}{suffix_of(language, site.languages)}.{kind}"
    return {
        "@type": ["DataDownload", "dcat:Distribution"],
        "contentUrl": f"{base}{name}",
        "encodingFormat": _TYPES[kind],
        "dcat:mediaType": _TYPES[kind],
        **({"inLanguage": language} if kind != "json" else {}),
    }


def _said(words: Readable, site: Site) -> list[dict[str, str]]:
    return [{"@language": one, "@value": plain(words.text(one))} for one in site.languages]
