"""The numbers that indicators of flow are made of, each with what is known about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from ...base.levels import NOT_APPLICABLE, UNDER_REVIEW
from ...base.quantities import NOT_DEFINED, STATUSES, Quantity, differences, sums
from ...base.types import Floats
from ...estimate import flows as formula
from ...reduce.flow_counts import Flows

_NOT_DEFINED = STATUSES.index(NOT_DEFINED)
_UNDER_REVIEW = STATUSES.index(UNDER_REVIEW)
_NOT_APPLICABLE = STATUSES.index(NOT_APPLICABLE)


def together(*parts: Quantity) -> Quantity:
    """Return the sum of quantities of one shape; what does not apply adds nothing.

    Examples
    --------
    >>> from justice_metrics.base.quantities import quantity
    >>> together(quantity([3, 4]), quantity([1, 0], ["", "not_applicable"])).values.tolist()
    [4.0, 4.0]
    """
    shape, size = parts[0].values.shape, parts[0].values.size
    stacked = Quantity(
        np.concatenate([one.values.ravel() for one in parts]), np.concatenate([one.status.ravel() for one in parts])
    )
    total = sums(stacked, np.tile(np.arange(size), len(parts)), size)
    return Quantity(total.values.reshape(shape), total.status.reshape(shape))


def indicator(values: Floats, *made_of: Quantity) -> Quantity:
    """Return what a formula gave with what is known of its parts; no number from known parts is not defined."""
    worst = made_of[0].status
    for one in made_of[1:]:
        worst = np.maximum(worst, one.status)
    lost = worst > _UNDER_REVIEW
    for one in made_of:
        # what is under review can be held back: then there is no number to make one of
        lost = lost | (~one.known & (one.status == _UNDER_REVIEW))
    status = np.where(~lost & np.isnan(values), np.uint8(_NOT_DEFINED), worst).astype(np.uint8)
    return Quantity(np.where(lost, np.nan, values), status)


Rated: TypeAlias = tuple[Quantity | None, Quantity | None, Quantity | None]


class Balance(NamedTuple):
    """Stock and flow of each stratum and period, shape (G, P) each; None for what nobody counts.

    Attributes
    ----------
    pending_start, pending_end
        Active cases; ``pending_end`` is what the flows give where the stock is not told (``end_told`` is False).
    incoming, resolved, outgoing
        As rates count them: without transfers where these stay inside the whole.
    came_in, went_out
        All that moved, transfers among it: what explains the stock.
    pairs
        Incoming, resolved and outgoing cases of the same rows: what clearance rates are made of.
    """

    pending_start: Quantity | None
    incoming: Quantity | None
    resolved: Quantity | None
    outgoing: Quantity | None
    came_in: Quantity | None
    went_out: Quantity | None
    pending_end: Quantity | None
    end_told: bool
    start_carried: bool
    pairs: Rated = (None, None, None)

    @property
    def by_flows(self) -> Quantity | None:
        """The stock at the end that the flows give."""
        if self.pending_start is None or self.came_in is None or self.went_out is None:
            return None
        parts = (self.pending_start, self.came_in, self.went_out)
        return indicator(formula.total_backlog(*(one.values for one in parts)), *parts)

    @property
    def residual(self) -> Quantity | None:
        """What the flows do not explain of the stock at the end."""
        if not self.end_told or self.by_flows is None or self.pending_end is None:
            return None
        parts = (self.pending_end, self.by_flows)
        # Sums of sampling weights differ in the last digits, which is no residual.
        return indicator(np.round(self.pending_end.values - self.by_flows.values, 6), *parts)


def balance(flows: Flows, *, inside: bool, transfers_included: bool) -> Balance:
    """Arrange the quantities of a table of flows as a balance.

    Parameters
    ----------
    flows : Flows
    inside : bool
        Whether transfers between offices stay inside what is added up, so that rates leave them out.
    transfers_included : bool
        Whether the incoming and resolved cases that are told hold the transfers already.
    """
    have = flows.quantities
    rated = _rated(have, inside=inside, transfers_included=transfers_included)
    pairs = rated
    if flows.paired:
        pairs = _rated({**have, **flows.paired}, inside=inside, transfers_included=transfers_included)
    told_in = _told_in(have)
    moved_in, moved_out = have.get("transferred_in"), have.get("transferred_out")
    resolved, parked = _resolved(have), have.get("placed_inactive")
    if transfers_included:
        came_in, went_out = told_in, _added((resolved, parked))
    else:
        came_in, went_out = _added((told_in, moved_in)), _added((resolved, parked, moved_out))
    start, carried = have.get("pending_start"), False
    end = have.get("pending_end")
    if start is None and end is not None and end.values.shape[1] > 1:
        start, carried = _carried(end, flows), True
    found = Balance(start, *rated, came_in, went_out, end, end is not None, carried, pairs)
    return found if end is not None else found._replace(pending_end=found.by_flows)


def _told_in(have: Mapping[str, Quantity]) -> Quantity | None:
    return have.get("incoming") or _added(have.get(one) for one in ("new", "reopened", "reactivated"))


def _resolved(have: Mapping[str, Quantity]) -> Quantity | None:
    return _added(have.get(one) for one in ("resolved", "reopened_resolved"))


def _rated(have: Mapping[str, Quantity], *, inside: bool, transfers_included: bool) -> Rated:
    """Return incoming, resolved and outgoing cases as rates count them."""
    moved_in, moved_out = have.get("transferred_in"), have.get("transferred_out")
    told_in, resolved, parked = _told_in(have), _resolved(have), have.get("placed_inactive")
    if transfers_included:
        resolved = _less(resolved, moved_out, inside)
        return _less(told_in, moved_in, inside), resolved, _added((resolved, parked))
    if inside:
        return told_in, resolved, _added((resolved, parked))
    return _added((told_in, moved_in)), resolved, _added((resolved, parked, moved_out))


def _added(parts: Iterable[Quantity | None]) -> Quantity | None:
    there = [one for one in parts if one is not None]
    return together(*there) if there else None


def _less(whole: Quantity | None, part: Quantity | None, wanted: bool) -> Quantity | None:
    if whole is None or part is None or not wanted:
        return whole
    none = part.status == _NOT_APPLICABLE
    moved = Quantity(np.where(none, 0.0, part.values), np.where(none, np.uint8(0), part.status))
    return differences(whole, moved)


def _carried(end: Quantity, flows: Flows) -> Quantity:
    """Return the stock at the start as that at the end of the period before, where that period comes right before."""
    values = np.full(end.values.shape, np.nan)
    status = np.full(end.values.shape, np.uint8(STATUSES.index("not_available")))
    follows = np.flatnonzero(flows.first_day[1:] == flows.last_day[:-1] + 1) + 1
    values[:, follows], status[:, follows] = end.values[:, follows - 1], end.status[:, follows - 1]
    return Quantity(values, status)
