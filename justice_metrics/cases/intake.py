"""What was declared and what was met when files were taken in: sampling, conversions, repeated ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ..base.language import Message
from ..base.provenance import SamplingFrame

# The word for "the data hold every member of a unit", in place of an attribute with their number.
ALL_MEMBERS: Final = "all"


# What became of a drawn file, in the order of the work; of several things, the last one.
FILE_STATUSES: Final = ("drawn", "found", "lost", "sealed", "not_eligible", "eligible", "coded")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGroup:
    """Drawn files that are alike in all that a sampling log tells but their numbers.

    Attributes
    ----------
    stratum, cluster : str
        "" where there is none.
    status : str
        One of ``FILE_STATUSES``.
    weight : float
        Inverse of the chance to be drawn.
    chance : float
        Of the cluster to be drawn; 1 where it was certain, or files were drawn directly, NaN where nobody tells it.
    factor : float
        By how much the weights of coded files are raised for others of their class.
    n : int
        How many files.
    """

    stratum: str
    cluster: str
    status: str
    weight: float
    chance: float
    factor: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLog:
    """What a sampling log tells of all its files together.

    Attributes
    ----------
    groups : tuple of FileGroup
    source : str
        Name of its file, without the folder.
    pooled : int
        Clusters or strata with too few coded files to stand for their own losses.
    across : int
        Strata that stand for one another.
    """

    groups: tuple[FileGroup, ...]
    source: str
    pooled: int = 0
    across: int = 0

    def __repr__(self) -> str:
        return f"FileLog({sum(one.n for one in self.groups)} drawn files)"

    @property
    def chances(self) -> dict[tuple[str, str], float]:
        """Chance of each cluster, by stratum and cluster."""
        return {(one.stratum, one.cluster): one.chance for one in self.groups}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the files came into the data, and how each stands for others.

    Attributes
    ----------
    frame : {"registered", "closed_only", "prevalent", "census"}
    weighted : bool
        Whether ``weight`` holds sampling weights (the inverse of the chance to be drawn).
    repeated : bool
        Whether ``frequency`` says how many identical units a row stands for.
    stratum, cluster : bool
        Whether the design columns of these names are there.
    delayed_entry : bool
        Whether ``entry_day`` says from which day on a unit was observed.
    members : tuple of (unit, attribute)
        For units that can be made of these: the attribute with the number of members of each, sampled or not, or
        ``all`` where the data hold every one.
    partly : int
        Units that were made of members of which not all are in the data.
    log : FileLog, optional
        What became of all files that were drawn, where the units are these files.
    """

    frame: SamplingFrame = "registered"
    weighted: bool = False
    repeated: bool = False
    stratum: bool = False
    cluster: bool = False
    delayed_entry: bool = False
    members: tuple[tuple[str, str], ...] = ()
    partly: int = 0
    log: FileLog | None = None

    def members_of(self, unit: str) -> str | None:
        """Return the attribute with the number of members of a unit, ``all``, or None where nobody says it."""
        return dict(self.members).get(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What came of the texts of one column: how many became values, how many could not.

    Attributes
    ----------
    column : str
        Name in the user's file.
    target : str
        day, number, label or attribute.
    n : int
        Cells that hold a text.
    unreadable : int
        Cells that could not be turned into the target.
    missing : tuple of (code, n)
        Cells that say why there is no value.
    coarse : int
        Dates that give only a month or a year.
    """

    column: str
    target: Literal["day", "number", "label", "attribute"]
    n: int
    unreadable: int = 0
    missing: tuple[tuple[str, int], ...] = ()
    coarse: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildIntake:
    """What was met while a table that hangs on the cases was taken in.

    Attributes
    ----------
    name : str
        Section of the mapping.
    rows : int
        Rows of the table.
    without_id : int
        Rows without the id of a case.
    unknown_ids : int
        Rows whose id is that of no case in the data.
    """

    name: str
    rows: int
    without_id: int = 0
    unknown_ids: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What was met while cases were joined and split.

    Attributes
    ----------
    joined : int
        Cases that count with the one into which they were joined.
    joined_ended : int
        Of these, cases that had been decided otherwise than the leading one, which tells the ending.
    joined_elsewhere : int
        Cases joined into one that is not in the data; they stay.
    joined_in_circle : int
        Cases joined into one another, so that none leads; they stay.
    split : int
        Cases that took over dates of the one from which they were split off.
    split_elsewhere : int
        Cases split off from one that is not in the data.
    """

    joined: int = 0
    joined_ended: int = 0
    joined_elsewhere: int = 0
    joined_in_circle: int = 0
    split: int = 0
    split_elsewhere: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What was met while the file was taken in.

    Attributes
    ----------
    rows : int
        Rows of the file.
    one_row_per_unit : bool
        Whether a row is a unit, so that ids and rows can repeat by mistake only.
    without_id : int
        Rows without an id, which cannot be a unit.
    repeated_rows : int
        Rows that repeat another row to the letter.
    repeated_ids : int
        Rows whose id was there already with other content.
    similar_ids : int
        Ids that become equal once spaces, case and marks are taken away.
    ended_after_cutoff : int
        Units whose ending is dated after the cut-off.
    official_rows : int or None
        Rows that the register has by another source, as the mapping gives them.
    extracted_day : int or None
        Day on which the file was taken from the register, as the mapping gives it.
    conversions : tuple of Conversion
    children : tuple of ChildIntake
        One per child table.
    joining : Joining
        Cases that were joined or split.
    notes : tuple of Message
        What was found out or put right while the files were read: code page, blank rows, traces of a cut export.
    slips : tuple of Message
        What is wrong in the cells of a coding sheet, and which answers are not there yet; for those who correct it.
    optional : tuple of str
        Attributes that a coding sheet asks where the files have them: an empty one is no mistake of the mapping.
    """

    rows: int
    one_row_per_unit: bool = False
    without_id: int = 0
    repeated_rows: int = 0
    repeated_ids: int = 0
    similar_ids: int = 0
    ended_after_cutoff: int = 0
    official_rows: int | None = None
    extracted_day: int | None = None
    conversions: tuple[Conversion, ...] = ()
    children: tuple[ChildIntake, ...] = ()
    joining: Joining = Joining()
    notes: tuple[Message, ...] = ()
    slips: tuple[Message, ...] = ()
    optional: tuple[str, ...] = ()
