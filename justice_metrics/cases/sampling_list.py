"""The list of drawn files: what a field team works through, and what its log is made of. Personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..base.errors import OutputError
from ..base.language import Language, tr
from ..base.types import Counts, Floats, FrameLibrary
from .private_file import PREFIX, write_private

DRAWN_FILE: Final = f"{PREFIX}drawn_files.csv"
# The columns of the list; a sampling log has the same ones, with the last filled in.
DRAWN_COLUMNS: Final = (
    "draw",
    "stratum",
    "cluster",
    "position",
    "file",
    "clusters_in_stratum",
    "files_in_cluster",
    "cluster_probability",
    "file_probability",
    "weight",
    "status",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawnList:
    """Which files were drawn, each with its chance of being drawn.

    Attributes
    ----------
    stratum, cluster : sequence of str, (n,)
        Empty texts where there are none.
    position : array of int, (n,)
        Place of the file in the list or register of its cluster, from 1 on; without clusters, of its stratum.
    file : sequence of str, (n,)
        Id of the file; empty where the frame told sizes only, so that the team writes it in.
    clusters_in_stratum, files_in_cluster : array of int, (n,)
        What the frame holds.
    cluster_probability, file_probability : array of float, (n,)
        Chance of the cluster, and of the file once its cluster was drawn.
    frame_library : {"pandas", "polars", "pyarrow"}
    """

    stratum: Sequence[str] = field(repr=False)
    cluster: Sequence[str] = field(repr=False)
    position: Counts = field(repr=False)
    file: Sequence[str] = field(repr=False)
    clusters_in_stratum: Counts = field(repr=False)
    files_in_cluster: Counts = field(repr=False)
    cluster_probability: Floats = field(repr=False)
    file_probability: Floats = field(repr=False)
    frame_library: FrameLibrary = field(default="pandas", repr=False)

    def __repr__(self) -> str:
        return f"DrawnList({len(self)} files: personal data)"

    def __len__(self) -> int:
        return len(self.position)

    @property
    def weight(self) -> Floats:
        """How many files of the frame each drawn one stands for, (n,)."""
        return np.asarray(1 / (self.cluster_probability * self.file_probability), np.float64)

    def columns(self) -> Mapping[str, Sequence[Any]]:
        """Return the columns of the list by their names."""
        n = len(self)
        values: dict[str, Sequence[Any]] = {
            "draw": list(range(1, n + 1)),
            "stratum": list(self.stratum),
            "cluster": list(self.cluster),
            "position": self.position.tolist(),
            "file": list(self.file),
            "clusters_in_stratum": self.clusters_in_stratum.tolist(),
            "files_in_cluster": self.files_in_cluster.tolist(),
            "cluster_probability": self.cluster_probability.tolist(),
            "file_probability": self.file_probability.tolist(),
            "weight": self.weight.tolist(),
            "status": [""] * n,
        }
        return {name: values[name] for name in DRAWN_COLUMNS}

    def to_frame(self) -> Any:
        """Return the list as a frame of the library that the sampling frame came in: personal data."""
        import narwhals.stable.v2 as nw

        return nw.from_dict(dict(self.columns()), backend=self.frame_library).to_native()

    def write(self, folder: str | Path, *, language: Language = "en") -> Path:
        """Write the list for the field team, readable by its owner only.

        Parameters
        ----------
        folder : path
            On the secure side; made for its owner only where it is not there yet.
        language : {"en", "es"}
            Spreadsheets of Spanish-speaking offices part cells by semicolons and write a comma before decimals: so does
            the list with "es". Either is read back as a sampling log.

        Returns
        -------
        Path
            The file; its name says that it is personal data.

        Raises
        ------
        OutputError
            When a list is there already: somebody may have filled it in. Or the folder cannot be made.
        """
        path = Path(folder) / DRAWN_FILE
        if path.exists():
            raise OutputError(
                tr("There is a list of drawn files in that folder already ('{name}').", name=path.name),
                tr("It may be filled in: nothing is put over it. Name another folder, or move it away."),
            )
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            raise OutputError(
                tr("The folder '{name}' could not be made.", name=path.parent.name),
                tr("Make the folder around it first, or look at its rights."),
            ) from None
        separator, point = (";", ",") if language == "es" else (",", ".")
        columns = self.columns()
        rows = zip(*([_written(one, point) for one in columns[name]] for name in DRAWN_COLUMNS), strict=True)
        return write_private(path, DRAWN_COLUMNS, rows, separator=separator)


def _written(value: object, point: str) -> str:
    """Return a cell as text; a number with all the digits that bring it back."""
    return repr(value).replace(".", point) if isinstance(value, float) else str(value)
