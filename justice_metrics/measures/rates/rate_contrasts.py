"""Rates of two groups set side by side: the difference in percentage points and the ratio, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Readable, format_number, format_tick, tr
from ...base.levels import LEVEL_WORDS
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...cases.attributes import attribute_words
from ...cases.casedata import CaseData
from ...estimate.share_contrasts import Contrast, newcombe_difference, score_ratio
from ...estimate.survey_contrasts import linearised_difference, linearised_ratio
from ...figures.dots import dots
from ...reduce.strata import convicted, reached_or_passed
from ..boxes import Restrictions
from ..declared import Points, Share, ensure_level, few_units_note
from ..recorded import ensure_mapped, silence_notes
from ..shown import numbers, of_words, undefined_words
from .cohort_rates import came_to, is_verdict, rate_cells
from .shown_shares import Limits, Shares, by_design, contrast_notes, limits_of, points_words, shares_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The numbers of the reference, beside those of each group.
_OTHER: Final = ("reference_numerator", "reference_denominator", "is_reference")


@dataclass(frozen=True, eq=False, kw_only=True)
class RateContrasts(Result):
    """Each group's rate against that of a reference group.

    Tables
    ------
    main
        One row per group: ``numerator``, ``denominator``, ``share``, and the difference from the reference
        (``estimate``, ``conf_low``, ``conf_high``) in percentage points; the reference's own numbers beside them.
    ratios
        The same groups: ratio to the reference with its interval.
    """

    question: ClassVar[str] = "rate_contrasts"

    reference: str
    rate: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return each difference in points beside its ratio; nothing for the reference itself."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say each difference that is shown, beside its ratio; nothing for the reference itself."""
        main, ratios, context = shown.main, shown.tables["ratios"], context_of(shown)
        group, reference = main.columns[0].name, str(context["reference"])
        share, points, low, high = (numbers(main, one) for one in ("share", "estimate", "conf_low", "conf_high"))
        times = numbers(ratios, "estimate")
        return tuple(
            tr(
                "{rate}: {share} in {group} against {other} in {reference}, {points} percentage points{limits}; ratio "
                "{ratio}.",
                rate=context["rate"],
                share=Share(share[row]),
                group=_level(str(main[group][row])),
                other=Share(share[main[group].tolist().index(reference)]),
                reference=_level(reference),
                points=Points(points[row]),
                limits=points_words(low[row], high[row]),
                ratio=_Number(float(times[row])),
            )
            for row in range(len(main))
            if main[group][row] != reference and np.isfinite(points[row])
        )

    def context(self) -> Mapping[str, object]:
        """Return the reference group, and the words of the rate."""
        return {"reference": self.reference, "rate": self.rate}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences in percentage points against no difference."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences that are shown, in percentage points; a hidden one says so."""
        main = shown.main
        reference = str(context_of(shown)["reference"])
        return dots(
            labels=[_level(str(one)).text(language) for one in main[main.columns[0].name]],
            estimate=numbers(main, "estimate") * 100,
            conf_low=numbers(main, "conf_low") * 100,
            conf_high=numbers(main, "conf_high") * 100,
            annotations=of_words(main, "numerator", "denominator", language),
            undefined_label=undefined_words(main, "estimate", language),
            x_label=tr("difference from {reference} in percentage points", reference=_level(reference)).text(language),
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
    also = {}
    if is_verdict(cases, of):
        states = cases.resolve(of)
        also = {"convicted": convicted(cases, states), "standing": cases.stands(states)}
    found = shares_of(cases, shares, by=(by,), also=also, confidence_level=confidence_level)
    place = _reference(found, by, reference)
    difference, ratio = _contrasts(found, place, confidence_level)
    labels = {"of": cases.procedure.label(of), "per": cases.procedure.label(per)}
    rate = tr("{of} per {per} (same cases)", **labels)
    level = found.strata.levels[place][0]
    standing = "convicted" not in also or bool(np.allclose(found.also["convicted"], found.also["standing"]))
    cells = rate_cells(cases, (of,), (per,), standing=(of,) if standing else ())[name]
    what = _Compared(by, level, cells.numerator, cells.denominator, limits_of(cases, "wilson", confidence_level))
    return RateContrasts(
        heading=tr("{rate}: groups against {reference}", rate=rate, reference=_level(level)),
        tables={
            "main": _differences(found, what, place, difference),
            "ratios": _ratios(found, what, place, ratio),
        },
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
            *contrast_notes(
                cases,
                found.cells,
                range(len(found.strata)),
                untold=bool((np.isfinite(difference.estimate) & np.isnan(difference.conf_low)).any()),
            ),
            *few_units_note(found.strata, found.behind[:, 1]),
            *silence_notes(cases, (of, per)),
            tr("Not adjusted: groups whose cases differ in kind or in age differ in their rates for that reason too."),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
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


class _Compared(NamedTuple):
    """What the columns of a comparison say of themselves."""

    by: str
    reference: str
    numerator: Restrictions
    denominator: Restrictions
    limits: Limits

    def of(self, formula: str, *, limit: bool = False) -> Of:
        """Return how a column is computed; limits by the sampling design have no formula."""
        known = "" if limit and not self.limits.interval else formula
        return Of(inputs=("numerator", "denominator", *_OTHER), formula=known, level=self.limits.level)

    def counts(self) -> tuple[Column, ...]:
        """Declare the numbers of the group itself."""
        own = {self.by: self.by}
        return (
            Column(
                "numerator", tr("came to it"), "units", "count", "count", cell=CellOf(fixed=self.numerator, keys=own)
            ),
            Column(
                "denominator",
                tr("reached it"),
                "units",
                "count",
                "count",
                cell=CellOf(fixed=self.denominator, keys=own),
            ),
        )

    def others(self) -> tuple[Column, ...]:
        """Declare the numbers of the reference."""
        group = {self.by: (self.reference,)}
        n, d = ({**one, **group} for one in (self.numerator, self.denominator))
        return (
            Column(_OTHER[0], tr("came to it, in the reference"), "units", "count", "count", cell=CellOf(fixed=n)),
            Column(_OTHER[1], tr("reached it, in the reference"), "units", "count", "count", cell=CellOf(fixed=d)),
            Column(_OTHER[2], tr("the reference itself (1)"), "number", "key", "setting", 0),
        )


def _values_of(found: Shares, place: int) -> tuple[dict[str, object], dict[str, object]]:
    """Return the numbers of each group, and of the reference beside them."""
    y, n = found.numerator[:, 0], found.denominator[:, 0]
    itself = np.arange(len(y)) == place
    other = (np.full_like(y, y[place]), np.full_like(n, n[place]), itself.astype(np.int64))
    return {"numerator": y, "denominator": n}, dict(zip(_OTHER, other, strict=True))


def _differences(found: Shares, what: _Compared, place: int, difference: Contrast) -> Table:
    own, other = _values_of(found, place)
    columns = (
        Column(what.by, attribute_words(what.by), "text", "key", "key"),
        *what.counts(),
        Column(
            "share",
            tr("share"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="share"),
        ),
        Column(
            "estimate",
            tr("difference, percentage points"),
            "points",
            "estimate",
            "difference",
            of=what.of("share_difference"),
        ),
        Column(
            "conf_low",
            tr("lower limit"),
            "points",
            "interval",
            "interval",
            of=what.of("share_difference_low", limit=True),
        ),
        Column(
            "conf_high",
            tr("upper limit"),
            "points",
            "interval",
            "interval",
            of=what.of("share_difference_high", limit=True),
        ),
        *what.others(),
    )
    values = {
        **found.strata.columns(),
        **own,
        "share": found.estimate[:, 0],
        **difference._asdict(),
        **other,
    }
    return Table(columns, values, title=tr("Differences in percentage points"))


def _ratios(found: Shares, what: _Compared, place: int, ratio: Contrast) -> Table:
    own, other = _values_of(found, place)
    columns = (
        Column(what.by, attribute_words(what.by), "text", "key", "key"),
        Column("estimate", tr("ratio"), "number", "estimate", "difference", 2, of=what.of("share_ratio")),
        Column(
            "conf_low",
            tr("lower limit"),
            "number",
            "interval",
            "interval",
            2,
            of=what.of("share_ratio_low", limit=True),
        ),
        Column(
            "conf_high",
            tr("upper limit"),
            "number",
            "interval",
            "interval",
            2,
            of=what.of("share_ratio_high", limit=True),
        ),
        *what.counts(),
        *what.others(),
    )
    finite: Mapping[str, object] = {
        name: np.where(np.isfinite(values), values, np.nan) for name, values in ratio._asdict().items()
    }
    return Table(columns, {**found.strata.columns(), **finite, **own, **other}, title=tr("Ratios"))
