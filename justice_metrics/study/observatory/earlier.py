"""Frozen releases of a site: found again, checked against what was published, and carried over byte for byte."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ...base.errors import OutputError
from ...base.language import tr, trn
from ...publish.folder import MANIFEST, explained, manifest_bytes, strangers
from ...publish.releases import StoredRelease

RELEASES: Final = "releases"
RECORD: Final = "release"
ASSETS: Final = "assets"
_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Frozen(NamedTuple):
    """The releases that a site has already.

    Attributes
    ----------
    dates : tuple of date
        Oldest first.
    stored : tuple of StoredRelease
        The same, by number; the folder of each is the one that an auditor reads.
    """

    dates: tuple[dt.date, ...]
    stored: tuple[StoredRelease, ...]


def frozen_releases(site: Path) -> Frozen:
    """Look up the releases of a site, each as it was when it was published.

    Parameters
    ----------
    site : Path
        Folder of the site; there are none where it does not exist.

    Raises
    ------
    OutputError
        When a file of the site was changed, added or taken away since it was built: releases are frozen.
    """
    with explained(site.name):
        if not site.exists():
            return Frozen((), ())
        _ensure_untouched(site)
        dates = sorted(
            dt.date.fromisoformat(one.name)
            for one in (site / RELEASES).glob("*")
            if one.is_dir() and _DATED.fullmatch(one.name)
        )
        stored = tuple(
            StoredRelease(number, site / RELEASES / f"{day}" / RECORD, _digest(site / RELEASES / f"{day}" / MANIFEST))
            for number, day in enumerate(dates, start=1)
        )
    return Frozen(tuple(dates), stored)


def carried_over(site: Path) -> dict[str, bytes]:
    """Return the files of all frozen releases of a site, and the assets that their pages load."""
    kept = [path for name in (RELEASES, ASSETS) for path in (site / name).rglob("*") if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(kept)}


def with_manifests(files: Mapping[str, bytes], day: dt.date) -> dict[str, bytes]:
    """Return the files of a site with a manifest for its new release, and one for what an auditor reads of it.

    Parameters
    ----------
    files : mapping of str to bytes
        By name relative to the site.
    day : date
        Name of the new release.
    """
    dated = f"{RELEASES}/{day}"
    made = dict(files)
    for folder in (RECORD, f"{dated}/{RECORD}", dated):
        made[f"{folder}/{MANIFEST}"] = manifest_bytes(_below(made, folder))
    return made


def digest_of(files: Mapping[str, bytes], day: dt.date) -> str:
    """Return the SHA-256 by which a release is known again: that of its manifest."""
    return hashlib.sha256(files[f"{RELEASES}/{day}/{MANIFEST}"]).hexdigest()


def _below(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    start = f"{folder}/"
    names = [name for name in files if name.startswith(start) and name != start + MANIFEST]
    return {name.removeprefix(start): files[name] for name in names}


def _ensure_untouched(site: Path) -> None:
    """Refuse a site that is not as it was built, or a folder that is no site at all."""
    if site.is_symlink() or not site.is_dir():
        raise OutputError(tr("'{name}' is not a folder.", name=site.name), tr("Name a folder of its own."))
    changed = strangers(site)
    lacking = [] if changed is None else _lacking(site)
    if changed is None:
        raise OutputError(
            tr("The folder '{name}' holds files that justice_metrics did not write.", name=site.name),
            tr("Name an empty or a new folder; nothing was changed in this one."),
        )
    if changed or lacking:
        listed = tuple([*changed, *lacking][:3])
        raise OutputError(
            trn(
                "The site is not as it was built: {n} file was changed, added or taken away ({listed}).",
                "The site is not as it was built: {n} files were changed, added or taken away ({listed}).",
                len(changed) + len(lacking),
                listed=listed,
            ),
            tr("Put back the folder as it was, and keep what your web server needs elsewhere; nothing was changed."),
        )


def _lacking(site: Path) -> list[str]:
    if not (site / MANIFEST).exists():
        return []
    listed = json.loads((site / MANIFEST).read_text(encoding="utf-8"))["files"]
    return [str(one["name"]) for one in listed if not (site / one["name"]).is_file()]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
