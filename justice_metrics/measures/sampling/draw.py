"""Draw the files of a study: clusters with probability in proportion to size, then files at random in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, format_number, tr, trn
from ...base.provenance import LeftOut, Provenance
from ...base.result import Definition, Result
from ...base.types import Flags, Floats
from ...base.version import __version__
from ...cases.sampling_list import DrawnList
from ...figures.drawn_sizes import drawn_sizes
from ...reduce.sampling_frame import SamplingFrame, sampling_frame
from ..declared import Points, Share
from ..regression_tables import Ratio
from ..shown import known, numbers
from ..study_size import USUAL_ICC
from ..study_size_checks import ensure_shares
from .draw_tables import clusters_table, main_table, weights_table
from .drawing import Drawing, Method, Wanted, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Weights that differ by more than this factor are told of.
_UNEQUAL: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameProvenance(Provenance):
    """Of a draw, which rests on a list of files and on no content of theirs."""

    def lines(self) -> tuple[Readable, ...]:  # type: ignore[override]
        """Return what a reader must know."""
        said: list[Readable] = [trn("{n} file in the frame.", "{n} files in the frame.", self.units_in)]
        said += [
            trn("Left out: {n} cluster: {reason}.", "Left out: {n} clusters: {reason}.", one.n, reason=one.reason)
            for one in self.left_out
        ]
        return tuple(said)


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawnFiles(Result):
    """Which clusters and files were drawn, and with which chance.

    Tables
    ------
    main
        One row per stratum: ``clusters`` and ``files`` of the frame, ``clusters_drawn``, ``clusters_certain`` (for
        certain: because they are so large, or because all of their stratum are drawn), ``files_drawn``, and
        ``estimate``: the share of the files that is drawn.
    weights
        Stays inside. Per stratum: ``weighted`` (the sum of the weights, which stands for the files of the frame),
        ``weight_low``, ``weight_high``, ``design_effect``, ``effective`` files and the ``margin`` that they give a
        share of one half (at 95 %, not counting on the register having an end); ``margin_of_frame`` is that of the
        files of the frame, which are not known for those that are not drawn only.
    clusters
        Stays inside. Every cluster that was drawn, with its chance, the files drawn in it and their weight.

    Attributes
    ----------
    drawn : DrawnList
        The files: personal data. ``drawn.write(folder)`` writes the list for the field team, which becomes its log.
    """

    question: ClassVar[str] = "draw_files"

    drawn: DrawnList = field(repr=False)
    frame_sizes: Floats = field(repr=False)
    frame_drawn: Flags = field(repr=False)
    frame_files: Floats = field(repr=False)

    def findings(self) -> tuple[Readable, ...]:
        """Return what was drawn, whom each file stands for, and what the sample is worth."""
        return (*self.findings_of(self), *self._worth())

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say what was drawn, all strata together."""
        main = shown.main
        told = {"clusters", "clusters_drawn", "files", "files_drawn", "estimate"}
        first = {one.name: float(numbers(main, one.name)[0]) for one in main.columns if one.name in told}
        if not all(known(one) for one in first.values()):
            return ()
        said: dict[str, object] = {
            "files": int(first["files"]),
            "drawn": int(first["files_drawn"]),
            "share": Share(first["estimate"]),
        }
        if "clusters" not in first:
            return (tr("{drawn} of {files} files are drawn ({share}).", **said),)
        return (
            tr(
                "{taken} of {clusters} clusters are drawn, and in them {drawn} of {files} files ({share}).",
                taken=int(first["clusters_drawn"]),
                clusters=int(first["clusters"]),
                **said,
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the sizes of the clusters, those that were drawn, and the files drawn in each."""
        return drawn_sizes(
            sizes=self.frame_sizes,
            drawn=self.frame_drawn,
            files=self.frame_files,
            drawn_label=tr("clusters drawn").text(language),
            other_label=tr("clusters not drawn").text(language),
            files_label=tr("files drawn in each").text(language),
            x_label=tr("clusters of the frame, the largest first").text(language),
            y_label=tr("files").text(language),
            number=lambda one: format_number(one, language),
            ax=ax,
        )

    def _worth(self) -> tuple[Readable, ...]:
        weights = self.tables["weights"]
        low, high = float(weights["weight_low"][0]), float(weights["weight_high"][0])
        said: list[Readable] = []
        if np.isclose(low, high):
            said.append(tr("Each file drawn stands for {low} files of the frame.", low=Ratio(low)))
        else:
            said.append(
                tr("A file drawn stands for {low} to {high} files of the frame.", low=Ratio(low), high=Ratio(high))
            )
        main = self.main
        if "clusters" in main.values and main["clusters_drawn"][0] > main["clusters_certain"][0]:
            said.append(
                tr(
                    "They tell as much as {n} independent files (design effect {effect}, if the intraclass correlation "
                    "is {icc}).",
                    n=int(weights["effective"][0]),
                    effect=Ratio(float(weights["design_effect"][0])),
                    icc=Ratio(float(dict(self.provenance.settings)["icc"])),  # type: ignore[arg-type]
                )
            )
        if known(float(weights["margin"][0])):
            said.append(
                tr(
                    "A share of one half of the files of the frame will then be known to within {points} percentage "
                    "points, if no file is lost; where these files stand for how the system works, to within {wider}.",
                    points=Points(float(weights["margin_of_frame"][0]), signed=False),
                    wider=Points(float(weights["margin"][0]), signed=False),
                )
            )
        return tuple(said)


def draw_files(
    frame: Any,
    *,
    seed: int,
    cluster: str | None = None,
    size: str | None = None,
    file: str | None = None,
    stratum: str | None = None,
    clusters: int | Mapping[str, int] | None = None,
    files_per_cluster: int | None = None,
    files: int | Mapping[str, int] | None = None,
    method: Method = "systematic",
    icc: float = USUAL_ICC,
) -> DrawnFiles:
    """Draw the files that a study will read, each with a known chance.

    Parameters
    ----------
    frame : frame or path
        The list to draw from: one row per cluster (court, station) with the number of its files, or one row per file.
    seed : int
        Any number that was settled before the draw, 0 or more. The same frame, in the same order, gives the same draw.
    cluster, size, file, stratum : str, optional
        Columns of the frame: the cluster; of a list of clusters, the number of its files (``size``); of a list of
        files, their ids (``file``); and the stratum, where clusters or files are drawn in each by itself.
    clusters : int or mapping of str to int, optional
        Clusters to draw, with probability in proportion to their files; shared out among the strata in proportion to
        theirs, at least two in each where that is possible, or as the mapping says (0: the files of that stratum have
        no chance, and what is found holds for the others). Without it all clusters are taken.
    files_per_cluster : int, optional
        Files to draw at random in each drawn cluster, all of them where it has fewer. Without it all are.
    files : int or mapping of str to int, optional
        Without clusters: files to draw at random, shared out among the strata in proportion, or as the mapping says.
    method : {"systematic", "brewer"}
        How clusters are drawn: along the list at equal steps, so that a list ordered by district spreads the sample
        over the districts; or one after the other (Brewer), whatever the order, so that any two can come together.
    icc : float
        How alike the files of one cluster are, for the design effect that is expected.

    Returns
    -------
    DrawnFiles
        Counts and weights; the files themselves, which are personal data, in ``drawn``.

    Raises
    ------
    MappingError, QuestionError, CaseDataError
        When the frame cannot be drawn from, or has less than was asked for.

    Notes
    -----
    The chance of a file is that of its cluster, n M / sum M, times m / M inside it, so that all files have the same one
    but for those of clusters with fewer than m files, and of clusters so large that they are certain. Files that turn
    out to be lost or sealed are not replaced by others: the log tells of them.

    References
    ----------
    .. [1] Madow, W. G. (1949). On the theory of systematic sampling, II. Annals of Mathematical Statistics, 20,
       333-354.
    .. [2] Brewer, K. R. W. (1975). A simple procedure for sampling pi-ps wor. Australian Journal of Statistics, 17,
       166-172.

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> stations = pd.DataFrame({"station": ["A", "B", "C", "D"], "cases": [40, 20, 100, 40]})
    >>> draw = jm.draw_files(stations, cluster="station", size="cases", clusters=2, files_per_cluster=10, seed=1)
    >>> draw.main["files_drawn"].tolist(), draw.tables["weights"]["weighted"].tolist()
    ([20.0], [200.0])
    """
    _ensure_asked(seed, cluster, clusters, files_per_cluster, files, method)
    ensure_shares(icc=icc)
    read = sampling_frame(frame, cluster=cluster, size=size, file=file, stratum=stratum)
    made = drawing(read, seed=seed, clusters=clusters, files_per_cluster=files_per_cluster, files=files, method=method)
    by = stratum is not None
    return DrawnFiles(
        heading=tr("Files drawn for the study"),
        tables={
            "main": main_table(read, made, by),
            "weights": weights_table(read, made, by, icc),
            "clusters": clusters_table(read, made, by),
        },
        definition=Definition(
            answers=tr("Which files are drawn, and with which chance?"),
            numerator=tr("files drawn"),
            denominator=tr("files of the frame"),
            basis="snapshot",
            pending=tr("does not arise: files are drawn whatever became of them"),
            method=_method(read, method, clusters),
        ),
        provenance=FrameProvenance(
            source=read.source,
            fingerprint=read.fingerprint,
            unit="case",
            units_in=int(read.size.sum()),
            left_out=tuple(
                LeftOut(tr("no file in the frame"), n) for n in [int((read.size == 0).sum())] if n and read.clustered
            ),
            sampling="undeclared",
            version=__version__,
        ).add(
            "draw_files",
            cluster=cluster,
            size=size,
            file=file,
            stratum=stratum,
            clusters=dict(clusters) if isinstance(clusters, Mapping) else clusters,
            files_per_cluster=files_per_cluster,
            files=dict(files) if isinstance(files, Mapping) else files,
            method=method,
            icc=icc,
        ),
        notes=_notes(read, made, seed, clusters),
        frame_library=read.library,
        drawn=made.listed,
        frame_sizes=read.size.astype(np.float64),
        frame_drawn=made.drawn if read.clustered else made.files > 0,
        frame_files=made.files.astype(np.float64),
    )


def _ensure_asked(
    seed: int, cluster: str | None, clusters: Wanted, files_per_cluster: int | None, files: Wanted, method: str
) -> None:
    if seed < 0:
        raise QuestionError(tr("The seed is no whole number from 0 on."), tr("Give one, such as 20260115."))
    if method not in {"systematic", "brewer"}:
        raise QuestionError(
            tr("Clusters cannot be drawn by '{method}'.", method=method),
            tr("There are: {known}.", known=["systematic", "brewer"]),
        )
    if cluster is None and (clusters is not None or files_per_cluster is not None):
        raise QuestionError(
            tr("Clusters are to be drawn, but no column of the frame is named for them."),
            tr("Name it ({asked}), or ask for files ({asked_files}).", asked="cluster", asked_files="files"),
        )
    if cluster is not None and files is not None:
        raise QuestionError(
            tr("Of clusters, files are drawn so many in each."),
            tr("Give {asked} in place of {asked_not}.", asked="files_per_cluster", asked_not="files"),
        )
    if clusters is None and files_per_cluster is None and files is None:
        raise QuestionError(
            tr("It is not said how many files are to be drawn."),
            tr(
                "Give {asked} and {asked_each}, or {asked_files}; {asked_plan} tells how many are needed.",
                asked="clusters",
                asked_each="files_per_cluster",
                asked_files="files",
                asked_plan="sample_size_for_share",
            ),
        )
    if files_per_cluster is not None and files_per_cluster < 1:
        raise QuestionError(tr("There is less than one file per cluster."), tr("Give the files drawn in each cluster."))


def _method(frame: SamplingFrame, method: Method, clusters: Wanted) -> Readable:
    if not frame.clustered:
        return tr("Simple random draws within strata, without replacement.")
    if clusters is None:
        return tr("All clusters; in each, simple random draws without replacement.")
    if method == "brewer":
        return tr(
            "Clusters with probability in proportion to size by the method of Brewer (1975); in each, simple random "
            "draws without replacement."
        )
    return tr(
        "Clusters with probability in proportion to size, systematically along the list (Madow 1949); in each, simple "
        "random draws without replacement."
    )


def _notes(frame: SamplingFrame, made: Drawing, seed: int, clusters: Wanted) -> tuple[Readable, ...]:
    # whoever has the list could draw it again: what is no plain setting keeps the note inside
    notes: list[Readable] = [
        tr("Drawn with the seed {seed}: the same list in the same order gives the same draw.", seed=_Seed(seed))
    ]
    in_frame, taken = (np.bincount(made.stratum, one, len(made.strata)) for one in (frame.size, made.files))
    without = (in_frame > 0) & (taken == 0)
    if without.any():
        notes.append(
            trn(
                "In {n} stratum nothing is drawn: its files have no chance, and no weight stands for them. What is "
                "found holds for the other strata only.",
                "In {n} strata nothing is drawn: their files have no chance, and no weight stands for them. What is "
                "found holds for the other strata only.",
                # that was asked for, so it may be published
                Setting(without.sum()),
            )
        )
    certain = int(made.certain_by_size.sum())
    if certain:
        notes.append(
            trn(
                "{n} cluster is so large that it is drawn for certain: its files stand for more than those of others. "
                "Draw it as a stratum of its own, with more files.",
                "{n} clusters are so large that they are drawn for certain: their files stand for more than those of "
                "others. Draw them as a stratum of their own, with more files.",
                certain,
            )
        )
    if clusters is not None:
        drawn = np.bincount(made.stratum[made.drawn & ~made.certain], minlength=len(made.strata))
        alone = int((drawn == 1).sum())
        if alone:
            notes.append(
                trn(
                    "In {n} stratum one cluster only is drawn by lot, which tells nothing of how its clusters differ.",
                    "In {n} strata one cluster only is drawn by lot, which tells nothing of how their clusters differ.",
                    alone,
                )
            )
    weight = made.listed.weight
    if len(weight) and weight.max() > _UNEQUAL * weight.min():
        notes.append(tr("The weights of the files differ: every share must be computed with them."))
    notes.append(
        tr("Files that are lost, sealed or out of scope are not replaced: write into the list what became of each.")
    )
    return tuple(notes)


class _Seed:
    """A seed: printed without a mark for thousands, and no setting, so that it is not published."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:  # noqa: ARG002
        """Return the number."""
        return str(self.value)
