"""The auditor of a release: an attacker that has only the published files, and the list of an output checker."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ...base.cells import Box, box
from ...base.language import tr, trn
from .attack import recovered
from .check import check_release
from .reading import BOXES, RELEASE, RESULTS, Key, read_publication
from .report import AuditReport, Finding
from .resting import resting, telling_means
from .site.check import RECORD, check_site, earlier_editions, is_site

__all__ = ["AuditReport", "Finding", "audit", "check_release", "truth_of"]

_UNKNOWN: Final[Mapping[tuple[str, bool, Box], float]] = MappingProxyType({})


def audit(
    folder: str | Path,
    previous: Sequence[str | Path] = (),
    *,
    canaries: Sequence[str] = (),
    truth: Mapping[tuple[str, bool, Box], float] = _UNKNOWN,
) -> AuditReport:
    """Attack a release folder with what it publishes, and go through the list of an output checker.

    Parameters
    ----------
    folder : str or Path
        Folder of one release: ``results.json``, ``boxes.json``, ``release.json``, ``manifest.json`` and all else that
        is published with them. Or a whole site, as ``build_observatory`` writes it: then every number of its pages,
        pictures and data must be one that the record in ``release`` shows, no page may ask elsewhere for anything, and
        the earlier releases that it keeps count as known.
    previous : sequence of str or Path
        Folders of earlier releases of the same study: what they published is known.
    canaries : sequence of str
        Names and ids that must be in no byte of it.
    truth : mapping of (population, events, box) to float, optional
        True counts, for the checker on the secure side. The attack does not use them; the promise of the policy is
        then measured to each side of the true count.

    Returns
    -------
    AuditReport
        It names places and numbers of cells, and no number of cases.

    Raises
    ------
    ReadError
        When a folder or one of the files that the attack starts from is missing.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> jm.audit("no such release")
    Traceback (most recent call last):
    ...
    justice_metrics.base.errors.ReadError: There is no folder 'no such release'.
    Name the folder of one release, such as public/001.
    """
    folder = Path(folder)
    if is_site(folder):
        checked = check_site(folder, canaries=canaries)
        previous = (*previous, *earlier_editions(folder))
        folder = folder / RECORD
    else:
        checked = check_release(folder, canaries=canaries)
    publication = read_publication(folder)
    release, record, boxes = (json.loads((folder / name).read_bytes()) for name in (RELEASE, RESULTS, BOXES))
    if known := release["policy"].get("already_public"):
        return _in_full(checked, record, known)
    earlier = [read_publication(Path(one)) for one in previous]
    known = recovered(publication, earlier, truth={Key(*key): value for key, value in truth.items()})
    unread = tuple(
        Finding("notice", tr("No column of it says which cases it counts."), f"{number}/{table}")
        for number, table in publication.unread
    )
    computed = (*resting(record, boxes), *telling_means(publication, record, boxes))
    return replace(
        checked,
        findings=(*checked.findings, *known.findings, *computed),
        notices=(*checked.notices, *known.notices, *unread),
        cells=len(publication.cells),
        hidden=sum(bool(one.hidden) and not one.shown for one in publication.cells.values()),
        earlier=len(earlier),
    )


def _in_full(checked: AuditReport, record: Mapping[str, Any], known: Mapping[str, str]) -> AuditReport:
    """Return the report of a release of counts that its policy calls public already: nothing hidden, no attack."""
    others = sum(one["provenance"]["sampling"] != "counts" for one in record["results"])
    words = trn(
        "{n} answer does not come from a table of counts, though the policy says that all was published before.",
        "{n} answers do not come from a table of counts, though the policy says that all was published before.",
        others,
    )
    told = tr(
        "By its policy all of it was published before by: {source}. So nothing was attacked.", source=known["source"]
    )
    return replace(
        checked,
        findings=(*checked.findings, *([Finding("file", words, RESULTS)] if others else [])),
        notices=(*checked.notices, Finding("notice", told)),
    )


def truth_of(dossier: Mapping[str, Any]) -> dict[tuple[str, bool, Box], float]:
    """Return the true counts of the tables that a dossier holds, for the checker on the secure side.

    What stands behind a model and in no table is left out: no table is kept from telling it.

    Parameters
    ----------
    dossier : mapping
        What ``Release.dossier()`` returns.
    """
    return {
        (
            result["population"],
            bool(one.get("events")),
            box({name: tuple(its) for name, its in one["units"].items()}),
        ): (float(one["count"]))
        for result in dossier.get("results", ())
        for one in result["counts"]
        if one.get("table", "main")
    }
