"""The quantities that tables of counts share: what each is called, and how it adds up over time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ...base.language import Message, tr

# Over the parts of a period, a flow adds up; of a stock, the first or the last figure is that of the whole period; of
# what is there all the time (judges, people) the mean by days is.
OverTime: TypeAlias = Literal["add", "first", "last", "mean"]

FLOWS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "incoming": tr("incoming"),
        "new": tr("new"),
        "reopened": tr("reopened"),
        "reactivated": tr("reactivated"),
        "transferred_in": tr("transferred in"),
        "resolved": tr("resolved"),
        "reopened_resolved": tr("reopened and resolved"),
        "placed_inactive": tr("placed on inactive status"),
        "transferred_out": tr("transferred out"),
        "resolved_on_time": tr("resolved within the standard"),
    }
)
STOCKS_AT_START: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "pending_start": tr("pending at the start"),
        "pending_inactive_start": tr("pending and inactive at the start"),
    }
)
STOCKS_AT_END: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "pending_end": tr("pending at the end"),
        "pending_inactive_end": tr("pending and inactive at the end"),
        "old_pending": tr("pending longer than the standard"),
    }
)
LEVELS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "judges": tr("judges"),
        "staff": tr("staff"),
        "population": tr("population"),
    }
)
# Stages and endings, as case files call them.
STEPS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "complaint": tr("complaint"),
        "charge": tr("formal charge"),
        "prosecution": tr("prosecution"),
        "trial": tr("trial"),
        "verdict": tr("verdict"),
        "final_verdict": tr("final verdict"),
        "conviction": tr("conviction"),
        "acquittal": tr("acquittal"),
        "rejection": tr("rejection"),
        "dismissal": tr("dismissal"),
        "withdrawal": tr("withdrawal"),
        "alternative_exit": tr("alternative exit"),
        "extinction": tr("extinction"),
    }
)

WORDS: Final[Mapping[str, Message]] = MappingProxyType({**FLOWS, **STOCKS_AT_START, **STOCKS_AT_END, **LEVELS, **STEPS})

# What can come in besides new cases.
INCOMING: Final = ("incoming", "new", "reopened", "reactivated", "transferred_in")


def over_time(name: str) -> OverTime:
    """Return how a quantity of the common ones adds up over the parts of a period; one of the user's own is a flow.

    Examples
    --------
    >>> over_time("resolved"), over_time("pending_end"), over_time("judges")
    ('add', 'last', 'mean')
    """
    if name in STOCKS_AT_START:
        return "first"
    if name in STOCKS_AT_END:
        return "last"
    return "mean" if name in LEVELS else "add"
