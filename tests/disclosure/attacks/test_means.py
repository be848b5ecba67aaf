"""Means of a small group: what they are made of is worked out from the mean and the number of people."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.table import Table
from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.guarded import numbers
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import write_release

POINTS = range(1, 6)


def survey() -> jm.Survey:
    """Fifteen judges of one mind on one statement and nearly so on another, and 120 users of all minds."""
    users = pd.DataFrame(
        {"role": "user", "P01": [1 + n % 5 for n in range(120)], "P02": [5 - n % 5 for n in range(120)]}
    )
    judges = pd.DataFrame({"role": "judge", "P01": [5] * 15, "P02": [5] * 14 + [1]})
    items = {name: {"text": {"en": name}, "scale": "trust"} for name in ("P01", "P02")}
    return jm.Survey.from_frame(
        pd.concat([users, judges], ignore_index=True),
        {
            "survey": {},
            "answers": {"agreement": {"points": [{"en": str(one)} for one in POINTS]}},
            "scales": {"trust": {"text": {"en": "Trust"}}},
            "items": items,
            "groups": {"role": "role"},
        },
    )


def recovered(table: Table, role: str, item: str) -> dict[int, tuple[int, int]]:
    """Return how many people of a group each point can have, by their number and the mean with its two digits."""
    row = next(
        place for place in range(len(table)) if (table["role"][place], table["item"][place]) == (role, item)
    )  # fmt: skip
    n, mean = (float(numbers(table, name)[row]) for name in ("denominator", "mean"))
    if np.isnan(n) or np.isnan(mean):
        return dict.fromkeys(POINTS, (0, 15))
    worlds = [
        (ones, twos, threes, fours, int(n) - ones - twos - threes - fours)
        for ones, twos, threes, fours in product(range(int(n) + 1), repeat=4)
        if ones + twos + threes + fours <= n
    ]
    fits = [one for one in worlds if abs(sum(k * m for k, m in zip(POINTS, one, strict=True)) / n - mean) <= 0.05]
    return {point: (min(one[point - 1] for one in fits), max(one[point - 1] for one in fits)) for point in POINTS}


@pytest.fixture(scope="module")
def asked() -> Any:
    return jm.perceptions(survey(), by="role")


def test_the_mean_of_few_people_gives_back_what_they_answered(asked: Any) -> None:
    assert recovered(asked.main, "judge", "P01")[5] == (15, 15)
    assert recovered(asked.main, "judge", "P02")[5][0] >= 10


def test_the_auditor_finds_means_that_tell(asked: Any, tmp_path: Path) -> None:
    policy = {"mode": "suppress", "minimum": 5, "protection": 3}
    # how many chose each point of a group is in no published table
    told = replace(asked, tables={"main": asked.main})
    assert "mean" in {one.kind for one in audit(write_release(tmp_path / "told", [told], policy=policy)).findings}


@pytest.mark.parametrize("protection", [3, 5])
def test_a_mean_that_tells_stays_inside(asked: Any, tmp_path: Path, protection: int) -> None:
    release = ours(tmp_path / "ours", asked, minimum=5, protection=protection)
    assert release.report.passed, words(release.report)
    main = release.released.results[0].main
    for item in ("P01", "P02"):
        assert all(most - least >= 2 * protection for least, most in recovered(main, "judge", item).values())
    # nor by subtraction: with one of two groups hidden, the other one is hidden where it would give it
    assert np.isnan(numbers(main, "mean")).sum() >= 2
    scales = release.released.results[0].tables.get("scales")
    if scales is not None:
        judges = [one == "judge" for one in scales["role"].tolist()]
        for name in ("mean", "conf_low", "std_dev", "median"):
            assert np.isnan(numbers(scales, name))[judges].all()


def test_compared_groups_and_statements_of_scales_keep_it_too(tmp_path: Path) -> None:
    one = survey()
    results = [jm.perception_differences(one, between="role"), jm.reliability(one, by="role")]
    release = ours(tmp_path / "ours", *results, minimum=5, protection=3)
    differences, reliable = release.released.results
    for table in (one for name, one in differences.tables.items() if name in {"heights", "scales"}):
        for name in ("mean", "mean_before", "effect", "p_value"):
            assert np.isnan(numbers(table, name)).all()
    for table in (one for name, one in reliable.tables.items() if name == "items"):
        judges = [one == "judge" for one in table["role"].tolist()]
        assert np.isnan(numbers(table, "mean")[judges]).all()
    # what is left out whole is said and drawn without an error
    assert all(one.text() for shown in release.released.results for one in shown.findings())


def test_a_mean_of_many_minds_is_shown(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", jm.perceptions(survey()), minimum=5, protection=3)
    assert np.isfinite(numbers(release.released.results[0].main, "mean")).all()
