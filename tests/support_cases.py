"""Small cases with support whose effect can be told by hand, and a few hundred for what needs a resample."""

from __future__ import annotations

from functools import cache
from typing import Any

from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.effect import SupportEffect, support_effect
from tests.made_cases import wide

ACTORS = ("lawyer", "psychologist")

# Ten cases of one kind, cut-off on day 1,000. Both actors by day 10 in a, b and c; on day 40 in d; e has one of them.
ROWS = [
    {"id": "a", "complaint": 0, "outcome": "convicted", "ended": 200, "court": "1"},
    {"id": "b", "complaint": 0, "outcome": "convicted", "ended": 300, "court": "2"},
    {"id": "c", "complaint": 0, "outcome": "rejected", "ended": 100, "court": "3"},
    {"id": "d", "complaint": 0, "outcome": "acquitted", "ended": 250, "court": "4"},
    {"id": "e", "complaint": 0, "outcome": "convicted", "ended": 240, "court": "5"},
    {"id": "f", "complaint": 0, "outcome": "rejected", "ended": 60, "court": "1"},
    {"id": "g", "complaint": 0, "outcome": "rejected", "ended": 70, "court": "2"},
    {"id": "h", "complaint": 0, "outcome": "pending", "ended": None, "court": "3"},
    {"id": "i", "complaint": 0, "outcome": "rejected", "ended": 5, "court": "4"},
    {"id": "j", "complaint": 0, "outcome": "pending", "ended": None, "court": "5"},
]
SPELLS: list[tuple[str, str, int | None, int | None]] = [
    *((one, "lawyer", 0, None) for one in "abcd"),
    *((one, "psychologist", 10, None) for one in "abc"),
    ("d", "psychologist", 40, None),
    ("e", "lawyer", 3, None),
]


@cache
def ten() -> CaseData:
    """Return the ten cases."""
    return wide(ROWS, support=SPELLS)


def asked(of: CaseData | None = None, **given: Any) -> SupportEffect:
    """Ask of the ten cases, or of others."""
    settings: dict[str, Any] = {
        "actors": ACTORS,
        "started_within_days": 30,
        "horizon_days": (365,),
        "outcome": ("verdict", "rejection"),
        "resamples": 20,
        **given,
    }
    answer = support_effect(of or ten(), **settings)
    assert isinstance(answer, SupportEffect)
    return answer


def made() -> tuple[list[dict[str, Any]], list[tuple[str, str, int, None]]]:
    """Return 240 cases in 12 courts; every third is supported by day 20, more of them in towns."""
    rows = [
        {
            "id": f"{n}",
            "complaint": 0,
            "outcome": ("convicted", "pending", "rejected", "rejected")[(n * n + n // 7) % 4],
            "ended": (120 + n, None, 50 + n, 20 + n % 9)[(n * n + n // 7) % 4],
            "court": f"court {(n - 1) // 20}",
            "area": "urban" if n % 5 < 3 else "rural",
        }
        for n in range(1, 241)
    ]
    supported = [n for n in range(1, 241) if n % 3 == 0 and (n % 5 < 3 or n % 2)]
    return rows, [(f"{n}", actor, n % 25, None) for n in supported for actor in ACTORS]


@cache
def many() -> CaseData:
    """Return the 240 cases."""
    rows, support = made()
    return wide(rows, support=support)
