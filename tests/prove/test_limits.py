"""Long proofs of legal limits: intervals that hold their level, and the same clocks from Spark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from justice_metrics.estimate.clocks import within_limit
from justice_metrics.measures.limits.time_limits import time_limits
from tests.made_cases import log

pytestmark = pytest.mark.prove

REPLICATES, CASES, LIMIT = 2_000, 250, 180
# Daily chances of the act and of another ending, the same every day.
ACT, OTHER = 0.004, 0.001


def truth() -> float:
    """Chance that the act came by the limit: days 0 to 180, each with the same chances."""
    staying = 1 - ACT - OTHER
    return ACT / (ACT + OTHER) * (1 - staying ** (LIMIT + 1))


def test_the_share_in_time_has_no_bias_and_its_interval_holds_its_level() -> None:
    random = np.random.default_rng(5)
    n = REPLICATES * CASES
    ends = random.geometric(ACT + OTHER, n) - 1
    code = np.where(random.random(n) < ACT / (ACT + OTHER), 1, 2)
    # cases begin over 500 days before the cut-off, so that many are young
    seen_to = random.integers(0, 500, n)
    pending = ends > seen_to
    time, code = np.where(pending, seen_to, ends), np.where(pending, 0, code)
    group = np.repeat(np.arange(REPLICATES), CASES)
    found = within_limit(group, time, code, time * 0 - 1, time * 0 + 1, groups=REPLICATES, limit=LIMIT)
    error = found.estimate.std(ddof=1) / np.sqrt(REPLICATES)
    assert abs(found.estimate.mean() - truth()) < 3 * error
    covered = int(((found.conf_low <= truth()) & (truth() <= found.conf_high)).sum())
    low, high = binom.interval(0.99, REPLICATES, 0.95)
    assert low <= covered <= high, f"covered {covered} of {REPLICATES}"
    # the plain share of those known to be kept or missed takes the quick ones for all
    kept, missed = (code == 1) & (time <= LIMIT), (time > LIMIT) | ((code == 0) & (time >= LIMIT))
    assert kept.sum() / (kept.sum() + missed.sum()) > truth() + 0.03


@pytest.mark.parametrize("engine", ["pyspark"], indirect=True)
def test_spark_gives_the_same_clocks(engine: Any) -> None:
    events = [
        *[("a", state, day) for state, day in (("complaint", 0), ("charged", 9), ("default", 40), ("charged", 70))],
        *[("b", state, day) for state, day in (("complaint", 3), ("charged", 12), ("accusation", 220))],
        *[("c", state, day) for state, day in (("complaint", 5), ("preliminary", 6), ("rejected", 20))],
    ]
    asked: Any = {"limits": ("police_investigation", "preparatory_stage"), "without_notice": "act"}
    one, other = (time_limits(log(events, frame=frame), **asked) for frame in (engine.frame, lambda given: given))
    for name in one.main.values:
        assert list(map(str, one.main[name])) == list(map(str, other.main[name])), name
