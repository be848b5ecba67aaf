"""How many cases are still to be registered: from case files to the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.reduce.registration_delay import registration_delays
from tests.made_cases import frame_of, on, wide_mapping

CUTOFF = 729


def cases_of(rows: list[dict[str, Any]], **more: Any) -> Any:
    """Return case data whose column ``entered`` is the date of registration."""
    frame = frame_of(rows, dates=("entered",))
    types = {"entered": "date"}
    return jm.CaseData.from_frame(frame, wide_mapping(list(frame.columns), cutoff=CUTOFF, types=types, **more))


@pytest.fixture(scope="module")
def register() -> tuple[Any, pd.Series]:
    """A register of two years in which half of the cases are entered late, and how many each month had in truth."""
    rng = np.random.default_rng(11)
    start = rng.integers(0, CUTOFF + 1, 3_000)
    delay = np.where(rng.random(3_000) < 0.5, rng.exponential(40, 3_000), rng.exponential(4, 3_000)).astype(int)
    rows = [
        {"id": str(place), "complaint": int(one), "entered": int(one + late)}
        for place, (one, late) in enumerate(zip(start, delay, strict=True))
        if one + late <= CUTOFF
    ]
    truth = pd.Series([on(int(one)).strftime("%Y-%m") for one in start[delay <= 365]]).value_counts()  # type: ignore[union-attr]
    return cases_of(rows), truth


def test_the_truth_lies_within_the_limits(register: tuple[Any, pd.Series]) -> None:
    cases, truth = register
    answer = jm.nowcast(cases, recorded="entered", periods=6)
    main = answer.main
    assert main["period"].tolist() == [f"2016-{one:02}" for one in range(7, 13)]
    true = truth[main["period"]].to_numpy()
    assert (main["conf_low"].astype(float) <= true).all()
    assert (main["conf_high"].astype(float) >= true).all()
    # what is seen of December alone is far too low, and the answer says so
    assert main["seen"][-1] < 0.75 * true[-1] < main["estimate"][-1] < 1.25 * true[-1]
    assert main["still_to_come"][-1] == pytest.approx(main["estimate"][-1] - main["seen"][-1])
    assert "Dec 2016" in str(answer.headline())
    delays = answer.tables["delays"]
    assert delays["estimate"][delays["day"] == 365].tolist() == [1.0]
    # half of 1 - exp(-31 / 40) and half of 1
    assert float(delays["estimate"][delays["day"] == 30][0]) == pytest.approx(0.77, abs=0.03)


def test_what_says_nothing_of_delays_is_left_out_and_counted() -> None:
    rows = [{"id": str(place), "complaint": place, "entered": place + 3} for place in range(60)]
    rows += [
        {"id": "x", "complaint": 10, "entered": None},
        {"id": "y", "complaint": 10, "entered": 9},
        {"id": "z", "complaint": 10, "entered": CUTOFF + 5},
        {"id": "l", "complaint": 10, "entered": 300},
        {"id": "s", "complaint": None, "entered": 300},
    ]
    cases = cases_of(rows)
    found = registration_delays(cases, start="complaint", recorded="entered", longest=100, weighted=True)
    assert set(found.delay.tolist()) == {3}
    assert found.left_out == {
        "start_undated": 1,
        "start_after_cutoff": 0,
        "registration_undated": 1,
        "registered_before": 1,
        "registered_after_cutoff": 1,
        "registered_very_late": 1,
    }
    answer = jm.nowcast(cases, recorded="entered", longest_days=100, periods=1, period="year")
    assert {one.n for one in answer.provenance.left_out} >= {1}
    assert any("registered later than that" in str(one) for one in answer.notes)


def test_facts_still_to_be_reported(register: tuple[Any, pd.Series]) -> None:
    cases, _ = register
    # the question turned round: counted by the date in the register, nothing is late
    answer = jm.nowcast(cases, start="entered", recorded="complaint", periods=2, longest_days=30, period="quarter")
    assert any("registered before it happened" in str(one.reason) and one.n for one in answer.provenance.left_out)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"recorded": "complaint"}, "cannot be both"),
        ({"recorded": "enterd"}, "no date of these cases"),
        ({"recorded": "entered", "longest_days": 0}, "from 1 on"),
        ({"recorded": "entered", "period": "week"}, "no period"),
        ({"recorded": "entered", "confidence_level": 95}, "between 0 and 1"),
    ],
)
def test_wrong_settings_are_refused(register: tuple[Any, pd.Series], settings: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionError, match=words):
        jm.nowcast(register[0], **settings)


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(QuestionError, match="Only 3 cases"):
        jm.nowcast(cases_of([{"id": str(n), "complaint": n, "entered": n} for n in range(3)]), recorded="entered")


def test_a_sample_is_refused() -> None:
    rows = [{"id": str(n), "complaint": n, "entered": n, "weight": 2.0} for n in range(60)]
    with pytest.raises(QuestionError, match="Sampled files"):
        jm.nowcast(cases_of(rows), recorded="entered")


@pytest.mark.parametrize("language", ["en", "es"])
def test_words_and_figure(register: tuple[Any, pd.Series], language: Any) -> None:
    answer = jm.nowcast(register[0], recorded="entered", periods=4, draws=200)
    assert "{" not in answer.summary(language)
    axes = answer.plot(language=language)
    seen, rest = axes.containers[:2]
    assert [bar.get_height() for bar in seen] == answer.main["seen"].tolist()
    assert [bar.get_height() for bar in rest] == pytest.approx(answer.main["still_to_come"].tolist())
