"""Relative change of numbers from one period to another, with the rule by which it was rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from ...base.cells import Of
from ...base.language import Language, Readable, format_tick, tr
from ...base.quantities import SUPPRESSED, Quantity, differences, ratio
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Counts, Floats, Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...estimate.share_contrasts import count_ratio
from ...figures.dots import dots
from ..declared import ensure_level, strata_columns
from ..shown import numbers, undefined_words, whole, words_of, written
from .known_words import ensure_known
from .period_numbers import (
    Against,
    Change,
    PeriodNumbers,
    all_together,
    counted_in,
    earlier_places,
    number_before,
    of_whole_periods,
    period_numbers,
    ties_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In a figure, in per cent from one limit to the other.
_WIDEST: Final = 400.0

Rounding: TypeAlias = Literal["half_up", "half_even", "down"]


@dataclass(frozen=True, eq=False, kw_only=True)
class CountChanges(Result):
    """Relative changes of numbers from period to period.

    Tables
    ------
    main
        One row per stratum, quantity and period: ``quantity``, ``period``, ``before``, ``after``, ``difference``,
        ``estimate`` (relative change), ``conf_low``, ``conf_high``, ``rounded`` (the change as it would be printed).
    """

    question: ClassVar[str] = "count_changes"

    quantity_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return the last change of each quantity, all together."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the last change of each quantity that is shown, all together."""
        main = shown.main
        change, before, after = (numbers(main, one) for one in ("estimate", "before", "after"))
        said: list[Readable] = []
        for name, words in main.labels["quantity"].items():
            there = (main["quantity"] == name) & np.isfinite(change + before + after) & all_together(main)
            if there.any():
                row = int(np.flatnonzero(there)[-1])
                said.append(
                    tr(
                        "{period}, {quantity}: from {before} to {after}, a change of {change}.",
                        period=period_words(str(main["period"][row])),
                        quantity=words,
                        before=whole(before[row]),
                        after=whole(after[row]),
                        change=Change(float(change[row])),
                    )
                )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the relative changes of all together, with their intervals."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the relative changes of all together that are shown; a hidden one says so."""
        main = shown.main
        told = {"", "under_review", "not_defined", SUPPRESSED}
        marks = main.statuses["estimate"]
        rows = [row for row in np.flatnonzero(all_together(main)).tolist() if marks[row] in told]
        estimate, low, high = (numbers(main, name)[rows] * 100 for name in ("estimate", "conf_low", "conf_high"))
        # one interval from -20 to +3,700 % would leave no room for any other row
        with np.errstate(invalid="ignore"):
            estimate[high - low > _WIDEST] = np.nan
        before, after = (written(main, name, language) for name in ("before", "after"))
        undefined = undefined_words(main, "estimate", language, tr("too few to tell"))
        return dots(
            labels=[period_words(str(main["period"][row])).text(language) for row in rows],
            groups=[words_of(main, "quantity", main["quantity"][row]).text(language) for row in rows],
            estimate=estimate,
            conf_low=np.where(np.isnan(estimate), np.nan, low),
            conf_high=np.where(np.isnan(estimate), np.nan, high),
            annotations=[f"{before[row]} → {after[row]}" for row in rows],
            undefined_label=[undefined[row] for row in rows],
            x_label=tr("relative change, per cent").text(language),
            percent=False,
            number=lambda change: format_tick(change, language),
            reference=0.0,
            ax=ax,
        )


def count_changes(
    data: CaseData | CountData,
    *,
    of: Names,
    period: Period | None = None,
    by: Names = (),
    against: Against = "previous",
    decimals: int = 1,
    rounding: Rounding = "half_up",
    confidence_level: float = 0.95,
) -> CountChanges:
    """Relative change of numbers from one period to the next, or to the same months of the year after.

    Parameters
    ----------
    data : CaseData or CountData
    of : str or tuple of str
        Quantities of the table; or stages, roles and ways of ending of the cases.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : str or tuple of str
        What splits the numbers.
    against : {"previous", "year_before"}
        The period that each is compared with.
    decimals : int
        How the change is rounded in ``rounded``, in per cent.
    rounding : {"half_up", "half_even", "down"}
        Rule of rounding: halves away from zero, halves to the even digit, or cut off.
    confidence_level : float
        Level of the intervals, exact for two Poisson counts.

    Returns
    -------
    CountChanges

    References
    ----------
    .. [1] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from Poisson series.
       Biometrika, 31, 313-323.

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> table = pd.DataFrame({"Year": [2019, 2020], "Filed": [57741, 60199]})
    >>> counts = jm.CountData.from_frame(table, {"counts": {"period": "Year", "quantities": {"complaint": "Filed"}}})
    >>> round(float(jm.count_changes(counts, of="complaint").main["estimate"][1]), 4)
    0.0426
    """
    ensure_level(confidence_level)
    ensure_known(rounding, Rounding)
    asked = names(of)
    found = period_numbers(data, asked, period=period, by=names(by))
    earlier = earlier_places(found, against)
    return CountChanges(
        heading=tr("Changes of numbers from period to period"),
        tables={"main": _counts_table(found, asked, earlier, decimals, rounding, confidence_level)},
        definition=Definition(
            answers=tr("By how much did each number change?"),
            numerator=tr("the number of the period less that of the period it is compared with"),
            denominator=tr("the number of the period it is compared with"),
            basis="flow",
            pending=tr("not looked at: a period counts what happened in it, whenever the cases began"),
            method=tr("Relative changes with exact intervals of the ratio of two Poisson counts."),
        ),
        provenance=data.provenance.add(
            "count_changes", of=asked, period=period, by=names(by), against=against, decimals=decimals,
            rounding=rounding, confidence_level=confidence_level,
        ),
        notes=(
            *found.notes,
            tr("Per cent of the earlier number, not percentage points. Later registration can still change the last."),
        ),
        frame_library=data.frame_library,
        weighted=found.weighted,
        ties=ties_of(found, asked),
        quantity_words={one: found.words[one] for one in asked},
    )  # fmt: skip


