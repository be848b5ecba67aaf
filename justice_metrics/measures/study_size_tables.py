"""Tables of a plan: files needed, what a study of each size shows, endings needed, what was assumed and from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..base.language import Message, Readable, tr
from ..base.table import Column, Table
from ..base.types import Floats
from ..estimate.intraclass import Intraclass
from ..estimate.power import cox_events, design_effect, two_shares_power, two_shares_units, units_in_clusters
from ..estimate.proportion import detectable_difference

Source: TypeAlias = Literal["given", "pilot", "usual"]

SOURCE_WORDS: Final[Mapping[str, Message]] = {
    "given": tr("given"),
    "pilot": tr("from the cases at hand"),
    "usual": tr("a usual value, for want of a better one"),
}
ALIKE_WORDS: Final[Mapping[str, Message]] = {
    "given": tr("as given"),
    "usual": tr("a usual value"),
    "pilot": tr("as estimated"),
    "upper_limit": tr("upper limit of the estimate"),
}
ASSUMPTION_WORDS: Final[Mapping[str, Message]] = {
    "baseline": tr("share with the outcome without support"),
    "supported_share": tr("share of the files that are supported"),
    "files_per_court": tr("files per court"),
    "courts": tr("courts"),
    "size_cv": tr("variation of the number of files between courts (coefficient of variation)"),
    "icc": tr("how alike the outcomes of one court are (intraclass correlation)"),
    "support_icc": tr("how alike the support of one court is (1: all or nobody)"),
    "effective_share": tr("share of the information that weighting leaves (effective sample size)"),
    "power": tr("probability of showing the difference (power)"),
    "confidence_level": tr("confidence level"),
}
# No plan rests on fewer courts: below it an error that allows for courts is hardly one. (Given courts may be fewer.)
LEAST_COURTS: Final = 10
# Sizes that are shown, besides that of the data at hand.
SIZES: Final = (100, 200, 300, 400, 600, 800, 1_200, 1_600, 2_400, 3_200, 4_800, 6_400, 12_800)


class Alike(NamedTuple):
    """How alike the files of one court are: in their outcomes, and in being supported."""

    outcome: float
    support: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a study is planned with.

    Attributes
    ----------
    baseline, supported_share, files_per_court, size_cv, effective_share, power, confidence_level : float
        As for :func:`justice_metrics.measures.study_size.study_size`.
    courts : int or None
        How many there are, where that is the limit.
    alike : mapping of str to Alike
        Intraclass correlations to plan with, the likely ones first.
    sources : mapping of str to str
        Where each assumption comes from.
    """

    baseline: float
    supported_share: float
    files_per_court: float
    courts: int | None
    size_cv: float
    effective_share: float
    power: float
    confidence_level: float
    alike: Mapping[str, Alike]
    sources: Mapping[str, Source]

    @property
    def likely(self) -> Alike:
        """The intraclass correlations that are likely."""
        return next(iter(self.alike.values()))

    def independent(self, difference: ArrayLike, degrees_of_freedom: float = np.inf) -> Floats:
        """Return the files needed if they were independent and of full weight; shape of ``difference``."""
        return two_shares_units(
            self.baseline + np.asarray(difference, np.float64),
            self.baseline,
            in_one=self.supported_share,
            power=self.power,
            confidence_level=self.confidence_level,
            degrees_of_freedom=degrees_of_freedom,
        )

    def clustered(self, independent: Callable[[float], float], alike: Alike) -> float:
        """Return the files that carry as much as independent ones of full weight; infinite where none do.

        Parameters
        ----------
        independent : function
            Independent files needed with so many degrees of freedom: they are those of the courts less one, which
            come of the number of files. Both are found together.
        alike : Alike
        """

        def within(courts: int) -> float:
            n = independent(courts - 1.0) / self.effective_share
            return float(units_in_clusters(n, courts, alike.outcome, size_cv=self.size_cv, exposure_icc=alike.support))

        if self.courts is not None:
            return float(np.ceil(within(self.courts) - _ROUNDING))
        fewest = within(LEAST_COURTS)
        if fewest <= LEAST_COURTS * self.files_per_court:
            return float(np.ceil(fewest - _ROUNDING))
        effect = float(
            design_effect(self.files_per_court, alike.outcome, size_cv=self.size_cv, exposure_icc=alike.support)
        )
        carried = effect / self.effective_share
        start = independent(np.inf) * carried / self.files_per_court
        if not np.isfinite(start):
            return float("inf")
        courts = max(LEAST_COURTS + 1, int(np.ceil(start - _ROUNDING)))
        while independent(courts - 1.0) * carried > courts * self.files_per_court + _ROUNDING:
            courts += 1
        files = max(independent(courts - 1.0) * carried, (courts - 1) * self.files_per_court + 1)
        return float(np.ceil(files - _ROUNDING))

    def effect(self, files: ArrayLike, alike: Alike) -> Floats:
        """Return the design effect of a study of so many files."""
        n = np.asarray(files, np.float64)
        size = n / self.courts if self.courts is not None else np.minimum(n / LEAST_COURTS, self.files_per_court)
        return design_effect(size, alike.outcome, size_cv=self.size_cv, exposure_icc=alike.support)

    def courts_of(self, files: ArrayLike) -> Floats:
        """Return the courts that so many files come from."""
        n = np.asarray(files, np.float64)
        if self.courts is not None:
            return np.full(n.shape, float(self.courts))
        return np.maximum(np.ceil(n / self.files_per_court - _ROUNDING), LEAST_COURTS)

    def detectable(self, files: ArrayLike, alike: Alike, courts: int | None = None) -> Floats:
        """Return the smallest difference that so many files probably show; of ``courts`` where they are known."""
        carried = np.asarray(files, np.float64) * self.effective_share / self.effect(files, alike)
        return detectable_difference(
            carried * self.supported_share,
            carried * (1 - self.supported_share),
            self.baseline,
            power=self.power,
            confidence_level=self.confidence_level,
            degrees_of_freedom=self.courts_of(files) - 1 if courts is None else courts - 1.0,
        )

    def shown(self, files: ArrayLike, difference: ArrayLike, alike: Alike) -> Floats:
        """Return the probability that so many files show a difference."""
        return two_shares_power(
            np.asarray(files, np.float64) * self.effective_share / self.effect(files, alike),
            self.baseline + np.asarray(difference, np.float64),
            self.baseline,
            in_one=self.supported_share,
            confidence_level=self.confidence_level,
            degrees_of_freedom=self.courts_of(files) - 1,
        )


