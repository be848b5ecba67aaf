"""Drawn files as the questions about them count: alike ones in one row, and sums of them by group and status."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Message, tr
from ...base.levels import NOT_RECORDED
from ...base.types import Counts, Flags, Floats, FrameLibrary
from ...cases.casedata import CaseData
from ...cases.intake import FILE_STATUSES
from ...cases.sampling_list import DRAWN_COLUMNS
from ...cases.sampling_log import LoggedFiles, read_sampling_log
from ...cases.sampling_weights import Adjusted, ResponseClasses, adjusted_weights
from ...reduce.grouped import refuse_many
from ...tables import MOST_STRATA, Strata, in_order

# Columns of the list of the draw that split files into groups.
_GROUPS: Final = ("stratum", "cluster")
NO_LOG: Final[Message] = tr("These cases were not read with a sampling log, or they count another unit than its files.")
NAME_A_LOG: Final[Message] = tr('Name it in the mapping: log = "sampling_log.csv" in [cases.sampling].')


class DrawnRows(NamedTuple):
    """Drawn files, those that are alike in one row."""

    groups: Strata  # G groups
    group: Counts  # (R,)
    status: Counts  # (R,) place in FILE_STATUSES
    weight: Floats  # (R,) inverse of the chance to be drawn
    factor: Floats  # (R,) by which the weights of coded files of the same class are raised
    n: Counts  # (R,) files
    source: str
    library: FrameLibrary
    pooled: int
    across: int
    unnumbered: int
    adjusted: Adjusted | None  # how weights were raised, where the log itself was read

    @property
    def fingerprint(self) -> str:
        """Digest of which log it is; it confirms no guess about a file."""
        return sha256(f"{self.source} {int(self.n.sum())}".encode()).hexdigest()[:16]

    def has(self, *statuses: str) -> Flags:
        """Return which rows have one of some statuses, shape (R,)."""
        return np.isin(self.status, [FILE_STATUSES.index(one) for one in statuses])

    def files(self, *statuses: str) -> Counts:
        """Return how many files of each group have one of some statuses, shape (G,)."""
        found = np.bincount(self.group, weights=self.n * self.has(*statuses), minlength=len(self.groups))
        return np.rint(found).astype(np.int64)

    def weighted(self, *statuses: str, raised: bool = False) -> Floats:
        """Return the sum of the weights of these files in each group, shape (G,)."""
        weight = self.n * self.weight * np.where(raised, self.factor, 1.0)
        found = np.bincount(self.group, weights=np.where(self.has(*statuses), weight, 0.0), minlength=len(self.groups))
        return found.astype(np.float64)


def drawn_rows(log: CaseData | Any, by: tuple[str, ...], classes: ResponseClasses) -> DrawnRows:
    """Take the drawn files of a log, or of cases that were read with one.

    Raises
    ------
    QuestionError
        When cases came without a log, or there is no such group.
    """
    return _of_cases(log, by) if isinstance(log, CaseData) else _of_files(read_sampling_log(log), by, classes)


def _of_files(files: LoggedFiles, by: tuple[str, ...], classes: ResponseClasses) -> DrawnRows:
    known = tuple(one for one in files.columns if one in _GROUPS or one not in DRAWN_COLUMNS)
    # a log in which nothing is coded yet still tells how far the work has come
    adjusted = adjusted_weights(files, classes) if files.has("coded").any() else None
    groups, group = _grouped([files.columns[_known(one, known)] for one in by], by, len(files.file))
    return DrawnRows(
        groups,
        group,
        files.status,
        files.weight,
        np.ones(len(group)) if adjusted is None else adjusted.factor,
        np.ones(len(group), np.int64),
        files.source,
        files.library,
        0 if adjusted is None else adjusted.pooled,
        0 if adjusted is None else adjusted.across,
        int((files.has("coded") & (np.array(files.file) == "")).sum()) if "file" in files.columns else 0,
        adjusted,
    )


def _of_cases(cases: CaseData, by: tuple[str, ...]) -> DrawnRows:
    log = cases.sampling.log
    if log is None:
        raise QuestionError(NO_LOG, NAME_A_LOG)
    known = tuple(one for one in _GROUPS if cases.has(one))
    told = {one: [getattr(each, one) for each in log.groups] for one in _GROUPS}
    groups, group = _grouped([told[_known(one, known)] for one in by], by, len(log.groups))
    return DrawnRows(
        groups,
        group,
        np.array([FILE_STATUSES.index(one.status) for one in log.groups], np.int64),
        np.array([one.weight for one in log.groups], np.float64),
        np.array([one.factor for one in log.groups], np.float64),
        np.array([one.n for one in log.groups], np.int64),
        log.source,
        cases.frame_library,
        log.pooled,
        log.across,
        0,
        None,
    )


def _known(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise QuestionError(tr("The sampling log cannot be split by '{name}'.", name=name), suggestion(name, known))
    return name


def _grouped(columns: Sequence[Sequence[str]], by: tuple[str, ...], n: int) -> tuple[Strata, Counts]:
    """Return the groups in a reader's order, and the place of each row's."""
    rows = [tuple(one or NOT_RECORDED for one in row) for row in zip(*columns, strict=True)] if by else [()] * n
    levels = in_order(set(rows))
    refuse_many(len(levels), by, MOST_STRATA)
    place = {one: position for position, one in enumerate(levels)}
    return Strata(by, levels), np.array([place[one] for one in rows], np.int64)
