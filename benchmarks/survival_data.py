"""Simulated cases for the benchmark of the time questions: days to one of four endings, five offices, ten covariates.

Each case has an exit day from 1 to 3000, an ending (1 to 4; 0 is still open, about 6 %), an office (0 to 4), eight
covariates of two levels, one of three and one of four. Of 15 % the first days were not observed (``entry``); of the
others ``entry`` is -1. Hazards are constant in time and depend on office and covariates, so that every test and every
regression has something to find. Pieces of a million cases are drawn one by one and appended to one parquet file:
memory stays flat at any size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

PIECE: Final = 1_000_000
LAST_DAY: Final = 3_000
ENDINGS: Final = 4
OFFICES: Final = 5
BINARY: Final = tuple(f"x{place}" for place in range(1, 9))
COVARIATES: Final = (*BINARY, "x9", "x10")  # x9 has three levels, x10 four
CURVE_COLUMNS: Final = ("days", "ending", "office")
COLUMNS: Final = (*CURVE_COLUMNS, "entry", *COVARIATES)


def piece(size: int, seed: int) -> dict[str, Any]:
    """Draw ``size`` cases; one array per column."""
    import numpy as np

    random = np.random.default_rng(seed)
    office = random.integers(0, OFFICES, size, dtype=np.int8)
    levels = {name: (random.random(size) < 0.2 + 0.07 * place).astype(np.int8) for place, name in enumerate(BINARY)}
    levels["x9"] = random.integers(0, 3, size, dtype=np.int8)
    levels["x10"] = random.integers(0, 4, size, dtype=np.int8)
    effects = np.array([[0.30, -0.20, 0.15, 0.0, 0.10, -0.25, 0.05, 0.20, 0.12, -0.08]]) * [[1.0], [-0.6], [0.3], [0.0]]
    design = np.stack([levels[name] for name in COVARIATES], axis=1).astype(np.float64)
    rates = np.array([0.0008, 0.0006, 0.0004, 0.0002]) * np.exp(design @ effects.T + 0.08 * office[:, None])
    shares = np.cumsum(rates, axis=1)
    ended = np.ceil(random.exponential(1.0, size) / shares[:, -1]).astype(np.int64)
    kind = 1 + (random.random(size)[:, None] * shares[:, -1:] > shares[:, :-1]).sum(axis=1)
    last = np.where(random.random(size) < 0.44, random.integers(1, LAST_DAY + 1, size), LAST_DAY)
    days = np.minimum(ended, last).astype(np.int32)
    late = (random.random(size) < 0.15) & (days > 1)
    entry = np.where(late, (random.random(size) * (days - 1)).astype(np.int64), -1).astype(np.int32)
    ending = np.where(ended <= last, kind, 0).astype(np.int8)
    return {"days": days, "ending": ending, "office": office, "entry": entry, **levels}


def write(path: Path, size: int, seed: int = 20180430) -> None:
    """Write ``size`` cases to ``path``; an interrupted run leaves no file of that name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    unfinished = path.with_suffix(".unfinished")
    writer = None
    for number, first in enumerate(range(0, size, PIECE)):
        table = pa.table(piece(min(PIECE, size - first), seed + number))
        writer = writer or pq.ParquetWriter(unfinished, table.schema)
        writer.write_table(table, row_group_size=PIECE // 4)
    if writer is not None:
        writer.close()
    unfinished.replace(path)


def read(path: Path, columns: tuple[str, ...]) -> Any:
    """Read columns of the file into a pandas frame of whole numbers."""
    import pyarrow.parquet as pq

    # no threads and no pool that keeps memory: the peak of the reading is not that of the task
    return pq.read_table(path, columns=list(columns)).to_pandas(self_destruct=True, split_blocks=True)


def write_columns(path: Path, folder: Path) -> None:
    """Write the columns of the file as plain 32-bit integers, one file each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    unfinished = folder.with_suffix(".unfinished")
    unfinished.mkdir(exist_ok=True)
    for name in COLUMNS:
        column = pq.read_table(path, columns=[name])[name].cast(pa.int32())
        column.to_numpy().tofile(unfinished / name)
    unfinished.replace(folder)
