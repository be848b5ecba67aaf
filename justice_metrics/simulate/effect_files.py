"""A study of a small world as tables with dates, so that the questions of the library can be asked about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.types import Counts
from ..estimate.followed import NEVER
from .effect_studies import ACQUITTAL, CONVICTION, DISMISSAL, Recorded
from .effect_worlds import ACTORS

CUTOFF: Final = dt.date(2018, 4, 30)


class Files(NamedTuple):
    """Columns of two tables, and the mapping that reads them."""

    cases: Mapping[str, list[Any]]
    support: Mapping[str, list[Any]]
    mapping: Mapping[str, Any]


def files(recorded: Recorded) -> Files:
    """Give every case a date of complaint, so that its last day of observation is the one cut-off.

    Parameters
    ----------
    recorded : Recorded
        A study. Cases that were lost from view cannot be told in this form: they would seem to be pending.

    Returns
    -------
    Files
        Of simulated cases under the Bolivian procedure: ``CaseData.from_frame(frame(cases), mapping,
        support=frame(support))`` with any library's data frames.

    Examples
    --------
    >>> from justice_metrics.simulate.effect_studies import study
    >>> from justice_metrics.simulate.effect_worlds import RANDOM
    >>> made = files(study(RANDOM.but(cases=3), np.random.default_rng(1)))
    >>> made.cases["id"], sorted(made.support)
    (['S0000001', 'S0000002', 'S0000003'], ['actor', 'id', 'start'])
    """
    ids = [f"S{number:07d}" for number in range(1, len(recorded.exit) + 1)]
    ended = {
        "convicted": recorded.code == CONVICTION,
        "acquitted": recorded.code == ACQUITTAL,
        "dismissed": recorded.code == DISMISSAL,
    }
    cases: dict[str, list[Any]] = {
        "id": ids,
        "complaint": _dates(recorded, np.zeros_like(recorded.exit)),
        "accusation": _dates(recorded, recorded.milestone),
        **{name: _dates(recorded, np.where(which, recorded.exit, NEVER)) for name, which in ended.items()},
        "court": [f"court {number + 1:02d}" for number in recorded.court],
        "severity": [("other", "severe")[value] for value in recorded.severity],
        "tier": [("plain", "well resourced")[value] for value in recorded.tier],
    }
    unit, actor = np.nonzero(recorded.actor_days < NEVER)
    starts = [_dates(recorded, days) for days in recorded.actor_days.T]
    support: dict[str, list[Any]] = {
        "id": [ids[place] for place in unit],
        "actor": [ACTORS[which] for which in actor],
        "start": [starts[which][place] for place, which in zip(unit, actor, strict=True)],
    }
    return Files(cases, support, _mapping())


def _mapping() -> Mapping[str, Any]:
    stages = ("complaint", "accusation", "convicted", "acquitted", "dismissed")
    return {
        "data": {"simulated": True},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": CUTOFF, "sampling": {"cluster": "court"}},
        "dates": {name: name for name in stages},
        "attributes": {name: name for name in ("court", "severity", "tier")},
        "support": {"id": "id", "actor": "actor", "start": "start"},
    }


def _dates(recorded: Recorded, days: Counts) -> list[dt.date | None]:
    last = CUTOFF.toordinal() - recorded.cutoff
    return [
        None if day >= NEVER else dt.date.fromordinal(int(first + day)) for first, day in zip(last, days, strict=True)
    ]
