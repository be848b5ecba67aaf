"""How many files tell a median time to within so many days, when part of them are still open at the cut-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, format_number, tr
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...base.types import Floats
from ...base.version import __version__
from ...figures.planning import detectable_curves
from ..declared import Share
from ..guards import as_label
from ..study_size import PlannedProvenance
from .median_plan import Times, independent_files, margin_of, needed_for, units_for
from .planned import Sampled, ensure_several, finite, sampled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Sizes that are shown beside those asked for.
SIZES: Final = (50, 100, 200, 300, 400, 600, 800, 1_200, 1_600, 2_400, 3_200)
# The figure reaches to this multiple of the widest margin asked for.
_TIMES_ASKED: Final = 4.0
# Where it is missing in fewer, nobody needs to know.
_SELDOM: Final = 0.01


@dataclass(frozen=True, eq=False, kw_only=True)
class MedianSampleSize(Result):
    """How many files tell a median time to within so many days.

    Tables
    ------
    main
        One row per median and margin: ``ended`` (share of the files seen to end), ``independent`` files from a register
        without an end, ``shape_known`` (the same for whoever knows the shape of the times), ``files`` to be coded,
        ``clusters``, ``files_per_cluster``, ``drawn``, and ``limit_missing``: the share of samples in which files are
        not followed for long enough to reach the upper limit. Empty where no number of files is enough, and where the
        upper limit would be missing in more than half of the samples.
    sizes
        The margin that studies of each size reach.
    assumptions
        What was assumed.
    """

    question: ClassVar[str] = "sample_size_for_median"

    plan: Sampled
    times: tuple[Times, ...]

    def findings(self) -> tuple[Readable, ...]:
        """Return the files needed for each median and margin."""
        return tuple(self._needed(row) for row in range(len(self.main)))

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the files needed for each median and margin."""
        return cast("tuple[Readable, ...]", context_of(shown).get("said", ()))

    def context(self) -> Mapping[str, object]:
        """Return the sentences of a plan that rests on no case."""
        return {"said": tuple(as_label(one) for one in self.findings())}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the margin that a study reaches over its number of files, a line per median."""
        main = self.main
        there = np.isfinite(main["files"])
        at, margins = main["files"][there], main["margin_days"][there]
        files = self.plan.sizes(float(max(at.max(initial=0.0) * 1.3, SIZES[3])))
        curves = np.array([[margin_of(self.plan, one, n) for n in files] for one in self.times])
        # of few files the upper limit lies anywhere
        curves[curves > _TIMES_ASKED * main["margin_days"].max()] = np.nan
        return detectable_curves(
            files=files,
            difference=curves,
            groups=[
                tr("median {days} days", days=round(one.median)).text(language) if len(self.times) > 1 else ""
                for one in self.times
            ],
            marked_files=at,
            marked_difference=margins,
            marked_labels=[
                tr("±{days} days: {n} files", days=round(one), n=int(n)).text(language)
                for one, n in zip(margins, at, strict=True)
            ],
            x_label=tr("files coded").text(language),
            y_label=tr("half the width of the interval, days").text(language),
            number=lambda one: format_number(one, language),
            points=lambda one: format_number(one, language),
            ax=ax,
        )

    def _needed(self, row: int) -> Readable:
        main = self.main
        given: dict[str, object] = {"median": round(main["median_days"][row]), "days": round(main["margin_days"][row])}
        if not np.isfinite(main["files"][row]):
            if not self.plan.clustered:
                return tr(
                    "A median of {median} days cannot be told to within {days} days: follow the files for longer, so "
                    "that its upper limit is seen, or take more of them, if there are more.",
                    **given,
                )
            return tr(
                "A median of {median} days cannot be told to within {days} days in this way: follow the files for "
                "longer, read more of them in each cluster, or take more clusters.",
                **given,
            )
        given |= {
            "files": int(main["files"][row]),
            "drawn": int(main["drawn"][row]),
            "ended": Share(main["ended"][row], 0),
        }
        if not self.plan.clustered:
            return tr(
                "To tell a median of {median} days to within {days} days, {files} files must be coded ({ended} of them "
                "seen to end), so {drawn} are drawn.",
                **given,
            )
        return tr(
            "To tell a median of {median} days to within {days} days, {files} files must be coded ({ended} of them "
            "seen to end), {each} in each of {clusters} clusters, so {drawn} are drawn.",
            each=int(main["files_per_cluster"][row]),
            clusters=int(main["clusters"][row]),
            **given,
        )


def sample_size_for_median(
    *,
    median_days: Sequence[float] | float,
    margin_days: Sequence[float] | float,
    shape: float = 1.0,
    follow_up_days: float | None = None,
    registered_over_days: float = 0.0,
    files_in_frame: int | None = None,
    clusters_in_frame: int | None = None,
    files_per_cluster: int | None = None,
    clusters: int | None = None,
    icc: float | None = None,
    size_cv: float = 0.0,
    lost_share: float = 0.0,
    confidence_level: float = 0.95,
) -> MedianSampleSize:
    """How many files must be drawn so that a median time is known to within so many days.

    Parameters
    ----------
    median_days : float or sequence of float
        Median that is expected.
    margin_days : float or sequence of float
        Half the distance between its limits, which are not symmetric.
    shape : float
        Of the Weibull distribution that times are planned with: 1 is exponential; below 1 most end early and some take
        very long, which needs more files; above 1 fewer.
    follow_up_days : float, optional
        Days from the last registration to the cut-off, so that every file is seen for so long. Without it all files are
        seen to their end.
    registered_over_days : float
        Length of the period in which the files were registered; the first are seen for so much longer.
    files_in_frame, clusters_in_frame, files_per_cluster, clusters : int, optional
        As for :func:`justice_metrics.measures.sampling.share_size.sample_size_for_share`.
    icc, size_cv, lost_share, confidence_level : float, optional
        As there; ``icc`` is that of being open on the median day.

    Returns
    -------
    MedianSampleSize

    Raises
    ------
    QuestionError
        When a time is not above 0, or two settings contradict each other.

    Notes
    -----
    The variance of the median of a Kaplan-Meier curve (Greenwood's at the median over the square of the density), with
    limits on the logarithmic scale. Files planned for one ending among several (a verdict, when files are also
    rejected) need a study of shares by a day instead: the median of such an ending may not exist.

    References
    ----------
    .. [1] Reid, N. (1981). Estimating the median survival time. Biometrika, 68, 601-608.
    .. [2] Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time. Biometrics, 38,
       29-41.

    Examples
    --------
    >>> from justice_metrics.measures.sampling.median_size import sample_size_for_median
    >>> plan = sample_size_for_median(median_days=400, margin_days=60, follow_up_days=300, registered_over_days=300)
    >>> plan.main["files"].tolist(), plan.main["ended"].round(2).tolist()
    ([384.0], [0.54])
    """
    medians, margins = _several(median_days), _several(margin_days)
    _ensure_times(medians, margins, shape, follow_up_days, registered_over_days)
    plan = sampled(
        files_in_frame=files_in_frame,
        clusters_in_frame=clusters_in_frame,
        files_per_cluster=files_per_cluster,
        clusters=clusters,
        icc=icc,
        size_cv=size_cv,
        lost_share=lost_share,
        confidence_level=confidence_level,
    )
    follow_up = np.inf if follow_up_days is None else follow_up_days
    times = tuple(Times(one, shape, follow_up, registered_over_days) for one in medians)
    main = _main(plan, [(one, other) for one in times for other in margins])
    return MedianSampleSize(
        heading=tr("How many files tell a median time"),
        tables={"main": main, "sizes": _sizes(plan, times), "assumptions": plan.assumptions()},
        definition=Definition(
            answers=tr("How many files must be drawn so that a median time is known to within so many days?"),
            numerator=tr("files needed"),
            denominator=tr("a sample in which every file has a known chance of being drawn"),
            basis="cohort",
            pending=tr("counted as open up to the cut-off: they are part of the files"),
            method=tr(
                "Variance of the median of a Kaplan-Meier curve (Reid 1981) for Weibull times, times the design effect "
                "of clusters (Kish 1965), with the corrections for a register that has an end (Cochran 1977)."
            ),
        ),
        provenance=PlannedProvenance(version=__version__, sampling="undeclared").add(
            "sample_size_for_median",
            median_days=medians,
            margin_days=margins,
            shape=shape,
            follow_up_days=follow_up_days,
            registered_over_days=registered_over_days,
            files_in_frame=files_in_frame,
            clusters_in_frame=clusters_in_frame,
            files_per_cluster=files_per_cluster,
            clusters=clusters,
            icc=icc,
            size_cv=size_cv,
            lost_share=lost_share,
            confidence_level=confidence_level,
        ),
        notes=(*_seen_notes(main["limit_missing"]), *plan.notes(main["clusters"])),
        plan=plan,
        times=times,
    )


def _seen_notes(missing: Floats) -> tuple[Readable, ...]:
    """Warn where files are not always followed for long enough; ``missing`` is NaN where there is no plan."""
    worst = float(np.fmax.reduce(missing, initial=0.0))
    if worst < _SELDOM:
        return ()
    return (
        tr(
            "With this follow-up, in up to {n} of 100 samples the upper limit of the median will not be reached. "
            "Follow the files for longer.",
            n=Setting(max(round(100 * worst), 1)),
        ),
    )


def _main(plan: Sampled, asked: Sequence[tuple[Times, float]]) -> Table:
    by_curve = [units_for(plan, one, margin, one.spread) for one, margin in asked]
    by_shape = [units_for(plan, one, margin, one.least_spread) for one, margin in asked]
    plans = [needed_for(plan, one, units) for (one, _), units in zip(asked, by_curve, strict=True)]
    found = [one for one, _ in plans]
    columns = (
        Column("median_days", tr("median expected, days"), "days", "key", "key"),
        Column("margin_days", tr("margin, days"), "days", "key", "key"),
        Column("ended", tr("share of the files seen to end"), "share", "estimate", "setting", 0),
        Column("independent", tr("files, if they were independent"), "units", "estimate", "setting"),
        Column("shape_known", tr("the same, if the shape of the times were known"), "units", "estimate", "setting"),
        Column("files", tr("files to be coded"), "units", "estimate", "setting"),
        Column("clusters", tr("clusters"), "units", "estimate", "setting"),
        Column("files_per_cluster", tr("files coded in each"), "units", "estimate", "setting"),
        Column("drawn", tr("files to draw"), "units", "estimate", "setting"),
        Column("limit_missing", tr("share of samples without an upper limit"), "share", "estimate", "setting", 0),
    )
    values = {
        "median_days": np.array([one.median for one, _ in asked]),
        "margin_days": np.array([margin for _, margin in asked]),
        "ended": np.array([one.ended for one, _ in asked]),
        "independent": np.array(
            [independent_files(plan, one, units) for (one, _), units in zip(asked, by_curve, strict=True)]
        ),
        "shape_known": finite(np.ceil(np.array([one(np.inf) for one in by_shape]) - 1e-6)),
        "files": finite(np.array([one.files for one in found])),
        "clusters": finite(np.array([one.clusters for one in found])),
        "files_per_cluster": finite(np.array([one.per_cluster for one in found])),
        "drawn": finite(np.array([one.drawn for one in found])),
        "limit_missing": np.array([missing for _, missing in plans]),
    }
    return Table(columns, values, title=tr("Files needed to tell a median time"), guard="words")


def _sizes(plan: Sampled, times: Sequence[Times]) -> Table:
    rows = [(float(n), one) for n in SIZES if n <= plan.files_in_frame for one in times]
    columns = (
        Column("files", tr("files coded"), "units", "key", "key"),
        Column("clusters", tr("clusters"), "units", "estimate", "setting"),
        Column("median_days", tr("median expected, days"), "days", "key", "key"),
        Column("margin_days", tr("margin, days"), "days", "estimate", "setting"),
    )
    values = {
        "files": np.array([n for n, _ in rows]),
        "clusters": np.array([plan.clusters_of(n) for n, _ in rows]),
        "median_days": np.array([one.median for _, one in rows]),
        "margin_days": np.array([margin_of(plan, one, n) for n, one in rows]).round(1),
    }
    return Table(columns, values, title=tr("The margin that each number of files reaches"), guard="words")


def _ensure_times(
    medians: Sequence[float], margins: Sequence[float], shape: float, follow_up: float | None, over: float
) -> None:
    """Refuse times that are none."""
    ensure_several("median_days", medians)
    ensure_several("margin_days", margins)
    given = [
        *(("median_days", one) for one in medians),
        *(("margin_days", one) for one in margins),
        ("shape", shape),
        ("follow_up_days", 1.0 if follow_up is None else follow_up + over if follow_up >= 0 else follow_up),
        ("registered_over_days", over + 1.0 if over >= 0 else over),
    ]
    for name, value in given:
        if not 0 < value < np.inf:
            raise QuestionError(tr("'{name}' is not above 0.", name=name), tr("Give days as a number, such as 400."))


def _several(given: Sequence[float] | float) -> tuple[float, ...]:
    return (float(given),) if isinstance(given, int | float) else tuple(float(one) for one in given)
