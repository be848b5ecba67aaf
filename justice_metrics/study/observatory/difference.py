"""What one release of a site says other than another: the size of each revision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...base.errors import ReadError
from ...base.language import tr
from ...publish.changes import Change, ChangeLog, changes_between
from ..publish import RESULTS
from .earlier import RECORD


def site_changes(old: str | Path, new: str | Path) -> ChangeLog:
    """Compare two releases of a site by what was published of them.

    Parameters
    ----------
    old, new : path
        Each a site, one of its releases (``site/releases/2026-04-15``), or a numbered release of ``publish``.

    Returns
    -------
    ChangeLog
        Every figure that both have and that is not the same, with what was published, what is now, the difference and
        the relative revision.

    Raises
    ------
    ReadError
        When one of them is no release.

    Examples
    --------
    >>> site_changes("nowhere", "nowhere")
    Traceback (most recent call last):
    ...
    justice_metrics.base.errors.ReadError: 'nowhere' is no release: it holds no results.json.
    Name a site, or one of its releases such as site/releases/2026-04-15.
    """
    before, now = (_results(Path(one)) for one in (old, new))
    return changes_between(before, now, 1)


def largest_first(changes: Sequence[Change]) -> list[Change]:
    """Order revisions by their size: relative first where it can be told, then what appears or vanishes."""

    def size(one: Change) -> tuple[float, float]:
        return (abs(one.relative or 0.0), abs(one.difference or 0.0))

    return sorted(changes, key=size, reverse=True)


def _results(folder: Path) -> Any:
    for place in (folder / RECORD / RESULTS, folder / RESULTS):
        try:
            found = json.loads(place.read_text(encoding="utf-8"))
            found["results"]
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError):
            raise ReadError(
                tr("'{name}' of '{folder}' is not as the library wrote it.", name=RESULTS, folder=folder.name),
                tr("Put back the release as it was published."),
            ) from None
        return found
    raise ReadError(
        tr("'{folder}' is no release: it holds no {name}.", folder=folder.name, name=RESULTS),
        tr("Name a site, or one of its releases such as site/releases/2026-04-15."),
    )
