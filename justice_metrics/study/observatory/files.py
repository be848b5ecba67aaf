"""Every file of a site: the new release at the root and under its day, the earlier ones as they were, the pointer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ...base.errors import SettingsError
from ...base.language import tr
from ...disclosure.release import Release
from ...publish.changes import ChangeLog
from ...publish.secure_side import json_text
from ...publish.site.build import site_files
from ...publish.site.shapes import Shapes
from ..publish import RESULTS, Gate, cell_files, citation
from .earlier import RECORD, RELEASES, Frozen, carried_over, digest_of, with_manifests
from .plan import Observatory

POINTER: Final = "latest.json"
_FORMAT: Final = "justice_metrics site pointer 1"


def files_of_site(
    plan: Observatory,
    gate: Gate,
    made: Release,
    log: ChangeLog,
    shapes: Shapes | None,
    *,
    frozen: Frozen,
    identity: str,
    results: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return every file of a site by its name in the folder.

    Parameters
    ----------
    plan : Observatory
    gate : Gate
        Its passport says the day of the release.
    made : Release
    log : ChangeLog
        Against the release before.
    shapes : Shapes, optional
    frozen : Frozen
        Releases that the site has already.
    identity : str
        By which the same release is known again.
    results : mapping
        The published numbers, as ``results.json`` holds them.

    Raises
    ------
    SettingsError
        When the passport has no day.
    OutputError
        When words are missing, or a figure is there twice.
    """
    day = gate.passport.published_on
    if day is None:
        raise SettingsError(tr("{source} does not say when it is published.", source=plan.study.source))
    number = len(frozen.stored) + 1
    cited = citation(plan.study, gate.passport, made.results, number)
    passport = gate.passport.of_release(number, cited)
    told = {"identity": identity, "published_on": f"{day}", "changed_figures": len(log.changes)}
    record = {
        **cell_files(plan.study, gate, made, passport, **told),
        RESULTS: _packed(results),
        "changes.json": json_text(log.to_record()),
        "changes.csv": log.csv_bytes(),
    }
    pages = site_files(
        made,
        title=plan.study.title,
        institution=plan.institution,
        published_on=day,
        languages=plan.languages,
        look=plan.look,
        texts=plan.texts,
        help=plan.help,
        hide=_hidden(plan),
        shapes=shapes,
        key=plan.territory.key,
        contact=passport.contact,
        licence=passport.licence,
        citation=cited,
        record=record,
        changes=log,
        earlier=frozen.dates,
        address=plan.address,
    )
    own = {f"{RECORD}/{name}": data for name, data in record.items()}
    own |= {f"{RELEASES}/{day}/{name}": data for name, data in own.items()}
    files = with_manifests({**carried_over(plan.study.folder), **own, **pages}, day)
    pointer = {
        "format": _FORMAT,
        "published_on": f"{day}",
        "folder": f"{RELEASES}/{day}",
        "manifest_sha256": digest_of(files, day),
    }
    return {**files, POINTER: json_text(pointer)}


def _packed(results: Mapping[str, Any]) -> bytes:
    """Return the numbers as JSON without spaces: those of a whole country are many."""
    return (json.dumps(results, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _hidden(plan: Observatory) -> tuple[str, ...]:
    """Return the hidden figures that answers could make; of a source that is not there nothing needs hiding."""
    could_be = {figure for one in plan.standards for figure in one.figures}
    return tuple(one for one in plan.hidden if one in could_be)
