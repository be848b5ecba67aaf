"""The parts of a criminal procedure and the words that every procedure shares: kinds, roles, outcome classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ..base.language import Label, Message, tr

Kind: TypeAlias = Literal["start", "stage", "suspended", "outcome"]
Role: TypeAlias = Literal["complaint", "charge", "prosecution", "trial", "verdict", "final_verdict"]
OutcomeClass: TypeAlias = Literal[
    "conviction",
    "acquittal",
    "rejection",
    "dismissal",
    "withdrawal",
    "alternative_exit",
    "extinction",
    "transfer",
    "other",
]
CountedFrom: TypeAlias = Literal["event", "notified"]
TimeUnit: TypeAlias = Literal["hours", "working_days", "calendar_days", "months"]
Breach: TypeAlias = Literal["not_written", "none", "extinction_after_summons", "extinction_on_motion", "automatic"]
Certainty: TypeAlias = Literal["seen", "from_memory"]

KINDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "start": tr("start"),
        "stage": tr("stage"),
        "suspended": tr("suspended"),
        "outcome": tr("outcome"),
    }
)

ROLES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "complaint": tr("complaint"),
        "charge": tr("formal charge"),
        "prosecution": tr("prosecution"),
        "trial": tr("trial"),
        "verdict": tr("verdict"),
        "final_verdict": tr("final verdict"),
    }
)

OUTCOME_CLASSES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "conviction": tr("conviction"),
        "acquittal": tr("acquittal"),
        "rejection": tr("rejection"),
        "dismissal": tr("dismissal"),
        "withdrawal": tr("withdrawal"),
        "alternative_exit": tr("alternative exit"),
        "extinction": tr("extinction"),
        "transfer": tr("transfer"),
        "other": tr("other outcome"),
    }
)

TIME_UNITS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "hours": tr("hours"),
        "working_days": tr("working days"),
        "calendar_days": tr("calendar days"),
        "months": tr("months"),
    }
)

COUNTED_FROM: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "event": tr("the act itself"),
        "notified": tr("its notification"),
    }
)

BREACHES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "not_written": tr("not written down for this limit"),
        "none": tr("does not end the case"),
        "extinction_after_summons": tr("extinction after the prosecutor was summoned"),
        "extinction_on_motion": tr("extinction when a party asks for it"),
        "automatic": tr("takes effect by itself"),
    }
)

CERTAINTIES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "seen": tr("seen in a document"),
        "from_memory": tr("from memory, to be verified"),
    }
)

# A sentence may still be appealed, a final one not; both are verdicts.
VERDICT_ROLES: Final = frozenset({"verdict", "final_verdict"})

# One state each, so that "from charge to trial" has one beginning; verdicts come as conviction and acquittal.
SINGLE_ROLES: Final = frozenset(ROLES) - VERDICT_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Something that a case can be in: a stage it passes, a suspension, or an outcome.

    Attributes
    ----------
    id : str
        Short name used in files and code.
    kind : {"start", "stage", "suspended", "outcome"}
        What it is to a case. A suspended case stands still, and so do its clocks.
    label : Label
        Words for a reader.
    role : str, optional
        What it is in any country: complaint, charge, prosecution, trial, verdict, final_verdict.
    outcome_class : str, optional
        For an outcome: conviction, acquittal, rejection, dismissal, withdrawal, alternative_exit,
        extinction, transfer, other.
    reopens : bool
        For an outcome: whether the case can go on afterwards.
    funnel : bool
        False keeps a stage out of the attrition funnel although it lies on the road to the verdict.
    rank : int
        Place in the order of the procedure; set by the procedure.
    """

    id: str
    kind: Kind
    label: Label
    role: Role | None = None
    outcome_class: OutcomeClass | None = None
    reopens: bool = False
    funnel: bool = True
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """The states to which a case can go on from one state.

    Attributes
    ----------
    from_state : str
        Id of the state that is left.
    to : tuple of str
        Ids of the states that can follow.
    """

    from_state: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time that the law sets for an act.

    Attributes
    ----------
    id : str
        Short name.
    label : Label
        What must be done, in words.
    from_states : tuple of str
        States whose entry starts the clock; empty when it starts with an act that is no state.
    counted_from : {"event", "notified"}
        Whether the clock starts with the act or with its notification.
    to : tuple of str
        States whose entry stops the clock, whichever comes first; empty when an act stops it that is no state.
    amount : int
        How long, in ``unit``.
    unit : {"hours", "working_days", "calendar_days", "months"}
        Unit of ``amount``; a year is twelve months.
    article : str
        Where the law says so.
    breach : {"not_written", "none", "extinction_after_summons", "extinction_on_motion", "automatic"}
        What the law attaches to a late act, where somebody wrote it down.
    certainty : {"seen", "from_memory"}
        Whether the article was read for this file or awaits verification.
    condition : Label, optional
        To which cases it applies, when not to all.
    valid_from, valid_to : datetime.date, optional
        First and last day on which it is law, when not those of the procedure.
    stands_for : Label, optional
        The act that the law sets, when ``to`` names another one that comes after it.
    """

    id: str
    label: Label
    from_states: tuple[str, ...]
    counted_from: CountedFrom = "event"
    to: tuple[str, ...]
    amount: int
    unit: TimeUnit
    article: str
    breach: Breach = "not_written"
    certainty: Certainty
    condition: Label | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    stands_for: Label | None = None

    @property
    def measurable(self) -> bool:
        """Whether both ends of the clock are states, so that the dates of a case can tell if it was kept."""
        return bool(self.from_states and self.to)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of the attrition funnel.

    Attributes
    ----------
    id : str
        Id of the stage, or the role ``verdict`` or ``final_verdict``.
    label : Label or Message
        Words for a reader.
    states : tuple of str
        A case reached the step when it ever was in one of them.
    rank : int
        Place in the funnel, from 0.
    """

    id: str
    label: Label | Message
    states: tuple[str, ...]
    rank: int