def rounded_change(before: float, after: float, decimals: int, rounding: Rounding) -> float:
    """Round the relative change in per cent as a rule says, and return it as a share; NaN over 0.

    The change is an exact fraction, so that no half is missed for want of binary digits.

    Examples
    --------
    >>> [rounded_change(12340, 15888, 1, rule) for rule in ("half_up", "down")]
    [0.288, 0.287]
    """
    if before == 0 or not (np.isfinite(before) and np.isfinite(after)):
        return float("nan")
    exact = (Fraction(after) - Fraction(before)) / Fraction(before) * 100 * 10**decimals
    size = abs(exact)
    if rounding == "half_even":
        whole = round(size)
    else:
        whole = int(size + Fraction(1, 2)) if rounding == "half_up" else int(size)
    return float(Fraction(whole if exact >= 0 else -whole, 100 * 10**decimals))


def _counts_table(
    found: PeriodNumbers, asked: tuple[str, ...], earlier: Counts, decimals: int, rounding: Rounding, level: float
) -> Table:
    numbers = [of_whole_periods(found, found.quantities[one]) for one in asked]
    after = _stacked(numbers)
    before = _stacked([number_before(one, earlier) for one in numbers])
    less = differences(after, before)
    change = ratio(less, before)
    whole = (np.mod(np.nan_to_num(before.values), 1) == 0) & (np.mod(np.nan_to_num(after.values), 1) == 0)
    # a sum of weights varies more than a count, also where it happens to be whole
    told = whole & (change.status == 0) & (not found.weighted)
    one, other = (np.where(told, number.values, 0).astype(np.int64) for number in (after, before))
    limits = count_ratio(one, other, level)
    low, high = (np.where(told, limit - 1, np.nan) for limit in (limits.conf_low, limits.conf_high))
    printed: Floats = np.array(
        [
            rounded_change(float(b), float(a), decimals, rounding)
            for b, a in zip(before.values, after.values, strict=True)
        ]
    )
    things = {one: (one,) for one in asked}
    limit = "" if found.weighted else "change"

    def of(formula: str) -> Of:
        return Of(inputs=("after", "before"), formula=formula, level=level)

    columns = (
        *strata_columns(found.strata.names),
        Column("quantity", tr("quantity"), "text", "key", "key"),
        Column("period", tr("period"), "text", "key", "key"),
        Column("before", tr("before"), "units", "count", "count", cell=counted_in(found, things, "quantity", earlier)),
        Column("after", tr("in the period"), "units", "count", "count", cell=counted_in(found, things, "quantity")),
        Column("difference", tr("difference"), "units", "estimate", "difference", of=of("difference")),
        Column("estimate", tr("relative change"), "change", "estimate", "difference", 2, of=of("change")),
        Column("conf_low", tr("lower limit"), "change", "interval", "interval", of=of(f"{limit}_low" if limit else "")),
        Column(
            "conf_high", tr("upper limit"), "change", "interval", "interval", of=of(f"{limit}_high" if limit else "")
        ),
        Column("rounded", tr("relative change, rounded"), "change", "estimate", "difference", decimals, of=of("")),
    )
    p, k = len(found.labels), len(asked)
    values = {
        **found.strata.columns(p * k),
        "quantity": [one for _ in range(len(found.strata)) for one in asked for _ in range(p)],
        "period": list(found.labels) * (len(found.strata) * k),
        "before": before.values,
        "after": after.values,
        "difference": less.values,
        "estimate": change.values,
        "conf_low": low,
        "conf_high": high,
        "rounded": printed,
    }
    statuses = {"before": before.words(), "after": after.words(), "difference": less.words()}
    statuses |= {"estimate": change.words(), "rounded": change.words()}
    labels = {
        "quantity": {one: found.words[one] for one in asked},
        "period": {one: period_words(one) for one in found.labels},
    }
    return Table(columns, values, labels=labels, statuses=statuses, title=tr("Changes from period to period"))


def _stacked(several: list[Quantity]) -> Quantity:
    """Bring quantities into rows: stratum, quantity, period."""
    return Quantity(
        np.stack([one.values for one in several], axis=1).ravel(),
        np.stack([one.status for one in several], axis=1).ravel(),
    )
