"""Releases: what is for those who may see the case files, and what may leave the room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..base.language import Label, Readable
from ..base.result import Result
from .released import Audience, InternalRelease, Release, ensure_results

if TYPE_CHECKING:
    from .policy import DisclosurePolicy
    from .published import ProtectedCells

__all__ = ["Audience", "InternalRelease", "Release", "internal", "release"]


def internal(results: Sequence[Result] | Result, *, title: Readable | str | None = None) -> InternalRelease:
    """Put results together for the people who may see the case files themselves.

    Parameters
    ----------
    results : list or tuple of Result, or one Result
        Answers of the question functions, in the order in which they are to be shown.
    title : str or Readable, optional
        Title of the report that is made from them.

    Returns
    -------
    InternalRelease
        Nothing in it was protected, and every page of it says so.

    Raises
    ------
    DisclosureError
        When anything but results is given: case data and frames hold persons and never become a release.

    Examples
    --------
    >>> from justice_metrics.disclosure.release import internal
    >>> internal([])
    Traceback (most recent call last):
    ...
    justice_metrics.base.errors.DisclosureError: A release without results.
    Give at least one result, such as attrition(cases).
    """
    return InternalRelease(results=several(results), title=titled(title))


def release(
    results: Sequence[Result] | Result,
    policy: DisclosurePolicy,
    *,
    previous: Sequence[ProtectedCells] = (),
    title: Readable | str | None = None,
    project: str | Path | None = None,
) -> Release:
    """Let results leave the room: protect the counts behind all of them at once, and compute all else from these.

    Parameters
    ----------
    results : list or tuple of Result, or one Result
        All answers that go out together. Protected one by one they would give each other's hidden numbers away.
    policy : DisclosurePolicy
        What is too small, and how it is hidden.
    previous : sequence of ProtectedCells
        ``cells`` of the earlier releases of the same study: what was published is known.
    title : str or Readable, optional
        Title of the report that is made from them.
    project : str or Path, optional
        Folder of the study, in which the secret of the rounding must not lie.

    Returns
    -------
    Release
        With a ledger of what was hidden or left out, and why.

    Raises
    ------
    DisclosureError
        When anything but results is given, or none of them can be published.

    Notes
    -----
    Percentages, intervals, sentences and drawings are made from the protected counts alone. Curves are told on a coarse
    grid of days, medians on a grid, models with few digits and only where every cell behind them is large enough;
    tables that declare nothing stay inside.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> public = jm.release([jm.attrition(cases, age_months=())], jm.DisclosurePolicy())
    >>> public.audience, len(public), public.refused
    ('public', 1, ())
    >>> hidden = public.results[0].main.statuses["lost"]
    >>> hidden.count("suppressed") > 0, public.dossier() == {}
    (True, False)
    """
    from .gate import passed

    given = several(results)
    ensure_results(given)
    return passed(given, policy, previous=tuple(previous), title=titled(title), project=project)


def several(results: Sequence[Result] | Result) -> tuple[Result, ...]:
    """Open a plain sequence only: frames and case data can be iterated over too, and are refused as they are."""
    if isinstance(results, list | tuple):
        return tuple(results)
    given: Any = results
    return (given,)


def titled(title: Readable | str | None) -> Readable | None:
    """Return a title in words."""
    return Label(title) if isinstance(title, str) else title
