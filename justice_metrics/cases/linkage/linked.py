"""Linked registers: which records are one person at a threshold, and which case of hers each belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Message, tr, trn
from ...base.provenance import Provenance
from ...base.types import Counts, Flags
from ...base.version import __version__
from .compare import Pairs, compare
from .plan import LinkagePlan, read_plan
from .prepare import NO_DAY, Prepared, prepare, row_starts

THRESHOLDS: Final = (0.8, 0.9, 0.95)
# No case of the first register, and none that can be told among several.
ALONE: Final = -1
UNCLEAR: Final = -2


class CaseLinks(NamedTuple):
    """Which case of the first register each record belongs to.

    Attributes
    ----------
    case : array of int, shape (records,)
        Row of the first register; ``ALONE`` or ``UNCLEAR`` where there is none. A record of the first register is
        its own case.
    before : array of bool, shape (records,)
        Whether the record is dated before the case that it was given to.
    """

    case: Counts
    before: Flags


@dataclass(frozen=True, eq=False, kw_only=True)
class LinkedRegisters:
    """Registers with the pairs of records that may be one person. Personal; it prints counts only.

    Attributes
    ----------
    registers : tuple of Prepared
        In the order of the linkage file; the first is the one whose cases are followed.
    pairs : Pairs
        Pairs of records and the probability that they are one person.
    provenance : Provenance
        Files, sizes, version.
    notes : tuple of Message
        What could not be read, counted.
    folders : tuple of Path
        Folders of the linkage file and of the registers.
    """

    registers: tuple[Prepared, ...] = field(repr=False)
    pairs: Pairs = field(repr=False)
    provenance: Provenance = field(repr=False)
    notes: tuple[Message, ...] = field(default=(), repr=False)
    folders: tuple[Path, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        held = ", ".join(f"{one.part.name}: {one.n}" for one in self.registers)
        return f"LinkedRegisters({held}; {len(self.pairs.left)} pairs)"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the registers."""
        return tuple(one.part.name for one in self.registers)

    @cached_property
    def register(self) -> Counts:
        """Number of the register of each record; shape (records,)."""
        return np.repeat(np.arange(len(self.registers)), [one.n for one in self.registers]).astype(np.int64)

    @property
    def starts(self) -> Counts:
        """Where each register begins among all records; shape (registers + 1,)."""
        return row_starts(self.registers)

    def persons(self, threshold: float) -> Counts:
        """Number the persons: records that pairs of at least ``threshold`` hold together; shape (records,).

        Raises
        ------
        QuestionError
            When the threshold is no probability, or lies below the lowest that was kept.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        kept = self.accepted(threshold)
        n = int(self.starts[-1])
        ones = np.ones(int(kept.sum()), dtype=np.int8)
        graph = coo_array((ones, (self.pairs.left[kept], self.pairs.right[kept])), shape=(n, n))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)

    def accepted(self, threshold: float) -> Flags:
        """Return which pairs count as one person at a threshold; shape (pairs,)."""
        if not 0.5 <= threshold < 1:
            raise QuestionError(
                tr("A threshold is a probability from 0.5 to below 1, and {found} is none.", found=threshold),
                tr("Usual ones are 0.8, 0.9 and 0.95."),
            )
        return np.asarray(self.pairs.probability >= threshold)

    def cases(self, threshold: float) -> CaseLinks:
        """Give every record to a case of the first register.

        A person with one case has all her records in it. With several, a record belongs to the last case that began
        on its day or before, else to her first; where a day is missing it belongs to none, and is counted as unclear.
        """
        person = self.persons(threshold)
        day = np.concatenate([one.days for one in self.registers]).astype(np.int64)
        n_main = self.registers[0].n
        main = np.lexsort((day[:n_main], person[:n_main]))
        held = np.bincount(person[:n_main], minlength=int(person.max(initial=0)) + 1)
        undated = np.bincount(person[:n_main], weights=day[:n_main] == NO_DAY, minlength=len(held)) > 0
        first = np.concatenate([[0], np.cumsum(held)])[:-1]
        # One number for person and day, so that one search finds the last case that began by then.
        span = int(day.max(initial=0)) - NO_DAY + 1
        keys = person[:n_main][main] * span + (day[:n_main][main] - NO_DAY)
        place = np.searchsorted(keys, person * span + (day - NO_DAY), side="right") - 1
        place = np.maximum(place, first[person])
        if n_main:
            case = np.where(held[person] > 0, main[np.minimum(place, n_main - 1)], ALONE)
        else:
            case = np.full(len(person), ALONE)
        case[(held[person] > 1) & ((day == NO_DAY) | undated[person])] = UNCLEAR
        case[:n_main] = np.arange(n_main)
        known = (case >= 0) & (day != NO_DAY)
        began = day[np.maximum(case, 0)]
        return CaseLinks(case.astype(np.int64), known & (began != NO_DAY) & (day < began))

    def frame(self, register: str, threshold: float) -> Any:
        """Return a register as case data may hold it: day, sex, place, what ``keep`` names, and ``linked_case``.

        Parameters
        ----------
        register : str
            Its name.
        threshold : float

        Returns
        -------
        pyarrow.Table
            The records that belong to a case, in the order of ``linked_case``. That is a number which nobody knows
            who has not all registers: neither an id of one nor the place of a row in it.
        """
        import pyarrow as pa

        place = self.names.index(register)
        held = self.registers[place]
        case = self.cases(threshold).case[self.starts[place] : self.starts[place + 1]]
        rows = np.flatnonzero(case >= 0)
        number = self._case_numbers[case[rows]]
        order = np.argsort(number, kind="stable")
        table = held.table.select(held.part.kept).take(pa.array(rows[order]))
        return table.append_column("linked_case", pa.array(number[order].astype(str)))

    @cached_property
    def _case_numbers(self) -> Counts:
        """Number of each record of the first register as a case: shuffled by what stands in all registers together."""
        digest = hashlib.sha256()
        for one in self.registers:
            for column in one.part.columns.values():
                digest.update("\x1f".join(cell or "" for cell in one.table.column(column).to_pylist()).encode())
        shuffled = np.random.Generator(np.random.PCG64(int.from_bytes(digest.digest())))
        return shuffled.permutation(self.registers[0].n).astype(np.int64)


def link_registers(
    plan: LinkagePlan | str | Path | Mapping[str, Any],
    *,
    frames: Mapping[str, Any] | None = None,
    spark: Any = None,
) -> LinkedRegisters:
    """Find out which records of several registers speak of one person, where no id says so.

    Names are compared by keys made for Spanish (two surnames in any order, particles, compound and short names, letters
    that sound alike), dates of birth with exchanged day and month or a first of January that stands for "not known".

    Parameters
    ----------
    plan : LinkagePlan, path or dict
        The linkage file; see ``docs/linkage.md``.
    frames : mapping of str to frame, optional
        Registers in memory, by name, instead of the files.
    spark : SparkSession, optional
        For ``engine = "spark"``.

    Returns
    -------
    LinkedRegisters
        Personal, as the registers are. ``linkage_error`` and ``linkage_sensitivity`` make results of it.

    Raises
    ------
    SettingsError, ReadError, MappingError, CaseDataError
        When the linkage file or a register cannot be used.
    MissingExtraError
        When Splink is not installed.

    Examples
    --------
    >>> import tempfile, justice_metrics as jm
    >>> from justice_metrics.simulate.registers import registers, write_registers
    >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +SKIP
    ...     linked = jm.link_registers(write_registers(registers(2_000), folder))
    >>> linked  # doctest: +SKIP
    LinkedRegisters(police: 892, prosecutor: 472, court: 249, support: 373; 1931 pairs)
    """
    described = read_plan(plan)
    held = prepare(described, frames)
    pairs = compare(described, held, spark=spark)
    sizes = " ".join(f"{one.part.name} {one.n} {' '.join(one.part.columns.values())}" for one in held)
    return LinkedRegisters(
        registers=held,
        pairs=pairs,
        notes=(*(note for one in held for note in one.notes), *_of_twins(pairs.twins)),
        folders=described.folders,
        provenance=Provenance(
            source=", ".join(Path(one.part.file).name if one.part.file else one.part.name for one in held),
            fingerprint=hashlib.sha256(sizes.encode()).hexdigest()[:12],
            unit="case",
            units_in=held[0].n,
            simulated=described.linkage.simulated,
            version=__version__,
        ),
    )


def _of_twins(n: int) -> tuple[Message, ...]:
    if not n:
        return ()
    return (
        trn(
            "{n} pair has the same surnames and day of birth and another given name, as twins have: no threshold "
            "accepts it. Look at such pairs in the sample of write_review (in a shell: --review).",
            "{n} pairs have the same surnames and day of birth and other given names, as twins have: no threshold "
            "accepts them. Look at such pairs in the sample of write_review (in a shell: --review).",
            n,
        ),
    )
