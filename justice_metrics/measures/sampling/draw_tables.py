"""Tables of a draw: what was drawn by stratum, what the files stand for, and the clusters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Label, Readable, tr
from ...base.levels import ALL
from ...base.table import Column, Table
from ...base.types import Flags
from ...estimate.drawn_sample import drawn_variance, unequal_weights
from ...estimate.sample_sizes import wilson_margin
from ...reduce.sampling_frame import SamplingFrame
from .drawing import Drawing


def _rows(made: Drawing, by: bool) -> list[tuple[str, Flags]]:
    """Return all clusters, then those of each stratum."""
    every = np.ones(len(made.stratum), np.bool_)
    strata = [(name, made.stratum == h) for h, name in enumerate(made.strata)] if by else []
    return [(ALL, every), *strata]


def main_table(frame: SamplingFrame, made: Drawing, by: bool) -> Table:
    """Return clusters and files drawn, by stratum: what may be published."""
    rows = _rows(made, by)
    cluster = {"unit": ("cluster",)}
    drawn = {"drawn": ("yes",)}

    def counted(name: str, words: Readable, fixed: Mapping[str, tuple[str, ...]]) -> Column:
        return Column(name, words, "units", "count", "count", cell=CellOf(fixed=fixed))

    of_clusters: dict[str, tuple[Readable, Mapping[str, tuple[str, ...]], Flags]] = {
        "clusters": (tr("clusters of the frame"), cluster, frame.size > 0),
        "clusters_drawn": (tr("clusters drawn"), cluster | drawn, made.drawn),
        "clusters_certain": (tr("of them for certain"), cluster | drawn | {"certain": ("yes",)}, made.certain),
    }
    if not frame.clustered:
        of_clusters = {}
    columns = (
        *((Column("stratum", tr("stratum"), "text", "stratum", "stratum"),) if by else ()),
        *(counted(name, words, fixed) for name, (words, fixed, _) in of_clusters.items()),
        counted("files", tr("files of the frame"), {}),
        counted("files_drawn", tr("files drawn"), drawn),
        Column(
            "estimate",
            tr("share of the files"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("files_drawn", "files"), formula="share"),
        ),
    )
    files = np.array([frame.size[inside].sum() for _, inside in rows], np.float64)
    taken = np.array([made.files[inside].sum() for _, inside in rows], np.float64)
    values = {
        **({"stratum": [name for name, _ in rows]} if by else {}),
        **{
            name: np.array([(those & inside).sum() for _, inside in rows], np.float64)
            for name, (_, _, those) in of_clusters.items()
        },
        "files": files,
        "files_drawn": taken,
        "estimate": np.divide(taken, files, out=np.full(len(files), np.nan), where=files > 0),
    }
    return Table(columns, values, title=tr("Clusters and files drawn"))


def weights_table(frame: SamplingFrame, made: Drawing, by: bool, icc: float) -> Table:
    """Return what the drawn files stand for, by stratum; it stays inside."""
    rows = _rows(made, by)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = frame.size / (made.probability * made.files)
    found = []
    for _, inside in rows:
        at = inside & (made.files > 0)
        w, m = weight[at], made.files[at].astype(np.float64)
        n = float(m.sum())
        if not n:
            found.append((0.0, *[np.nan] * 6))
            continue
        # clusters that are all certain are strata: the error lies inside them, and not between them
        by_lot = frame.clustered and bool((made.probability[at] < 1).any())
        effect = unequal_weights(w, m, icc if by_lot else 0.0)
        told_apart = len(np.unique(made.stratum[at])) if by_lot else int(at.sum())
        degrees = (float(at.sum()) if by_lot else n) - told_apart
        variance = drawn_variance(w, m, frame.size[at], made.probability[at], icc if frame.clustered else 0.0)
        closer = _margin(1 / variance, degrees) if variance > 0 else 0.0
        stands = float((w * m).sum()), float(w.min()), float(w.max())
        found.append((*stands, effect, np.floor(n / effect), _margin(n / effect, degrees), closer))
    columns = (
        *((Column("stratum", tr("stratum"), "text", "stratum", "stratum"),) if by else ()),
        Column("weighted", tr("files that they stand for"), "units", "estimate", "count"),
        Column("weight_low", tr("smallest weight"), "number", "estimate", "count", 2),
        Column("weight_high", tr("largest weight"), "number", "estimate", "count", 2),
        Column("design_effect", tr("design effect expected"), "number", "estimate", "count", 2),
        Column("effective", tr("independent files that tell as much"), "units", "estimate", "count"),
        Column("margin", tr("margin of a share of one half, percentage points"), "points", "estimate", "count"),
        Column(
            "margin_of_frame",
            tr("the same of the files of the frame, percentage points"),
            "points",
            "estimate",
            "count",
        ),
    )
    numbers = {one.name: np.array([row[place] for row in found]) for place, one in enumerate(columns[-7:])}
    strata = {"stratum": [name for name, _ in rows]} if by else {}
    return Table(columns, strata | numbers, title=tr("What the drawn files stand for"), guard="internal")


def _margin(units: float, degrees: float) -> float:
    return float(wilson_margin(units, 0.5, degrees_of_freedom=degrees)) if degrees >= 1 else np.nan


def clusters_table(frame: SamplingFrame, made: Drawing, by: bool) -> Table:
    """Return the clusters that were drawn, with chances and weights; it stays inside."""
    at = np.flatnonzero(made.files > 0)
    names = [frame.cluster[one] for one in at]
    columns = (
        *((Column("stratum", tr("stratum"), "text", "stratum", "stratum"),) if by else ()),
        *((Column("cluster", tr("cluster"), "text", "key", "key"),) if frame.clustered else ()),
        Column("files", tr("files of the frame"), "units", "count", "count"),
        Column("cluster_probability", tr("chance of the cluster"), "number", "estimate", "count", 4),
        Column("files_drawn", tr("files drawn"), "units", "count", "count"),
        Column("file_probability", tr("chance of a file in it"), "number", "estimate", "count", 4),
        Column("weight", tr("weight of each file"), "number", "estimate", "count", 2),
    )
    inside = made.files[at] / frame.size[at]
    values = {
        **({"stratum": [frame.stratum[one] for one in at]} if by else {}),
        **({"cluster": names} if frame.clustered else {}),
        "files": frame.size[at].astype(np.float64),
        "cluster_probability": made.probability[at],
        "files_drawn": made.files[at].astype(np.float64),
        "file_probability": inside,
        "weight": 1 / (made.probability[at] * inside),
    }
    labels = {"cluster": {one: Label(one) for one in names}} if frame.clustered else None
    return Table(columns, values, labels=labels, title=tr("Clusters that were drawn"), guard="internal")
