"""How long the stages last, on cases that a reader can follow."""

from __future__ import annotations

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.durations import StageDurations, stage_durations
from tests.made_cases import log, wide

LAST = 400
# Days in the preliminary stage: 50 and 100 to the charge, 30 to a rejection; one is still there after 280 days, and the
# rejected one comes back and stays 150.
EVENTS = [
    *(("a", "complaint", 0), ("a", "preliminary", 0), ("a", "charged", 50)),
    *(("b", "complaint", 0), ("b", "preliminary", 10), ("b", "charged", 110), ("b", "dismissed", 300)),
    *(("c", "complaint", 0), ("c", "preliminary", 120)),
    *(("d", "complaint", 0), ("d", "preliminary", 20), ("d", "rejected", 50), ("d", "preliminary", 250)),
]


@pytest.fixture(scope="module")
def found() -> StageDurations:
    return stage_durations(log(EVENTS, cutoff=LAST), horizon_days=120)


def row(found: StageDurations, state: str, table: str = "main") -> dict[str, float]:
    held = found.tables[table]
    place = held["state"].tolist().index(state)
    return {name: held[name][place] for name in held.values}


def test_visits_are_counted(found: StageDurations) -> None:
    stage = row(found, "preliminary")
    assert (stage["denominator"], stage["numerator"], stage["censored"]) == (5, 3, 2)
    assert row(found, "complaint")["estimate"] == 15
    assert "rejected" not in found.main["state"].tolist()


def test_quartiles_count_those_still_there(found: StageDurations) -> None:
    # left after 30, 50 and 100 days; still there after 150 and 280: the curve is 4/5, 3/5, 2/5
    stage = row(found, "preliminary")
    assert (stage["lower_quartile"], stage["estimate"]) == (50, 100)
    assert np.isnan(stage["upper_quartile"])


def test_restricted_mean(found: StageDurations) -> None:
    stage = row(found, "preliminary")
    assert stage["mean"] == pytest.approx(30 + 20 * 4 / 5 + 50 * 3 / 5 + 20 * 2 / 5)
    assert stage["mean_low"] < stage["mean"] < stage["mean_high"] <= 120


def test_moves(found: StageDurations) -> None:
    table = found.tables["moves"]
    held = {
        (a, b): (n, of, share, days)
        for a, b, n, of, share, days in zip(*(table[name].tolist() for name in table.values), strict=True)
    }
    assert held["preliminary", "charged"] == (2, 5, pytest.approx(2 / 5), 50)
    assert held["preliminary", "rejected"] == (1, 5, pytest.approx(1 / 5), 30)
    assert held["rejected", "preliminary"] == (1, 1, 1, 200)
    assert held["complaint", "preliminary"][0] == 4


def test_the_naive_mean_stands_in_its_box(found: StageDurations) -> None:
    assert row(found, "preliminary", "naive")["estimate"] == 60
    assert found.tables["naive"].warning is not None


def test_words(found: StageDurations) -> None:
    said = [one.text() for one in found.findings()]
    assert said[0].startswith("complaint: half of the cases have left it after 15 days")
    assert "formal charge" in said[2]
    assert any("went back to an earlier state" in one.text() for one in found.notes)
    assert found.summary("es")


def test_drawings(found: StageDurations) -> None:
    axes = found.plot()
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "complaint",
        "preliminary investigation",
        "formal charge",
    ]
    walked = found.map()
    drawn = [patch.get_gid() for patch in walked.patches if patch.get_gid()]
    assert drawn == ["state-complaint", "state-preliminary", "state-charged", "state-rejected"]
    words = [text.get_text() for text in walked.texts]
    assert "came: 5" in words
    assert "200 days" in words
    assert "back to an earlier one" in words


def test_late_entry_counts_from_the_day_of_observation() -> None:
    rows = [
        {"id": 1, "complaint": 0, "charged": 100, "entry": 60},
        {"id": 2, "complaint": 0, "charged": 50, "entry": None},
        {"id": 3, "complaint": 0, "charged": None, "entry": 20},
    ]
    stage = row(stage_durations(wide(rows, cutoff=LAST)), "complaint")
    # day 50: one of two (the first is not yet observed); day 100: one of two
    assert stage["estimate"] == pytest.approx((50 + 100) / 2)
    assert stage["denominator"] == 3


def test_groups() -> None:
    rows = [{"id": i, "complaint": 0, "charged": 40 + i, "sex": "fm"[i % 2]} for i in range(80)]
    found = stage_durations(wide(rows, cutoff=LAST), by="sex")
    assert found.findings()[0].text() == ("complaint: half of the cases have left it after 79 days (f) to 80 days (m).")
    assert found.map(group=1).get_title() or found.map(group=1).figure.get_suptitle() == "m"
    assert len(found.plot().get_yticklabels()) == 4


def test_a_horizon_lies_after_the_start() -> None:
    with pytest.raises(QuestionError, match="horizon"):
        stage_durations(log(EVENTS, cutoff=LAST), horizon_days=0)


def test_the_sample_agrees_with_the_kaplan_meier_curve() -> None:
    cases = jm.sample_cases()
    found = row(stage_durations(cases), "preliminary")
    # nobody of the sample comes back, so the stay is the time from the one stage to the first other one
    days = jm.time_to(cases, start="preliminary", outcome="any_exit", shares=(0.5,))
    assert found["denominator"] == days.main["denominator"][0]
    assert found["estimate"] <= days.main["estimate"][0]