# What rounding of the machine leaves of a whole number is no further file.
_ROUNDING: Final = 1e-6


def files_table(plan: Plan, differences: Sequence[float]) -> Table:
    """Return files and courts needed, one row per difference and assumption on how alike courts are inside."""
    asked = np.repeat(np.array(differences, np.float64), len(plan.alike))
    alike = list(plan.alike.values()) * len(differences)

    def independent(difference: float, degrees: float) -> float:
        return float(plan.independent(difference, degrees))

    files = np.array([plan.clustered(partial(independent, float(d)), one) for d, one in zip(asked, alike, strict=True)])
    courts = plan.courts_of(files)
    columns = (
        Column("difference", tr("difference, percentage points"), "points", "key", "key"),
        Column("alike", tr("courts are alike inside"), "text", "key", "key"),
        Column("icc", tr("intraclass correlation of the outcome"), "number", "estimate", "setting", 3),
        Column("support_icc", tr("and of being supported"), "number", "estimate", "setting", 3),
        Column("share_without", tr("share without support"), "share", "estimate", "setting"),
        Column("share_with", tr("share with support"), "share", "estimate", "setting"),
        Column("independent", tr("files, if they were independent"), "units", "estimate", "setting"),
        Column("design_effect", tr("design effect"), "number", "estimate", "setting", 2),
        Column("files", tr("files needed"), "units", "estimate", "setting"),
        Column("files_supported", tr("of them supported"), "units", "estimate", "setting"),
        Column("courts", tr("courts"), "units", "estimate", "setting"),
        Column("files_per_court", tr("files per court"), "units", "estimate", "setting"),
    )
    values = {
        "difference": asked,
        "alike": list(plan.alike) * len(differences),
        "icc": np.array([one.outcome for one in alike]),
        "support_icc": np.array([one.support for one in alike]),
        "share_without": np.full(len(asked), plan.baseline),
        "share_with": plan.baseline + asked,
        "independent": np.ceil(plan.independent(asked) - _ROUNDING),
        "design_effect": _finite(np.array([float(plan.effect(n, one)) for n, one in zip(files, alike, strict=True)])),
        "files": _finite(files),
        "files_supported": _finite(np.ceil(files * plan.supported_share - _ROUNDING)),
        "courts": _finite(courts),
        "files_per_court": np.ceil(_finite(files) / courts - _ROUNDING),
    }
    return Table(columns, values, labels={"alike": ALIKE_WORDS}, title=tr("Files needed to show a difference"))


