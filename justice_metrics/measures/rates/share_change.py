"""Two published shares: how far apart they are in percentage points, and what that is in per cent of the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, format_number, format_share, tr
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.version import __version__
from ...estimate.share_contrasts import newcombe_difference
from ...figures.dots import dots
from ..declared import Points, Share, ensure_level
from .period_numbers import Change
from .published import PublishedProvenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class ShareChange(Result):
    """Difference of two shares in percentage points, and relative.

    Tables
    ------
    main
        One row: ``before``, ``after``, ``estimate`` (percentage points), ``conf_low``, ``conf_high``, ``change``
        (relative). Limits where both shares came with their counts.
    """

    question: ClassVar[str] = "share_change"

    def findings(self) -> tuple[Readable, ...]:
        """Return the change in both ways, each with its name."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the change in both ways: the shares were published before."""
        main = shown.main
        return (
            tr(
                "From {before} to {after}: {points} percentage points, a relative change of {change}.",
                before=Share(main["before"][0]),
                after=Share(main["after"][0]),
                points=Points(main["estimate"][0]),
                change=Change(float(main["change"][0])),
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw both shares."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw both shares."""
        main = shown.main
        nothing = np.full(2, np.nan)
        return dots(
            labels=[tr("before").text(language), tr("after").text(language)],
            estimate=np.array([main["before"][0], main["after"][0]], float),
            conf_low=nothing,
            conf_high=nothing,
            annotations=["", format_number(float(main["estimate"][0]) * 100, language, decimals=1)],
            annotation_label=tr("percentage points").text(language),
            undefined_label=tr("not defined").text(language),
            x_label=tr("share").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


def share_change(
    *, before: float | Sequence[int], after: float | Sequence[int], confidence_level: float = 0.95
) -> ShareChange:
    """Set two shares side by side: percentage points and relative change, which are never the same thing.

    Parameters
    ----------
    before, after : float, or (numerator, denominator)
        Shares, 0.83 for 83 %; with both counts of each, the difference has an interval.
    confidence_level : float
        Level of the interval, for independent shares.

    Returns
    -------
    ShareChange

    Raises
    ------
    QuestionError
        When a share does not lie between 0 and 1.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
       Medicine, 17, 873-890.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.share_change(before=0.83, after=0.819).main
    >>> round(float(found["estimate"][0]), 4), round(float(found["change"][0]), 4)
    (-0.011, -0.0133)
    """
    ensure_level(confidence_level)
    one, other = _read(before), _read(after)
    low = high = float("nan")
    points = other[0] - one[0]
    if one[1] is not None and other[1] is not None:
        y, m, x, n = (np.array([part]) for part in (*other[1], *one[1]))
        found = newcombe_difference(y, m, x, n, confidence_level)
        low, high = float(found.conf_low[0]), float(found.conf_high[0])
    # figures that were handed over as published tell nothing of cases that is not known
    columns = (
        Column("before", tr("before"), "share", "estimate", "setting"),
        Column("after", tr("after"), "share", "estimate", "setting"),
        Column("estimate", tr("difference, percentage points"), "points", "estimate", "setting"),
        Column("conf_low", tr("lower limit"), "points", "interval", "setting"),
        Column("conf_high", tr("upper limit"), "points", "interval", "setting"),
        Column("change", tr("relative change"), "change", "estimate", "setting"),
    )
    change = points / one[0] if one[0] > 0 else float("nan")
    row = (one[0], other[0], points, low, high, change)
    values = {column.name: np.array([value]) for column, value in zip(columns, row, strict=True)}
    statuses = {"change": ["" if one[0] > 0 else "not_defined"]}
    return ShareChange(
        heading=tr("Two shares side by side"),
        tables={"main": Table(columns, values, statuses=statuses, title=tr("Points and per cent"), guard="words")},
        definition=Definition(
            answers=tr("How far apart are the two shares?"),
            numerator=tr("the later share less the earlier one"),
            denominator=tr("none for percentage points; for the relative change, the earlier share"),
            basis="snapshot",
            pending=tr("as each published share took them"),
            method=tr("Differences with Newcombe's hybrid score intervals, ratios with Koopman's score intervals."),
        ),
        provenance=PublishedProvenance(
            question="share_change",
            settings=(("before", before), ("after", after), ("confidence_level", confidence_level)),
            sampling="undeclared",
            version=__version__,
        ),
    )


def _read(given: float | Sequence[int]) -> tuple[float, tuple[int, int] | None]:
    if isinstance(given, int | float):
        if not 0 <= given <= 1:
            raise QuestionError(
                tr("The share {share} does not lie between 0 and 1.", share=given), tr("Write 10.4 % as 0.104.")
            )
        return float(given), None
    numbers = tuple(given)
    if len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] or numbers[1] == 0:
        raise QuestionError(
            tr("A share is given as one number, or as its numerator and its denominator."),
            tr("Write 95 of 46,756 as [95, 46756]."),
        )
    return numbers[0] / numbers[1], (numbers[0], numbers[1])
