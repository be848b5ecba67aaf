"""The clerical sample: pairs that a person looks at, side by side, and what the person said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from ...base.errors import OutputError, QuestionError, ReadError
from ...base.language import tr
from ...base.types import Counts, Floats
from ..conversions.text import normalise
from ..private_file import PREFIX, write_private
from ..readers.files import read_text_table
from .linked import LinkedRegisters

REVIEW_FILE: Final = f"{PREFIX}pairs_to_review.csv"
# Edges of the bands of probability from which pairs are drawn; a threshold that is one of them can be judged.
BANDS: Final = (0.01, 0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
_SHOWN: Final = (
    "given_names",
    "first_surname",
    "second_surname",
    "surnames",
    "birth_date",
    "age",
    "sex",
    "place",
    "document",
)
_YES: Final = frozenset("yes y si s true 1 same misma mismo".split())
_NO: Final = frozenset("no n false 0 other otra otro".split())


class Reviewed(NamedTuple):
    """What a review found, by band of probability; shapes (bands,).

    Attributes
    ----------
    low : array of float
        Lower edge of each band.
    pairs : array of int
        Pairs in the band.
    looked_at : array of int
        Of them, how many a person decided on.
    same : array of int
        Of those, how many are one person.
    unsure : int
        Rows without a decision.
    """

    low: Floats
    pairs: Counts
    looked_at: Counts
    same: Counts
    unsure: int

    @property
    def expected_same(self) -> Floats:
        """How many pairs of each band are one person, by those looked at; half where nobody looked."""
        share = np.divide(self.same, self.looked_at, out=np.full(len(self.same), 0.5), where=self.looked_at > 0)
        return np.asarray(self.pairs * share)


def write_review(linked: LinkedRegisters, folder: str | Path, *, pairs: int = 210, seed: int = 1) -> Path:
    """Write a sample of pairs for a person to decide on: personal data, names side by side.

    Every band of probability gives equally many pairs, in random order and without the probability, so that the
    reader is not led. Fill the column ``same_person`` with yes or no; leave it blank where nobody can tell.

    Parameters
    ----------
    linked : LinkedRegisters
    folder : path
        An existing folder on the secure side.
    pairs : int
        How many to look at, all bands together.
    seed : int
        Of the draw.

    Returns
    -------
    Path

    Raises
    ------
    QuestionError, OutputError
        When no pair is asked for; when the file cannot be written, or is there already: somebody may have filled it in.
    """
    if pairs < 1:
        raise QuestionError(tr("No pair was asked for."), tr("Give a number of pairs, such as 210."))
    path = review_path(folder)
    chosen = _drawn(linked, pairs, seed)
    cells = [
        [one.table.column(one.part.columns[what]).to_pylist() if what in one.part.columns else None for what in _SHOWN]
        for one in linked.registers
    ]
    ids = [one.table.column(one.part.id).to_pylist() for one in linked.registers]
    header = ["pair"] + [f"{what}_{side}" for what in ("register", "id", *_SHOWN) for side in "ab"] + ["same_person"]

    def side(row: int) -> list[str | None]:
        place = int(linked.register[row])
        at = row - int(linked.starts[place])
        return [linked.names[place], ids[place][at], *(one[at] if one is not None else None for one in cells[place])]

    rows = []
    for number, one in enumerate(chosen, start=1):
        a, b = side(int(linked.pairs.left[one])), side(int(linked.pairs.right[one]))
        rows.append([str(number), *(cell or "" for both in zip(a, b, strict=True) for cell in both), ""])
    return write_private(path, header, rows)


def review_path(folder: str | Path) -> Path:
    """Return where the sample goes.

    Raises
    ------
    OutputError
        When a file is there already: somebody may have filled it in.
    """
    path = Path(folder) / REVIEW_FILE
    if path.exists():
        raise OutputError(
            tr("There is a file '{name}' already.", name=path.name),
            tr("Somebody may have filled it in: move it, or name another folder."),
        )
    return path


def read_review(linked: LinkedRegisters, path: str | Path) -> Reviewed:
    """Read a sample that a person has decided on.

    Parameters
    ----------
    linked : LinkedRegisters
        Of the same registers; the pairs are found again by their ids.
    path : path

    Raises
    ------
    ReadError
        When a column is missing, no row of it is decided on and in the registers, or a pair is decided on in two ways.
    """
    read = read_text_table(path)
    needed = ("register_a", "id_a", "register_b", "id_b", "same_person")
    missing = [one for one in needed if one not in read.columns]
    if missing:
        raise ReadError(
            tr("'{name}' has no column '{column}'.", name=read.source, column=missing[0]),
            tr("Fill in the file as it was written; only the last column is for you."),
        )
    columns = {one: read.table.column(one).to_pylist() for one in needed}
    rows = _rows_by_id(linked)
    band_of = {
        (int(a), int(b)): band for a, b, band in zip(linked.pairs.left, linked.pairs.right, _bands(linked), strict=True)
    }
    decided: dict[tuple[int, int], bool] = {}
    unsure = 0
    for place in range(read.table.num_rows):
        said = normalise(columns["same_person"][place] or "")
        a, b = (
            rows.get((columns[f"register_{side}"][place], _undone(columns[f"id_{side}"][place]) or "")) for side in "ab"
        )
        pair = (min(a, b), max(a, b)) if a is not None and b is not None else None
        if pair is None or pair not in band_of or (said not in _YES and said not in _NO):
            unsure += 1
        elif decided.setdefault(pair, said in _YES) != (said in _YES):
            raise ReadError(
                tr("In '{name}' one pair is decided on in two ways.", name=read.source),
                tr("It stands there more than once: leave one row of each pair, and say yes or no there."),
            )
    looked_at, same = (np.zeros(len(BANDS) - 1, dtype=np.int64) for _ in range(2))
    # a pair that stands there twice was looked at once
    for pair, yes in decided.items():
        looked_at[band_of[pair]] += 1
        same[band_of[pair]] += yes
    if not looked_at.any():
        raise ReadError(
            tr("No pair in '{name}' is decided on.", name=read.source),
            tr("Write yes or no into the last column, for pairs of these registers."),
        )
    return Reviewed(
        np.array(BANDS[:-1]), np.bincount(_bands(linked), minlength=len(BANDS) - 1), looked_at, same, unsure
    )


def _bands(linked: LinkedRegisters) -> Counts:
    """Return the band of each pair; a probability below the lowest edge belongs to the first."""
    found = np.searchsorted(np.array(BANDS), linked.pairs.probability, side="right") - 1
    return np.clip(found, 0, len(BANDS) - 2).astype(np.int64)


def _drawn(linked: LinkedRegisters, pairs: int, seed: int) -> Counts:
    """Draw equally many pairs of every band, and what small bands do not have from the others."""
    rng = np.random.Generator(np.random.PCG64(seed))
    order = np.argsort(rng.random(len(linked.pairs.left)), kind="stable")
    band = _bands(linked)[order]
    rank = np.zeros(len(order), dtype=np.int64)
    for one in range(len(BANDS) - 1):
        mine = band == one
        rank[mine] = np.arange(int(mine.sum()))
    taken = order[np.argsort(rank, kind="stable")[:pairs]]
    return taken[np.argsort(rng.random(len(taken)), kind="stable")]


def _rows_by_id(linked: LinkedRegisters) -> dict[tuple[str, str], int]:
    return {
        (one.part.name, text): int(start) + at
        for one, start in zip(linked.registers, linked.starts, strict=False)
        for at, text in enumerate(one.table.column(one.part.id).to_pylist())
    }


def _undone(text: str | None) -> str | None:
    """Take away the mark that kept a spreadsheet from computing an id."""
    return text[1:] if text and text.startswith("'") and text[1:2] in "=+-@" else text
