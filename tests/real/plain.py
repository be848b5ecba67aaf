"""The estimators once more, in loops that a reader can check with a pencil; nothing of the library is used here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def incidence(spans: Iterable[tuple[int, str]], endings: Iterable[str]) -> dict[int, dict[str, float]]:
    """Return, for each day on which a case left, the share of cases that had ended in each way, and "open".

    A span is how many days a case was watched and how it ended; an ending that is not asked for is censoring.
    """
    spans, endings = list(spans), list(endings)
    leaving: dict[int, Counter[str]] = {}
    for days, ending in spans:
        leaving.setdefault(days, Counter())[ending] += 1
    open_cases, still_open = len(spans), 1.0
    ended = dict.fromkeys(endings, 0.0)
    curve = {}
    for day in sorted(leaving):
        gone = leaving[day]
        for one in endings:
            ended[one] += still_open * gone[one] / open_cases
        still_open *= 1 - sum(gone[one] for one in endings) / open_cases
        open_cases -= sum(gone.values())
        curve[day] = {**ended, "open": still_open}
    return curve


def on_day(curve: dict[int, dict[str, float]], day: int) -> dict[str, float]:
    """Return the shares on any day: those of the last day before it on which a case left."""
    before = [one for one in curve if one <= day]
    if before:
        return curve[max(before)]
    return {one: float(one == "open") for one in next(iter(curve.values()))}
