"""The weights of the coded files for other programs: one row per file, personal data."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from .private_file import PREFIX, write_private
from .sampling_log import read_sampling_log
from .sampling_weights import ResponseClasses, adjusted_weights

WEIGHTS_FILE: Final = f"{PREFIX}weights.csv"
WEIGHT_COLUMNS: Final = ("file", "stratum", "cluster", "cluster_probability", "drawn_weight", "weight")


def write_weights(log: Any, folder: str | Path, *, classes: ResponseClasses = "cluster") -> Path:
    """Write the weights of the coded files of a sampling log, for Stata, R and others.

    Parameters
    ----------
    log : path or frame
        As :func:`justice_metrics.measures.sampling.log.sampling_log` takes it.
    folder : path
        An existing folder on the secure side; an earlier file of weights in it is replaced.
    classes : {"cluster", "stratum", "none"}
        Within what files that were not coded are taken to be like those that were.

    Returns
    -------
    Path
        A csv file, readable by its owner only: number of the file, stratum, cluster, chance of the cluster, weight of
        the draw, and weight raised for files that were not coded.

    Raises
    ------
    ReadError, MappingError, CaseDataError
        When the log cannot be read.
    OutputError
        When the file cannot be written.
    """
    files = read_sampling_log(log)
    weight = files.weight * adjusted_weights(files, classes).factor
    n = len(files.file)
    rows = zip(
        files.file,
        files.stratum or ("",) * n,
        files.cluster or ("",) * n,
        map(_number, files.chance.tolist()),
        map(_number, files.weight.tolist()),
        map(_number, weight.tolist()),
        strict=True,
    )
    coded = (row for row, there in zip(rows, files.has("coded").tolist(), strict=True) if there)
    return write_private(Path(folder) / WEIGHTS_FILE, WEIGHT_COLUMNS, coded)


def _number(value: float) -> str:
    """Return a number with all the digits that bring it back; nothing where nobody tells it."""
    return repr(value) if value == value else ""  # noqa: PLR0124 (a number that is none)
