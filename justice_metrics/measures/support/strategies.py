"""What is compared when support is asked about: the set of actors, two strategies, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from ...base.language import Message, Readable, Setting, tr, trn
from ...cases.attributes import actor_words
from ...reduce.histories import Needed
from ..formula_words import FormulaWords

Timing: TypeAlias = Literal["usual", "even", "late"]
ARMS: Final = ("started", "not_started")
_YEAR: Final = 365

TIMING_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "usual": tr("usual: as where it starts in time"),
        "even": tr("even: each day alike"),
        "late": tr("late: what is missing over the last days"),
    }
)


class Said(NamedTuple):
    """What sentences need of two strategies.

    Attributes
    ----------
    within : int
        Days of grace.
    adjusted : bool
        Whether the cases of both were made alike in anything.
    level : float
    """

    within: int
    adjusted: bool
    level: float


@dataclass(frozen=True, kw_only=True)
class Strategies:
    """Two strategies of starting support, and the settings under which they are compared.

    Attributes
    ----------
    actors : tuple of str
    needed : {"all", "any"} or int
        How many of them make a case supported.
    within : int
        Days of grace: the last day on which support still counts as started in time.
    horizons : tuple of int
        Days on which incidences are read, rising.
    timing : {"usual", "even", "late"}
    window : int
        Last days of the period over which ``late`` spreads what is missing.
    lag : int
        Days after its first day from which support counts.
    start : Readable
        What day 0 is.
    adjust : tuple of str
        Terms at which cases are compared.
    milestones : tuple of Readable
        What may happen on the way, and both attract support and hasten the outcome.
    cluster : Readable or None
    clusters : int
    truncate : float or None
        Share above which weights are cut.
    resamples, seed : int
    level : float
    bases, institutions : tuple of str
        Which spells count, where not all do.
    """

    actors: tuple[str, ...]
    needed: Needed
    within: int
    horizons: tuple[int, ...]
    timing: Timing
    window: int
    lag: int
    start: Readable
    adjust: tuple[str, ...]
    milestones: tuple[Readable, ...]
    cluster: Readable | None
    clusters: int
    truncate: float | None
    resamples: int
    seed: int
    level: float
    bases: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()

    @property
    def arms(self) -> Mapping[str, Readable]:
        """Short names of both strategies."""
        return arm_words(self.within)

    @property
    def said(self) -> Said:
        """What sentences need."""
        return Said(self.within, self.adjusted, self.level)

    @property
    def support(self) -> Readable:
        """Who must have started."""
        return actor_set(self.actors, self.needed)

    @property
    def adjusted(self) -> bool:
        """Whether the cases of both strategies were made alike in anything."""
        return bool(self.adjust or self.milestones)

    @property
    def compared_at(self) -> tuple[Readable, ...]:
        """Attributes and terms at which cases are compared, in words."""
        return tuple(FormulaWords(one) for one in self.adjust)

    @property
    def when(self) -> Readable:
        """When support starts under the first strategy."""
        return starting_days(self.timing, self.within, self.window)


def arm_words(within: int) -> Mapping[str, Readable]:
    """Return short names of both strategies."""
    return {
        "started": tr("support within {days} days", days=Setting(within)),
        "not_started": tr("not within {days} days", days=Setting(within)),
    }


def actor_set(actors: tuple[str, ...], needed: Needed) -> Readable:
    """Return a set of actors in words, with how many of them are needed.

    Examples
    --------
    >>> str(actor_set(("lawyer", "psychologist"), "all")), str(actor_set(("lawyer", "psychologist"), 1))
    ('lawyer, psychologist (all of them)', 'lawyer, psychologist (at least one of them)')
    """
    named = [actor_words(one) for one in actors]
    if len(actors) == 1:
        return named[0]
    if needed in ("all", len(actors)):
        return tr("{actors} (all of them)", actors=named)
    if needed in ("any", 1):
        return tr("{actors} (at least one of them)", actors=named)
    return tr("{actors} (at least {n} of them)", actors=named, n=Setting(needed))


def starting_days(timing: Timing, within: int, window: int) -> Readable:
    """Return in words when support starts under the first strategy."""
    if timing == "usual":
        return tr(
            "on days spread as in the cases in which it started within {days} days, whatever their attributes",
            days=Setting(within),
        )
    if timing == "even":
        return tr("on days spread evenly from day 0 to day {days}", days=Setting(within))
    return tr(
        "when it comes by itself up to day {before}; where it is still missing then, on days spread evenly from there "
        "to day {days}",
        before=Setting(max(within - window, 0)),
        days=Setting(within),
    )


def period_words(days: int) -> Readable:
    """Return a number of days as a reader counts them: whole years where it is that.

    Examples
    --------
    >>> str(period_words(730)), str(period_words(90))
    ('2 years', '90 days')
    """
    if days and days % _YEAR == 0:
        return trn("{n} year", "{n} years", Setting(days // _YEAR))
    return trn("{n} day", "{n} days", Setting(days))
