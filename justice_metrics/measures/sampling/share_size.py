"""How many files tell a share to within a margin, from how many clusters, and how they are shared out among strata."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, cast

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, format_number, tr
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...base.version import __version__
from ...estimate.sample_sizes import exact_margin, exact_units, share_margin, share_units, wilson_margin, wilson_units
from ...figures.planning import detectable_curves
from ..declared import Points, Share
from ..guards import as_label
from ..study_size import PlannedProvenance
from ..study_size_checks import ensure_shares
from .planned import Needed, Sampled, ensure_several, finite, sampled
from .share_strata import files_of_strata, strata_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Interval: TypeAlias = Literal["wilson", "normal", "exact"]

# Sizes that are shown beside those asked for.
SIZES: Final = (50, 100, 200, 300, 400, 600, 800, 1_200, 1_600, 2_400, 3_200)
# The figure reaches to this multiple of the widest margin asked for.
_TIMES_ASKED: Final = 4.0
# Half the width of an interval that holds every share.
_WIDEST: Final = 0.5
_INTERVAL_WORDS: Final[Mapping[str, Readable]] = {
    "wilson": tr("Wilson's interval (Piegorsch 2004)"),
    "normal": tr("The normal interval (Cochran 1977)"),
    "exact": tr("The exact interval, on average over what can be counted (Clopper and Pearson 1934)"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class ShareSampleSize(Result):
    """How many files tell a share to within a margin.

    Tables
    ------
    main
        One row per share and margin: ``independent`` files from a register without an end, ``files`` to be coded with
        clusters and the size of the register, ``clusters``, ``files_per_cluster``, ``design_effect``, and ``drawn``:
        files to draw, with those that will be lost. Empty where no number of files is enough.
    sizes
        The margin that studies of each size reach.
    strata
        With strata: the files of the first row shared out in proportion, with the least error, and alike.
    assumptions
        What was assumed.
    """

    question: ClassVar[str] = "sample_size_for_share"

    plan: Sampled
    interval: Interval

    def findings(self) -> tuple[Readable, ...]:
        """Return the files needed for each share and margin."""
        return tuple(self._needed(row) for row in range(len(self.main)))

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the files needed for each share and margin."""
        return cast("tuple[Readable, ...]", context_of(shown).get("said", ()))

    def context(self) -> Mapping[str, object]:
        """Return the sentences of a plan that rests on no case."""
        return {"said": tuple(as_label(one) for one in self.findings())}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the margin that a study reaches over its number of files, a line per share."""
        main = self.main
        there = np.isfinite(main["files"])
        at, margins = main["files"][there], main["margin"][there]
        files = self.plan.sizes(float(max(at.max(initial=0.0) * 1.3, SIZES[3])))
        shares = list(dict.fromkeys(main["share"].tolist()))
        curves = np.array([[_margin(self.plan, self.interval, share, n) for n in files] for share in shares])
        # what few files tell is of no use
        curves[curves > _TIMES_ASKED * main["margin"].max()] = np.nan
        return detectable_curves(
            files=files,
            difference=curves,
            groups=[Share(one, 0).text(language) if len(shares) > 1 else "" for one in shares],
            marked_files=at,
            marked_difference=margins,
            marked_labels=[
                tr("±{points} points: {n} files", points=Points(one, signed=False), n=int(n)).text(language)
                for one, n in zip(margins, at, strict=True)
            ],
            x_label=tr("files coded").text(language),
            y_label=tr("half the width of the interval, percentage points").text(language),
            number=lambda one: format_number(one, language),
            points=lambda one: format_number(one * 100, language, decimals=0 if round(one * 100, 6) % 1 == 0 else 1),
            ax=ax,
        )

    def _needed(self, row: int) -> Readable:
        main = self.main
        given: dict[str, object] = {
            "share": Share(main["share"][row]),
            "points": Points(main["margin"][row], signed=False),
        }
        if not np.isfinite(main["files"][row]):
            if not self.plan.clustered:
                return tr(
                    "A share of {share} cannot be told to within {points} percentage points: with those that will be "
                    "lost, more files would have to be drawn than there are.",
                    **given,
                )
            return tr(
                "A share of {share} cannot be told to within {points} percentage points in this way: there are too few "
                "clusters, or too few files in them. Take more clusters, change how many files are read in each, or "
                "allow a wider margin.",
                **given,
            )
        given |= {"files": int(main["files"][row]), "drawn": int(main["drawn"][row])}
        if not self.plan.clustered:
            return tr(
                "To tell a share of {share} to within {points} percentage points, {files} files must be coded, so "
                "{drawn} are drawn.",
                **given,
            )
        return tr(
            "To tell a share of {share} to within {points} percentage points, {files} files must be coded, {each} in "
            "each of {clusters} clusters, so {drawn} are drawn.",
            each=int(main["files_per_cluster"][row]),
            clusters=int(main["clusters"][row]),
            **given,
        )


def sample_size_for_share(
    *,
    share: Sequence[float] | float = 0.5,
    margin: Sequence[float] | float = 0.05,
    files_in_frame: int | None = None,
    clusters_in_frame: int | None = None,
    files_per_cluster: int | None = None,
    clusters: int | None = None,
    icc: float | None = None,
    size_cv: float = 0.0,
    lost_share: float = 0.0,
    strata: Mapping[str, int] | None = None,
    strata_shares: Mapping[str, float] | None = None,
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> ShareSampleSize:
    """How many files must be drawn so that a share is known to within a margin.

    Parameters
    ----------
    share : float or sequence of float
        Share that is expected, such as 0.3; 0.5, the default, needs most files.
    margin : float or sequence of float
        Half the width of the interval: 0.05 for five percentage points on either side.
    files_in_frame, clusters_in_frame : int, optional
        Files and clusters (courts, stations) that there are. Left out where the files stand for more than themselves.
    files_per_cluster : int, optional
        Files read in each cluster, where clusters are drawn first. Without it and ``clusters``, files are drawn one by
        one from the whole register.
    clusters : int, optional
        In its place: clusters that take part; the plan then says how many files to read in each.
    icc : float, optional
        How alike the files of one cluster are (intraclass correlation), 0 to 1; 0.05 where nothing tells it.
    size_cv : float
        Coefficient of variation of the numbers of files read in a cluster; 0 when they are the same in each. Where all
        clusters take part, as many files are read in each: then that of the numbers of files that the clusters have,
        because their files weigh unequally.
    lost_share : float
        Share of the drawn files that will be lost, sealed or out of scope, and are not replaced.
    strata : mapping of str to int, optional
        Files of each stratum in the frame; the files are then shared out among them.
    strata_shares : mapping of str to float, optional
        Share expected in each stratum; without it the first ``share``.
    interval : {"wilson", "normal", "exact"}
        Interval that is to be so narrow.
    confidence_level : float

    Returns
    -------
    ShareSampleSize

    Raises
    ------
    QuestionError
        When a share or margin lies outside its range, or two settings contradict each other.

    Notes
    -----
    With clusters the error is one over clusters: the variance of two stages with both finite corrections, and Student's
    quantile with clusters - 1 degrees of freedom. Where the clusters in the frame are not told, the correction supposes
    that all files of a drawn cluster are read, the cautious value.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, chapters 4, 5 and 10.
    .. [2] Piegorsch, W. W. (2004). Sample sizes for improved binomial confidence intervals. Computational Statistics
       and Data Analysis, 46, 309-316.

    Examples
    --------
    >>> from justice_metrics.measures.sampling.share_size import sample_size_for_share
    >>> plan = sample_size_for_share(share=0.5, margin=0.05, files_in_frame=3200, lost_share=0.1, interval="normal")
    >>> plan.main["independent"].tolist(), plan.main["files"].tolist(), plan.main["drawn"].tolist()
    ([385.0], [344.0], [383.0])
    """
    if interval not in _INTERVAL_WORDS:
        raise QuestionError(
            tr("'{name}' is no interval of a share.", name=interval),
            tr("There are: {known}.", known=list(_INTERVAL_WORDS)),
        )
    shares, margins = _several(share), _several(margin)
    for name, values in (("share", shares), ("margin", margins)):
        ensure_several(name, values)
        for value in values:
            ensure_shares(**{name: value})
    if max(margins) >= _WIDEST:
        raise QuestionError(
            tr(
                "'margin' is {value}: from 0.5 on an interval holds every share, and no file is needed.",
                value=max(margins),
            ),
            tr("Give half the width of the interval: 0.05 for five percentage points on either side."),
        )
    if strata is not None:
        files_in_frame = files_of_strata(strata, strata_shares, files_in_frame)
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
    main = _main(plan, interval, [(one, other) for one in shares for other in margins])
    tables = {"main": main, "sizes": _sizes(plan, interval, shares)}
    if strata is not None and np.isfinite(main["files"][0]):
        expected = dict.fromkeys(strata, shares[0]) | dict(strata_shares or {})

        def margin_of(part: Sampled, one: float, files: float) -> float:
            return _margin(part, interval, one, files)

        tables["strata"] = strata_table(plan, strata, expected, int(main["files"][0]), margin_of)
    return ShareSampleSize(
        heading=tr("How many files tell a share"),
        tables={**tables, "assumptions": plan.assumptions()},
        definition=Definition(
            answers=tr("How many files must be drawn so that a share is known to within a margin?"),
            numerator=tr("files needed"),
            denominator=tr("a sample in which every file has a known chance of being drawn"),
            basis="cohort",
            pending=tr("does not arise: no case is counted"),
            method=tr(
                "{interval}, times the design effect of clusters (Kish 1965), with the corrections for a register that "
                "has an end (Cochran 1977).",
                interval=_INTERVAL_WORDS[interval],
            ),
        ),
        provenance=PlannedProvenance(version=__version__, sampling="undeclared").add(
            "sample_size_for_share",
            share=shares,
            margin=margins,
            files_in_frame=files_in_frame,
            clusters_in_frame=clusters_in_frame,
            files_per_cluster=files_per_cluster,
            clusters=clusters,
            icc=icc,
            size_cv=size_cv,
            lost_share=lost_share,
            strata=dict(strata) if strata is not None else None,
            strata_shares=dict(strata_shares) if strata_shares is not None else None,
            interval=interval,
            confidence_level=confidence_level,
        ),
        notes=plan.notes(main["clusters"]),
        plan=plan,
        interval=interval,
    )


def _units(plan: Sampled, interval: Interval, share: float, margin: float) -> Callable[[float], float]:
    """Return the independent files needed as a function of the degrees of freedom."""
    level = plan.confidence_level

    def wanted(degrees: float) -> float:
        if interval == "exact":
            # the exact interval knows no degrees of freedom; the error grows as the quantile does
            more = share_units(share, margin, confidence_level=level, degrees_of_freedom=degrees) / share_units(
                share, margin, confidence_level=level
            )
            return float(exact_units(share, margin, confidence_level=level) * more)
        kernel = wilson_units if interval == "wilson" else share_units
        return float(kernel(share, margin, confidence_level=level, degrees_of_freedom=degrees))

    return wanted


def _margin(plan: Sampled, interval: Interval, share: float, files: float) -> float:
    """Return the margin that so many files reach; NaN where there are too few clusters."""
    clusters = plan.clusters_of(files)
    if not plan.has(files, clusters):
        return np.nan
    n = plan.effective(files, clusters)
    if not np.isfinite(n):
        return 0.0
    of = {"confidence_level": plan.confidence_level, "degrees_of_freedom": plan.degrees(files, clusters)}
    if interval == "exact":
        wider = float(share_margin(n, share, **of) / share_margin(n, share, confidence_level=plan.confidence_level))
        return exact_margin(max(int(n), 1), share, plan.confidence_level) * wider
    return float((wilson_margin if interval == "wilson" else share_margin)(n, share, **of))


def _main(plan: Sampled, interval: Interval, asked: Sequence[tuple[float, float]]) -> Table:
    independent = [_units(plan, interval, *one) for one in asked]
    found: list[Needed] = [plan.needed(one) for one in independent]
    files = np.array([one.files for one in found])
    # all clusters are no sample of clusters, whatever the files stand for
    endless = replace(
        plan, files_in_frame=np.inf, clusters_in_frame=plan.clusters_in_frame if plan.all_clusters else np.inf
    )
    effects = [
        one.files / endless.effective(one.files, one.clusters) if plan.clustered and np.isfinite(one.files) else np.nan
        for one in found
    ]
    columns = (
        Column("share", tr("share expected"), "share", "key", "key"),
        Column("margin", tr("margin, percentage points"), "points", "key", "key"),
        Column("independent", tr("files, if they were independent"), "units", "estimate", "setting"),
        Column("design_effect", tr("design effect"), "number", "estimate", "setting", 2),
        Column("files", tr("files to be coded"), "units", "estimate", "setting"),
        Column("clusters", tr("clusters"), "units", "estimate", "setting"),
        Column("files_per_cluster", tr("files coded in each"), "units", "estimate", "setting"),
        Column("drawn", tr("files to draw"), "units", "estimate", "setting"),
    )
    values = {
        "share": np.array([one for one, _ in asked]),
        "margin": np.array([other for _, other in asked]),
        "independent": np.ceil(np.array([one(np.inf) for one in independent]) - 1e-6),
        "design_effect": np.array(effects),
        "files": finite(files),
        "clusters": finite(np.array([one.clusters for one in found])),
        "files_per_cluster": finite(np.array([one.per_cluster for one in found])),
        "drawn": finite(np.array([one.drawn for one in found])),
    }
    return Table(columns, values, title=tr("Files needed to tell a share"), guard="words")


def _sizes(plan: Sampled, interval: Interval, shares: Sequence[float]) -> Table:
    sizes = [float(one) for one in SIZES if one <= plan.files_in_frame]
    rows = [(n, share) for n in sizes for share in shares]
    columns = (
        Column("files", tr("files coded"), "units", "key", "key"),
        Column("clusters", tr("clusters"), "units", "estimate", "setting"),
        Column("share", tr("share expected"), "share", "key", "key"),
        Column("margin", tr("margin, percentage points"), "points", "estimate", "setting"),
    )
    values = {
        "files": np.array([n for n, _ in rows]),
        "clusters": np.array([plan.clusters_of(n) for n, _ in rows]),
        "share": np.array([share for _, share in rows]),
        "margin": np.array([_margin(plan, interval, share, n) for n, share in rows]),
    }
    return Table(columns, values, title=tr("The margin that each number of files reaches"), guard="words")


def _several(given: Sequence[float] | float) -> tuple[float, ...]:
    return (float(given),) if isinstance(given, int | float) else tuple(float(one) for one in given)
