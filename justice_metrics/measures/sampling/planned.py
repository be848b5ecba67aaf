"""What a sample is planned with: clusters, files in each, how alike they are, what there is, and what will be lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Message, tr
from ...base.table import Column, Table
from ...base.types import Floats
from ...estimate.sample_sizes import clusters_needed, drawn_for, finite_units, units_from_clusters, variance_factor
from ..declared import ensure_level
from ..rates.shown_shares import FEW_CLUSTERS
from ..study_size import USUAL_ICC
from ..study_size_checks import ensure_shares

# What rounding of the machine leaves of a whole number is no further file.
_ROUNDING: Final = 1e-6
# With fewer clusters there is hardly an error that allows for them.
FEWEST_CLUSTERS: Final = 2

_ASSUMPTION_WORDS: Final[Mapping[str, Message]] = {
    "files_in_frame": tr("files in the frame"),
    "clusters_in_frame": tr("clusters in the frame"),
    "files_per_cluster": tr("files read in each cluster"),
    "clusters": tr("clusters that take part"),
    "icc": tr("how alike the files of one cluster are (intraclass correlation)"),
    "size_cv": tr("variation of the number of files between clusters (coefficient of variation)"),
    "lost_share": tr("share of the drawn files that cannot be coded"),
    "confidence_level": tr("confidence level"),
}
# Assumptions that are numbers of things; the others are shares and coefficients.
_COUNTED: Final = frozenset({"files_in_frame", "clusters_in_frame", "files_per_cluster", "clusters"})
_SOURCE_WORDS: Final[Mapping[str, Message]] = {
    "given": tr("given"),
    "usual": tr("a usual value, for want of a better one"),
    "none": tr("without an end"),
}


class Needed(NamedTuple):
    """What a plan asks for; infinite where no number is enough."""

    files: float  # coded
    clusters: float  # NaN without clusters
    per_cluster: float  # files coded in each; NaN without clusters
    drawn: float  # files to draw, with those that will be lost


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """How files will be drawn.

    Attributes
    ----------
    files_in_frame, clusters_in_frame : float
        What there is; infinite where that is not told.
    files_per_cluster, clusters : int or None
        One of them, where files are drawn in clusters.
    icc, size_cv, lost_share, confidence_level : float
        As for :func:`justice_metrics.measures.sampling.share_size.sample_size_for_share`.
    usual_icc : bool
        The correlation is a usual value, not a given one.
    """

    files_in_frame: float
    clusters_in_frame: float
    files_per_cluster: int | None
    clusters: int | None
    icc: float
    size_cv: float
    lost_share: float
    confidence_level: float
    usual_icc: bool

    @property
    def clustered(self) -> bool:
        """Whether files are drawn in clusters."""
        return self.files_per_cluster is not None or self.clusters is not None

    def needed(self, units: Callable[[float], float]) -> Needed:
        """Return what carries as much as independent files.

        Parameters
        ----------
        units : function
            Independent files needed from a register without end, by the degrees of freedom of the error.
        """
        if not np.isfinite(units(np.inf)):
            return self.nothing
        if self.clusters is not None:
            return self._from_clusters(units, self.clusters)
        if self.files_per_cluster is not None:
            return self._in_clusters(units, self.files_per_cluster)
        files = max(_whole(float(finite_units(units(np.inf), self.files_in_frame))), 1.0)
        drawn = self._drawn(files)
        if drawn > self.files_in_frame:
            return self.nothing
        return Needed(files, np.nan, np.nan, drawn)

    @property
    def all_clusters(self) -> bool:
        """Whether all clusters that there are take part, as strata: no file stands for another cluster then."""
        return self.clusters is not None and self.clusters >= self.clusters_in_frame

    @property
    def nothing(self) -> Needed:
        """What is told where no number of files is enough: what was asked for."""
        return Needed(np.inf, self.clusters or np.nan, self.files_per_cluster or np.nan, np.inf)

    @property
    def held(self) -> float:
        """Files that a cluster of the frame holds on average, rounded up; infinite where the frame does not tell it."""
        if not (np.isfinite(self.files_in_frame) and np.isfinite(self.clusters_in_frame)):
            return np.inf
        return _whole(self.files_in_frame / self.clusters_in_frame)

    def has(self, files: float, clusters: float) -> bool:
        """Return whether the frame has so many files, in so many clusters (at least two)."""
        if not self.clustered:
            return files <= self.files_in_frame
        enough = FEWEST_CLUSTERS <= clusters <= files <= clusters * self.held + _ROUNDING
        return bool(enough and files <= self.files_in_frame)

    def effective(self, files: float, clusters: float) -> float:
        """Return how many independent files from a register without end tell as much."""
        if not self.clustered:
            clusters = files
        factor = float(
            variance_factor(
                files,
                clusters,
                self.icc if self.clustered else 0.0,
                size_cv=self.size_cv,
                weights_cv=self.size_cv if self.clustered and clusters >= self.clusters_in_frame else 0.0,
                population=self.files_in_frame,
                clusters_in_population=self._all_clusters(files / clusters) if self.clustered else np.inf,
            )
        )
        return 1 / factor if factor > 0 else np.inf

    def clusters_of(self, files: float) -> float:
        """Return the clusters that so many files come from; NaN without clusters, or where there are not so many."""
        if self.clusters is not None:
            return float(self.clusters)
        if self.files_per_cluster is None:
            return np.nan
        clusters = max(_whole(files / self.files_per_cluster), 1.0)
        return clusters if clusters <= self.clusters_in_frame else np.nan

    def sizes(self, most: float) -> Floats:
        """Return numbers of files to draw a curve over, up to ``most``: those that whole clusters make."""
        most = max(min(most, self.files_in_frame), 40.0)
        each = self.files_per_cluster or self.clusters
        if each is None:
            return np.unique(np.geomspace(20, most, 120).round())
        times = np.unique(np.geomspace(2, max(most / each, 3), 120).round())
        return np.asarray(times * each, np.float64)

    def degrees(self, files: float, clusters: float) -> float:
        """Return the degrees of freedom of the error: clusters less one; where all take part, files less clusters."""
        if not self.clustered:
            return np.inf
        return clusters - 1 if clusters < self.clusters_in_frame else files - clusters

    def _in_clusters(self, units: Callable[[float], float], each: int) -> Needed:
        most = min(self.clusters_in_frame, self.files_in_frame)

        def enough(degrees: float) -> float:
            return float(
                clusters_needed(
                    units(degrees),
                    each,
                    self.icc,
                    size_cv=self.size_cv,
                    population=self.files_in_frame,
                    clusters_in_population=self._all_clusters(each),
                )
            )

        start = enough(np.inf)
        clusters = max(FEWEST_CLUSTERS, int(_whole(start)))
        # fewer degrees of freedom ask for a few clusters more
        while clusters <= most and enough(self.degrees(clusters * each, clusters)) > clusters + _ROUNDING:
            clusters += 1
        if clusters > most:
            return self.nothing
        files = min(float(clusters * each), self.files_in_frame)
        # where it comes to all clusters, files weigh as these differ in size
        if clusters == self.clusters_in_frame and self.effective(files, clusters) < units(
            self.degrees(files, clusters)
        ) * (1 - _ROUNDING):
            return self.nothing
        return self._there(Needed(files, float(clusters), float(each), clusters * self._drawn(each)))

    def _from_clusters(self, units: Callable[[float], float], clusters: int) -> Needed:
        # where all clusters take part the error lies inside them, and the files tell its degrees of freedom
        degrees = np.inf if self.all_clusters else clusters - 1.0
        found = float(
            units_from_clusters(
                units(degrees),
                clusters,
                self.icc,
                size_cv=self.size_cv,
                weights_cv=self.size_cv if self.all_clusters else 0.0,
                population=self.files_in_frame,
                clusters_in_population=self.clusters_in_frame,
            )
        )
        each = _whole(found / clusters)
        files = each * clusters
        if not np.isfinite(found) or found > self.files_in_frame:
            return self.nothing
        return self._there(Needed(files, float(clusters), each, clusters * self._drawn(each)))

    def _there(self, plan: Needed) -> Needed:
        """Return a plan in clusters, or that no number is enough where the frame has not so many files to draw."""
        each = plan.drawn / plan.clusters
        # the last of the clusters may have fewer files than the others, but it must have some
        drawn = min(plan.drawn, self.files_in_frame)
        left = drawn * (1 - self.lost_share)
        short = (plan.clusters - 1) * each >= self.files_in_frame or left < plan.files - _ROUNDING
        if short or each > self.held:
            return self.nothing
        return plan._replace(drawn=drawn)

    def _all_clusters(self, each: float) -> float:
        """Return the clusters that there are; where nobody told, no more than the files can make."""
        known = np.isfinite(self.clusters_in_frame) or self.clusters is not None
        return self.clusters_in_frame if known else self.files_in_frame / each

    def _drawn(self, files: float) -> float:
        return _whole(float(drawn_for(files, self.lost_share)))

    def assumptions(self) -> Table:
        """Return what is assumed, and whether somebody gave it."""
        used = ["files_in_frame"]
        if self.clustered:
            used += ["clusters_in_frame"] if np.isfinite(self.clusters_in_frame) else []
            used += ["files_per_cluster" if self.clusters is None else "clusters", "icc", "size_cv"]
        used += ["lost_share", "confidence_level"]
        values = np.array([float(getattr(self, one) or 0) for one in used])
        source = [
            "usual" if one == "icc" and self.usual_icc else "given" if np.isfinite(value) else "none"
            for one, value in zip(used, values, strict=True)
        ]
        counted = np.array([one in _COUNTED for one in used])
        columns = (
            Column("assumption", tr("assumption"), "text", "key", "key"),
            Column("number", tr("number"), "units", "estimate", "setting"),
            Column("value", tr("value"), "number", "estimate", "setting", 3),
            Column("source", tr("where it comes from"), "text", "key", "text"),
        )
        found = {
            "assumption": used,
            "number": np.where(counted, finite(values), np.nan),
            "value": np.where(counted, np.nan, values),
            "source": source,
        }
        return Table(
            columns,
            found,
            labels={"assumption": _ASSUMPTION_WORDS, "source": _SOURCE_WORDS},
            title=tr("What the plan assumes"),
            guard="words",
        )

    def notes(self, clusters: Floats) -> tuple[Message, ...]:
        """Return the doubts that a reader must know; ``clusters`` are those of the plans."""
        notes: list[Message] = []
        if self.usual_icc and self.clustered:
            notes.append(
                tr(
                    "How alike the files of one cluster are is not known; a usual value stands for it. A pilot tells: "
                    "see the table 'pilot' of study_size."
                )
            )
        every = self.clustered & (clusters >= self.clusters_in_frame)
        if self.clustered and np.fmin.reduce(clusters[~every], initial=np.inf) < FEW_CLUSTERS:
            notes.append(tr("With fewer than {few} clusters, intervals come out too short.", few=FEW_CLUSTERS))
        if every.any() and not self.size_cv:
            notes.append(
                tr(
                    "All clusters take part, and the plan reads as many files in each. Where clusters differ in size, "
                    "files of small and of large ones weigh unequally, and the margin is missed: give the variation of "
                    "the sizes (size_cv), or take each cluster as a stratum and share the files out in proportion."
                )
            )
        if np.isfinite(self.files_in_frame) or (self.clustered and np.isfinite(self.clusters_in_frame)):
            notes.append(
                tr(
                    "The plan counts on the register having an end. That is right for a report on these files; where "
                    "they stand for how the system works, or are compared with other years, plan without it."
                )
            )
        return tuple(notes)


def sampled(
    *,
    files_in_frame: int | None,
    clusters_in_frame: int | None,
    files_per_cluster: int | None,
    clusters: int | None,
    icc: float | None,
    size_cv: float,
    lost_share: float,
    confidence_level: float,
) -> Sampled:
    """Take what a question was asked with, and refuse what no sample has.

    Raises
    ------
    QuestionError
    """
    ensure_level(confidence_level)
    ensure_shares(icc=icc)
    if not 0 <= lost_share < 1:
        ensure_shares(lost_share=lost_share)
    numbers = {
        "files_in_frame": (files_in_frame, 1),
        "clusters_in_frame": (clusters_in_frame, FEWEST_CLUSTERS),
        "files_per_cluster": (files_per_cluster, 1),
        "clusters": (clusters, FEWEST_CLUSTERS),
    }
    for name, (given, least) in numbers.items():
        if given is not None and given < least:
            raise QuestionError(
                tr("'{name}' is {value}, which no sample has.", name=name, value=given),
                tr("Give {n} or more.", n=least),
            )
    if not 0 <= size_cv < np.inf:
        raise QuestionError(
            tr("The coefficient of variation is below 0, or no number."), tr("Give 0 where clusters are alike.")
        )
    if clusters is not None and files_per_cluster is not None:
        raise QuestionError(
            tr("Clusters and files per cluster were both given, so the number of files is settled already."),
            tr("Give one of them."),
        )
    if clusters is None and files_per_cluster is None and (icc is not None or clusters_in_frame is not None):
        raise QuestionError(
            tr("Clusters are spoken of, but not how files are drawn in them."),
            tr(
                "Give the files read in each cluster ({asked_each}), or the clusters that take part ({asked}).",
                asked_each="files_per_cluster",
                asked="clusters",
            ),
        )
    if clusters is not None and clusters_in_frame is not None and clusters > clusters_in_frame:
        raise QuestionError(
            tr("{n} clusters are to take part, and the frame has {there}.", n=clusters, there=clusters_in_frame),
            tr("Give {n} or fewer.", n=clusters_in_frame),
        )
    _ensure_files_of_clusters(files_in_frame, clusters_in_frame, files_per_cluster)
    return Sampled(
        files_in_frame=float(files_in_frame) if files_in_frame is not None else np.inf,
        clusters_in_frame=float(clusters_in_frame) if clusters_in_frame is not None else np.inf,
        files_per_cluster=files_per_cluster,
        clusters=clusters,
        icc=USUAL_ICC if icc is None else icc,
        size_cv=size_cv,
        lost_share=lost_share,
        confidence_level=confidence_level,
        usual_icc=icc is None,
    )


def ensure_several(name: str, values: Sequence[float]) -> None:
    """Refuse a setting that names no value."""
    if not values:
        raise QuestionError(tr("'{name}' names no value.", name=name), tr("Give one or more."))


def _ensure_files_of_clusters(files: int | None, clusters: int | None, each: int | None) -> None:
    """Refuse clusters that hold fewer files than are to be read in each."""
    if files is None or clusters is None:
        return
    if clusters > files:
        raise QuestionError(
            tr("The frame has {clusters} clusters, and {n} files only.", clusters=clusters, n=files),
            tr("Count the clusters that have a file."),
        )
    held = -(-files // clusters)
    if each is not None and each > held:
        raise QuestionError(
            tr(
                "{n} files are to be read in each cluster, and the clusters of the frame have {held} on average.",
                n=each,
                held=held,
            ),
            tr(
                "Give {held} or fewer. Where those that will be drawn are much larger, leave {asked} out.",
                held=held,
                asked="clusters_in_frame",
            ),
        )


def finite(values: Floats) -> Floats:
    """Return numbers with NaN for infinity, which a table shows as none."""
    return np.where(np.isfinite(values), values, np.nan)


def _whole(number: float) -> float:
    return float(np.ceil(number - _ROUNDING)) if np.isfinite(number) else float(number)
