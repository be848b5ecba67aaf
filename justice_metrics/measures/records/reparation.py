"""Reparation: in how many convictions it was ordered, how much, and how much of it was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Language, Readable, tr
from ...base.provenance import LeftOut
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...estimate.ratio_of_totals import ratio_of_totals
from ...estimate.sample_quantiles import sample_quantiles
from ...reduce.child_spells import ChildEnding, ChildTable, child, child_spells, child_table, with_flags
from ...reduce.grouped import Grouped, grouped_counts, summed
from ...reduce.strata import convicted, flag_counts, reached_or_passed
from ..boxes import Restrictions, convicted_restrictions
from ..declared import Share, ensure_level, shown_limits, strata_columns
from ..rates.shown_shares import method_words
from ..shown import draw_shares, known, limits_words, numbers, of_words, strata_of, whole
from .child_shares import by_code, child_left_out, child_notes, row_sampling_notes, share_table, unit_shares
from .child_times import HORIZONS, Waits, draw_waits, ensure_horizons, waits_of
from .hearings_tables import Average

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CONVICTION: Final = "conviction"
_PAID: Final = ("in_full", "in_part", "nothing", "untold")
# Amounts are counted to the hundredth.
_PARTS: Final = 100
_UNKNOWN: Final = -1
_ORDER: Final[Restrictions] = {"unit": ("order of reparation",)}
_ORDERED: Final[Restrictions] = {"reparation:ordered": ("yes",)}
# A slip of the pen, and more hundredths than a whole number holds.
_TOO_MUCH: Final = 1e15


@dataclass(frozen=True, eq=False, kw_only=True)
class Reparation(Result):
    """Reparation ordered and paid.

    Tables
    ------
    main
        One row per stratum and denominator: cases with an order of reparation, of those convicted and of all.
    payment
        One row per stratum and status: orders paid in full, in part, without a payment, or of which it cannot be told.
    amounts
        One row per stratum: the median amount ordered with its limits, and the share of the money ordered that is paid.
    paid
        Days from the order to a payment, orders without one counted; ``within`` the share paid by chosen days.
    """

    question: ClassVar[str] = "reparation"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"paid": tr("From order to payment")})

    waits: Waits
    per_words: Mapping[str, Readable]
    confidence_level: float

    def findings(self) -> tuple[Readable, ...]:
        """Return in how many convictions reparation was ordered, and what was paid."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say in how many convictions reparation was ordered and what was paid, as far as it is shown."""
        main, pay, money = shown.main, shown.tables["payment"], shown.tables["amounts"]
        if strata_of(main):
            return ()
        said: list[Readable] = []
        for row in np.flatnonzero(main["per"] == CONVICTION):
            n, every = (numbers(main, one)[row] for one in ("numerator", "denominator"))
            if known(n, every) and every > 0:
                said.append(
                    tr(
                        "Reparation was ordered in {n} of {all} cases with a conviction ({share}{limits}).",
                        n=whole(n),
                        all=whole(every),
                        share=Share(main["estimate"][row]),
                        limits=limits_words(main["conf_low"][row], main["conf_high"][row], inside=True),
                    )
                )
        orders, counts = numbers(pay, "denominator"), numbers(pay, "numerator")
        if len(pay) and known(orders[0], *counts) and orders[0] > 0:
            n_of = {str(one): whole(counts[at]) for at, one in enumerate(pay["status"])}
            said.append(
                tr(
                    "Of {all} orders, {full} are paid in full, {part} in part, {none} show no payment; of {rest} it "
                    "cannot be told.",
                    all=whole(orders[0]),
                    full=n_of["in_full"],
                    part=n_of["in_part"],
                    none=n_of["nothing"],
                    rest=n_of["untold"],
                )
            )
        if len(money) and known(numbers(money, "share_paid")[0]):
            said.append(tr("Of the money ordered, {share} is paid.", share=Share(money["share_paid"][0])))
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how the orders stand: paid in full, in part, nothing, not to be told."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how the orders stand, as far as it is shown; a hidden share says so."""
        pay = shown.tables["payment"]
        beside = of_words(pay, "numerator", "denominator", language)
        return draw_shares(pay, "status", tr("share of the orders of reparation"), beside, ax=ax, language=language)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw the share of orders with a payment by each day."""
        return draw_waits(
            self.waits,
            start_words=tr("order of reparation"),
            y_label=tr("share of orders with a payment"),
            confidence_level=self.confidence_level,
            language=language,
            ax=ax,
        )


def reparation(
    cases: CaseData,
    *,
    by: Names = (),
    horizon_days: Sequence[int] = HORIZONS,
    confidence_level: float = 0.95,
) -> Reparation:
    """Reparation: in how many convictions it was ordered, how much, and how much of it was paid.

    Parameters
    ----------
    cases : CaseData
        With a table of orders of reparation; each of its rows counts. Amounts are in one currency.
    by : str or tuple of str
        Attributes that split the cases.
    horizon_days : sequence of int
        Days after the order at which the share with a payment is told.
    confidence_level : float

    Returns
    -------
    Reparation

    Raises
    ------
    QuestionError
        When the cases come without orders of reparation, or ``by`` names nothing.

    Notes
    -----
    An order is paid in full when the amount paid is at least that ordered. Without an amount and a day of payment it
    shows no payment. With a payment and an amount missing it cannot be told. The share of the money is one of totals,
    over the orders whose amounts are known, those without a payment counted as 0; it is no mean of shares. What is paid
    beyond an order stands beside it and pays no other order. Its limits are those of a ratio of totals over independent
    orders (Cochran 1977).

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"id": ["a", "b"], "reported": ["2016-01-05", "2016-02-01"], "end": ["C", "C"],
    ...                       "on": ["2017-01-05", "2017-02-01"]})
    >>> orders = pd.DataFrame({"id": ["a", "b"], "day": ["2017-01-10", "2017-02-10"], "sum": [1000, 3000],
    ...                        "paid": ["2017-05-01", None], "got": [1000, None]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "reported"},
    ...     "outcome": {"column": "end", "date": "on", "labels": {"C": "final_conviction"}},
    ...     "reparation": {"id": "id", "ordered": "day", "ordered_amount": "sum", "paid": "paid", "paid_amount": "got"},
    ... }, children={"reparation": orders})
    >>> jm.reparation(cases).tables["amounts"]["share_paid"].tolist()
    [0.25]
    """
    by = names(by)
    ensure_level(confidence_level)
    days = ensure_horizons(horizon_days)
    weighted = cases.sampling.weighted
    table = child_table(cases, "reparation", ("ordered_day", "ordered_amount", "paid_day", "paid_amount"))
    spells = _spells(cases, table)
    orders = grouped_counts(
        spells,
        by=by,
        keys={"status": _status_code(), "ordered": _amount("ordered_amount"), "paid": _amount("paid_amount")},
    )
    waits = waits_of(
        spells,
        cases,
        outcome=None,
        by=by,
        horizon_days=days,
        confidence_level=confidence_level,
        title=tr("From order to payment"),
        came=tr("with a payment"),
        reached=tr("share with a payment"),
        otherwise=None,
        what="orders of reparation",
    )
    words: dict[str, Readable] = {
        CONVICTION: cases.procedure.label(CONVICTION),
        "complaint": cases.procedure.label("complaint"),
    }
    is_convicted, ordered = convicted(cases, cases.resolve(CONVICTION)), nw.col("child__any") == 1
    every = reached_or_passed(cases, "complaint")
    states = cases.resolve(CONVICTION)
    both = flag_counts(cases, {"convicted": is_convicted, "standing": cases.stands(states)})
    standing = bool(np.allclose(both.count("convicted"), both.count("standing")))
    were = convicted_restrictions(cases, CONVICTION, states, standing=standing)
    main, notes = unit_shares(
        cases,
        with_flags(cases, "reparation", {"child__any": nw.lit(value=True)}),
        {CONVICTION: (is_convicted & ordered, is_convicted), "complaint": (every & ordered, every)},
        by=by,
        words=words,
        reached=tr("with reparation ordered"),
        title=tr("Cases with an order of reparation"),
        confidence_level=confidence_level,
        cells={CONVICTION: ({**were, **_ORDERED}, were), "complaint": (_ORDERED, {})},
    )
    counts = by_code(orders, "status", len(_PAID))
    amounts = _amounts_table(orders, confidence_level, weighted=weighted)
    return Reparation(
        heading=tr("Reparation ordered and paid"),
        tables={
            "main": main,
            "payment": share_table(
                orders.strata,
                _PAID,
                counts,
                np.repeat(counts.sum(axis=1, keepdims=True), len(_PAID), axis=1),
                key=Column("status", tr("status"), "text", "key", "key"),
                words={
                    "in_full": tr("paid in full"),
                    "in_part": tr("paid in part"),
                    "nothing": tr("no payment shown"),
                    "untold": tr("cannot be told"),
                },
                names=(tr("orders"), tr("all orders")),
                title=tr("How the orders stand at the cut-off"),
                confidence_level=confidence_level,
                weighted=weighted,
                cells=(CellOf(fixed=_ORDER, keys={"status": "order stands"}), CellOf(fixed=_ORDER)),
            ),
            "amounts": amounts,
            "paid": waits.days,
            "within": waits.within,
        },
        definition=Definition(
            answers=tr("In how many convictions is reparation ordered, and is it paid?"),
            numerator=tr("cases with an order of reparation; orders that stand so; the amount paid"),
            denominator=tr("cases with a conviction, and all cases; all orders; the amount ordered"),
            basis="cohort",
            pending=tr("an order without a payment counts as not paid so far, up to the cut-off (censored)"),
            method=tr(
                "{shares} Orders with Wilson score intervals; medians with exact limits from order statistics (Conover "
                "1999); share with a payment by a day by the Kaplan-Meier estimator.",
                shares=method_words(cases, "wilson"),
            ),
        ),
        provenance=cases.provenance.add(
            "reparation", by=by, horizon_days=days, confidence_level=confidence_level
        ).leave_out(
            *child_left_out(table),
            LeftOut(
                tr("orders without a known amount (out of the amounts only)"),
                int(orders.units[orders.keys["ordered"] == _UNKNOWN].sum()),
            ),
            *waits.left_out,
        ),
        notes=(
            *notes,
            *row_sampling_notes(cases, rows=tr("orders of reparation"), medians=True),
            *child_notes(table, rows=tr("orders of reparation")),
            tr("Amounts are taken as they stand: one currency, without the change of its value."),
            tr("A payment that the file does not show counts as none."),
            *_beyond_note(amounts),
            *waits.notes,
        ),
        frame_library=cases.frame_library,
        weighted=weighted,
        waits=waits,
        per_words=words,
        confidence_level=confidence_level,
    )


def _beyond_note(amounts: Table) -> tuple[Readable, ...]:
    beyond = float(amounts["paid_beyond"].astype(float).sum())
    if beyond <= 0:
        return ()
    return (
        tr(
            "{amount} was paid beyond what single orders ask for (interest, costs, or a slip); it pays no other order.",
            amount=Average(beyond),
        ),
    )


def _paid_something() -> nw.Expr:
    return ~child("paid_day").is_null() | (child("paid_amount") > 0).fill_null(False)


def _spells(cases: CaseData, table: ChildTable) -> Durations:
    """Return the times from the order to a payment."""
    return child_spells(
        cases,
        table,
        begin=child("ordered_day"),
        endings=(ChildEnding("paid", tr("paid"), _paid_something(), child("paid_day")),),
        start_words=tr("order of reparation"),
    )


def _status_code() -> nw.Expr:
    """Return the place in ``_PAID``."""
    ordered, paid = child("ordered_amount"), child("paid_amount")
    known = _amount("ordered_amount") != _UNKNOWN
    known &= _amount("paid_amount") != _UNKNOWN
    full = known & (paid >= ordered - 0.005).fill_null(False)
    return (
        nw.when(full)
        .then(nw.lit(0, dtype=nw.Int64))
        .otherwise(nw.when(known).then(nw.lit(1)).otherwise(nw.when(_paid_something()).then(nw.lit(3)).otherwise(2)))
    )


def _amount(column: str) -> nw.Expr:
    """Return an amount in hundredths, -1 where none above 0 is known."""
    amount = child(column)
    known = ((amount > 0) & (amount < _TOO_MUCH)).fill_null(False)
    parts = (nw.when(known).then(amount).otherwise(nw.lit(0.0)) * _PARTS + 0.5).floor().cast(nw.Int64)
    return nw.when(known).then(parts).otherwise(nw.lit(_UNKNOWN, dtype=nw.Int64))


def _amounts_table(orders: Grouped, level: float, *, weighted: bool) -> Table:
    g = len(orders.strata)
    ordered, paid, status = (orders.keys[one] for one in ("ordered", "paid", "status"))
    known = ordered != _UNKNOWN
    # what shows no payment has paid nothing; a payment of an amount that nobody knows is left out
    told = known & (status != _PAID.index("untold"))
    quarters = np.full((3, g, 3), np.nan)
    for group in range(g):
        mine = known & (orders.stratum == group)
        found = sample_quantiles(ordered[mine] / _PARTS, orders.n[mine], (0.25, 0.5, 0.75), level)
        quarters[:, group] = np.array(found)
    low, high = shown_limits(quarters[1, :, 1], quarters[2, :, 1], weighted=weighted)
    asked = np.bincount(orders.stratum[told], weights=(ordered * orders.n)[told], minlength=g) / _PARTS
    # what is paid beyond an order (interest, costs) pays no other order
    whole = np.where(paid == _UNKNOWN, 0, paid)
    given = np.minimum(whole, ordered)
    beyond = np.bincount(orders.stratum[told], weights=((whole - given) * orders.n)[told], minlength=g) / _PARTS
    got = np.bincount(orders.stratum[told], weights=(given * orders.n)[told], minlength=g) / _PARTS
    money = np.full((3, g), np.nan)
    for group in range(g):
        mine = told & (orders.stratum == group)
        found_share, _ = ratio_of_totals(given[mine] / _PARTS, ordered[mine] / _PARTS, orders.n[mine], level)
        money[:, group] = np.array(found_share)[:, 0]
    share, least, most = money[0], *shown_limits(money[1], money[2], weighted=weighted)
    of, told_of = Of(inputs=("numerator",)), Of(inputs=("denominator",))
    columns = (
        *strata_columns(orders.strata.names),
        Column(
            "numerator",
            tr("orders with a known amount"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed={**_ORDER, "amount ordered known": ("yes",)}),
        ),
        Column("estimate", tr("median amount ordered"), "number", "estimate", "quantile", 2, of=of),
        Column("conf_low", tr("lower limit"), "number", "interval", "quantile", 2, of=of),
        Column("conf_high", tr("upper limit"), "number", "interval", "quantile", 2, of=of),
        Column("lower_quartile", tr("lower quartile"), "number", "estimate", "quantile", 2, of=of),
        Column("upper_quartile", tr("upper quartile"), "number", "estimate", "quantile", 2, of=of),
        Column(
            "denominator",
            tr("orders whose payment can be told"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed={**_ORDER, "amount ordered known": ("yes",), "order stands": _PAID[:3]}),
        ),
        Column("ordered_total", tr("ordered in them"), "number", "estimate", "mean", 2, of=told_of),
        Column("paid_total", tr("paid of it"), "number", "estimate", "mean", 2, of=told_of),
        Column("paid_beyond", tr("paid beyond the order"), "number", "estimate", "mean", 2, of=told_of),
        Column("share_paid", tr("share of the money paid"), "share", "estimate", "mean", of=told_of),
        Column("share_low", tr("lower limit of that share"), "share", "interval", "mean", of=told_of),
        Column("share_high", tr("upper limit of that share"), "share", "interval", "mean", of=told_of),
    )
    values: dict[str, Any] = {
        **orders.strata.columns(),
        "numerator": summed(orders.stratum[known], orders.n[known], g),
        "estimate": quarters[0, :, 1],
        "conf_low": low,
        "conf_high": high,
        "lower_quartile": quarters[0, :, 0],
        "upper_quartile": quarters[0, :, 2],
        "denominator": summed(orders.stratum[told], orders.n[told], g),
        "ordered_total": asked,
        "paid_total": got,
        "paid_beyond": beyond,
        "share_paid": share,
        "share_low": least,
        "share_high": most,
    }
    undefined = ["" if np.isfinite(one) else "not_defined" for one in share]
    return Table(columns, values, title=tr("Amounts ordered and paid"), statuses={"share_paid": undefined})
