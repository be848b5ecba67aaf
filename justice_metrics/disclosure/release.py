"""A release: the set of results that an output is made from, and for whom it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ..base.errors import DisclosureError
from ..base.language import Label, Readable, tr
from ..base.result import Result
from ..base.table import Kind, Table

Audience: TypeAlias = Literal["internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Results that go out together, and for whom they are.

    Reports, tables and figures of a study are made from a release and from nothing else. Until the
    disclosure gate exists every release is internal: the numbers in it are unprotected, every page made
    from it says so, and nothing is called public. ``ledger()``, the list of what was hidden and by which
    rule, comes with the gate; an internal release hides nothing and has none.

    Attributes
    ----------
    results : tuple of Result
        In the order in which they are shown.
    audience : {"internal"}
        For whom the release is.
    title : Readable, optional
        What the release is about.

    Raises
    ------
    DisclosureError
        When something in it is not a result, or a column's kind is not one that the gate will know.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> release = jm.internal([jm.attrition(cases)], title="How far cases come")
    >>> release.audience, len(release)
    ('internal', 1)
    """

    results: tuple[Result, ...]
    audience: Audience = "internal"
    title: Readable | None = None

    def __post_init__(self) -> None:
        if self.audience not in get_args(Audience):
            raise DisclosureError(
                tr(
                    "There is no audience '{audience}': the disclosure gate does not exist yet.", audience=self.audience
                ),
                tr("Make an internal release."),
            )
        if not self.results:
            raise DisclosureError(
                tr("A release without results."), tr("Give at least one result, such as attrition(cases).")
            )
        for place, one in enumerate(self.results, start=1):
            _check(one, place)

    def __len__(self) -> int:
        return len(self.results)


def internal(results: Sequence[Result] | Result, *, title: Readable | str | None = None) -> Release:
    """Put results together for the people who may see the case files themselves.

    Parameters
    ----------
    results : list or tuple of Result, or one Result
        Answers of the question functions, in the order in which they are to be shown.
    title : str or Readable, optional
        Title of the report that is made from them.

    Returns
    -------
    Release
        An internal release: nothing in it was protected, and every page of it says so.

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
    # Frames and case data can be iterated over too: only a plain sequence is opened, all else is refused as it is.
    given = tuple(results) if isinstance(results, list | tuple) else (results,)
    return Release(results=given, title=Label(title) if isinstance(title, str) else title)


def _check(given: object, place: int) -> None:
    if not isinstance(given, Result):
        raise DisclosureError(
            tr("Item {place} of the release is {kind}, not a result.", place=place, kind=type(given).__name__),
            tr("A release is made from answers such as attrition(cases); case data and frames hold persons and stay."),
        )
    for name, table in given.tables.items():
        if type(table) is not Table:
            raise DisclosureError(
                tr(
                    "Table '{table}' of '{result}' is {kind}.",
                    table=name,
                    result=given.heading,
                    kind=type(table).__name__,
                ),
                tr("A result holds tables of declared columns and nothing else."),
            )
        unknown = [column.name for column in table.columns if column.kind not in get_args(Kind)]
        if unknown:
            raise DisclosureError(
                tr(
                    "Table '{table}' of '{result}': the kind of {columns} is not one that the gate knows.",
                    table=name,
                    result=given.heading,
                    columns=tuple(unknown),
                ),
                tr("Declare each column with one of these kinds: {known}.", known=get_args(Kind)),
            )
