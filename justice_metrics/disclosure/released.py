"""What a release is: results for those who may see the case files, or results that left the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

from ..base.cells import Box, Tie
from ..base.errors import DisclosureError
from ..base.language import Readable, tr
from ..base.result import Published, Result
from ..base.table import Kind, Table
from .ledger import Ledger, Refused

if TYPE_CHECKING:
    from .policy import DisclosurePolicy
    from .published import ProtectedCells

Audience: TypeAlias = Literal["internal", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalRelease:
    """Results for the people who may see the case files themselves: nothing in it was protected.

    Attributes
    ----------
    results : tuple of Result
        In the order in which they are shown.
    title : Readable, optional
        What the release is about.

    Raises
    ------
    DisclosureError
        When something in it is not a result, or a column's kind is not one that the gate knows.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> release = jm.internal([jm.attrition(cases)], title="How far cases come")
    >>> release.audience, len(release)
    ('internal', 1)
    """

    audience: ClassVar[Audience] = "internal"

    results: tuple[Result, ...]
    title: Readable | None = None

    def __post_init__(self) -> None:
        ensure_results(self.results)

    def __len__(self) -> int:
        return len(self.results)


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """Results that may be published: made by `release`, and by nothing else.

    Attributes
    ----------
    results : tuple of Published
        In the order in which they are shown; their numbers are protected, and no other number is kept in them.
    policy : DisclosurePolicy
        By which they were protected.
    ledger : Ledger
        What is hidden, and by which rule; it may be published.
    cells : ProtectedCells
        What is shown of each count: for the auditor and for later releases.
    exact : frozenset of (str, Box)
        Population and box of the counts that the policy declares to be known anyway.
    ties : mapping of str to tuple of Tie
        By population: sums of counts that an outsider knows besides those that follow from the boxes.
    title : Readable, optional
        What the release is about.

    Raises
    ------
    DisclosureError
        When something in it did not come through the gate.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> made = jm.release(jm.outcome_shares(jm.sample_cases()), jm.DisclosurePolicy())
    >>> type(made).__name__, made.audience
    ('Release', 'public')
    """

    audience: ClassVar[Audience] = "public"

    results: tuple[Published, ...]
    policy: DisclosurePolicy
    ledger: Ledger
    cells: ProtectedCells
    exact: frozenset[tuple[str, Box]] = frozenset()
    ties: Mapping[str, tuple[Tie, ...]] = field(default_factory=dict)
    title: Readable | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.results or any(not isinstance(one, Published) for one in self.results):
            raise DisclosureError(
                tr("A public release holds answers that came through the disclosure gate, and nothing else."),
                tr("Make it with release(results, policy)."),
            )

    def __len__(self) -> int:
        return len(self.results)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The answers that could not be published, and why."""
        return self.ledger.refused

    def dossier(self) -> dict[str, Any]:
        """Return the raw counts behind the release, for the checker: personal data, never for the public folder.

        Returns
        -------
        dict
            For JSON: each count with its place, units, true number, what is shown of it, and the rule.
        """
        return self.raw


def ensure_results(given: Sequence[object]) -> None:
    """Refuse a release of nothing, or of anything but results.

    Raises
    ------
    DisclosureError
        With the place of the first thing that is none.
    """
    if not given:
        raise DisclosureError(
            tr("A release without results."), tr("Give at least one result, such as attrition(cases).")
        )
    for place, one in enumerate(given, start=1):
        _check(one, place)


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
