"""Rates of two groups set side by side: the difference in percentage points and the ratio, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Readable, format_number, format_tick, tr
from ...base.levels import LEVEL_WORDS
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...cases.casedata import CaseData
from ...estimate.share_contrasts import Contrast, newcombe_difference, score_ratio
from ...estimate.survey import linearised_difference, linearised_ratio
from ...figures.dots import dots
from ...reduce.strata import reached_or_passed
from ..declared import Points, Share, ensure_level, few_units_note, strata_columns
from ..recorded import ensure_mapped, silence_notes
from .cohort_rates import came_to
from .shown_shares import Shares, by_design, share_notes, shares_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class RateContrasts(Result):
    """Each group's rate against that of a reference group.

    Tables
    ------
    main
        One row per group: ``numerator``, ``denominator``, ``share``, and the difference from the reference
        (``estimate``, ``conf_low``, ``conf_high``) in percentage points.
    ratios
        The same groups: ratio to the reference with its interval.
    """

    question: ClassVar[str] = "rate_contrasts"

    reference: str
    rate: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return each difference in points beside its ratio; nothing for the reference itself."""
        main, ratios = self.main, self.tables["ratios"]
        group = main.columns[0].name
        return tuple(
            tr(
                "{rate}: {share} in {group} against {other} in {reference}, {points} percentage points "
                "({low} to {high}); ratio {ratio}.",
                rate=self.rate,
                share=Share(main["share"][row]),
                group=_level(str(main[group][row])),
                other=Share(main["share"][main[group].tolist().index(self.reference)]),
                reference=_level(self.reference),
                points=Points(main["estimate"][row]),
                low=Points(main["conf_low"][row]),
                high=Points(main["conf_high"][row]),
                ratio=_Number(float(ratios["estimate"][row])),
            )
            for row in range(len(main))
            if main[group][row] != self.reference and np.isfinite(main["estimate"][row])
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences in percentage points against no difference."""
        main = self.main
        group = main.columns[0].name
        return dots(
            labels=[_level(str(one)).text(language) for one in main[group]],
            estimate=main["estimate"].astype(float) * 100,
            conf_low=main["conf_low"].astype(float) * 100,
            conf_high=main["conf_high"].astype(float) * 100,
            annotations=[
                f"{format_number(float(one), language)} / {format_number(float(all_), language)}"
                for one, all_ in zip(main["numerator"], main["denominator"], strict=True)
            ],
            undefined_label=tr("not defined").text(language),
            x_label=tr("difference from {reference} in percentage points", reference=_level(self.reference)).text(
                language
            ),
            percent=False,
            number=lambda points: format_tick(points, language),
            reference=0.0,
            ax=ax,
        )


def rate_contrasts(
    cases: CaseData,
    *,
    by: str,
    of: str = "conviction",
    per: str = "complaint",
    reference: str | None = None,
    confidence_level: float = 0.95,
) -> RateContrasts:
    """Compare the rate of each group with that of a reference group: difference in points, and ratio.

    Nothing is adjusted for: groups whose cases differ in kind or age differ in their rates for that reason alone.

    Parameters
    ----------
    cases : CaseData
    by : str
        Attribute whose levels are compared.
    of, per : str
        Numerator and denominator, as in :func:`cohort_rates`.
    reference : str, optional
        Level that the others are compared with; by default the one with the most cases.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    RateContrasts

    Raises
    ------
    QuestionError
        When the attribute or the level is unknown, or there is one group only.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
       Medicine, 17, 873-890.
    .. [2] Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions. Biometrics, 40,
       513-517.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.rate_contrasts(jm.sample_cases(), by="department", of="charge")
    >>> float(found.main["estimate"][found.main["department"] == found.reference][0])
    0.0
    """
    ensure_level(confidence_level)
    ensure_mapped(cases, (of, per))
    reached = reached_or_passed(cases, per)
    name = f"{of}/{per}"
    shares = {name: (reached & came_to(cases, of), reached)}
    found = shares_of(cases, shares, by=(by,), confidence_level=confidence_level)
    place = _reference(found, by, reference)
    difference, ratio = _contrasts(found, place, confidence_level)
    labels = {"of": cases.procedure.label(of), "per": cases.procedure.label(per)}
    rate = tr("{of} per {per} (same cases)", **labels)
    level = found.strata.levels[place][0]
    return RateContrasts(
        heading=tr("{rate}: groups against {reference}", rate=rate, reference=_level(level)),
        tables={"main": _differences(found, by, difference), "ratios": _ratios(found, by, ratio)},
        definition=Definition(
            answers=tr("By how much does the rate of each group differ from that of the reference?"),
            numerator=tr("of the denominator, the cases that came to: {of}", of=labels["of"]),
            denominator=tr("cases of the group that reached: {per}", per=labels["per"]),
            basis="cohort",
            pending=tr("in the denominator, as not there so far"),
            method=tr("Differences and ratios with intervals of the sampling design, by linearisation.")
            if by_design(cases)
            else tr("Differences with Newcombe's hybrid score intervals, ratios with Koopman's score intervals."),
        ),
        provenance=cases.provenance.add(
            "rate_contrasts", by=by, of=of, per=per, reference=level, confidence_level=confidence_level
        ),
        notes=(
            *share_notes(cases, found),
            *few_units_note(found.strata, found.denominator[:, 0]),
            *silence_notes(cases, (of, per)),
            tr("Not adjusted: groups whose cases differ in kind or in age differ in their rates for that reason too."),
        ),
        frame_library=cases.frame_library,
        reference=level,
        rate=rate,
    )


class _Number:
    """A ratio that a message prints with two decimals."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        return format_number(self.value, language, decimals=2)


def _level(level: str) -> Readable:
    return LEVEL_WORDS.get(level) or Label(level)


def _reference(found: Shares, by: str, reference: str | None) -> int:
    levels = [one[0] for one in found.strata.levels]
    if len(levels) < 2:
        raise QuestionError(
            tr("All cases are of one group by '{by}'; there is nothing to compare.", by=by),
            tr("Choose an attribute with several levels."),
        )
    if reference is None:
        return int(np.argmax(found.denominator[:, 0]))
    if reference not in levels:
        raise QuestionError(
            tr("'{level}' is not a level of '{by}'.", level=reference, by=by), suggestion(reference, tuple(levels))
        )
    return levels.index(reference)


def _contrasts(found: Shares, place: int, level: float) -> tuple[Contrast, Contrast]:
    if found.cells:
        return linearised_difference(found.cells[0], place, level), linearised_ratio(found.cells[0], place, level)
    y, n = found.numerator[:, 0], found.denominator[:, 0]
    base_y, base_n = np.full_like(y, y[place]), np.full_like(n, n[place])
    difference = newcombe_difference(y, n, base_y, base_n, level)
    ratio = score_ratio(y, n, base_y, base_n, level)
    # a group differs from itself by nothing, without doubt
    for contrast, same in ((difference, 0.0), (ratio, 1.0)):
        for limit in (contrast.conf_low, contrast.conf_high):
            limit[place] = np.where(np.isnan(contrast.estimate[place]), np.nan, same)
    return difference, ratio


def _differences(found: Shares, by: str, difference: Contrast) -> Table:
    columns = (
        *strata_columns((by,)),
        Column("numerator", tr("came to it"), "units", "count", "count"),
        Column("denominator", tr("reached it"), "units", "count", "count"),
        Column("share", tr("share"), "share", "estimate", "share"),
        Column("estimate", tr("difference, percentage points"), "points", "estimate", "difference"),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval"),
    )
    values = {
        **found.strata.columns(),
        "numerator": found.numerator[:, 0],
        "denominator": found.denominator[:, 0],
        "share": found.estimate[:, 0],
        **difference._asdict(),
    }
    return Table(columns, values, title=tr("Differences in percentage points"))


def _ratios(found: Shares, by: str, ratio: Contrast) -> Table:
    columns = (
        *strata_columns((by,)),
        Column("estimate", tr("ratio"), "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
    )
    finite: Mapping[str, object] = {
        name: np.where(np.isfinite(values), values, np.nan) for name, values in ratio._asdict().items()
    }
    return Table(columns, {**found.strata.columns(), **finite}, title=tr("Ratios"))
