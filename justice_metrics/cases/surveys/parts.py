"""What a survey is made of: answers, items, scales, how people were drawn, where the answers come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ...base.language import Message, Readable, tr, trn
from ...base.provenance import Provenance
from ...base.types import Floats, Values

# Codes of answers that lie on no point, beside the points 1 to K.
NOT_RECORDED, DONT_KNOW, NO_ANSWER, NOT_APPLICABLE = 0, -1, -2, -3
# How a table calls them.
OFF_SCALE: Final[Mapping[int, str]] = MappingProxyType(
    {DONT_KNOW: "dont_know", NO_ANSWER: "no_answer", NOT_APPLICABLE: "not_applicable", NOT_RECORDED: "not_recorded"}
)


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The points from which people chose, from the lowest to the highest, and which of them mean agreement.

    Examples
    --------
    >>> five = AnswerSet((tr("1"), tr("2"), tr("3"), tr("4"), tr("5")), (4, 5))
    >>> five.neither, five.disagree
    ((3,), (1, 2))
    """

    points: tuple[Readable, ...]
    agree: tuple[int, ...]

    @property
    def neither(self) -> tuple[int, ...]:
        """The middle of an odd number of points, where it does not mean agreement."""
        k = len(self.points)
        return tuple(one for one in ((k + 1) // 2,) if k % 2 and one not in self.agree)

    @property
    def disagree(self) -> tuple[int, ...]:
        """All other points."""
        known = {*self.agree, *self.neither}
        return tuple(one for one in range(1, len(self.points) + 1) if one not in known)

    def classes(self) -> dict[str, tuple[int, ...]]:
        """Return the points of each class of opinions; a class without points has none."""
        return {"disagree": self.disagree, "neither": self.neither, "agree": self.agree}


@dataclass(frozen=True, slots=True)
class Item:
    """One statement or question: its words, its answers, its scale and whether agreeing means a low score."""

    id: str
    text: Readable
    answers: str
    scale: str | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """Several items that measure one thing, and the share of them that a person must have answered."""

    id: str
    text: Readable
    items: tuple[str, ...]
    answered: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleProvenance(Provenance):
    """Of the answers of people who were asked."""

    def lines(self) -> tuple[Message, ...]:
        """Return what a reader must know."""
        said = [tr("Simulated data: no answer in it is real.")] if self.simulated else []
        said.append(trn("{n} person answered the survey.", "{n} people answered the survey.", self.units_in))
        said += [
            trn("Left out: {n} unit: {reason}.", "Left out: {n} units: {reason}.", one.n, reason=one.reason)
            for one in self.left_out
        ]
        return tuple(said)


@dataclass(frozen=True, slots=True)
class PeopleDesign:
    """How people were drawn: whom each stands for, and who was drawn together; None where nothing is declared."""

    weight: Floats | None = field(default=None, repr=False)  # (N,)
    stratum: Values | None = field(default=None, repr=False)  # (N,) texts
    cluster: Values | None = field(default=None, repr=False)  # (N,) texts

    @property
    def declared(self) -> bool:
        """Whether intervals must allow for it."""
        return any(one is not None for one in (self.weight, self.stratum, self.cluster))
