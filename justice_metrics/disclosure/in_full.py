"""Tables of counts that somebody has published cell by cell: they pass as they are, and the release says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..base.errors import DisclosureError
from ..base.language import Readable, tr
from ..base.result import Protected, Result
from ..base.table import Table
from .already_public import AlreadyPublic
from .ledger import Ledger
from .policy import DisclosurePolicy
from .published import ProtectedCells
from .released import Release
from .safe import provenance_in_full, words_tell
from .sentences import told

_OF_COUNTS: Final = "counts"


def passed_in_full(
    results: Sequence[Result], policy: DisclosurePolicy, known: AlreadyPublic, *, title: Readable | None
) -> Release:
    """Put a release together from counts that are public already; nothing of them is looked at or hidden.

    Parameters
    ----------
    results : sequence of Result
    policy : DisclosurePolicy
    known : AlreadyPublic
        What the policy says of them.
    title : Readable, optional

    Raises
    ------
    DisclosureError
        When one of the answers does not come from a table of counts. Who publishes cases is no reason to publish them
        again, and a count of case files is published by nobody else.

    Notes
    -----
    The counts are not said to be cells of anything (no boxes), so that hundreds of thousands of them pass in no time;
    there is nothing to attack where nothing is hidden.
    """
    for place, one in enumerate(results, start=1):
        # what comes from cases knows which of their groups lie in one another
        if one.provenance.sampling != _OF_COUNTS or one.nests is not None or one.weighted:
            raise DisclosureError(
                tr(
                    "Answer {place} ('{heading}') does not come from a table of counts, so it is not public already.",
                    place=place,
                    heading=one.heading,
                ),
                tr("Publish it by a policy without [already_public]; answers of case files and surveys are protected."),
            )
    return Release(
        results=tuple(told(one.rebuild(_in_full(one, known))) for one in results),
        policy=policy,
        ledger=Ledger(remarks=policy.remarks()),
        cells=ProtectedCells(cells=(), mode=policy.mode, minimum=policy.minimum, base=policy.base),
        title=title,
        raw={"results": []},
    )


def _in_full(result: Result, known: AlreadyPublic) -> Protected:
    if words_tell(result.context()):
        raise DisclosureError(
            tr("'{heading}' cannot be published: its words hold numbers.", heading=result.heading),
            tr("Leave the question out."),
        )
    return Protected(
        tables={name: _without_cells(one) for name, one in result.tables.items() if one.guard != "internal"},
        provenance=provenance_in_full(result.provenance),
        notes=(known.words(), *result.notes),
    )


def _without_cells(table: Table) -> Table:
    return Table(
        [replace(one, cell=None, of=None) for one in table.columns],
        table.values,
        labels=table.labels,
        title=table.title,
        statuses=table.statuses,
        guard=table.guard,
        sparse=table.sparse,
    )