def sizes_table(plan: Plan, sizes: Sequence[int], differences: Sequence[float]) -> Table:
    """Return what studies of each size show: the smallest difference, and the power for each difference asked for."""
    d, ways = len(differences), list(plan.alike.values())
    shapes = [(float(n), one) for n in sizes for one in ways]
    columns = (
        Column("files", tr("files"), "units", "key", "key"),
        Column("courts", tr("courts"), "units", "estimate", "setting"),
        Column("alike", tr("courts are alike inside"), "text", "key", "key"),
        Column("detectable", tr("smallest difference shown, percentage points"), "points", "estimate", "setting"),
        Column("difference", tr("difference, percentage points"), "points", "key", "key"),
        Column("power", tr("probability of showing it"), "share", "estimate", "setting", 0),
    )
    values = {
        "files": np.repeat([n for n, _ in shapes], d),
        "courts": np.repeat(plan.courts_of([n for n, _ in shapes]), d),
        "alike": [one for one in list(plan.alike) * len(sizes) for _ in range(d)],
        "detectable": np.repeat([float(plan.detectable(n, one)) for n, one in shapes], d),
        "difference": np.tile(np.array(differences, np.float64), len(shapes)),
        "power": np.concatenate([plan.shown(np.full(d, n), list(differences), one) for n, one in shapes]),
    }
    return Table(columns, values, labels={"alike": ALIKE_WORDS}, title=tr("What a study of each size shows"))


def ratios_table(plan: Plan, ratios: Sequence[float]) -> Table:
    """Return endings and files needed to show hazard ratios."""
    asked = np.repeat(np.array(ratios, np.float64), len(plan.alike))
    alike = list(plan.alike.values()) * len(ratios)
    events = cox_events(asked, in_one=plan.supported_share, power=plan.power, confidence_level=plan.confidence_level)

    def needed(ratio: float, degrees: float) -> float:
        found = cox_events(
            ratio,
            in_one=plan.supported_share,
            power=plan.power,
            confidence_level=plan.confidence_level,
            degrees_of_freedom=degrees,
        )
        return float(found) / plan.baseline

    files = np.array(
        [plan.clustered(partial(needed, float(ratio)), one) for ratio, one in zip(asked, alike, strict=True)]
    )
    columns = (
        Column("hazard_ratio", tr("hazard ratio"), "number", "key", "key", 2),
        Column("alike", tr("courts are alike inside"), "text", "key", "key"),
        Column("events", tr("outcomes needed, if files were independent"), "units", "estimate", "setting"),
        Column("files", tr("files needed"), "units", "estimate", "setting"),
        Column("courts", tr("courts"), "units", "estimate", "setting"),
    )
    values = {
        "hazard_ratio": asked,
        "alike": list(plan.alike) * len(ratios),
        "events": _finite(np.ceil(events - _ROUNDING)),
        "files": _finite(files),
        "courts": _finite(plan.courts_of(files)),
    }
    return Table(columns, values, labels={"alike": ALIKE_WORDS}, title=tr("Outcomes needed to show a hazard ratio"))


def assumptions_table(plan: Plan) -> Table:
    """Return what the plan assumes, and where it comes from."""
    names = [one for one in ASSUMPTION_WORDS if one != ("courts" if plan.courts is None else "files_per_court")]
    inside = {"icc": plan.likely.outcome, "support_icc": plan.likely.support}
    held = {one: inside[one] if one in inside else float(getattr(plan, one)) for one in names}
    columns = (
        Column("assumption", tr("assumption"), "text", "key", "key"),
        Column("value", tr("value"), "number", "estimate", "setting", 3),
        Column("source", tr("where it comes from"), "text", "key", "text"),
    )
    values = {
        "assumption": names,
        "value": np.array([held[one] for one in names]),
        "source": [plan.sources.get(one, "given") for one in names],
    }
    labels: dict[str, Mapping[str, Readable]] = {"assumption": ASSUMPTION_WORDS, "source": SOURCE_WORDS}
    return Table(columns, values, labels=labels, title=tr("What the plan assumes"))


def pilot_table(outcome: Intraclass, support: Intraclass | None, units: int) -> Table:
    """Return how alike the courts of the pilot are inside: in the outcome, and in support where actors were named."""
    found = {"outcome": outcome, **({"support": support} if support is not None else {})}
    columns = (
        Column("of", tr("of"), "text", "key", "key"),
        Column("units", tr("units"), "units", "count", "count"),
        Column("courts", tr("courts"), "units", "count", "count"),
        Column("files_per_court", tr("files per court"), "units", "estimate", "count"),
        Column("size_cv", tr("variation of their number (coefficient of variation)"), "number", "estimate", "share", 2),
        Column("estimate", tr("intraclass correlation"), "number", "estimate", "share", 3),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 3),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 3),
    )
    values = {
        "of": list(found),
        "units": np.full(len(found), units),
        "courts": np.array([one.clusters for one in found.values()]),
        "files_per_court": np.array([one.cluster_size for one in found.values()]),
        **{name: np.array([getattr(one, name) for one in found.values()]) for name in ("size_cv", *_LIMITS)},
    }
    labels = {"of": {"outcome": tr("the outcome"), "support": tr("being supported in time")}}
    return Table(columns, values, labels=labels, title=tr("How alike the files of one court are, in the cases at hand"))


_LIMITS: Final = ("estimate", "conf_low", "conf_high")


def _finite(values: Floats) -> Floats:
    """Return numbers with NaN for infinity, which a table shows as none."""
    return np.where(np.isfinite(values), values, np.nan)
