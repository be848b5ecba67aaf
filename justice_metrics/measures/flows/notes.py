"""What a reader must know before reading flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.language import Readable, tr, trn
from ...base.quantities import STATUSES
from ...base.table import Table
from ...reduce.flow_counts import Flows
from ..declared import Share, levels_words
from .indicators import Balance
from .sources import Source

_NOT_APPLICABLE: Final = STATUSES.index("not_applicable")
# From this fall on, cases that are not registered yet are the likelier reason.
_FALL: Final = -0.5
# One group with more than this share of the resolved cases makes the rate of the whole.
_MOST_OF_ALL: Final = 0.5


def doubts(source: Source, found: Balance, tables: Mapping[str, Table], late: Sequence[bool]) -> tuple[Readable, ...]:
    """Return the doubts about stock and flow, most important first."""
    flows = source.flows
    return (
        *_missing(found),
        *_unpaired(source),
        *_residuals(found),
        *_parked(flows),
        *_unbalanced(source),
        *_one_group(flows, found),
        *_carried(found),
        *_late(flows, late),
        *_several_standards(tables),
        *_no_longer_registered(tables),
    )


def _missing(found: Balance) -> tuple[Readable, ...]:
    parts = [one for one in (found.incoming, found.resolved) if one is not None]
    lost = int(sum((~one.known & (one.status != _NOT_APPLICABLE)).sum() for one in parts))
    if lost == 0:
        return ()
    return (
        tr(
            "{n} of {all} figures of incoming and resolved cases are missing, each for the reason in its cell; a sum "
            "in which one is missing is missing too. complete_only adds up those who told everything.",
            n=lost,
            all=int(sum(one.values.size for one in parts)),
        ),
    )


def _unpaired(source: Source) -> tuple[Readable, ...]:
    n = source.flows.unpaired
    if n == 0:
        return ()
    return (
        trn(
            "In {n} row of the table only incoming or only resolved cases apply: it is in the counts, and in neither "
            "number of a clearance rate.",
            "In {n} rows of the table only incoming or only resolved cases apply: they are in the counts, and in "
            "neither number of a clearance rate.",
            n,
        ),
    )


def _residuals(found: Balance) -> tuple[Readable, ...]:
    left = found.residual
    if left is None:
        return ()
    wrong = left.known & (left.values != 0)
    n, told = int(wrong.sum()), int(left.known.sum())
    if n == 0:
        return ()
    largest = left.values[wrong][np.argmax(np.abs(left.values[wrong]))]
    return (
        tr(
            "Stock and flow do not agree in {n} of {all} cells (period and group): the largest residual is {largest} "
            "cases. It is told, not put right.",
            n=n,
            all=told,
            largest=round(float(largest)),
        ),
    )


def _parked(flows: Flows) -> tuple[Readable, ...]:
    parked = flows.quantities.get("placed_inactive")
    if parked is None or not np.nansum(parked.values) > 0:
        return ()
    return (
        tr(
            "The clearance rate counts {n} cases placed on inactive status as gone out: read it beside the one of "
            "resolved cases only.",
            n=round(float(np.nansum(parked.values))),
        ),
    )


def _unbalanced(source: Source) -> tuple[Readable, ...]:
    whole = source.whole if source.whole is not None else source.flows
    into, out = (whole.quantities.get(one) for one in ("transferred_in", "transferred_out"))
    if into is None and out is None:
        return ()
    notes: list[Readable] = []
    if into is not None and out is not None:
        n_in, n_out = (round(float(np.nansum(one.values))) for one in (into, out))
        if n_in != n_out:
            notes.append(
                tr("Offices sent {out} cases to one another and received {into}: some are on the way, or counted "
                   "differently.", out=n_out, into=n_in)
            )  # fmt: skip
    if not source.per_office and (n := round(float(np.nansum((out or into).values)))):  # type: ignore[union-attr]
        notes.append(tr("Transfers between offices ({n} cases) are left out of the rates of what is added up.", n=n))
    return tuple(notes)


def _one_group(flows: Flows, found: Balance) -> tuple[Readable, ...]:
    if found.resolved is None or len(flows.strata) < 2:
        return ()
    of_group = np.nansum(found.resolved.values, axis=1)
    total = of_group.sum()
    place = int(np.argmax(of_group))
    if total == 0 or of_group[place] <= _MOST_OF_ALL * total:
        return ()
    return (
        tr(
            "{group} makes {share} of all resolved cases: the rate of the whole says little about the other groups.",
            group=levels_words(flows.strata.levels[place]),
            share=Share(of_group[place] / total),
        ),
    )


def _carried(found: Balance) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    if found.start_carried:
        notes.append(
            tr("The stock at the start is taken from the end of the period before: the table does not say it.")
        )
    if found.pending_end is not None and not found.end_told:
        notes.append(tr("The stock at the end is what the flows give: the table does not say it."))
    return tuple(notes)


def _late(flows: Flows, late: Sequence[bool]) -> tuple[Readable, ...]:
    n = sum(late)
    if n == 0:
        return ()
    cut = int((~flows.whole).sum())
    return (
        trn(
            "{n} period is provisional; its flows are those of the days that are there ({cut} not whole). Do not "
            "compare its counts with those of whole periods.",
            "{n} periods are provisional; their flows are those of the days that are there ({cut} not whole). Do "
            "not compare their counts with those of whole periods.",
            n,
            cut=cut,
        ),
    )


def _several_standards(tables: Mapping[str, Table]) -> tuple[Readable, ...]:
    if "on_time" not in tables:
        return ()
    return (
        tr(
            "The share within a standard is that of resolved cases: while many wait, quick cases are too many among "
            "them. The age of pending cases and the share of all cases that has ended by each day tell the rest."
        ),
    )


def _no_longer_registered(tables: Mapping[str, Table]) -> tuple[Readable, ...]:
    table = tables.get("to_date")
    if table is None:
        return ()
    came = table["flow"] == "incoming"
    now, before = (float(np.sum(table[one][came].astype(float))) for one in ("numerator", "before"))
    # a number that is missing tells of no fall
    if not before > 0 or not now / before - 1 <= _FALL:
        return ()
    return (
        tr(
            "Cases are perhaps registered late, or the sample ends earlier: do not read the last period as a fall in "
            "complaints, and set an earlier cut-off if registration was not complete."
        ),
    )
