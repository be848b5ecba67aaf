"""From a frame and a seed to the clusters and files that are drawn, with the chance that each of them had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import tr
from ...base.types import Counts, Flags, Floats, Values
from ...cases.sampling_list import DrawnList
from ...estimate.allocation import allocation
from ...estimate.selection import brewer, inclusion_probabilities, random_positions, systematic
from ...reduce.sampling_frame import SamplingFrame

Method: TypeAlias = Literal["systematic", "brewer"]
Wanted: TypeAlias = int | Mapping[str, int] | None


class Drawing(NamedTuple):
    """What was drawn of a frame with C clusters."""

    stratum: Counts  # (C,) number of the stratum
    strata: tuple[str, ...]  # (H,)
    probability: Floats  # (C,) of the cluster
    drawn: Flags  # (C,)
    files: Counts  # (C,) files drawn in it
    listed: DrawnList

    @property
    def certain(self) -> Flags:
        """Clusters that were certain to be drawn, (C,)."""
        return np.asarray(self.drawn & (self.probability >= 1), np.bool_)

    @property
    def certain_by_size(self) -> Flags:
        """Clusters that were certain because of their size: others of their stratum are drawn by lot, (C,)."""
        by_lot = (self.probability > 0) & (self.probability < 1)
        return np.asarray(self.certain & np.isin(self.stratum, self.stratum[by_lot]), np.bool_)


def drawing(
    frame: SamplingFrame, *, seed: int, clusters: Wanted, files_per_cluster: int | None, files: Wanted, method: Method
) -> Drawing:
    """Draw clusters with probability in proportion to size, then files at random within each.

    Parameters
    ----------
    frame : SamplingFrame
    seed : int
        The same frame, seed and settings give the same draw on every machine.
    clusters, files_per_cluster, files, method
        As for :func:`justice_metrics.measures.sampling.draw.draw_files`.
    """
    strata = tuple(dict.fromkeys(frame.stratum))
    stratum = np.array([{name: place for place, name in enumerate(strata)}[one] for one in frame.stratum], np.int64)
    # uniform numbers alone are the same in every version of numpy
    uniform = np.random.Generator(np.random.PCG64(seed))
    probability, drawn = _clusters(frame, stratum, strata, clusters, method, uniform)
    wanted = np.zeros(len(frame.size), np.int64)
    if frame.clustered:
        wanted[drawn] = frame.size[drawn] if files_per_cluster is None else files_per_cluster
        wanted = np.minimum(wanted, frame.size)
    else:
        wanted = _shared(files, strata, frame.size, frame.size, least=1, what="files")
    at = np.flatnonzero(wanted > 0)
    cluster, position = random_positions(frame.size[at], wanted[at], uniform.random(int(frame.size[at].sum())))
    return Drawing(
        stratum, strata, probability, drawn, wanted, _listed(frame, stratum, probability, wanted, at[cluster], position)
    )


def _clusters(
    frame: SamplingFrame,
    stratum: Counts,
    strata: tuple[str, ...],
    clusters: Wanted,
    method: Method,
    uniform: np.random.Generator,
) -> tuple[Floats, Flags]:
    """Return the chance of each cluster, and which were drawn; all of them where nobody said how many."""
    there = frame.size > 0
    if clusters is None:
        return there.astype(np.float64), there
    sizes = np.bincount(stratum, weights=frame.size, minlength=len(strata))
    most = np.bincount(stratum[there], minlength=len(strata))
    # two clusters of a stratum tell how much its clusters differ
    enough = isinstance(clusters, int) and clusters >= 2 * int((most > 0).sum())
    share = _shared(clusters, strata, sizes, most, least=2 if enough else 1, what="clusters")
    probability, drawn = np.zeros(len(stratum)), np.zeros(len(stratum), np.bool_)
    for h, n in enumerate(share.tolist()):
        inside = np.flatnonzero(stratum == h)
        chances = inclusion_probabilities(frame.size[inside], n)
        probability[inside] = chances
        numbers = uniform.random(1 if method == "systematic" else n)
        drawn[inside] = systematic(chances, float(numbers[0])) if method == "systematic" else brewer(chances, numbers)
    return probability, drawn


def _shared(
    wanted: Wanted,
    strata: tuple[str, ...],
    keys: Values,
    most: Counts,
    *,
    least: int,
    what: Literal["files", "clusters"],
) -> Counts:
    """Return how many are drawn in each stratum: as it was said, or in proportion."""
    if isinstance(wanted, Mapping):
        unknown = sorted(set(wanted) - set(strata))
        if unknown:
            raise QuestionError(
                tr("'{name}' is no stratum of the frame.", name=unknown[0]), suggestion(unknown[0], strata)
            )
        missing = [one for one in strata if one not in wanted]
        if missing:
            raise QuestionError(
                tr("Nothing is said of the stratum '{name}'.", name=missing[0]),
                tr("Name every stratum, with 0 for one in which nothing is to be drawn."),
            )
        given = np.array([wanted[one] for one in strata], np.int64)
        total = int(given.sum())
    else:
        total = int(wanted or 0)
        given = allocation(keys, most, total, least=least)
    over = int((given > most).sum())
    if over or total > int(most.sum()):
        there = int(most.sum())
        raise QuestionError(
            tr("{n} clusters are to be drawn, and the frame has {there} with a file.", n=total, there=there)
            if what == "clusters"
            else tr("{n} files are to be drawn, and the frame has {there}.", n=total, there=there),
            tr("Ask for fewer; in each stratum, no more than it has."),
        )
    if total < 1 or (given < 0).any() or int(given.sum()) > total:
        if len(strata) == 1:
            raise QuestionError(tr("Nothing is to be drawn."), tr("Draw one or more."))
        raise QuestionError(
            tr("Too few are to be drawn: the frame has {n} strata.", n=len(strata)),
            tr("Draw at least one in each stratum."),
        )
    return given


def _listed(
    frame: SamplingFrame, stratum: Counts, probability: Floats, wanted: Counts, cluster: Counts, position: Counts
) -> DrawnList:
    """Return the list of the drawn files; ``cluster`` (n,) is the number of the cluster of each."""
    clusters = np.bincount(stratum[frame.size > 0], minlength=int(stratum.max(initial=0)) + 1)
    return DrawnList(
        stratum=[frame.stratum[one] for one in cluster],
        cluster=[frame.cluster[one] for one in cluster],
        position=position + 1,
        file=[frame.files[one][place] for one, place in zip(cluster, position, strict=True)]
        if frame.files
        else [""] * len(cluster),
        clusters_in_stratum=clusters[stratum[cluster]] if frame.clustered else np.zeros(len(cluster), np.int64),
        files_in_cluster=frame.size[cluster],
        cluster_probability=probability[cluster],
        file_probability=wanted[cluster] / frame.size[cluster],
        frame_library=frame.library,
    )
