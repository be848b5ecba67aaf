"""T5: a survival curve and the number of cases give the endings of single days back; so does a raw life table (A3)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError
from justice_metrics.cases.durations import Durations
from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.curve import CurveRow, events_of_incidence, events_of_survival, small_steps, steps
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import write_release


@pytest.fixture(scope="module")
def times() -> Durations:
    chance = np.random.default_rng(4)
    ended, seen = chance.exponential(300, 400).astype(int), chance.integers(100, 900, 400)
    frame = pd.DataFrame(
        {
            "days": np.minimum(ended, seen),
            "end": np.where(ended <= seen, "closed", None),
            "office": np.where(chance.random(400) < 0.06, "south", "north"),
        }
    )
    return jm.durations(frame, days="days", ending="end")


def rows_of(answer: object) -> list[CurveRow]:
    table = answer.main  # type: ignore[attr-defined]
    names = ("at_risk", "events", "estimate")
    return [
        CurveRow("p", "", 1, "main", (), (), float(day), {one: float(table[one][place]) for one in names})
        for place, day in enumerate(table["days"])
    ]


def test_it_succeeds_on_the_heights_of_a_curve(times: Durations) -> None:
    """From four decimals and the number at the start alone; then with the numbers at risk of a life table."""
    table = jm.open_share(times).main
    at_risk, left = [], float(table["at_risk"][0])
    heights = np.round(table["estimate"], 4)
    for height, before in zip(heights, [1.0, *heights[:-1]], strict=True):
        at_risk.append(left)
        left -= round(left * (1 - height / before))
    guessed = np.round(events_of_survival(heights[:60], np.array(at_risk)[:60]))
    assert np.mean(guessed == table["events"][:60]) > 0.8
    # A3: the life table of the checker kept numbers at risk and endings in full
    recovered = np.round(events_of_survival(heights, table["at_risk"].astype(float)))
    assert np.array_equal(recovered, table["events"])
    assert np.mean(table["events"] == 1) > 0.3
    assert len(small_steps(rows_of(jm.open_share(times)), 10)) > 100


def test_it_fails_on_ours(times: Durations, tmp_path: Path) -> None:
    for place, answer in enumerate((jm.open_share(times), jm.cumulative_incidence(times))):
        release = ours(tmp_path / str(place), answer)
        assert release.report.passed, words(release.report)
        rows = release.rows()
        assert 5 < len(rows) < 40
        assert all(row["events"] == 0 or row["events"] >= 10 for row in rows)
        assert all(row["at_risk"] >= 10 for row in rows)


def test_a_curve_of_all_and_one_of_a_group_tell_of_the_rest(times: Durations, tmp_path: Path) -> None:
    """Each is safe by itself; together they give a small group back step by step, so they are not released together."""
    alone = ours(tmp_path / "all", jm.open_share(times)), ours(tmp_path / "north", jm.open_share(times, by="office"))
    assert all(one.report.passed for one in alone)
    naive = write_release(tmp_path / "naive", [one.released.results[0] for one in alone])
    assert "follow as differences between published counts" in words(audit(naive))
    together = ours(tmp_path / "together", jm.open_share(times), jm.open_share(times, by="office"))
    assert together.report.passed, words(together.report)


def test_fifteen_cases_have_no_curve(tmp_path: Path) -> None:
    few = jm.durations(pd.DataFrame({"days": range(10, 160, 10), "end": ["closed"] * 15}), days="days", ending="end")
    with pytest.raises(DisclosureError, match="too few cases"):
        ours(tmp_path / "ours", jm.open_share(few))


def test_the_events_of_a_step_are_solved_for() -> None:
    """10 at risk, one of each kind ends; then 6 at risk, two of the second kind."""
    incidence = np.array([[0.1, 0.1], [0.1, 0.1 + 0.8 * 2 / 6]])
    assert np.allclose(events_of_incidence(incidence, np.array([10.0, 6.0])), [[1, 0], [1, 2]])
    assert np.allclose(events_of_survival(np.array([0.9, 0.6]), np.array([10.0, 6.0])), [1, 2])
    assert steps([]) == []
    row = CurveRow("p", "", 1, "main", (), (), 10.0, {"events": 4.0})
    assert steps([row]) == []


def test_naive_figures_never_leave(times: Durations, tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", jm.cumulative_incidence(times))
    assert "naive" not in json.dumps(release.published["results"][0]["tables"])
