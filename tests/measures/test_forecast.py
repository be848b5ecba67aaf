"""Expected endings of pending cases: by hand, what is told and what not, weights, clusters, strata."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.forecast import ExpectedEndings, expected_endings
from tests.made_cases import wide


def table(**more: object) -> pd.DataFrame:
    """Twelve times: verdicts (1) and rejections (2) on days 2, 4, 5, 8 and six pending of ages 1 to 9."""
    days = [2, 4, 4, 5, 8, 8, 1, 3, 3, 6, 9, 9]
    code = [1, 1, 2, 2, 1, 2, 0, 0, 0, 0, 0, 0]
    return pd.DataFrame({"days": days, "end": code, **more})


def times(frame: pd.DataFrame, **more: str) -> jm.Durations:
    return jm.durations(
        frame,
        days="days",
        ending="end",
        outcomes={"1": "verdict", "2": "rejection"},
        by=("office",)[: "office" in frame],
        **more,
    )


def row(answer: ExpectedEndings, outcome: str) -> dict[str, float]:
    place = answer.main["outcome"].tolist().index(outcome)
    return {name: float(answer.main[name][place]) for name in ("denominator", "not_told", "estimate", "share")}


def test_by_hand() -> None:
    # risk sets: day 2: 11, day 4: 8, day 5: 6, day 8: 4
    answer = expected_endings(times(table()), outcome="verdict", within_days=3)
    one = 1 / 11 + 10 / 11 * 1 / 8  # age 1: days 2, 3, 4
    three = 1 / 8  # age 3: days 4, 5, 6; a verdict on day 4 only
    six = 1 / 4  # age 6: days 7, 8, 9
    found = row(answer, "verdict")
    assert found["estimate"] == pytest.approx(one + 2 * three + six)
    assert (found["denominator"], found["not_told"]) == (4, 2)
    other = 10 / 11 * 1 / 8 + 2 * (1 / 8 + 6 / 8 * 1 / 6) + 1 / 4
    assert row(answer, "other_ending")["estimate"] == pytest.approx(other)
    assert answer.main["estimate"].sum() == pytest.approx(4)
    still = 4 - row(answer, "verdict")["estimate"] - other
    assert row(answer, "pending")["estimate"] == pytest.approx(still)


def test_parts_by_age_add_up() -> None:
    answer = expected_endings(jm.sample_cases(), by="department")
    ages, main = answer.tables["ages"], answer.main
    for place in range(len(main)):
        same = (ages["department"] == main["department"][place]) & (ages["outcome"] == main["outcome"][place])
        assert np.nansum(ages["estimate"][same]) == pytest.approx(main["estimate"][place])
        assert ages["denominator"][same].sum() == main["denominator"][place]
        assert ages["not_told"][same].sum() == main["not_told"][place]
    told = answer.tables["ages"]["restricted_mean_days"]
    assert ((told[np.isfinite(told)] > 0) & (told[np.isfinite(told)] <= 365)).all()


def test_nothing_is_said_beyond_what_was_watched() -> None:
    answer = expected_endings(times(table()), within_days=3)
    assert "2 more pending cases are so old" in answer.summary()
    longer = expected_endings(times(table()), within_days=3, tail="constant")
    assert row(longer, "verdict")["not_told"] == 0
    assert any("Nothing in the data says so" in one.text() for one in longer.notes)
    # three verdicts and three rejections in all the days at risk
    exposed = sum([2, 4, 4, 5, 8, 8, 1, 3, 3, 6, 9, 9]) + 12
    daily = 3 / exposed
    tail = daily * sum((1 - 2 * daily) ** t for t in range(3))
    assert row(longer, "verdict")["estimate"] == pytest.approx(row(answer, "verdict")["estimate"] + 2 * tail)


def test_a_horizon_beyond_all_that_was_watched_has_no_answer() -> None:
    answer = expected_endings(times(table()), within_days=5_000)
    assert answer.main["not_told"].tolist() == [6, 6, 6]
    for name in ("estimate", "std_error", "conf_low", "conf_high", "share"):
        assert np.isnan(answer.main[name].astype(float)).all()
    (sentence,) = answer.findings()
    assert "Of the 6 pending cases nothing can be said for the next 5,000 days" in sentence.text()
    assert "Ask for fewer days" in sentence.text()
    assert not any("some groups" in one.text() for one in answer.notes)
    for language in ("en", "es"):
        answer.plot(language=language)


def test_sentences_name_the_largest_groups_that_can_be_told_of() -> None:
    frame = pd.concat([table(office=f"o{n}", size=n + 1) for n in range(8)])
    untold = pd.DataFrame({"days": [1, 9], "end": [1, 0], "office": "late", "size": 50})
    nobody = pd.DataFrame({"days": [4], "end": [1], "office": "closed", "size": 50})
    made = times(pd.concat([frame, untold, nobody]), frequency="size")
    answer = expected_endings(made, by="office", within_days=3)
    sentences = [one.text() for one in answer.findings()]
    assert [one[:2] for one in sentences[:5]] == ["o7", "o6", "o5", "o4", "o3"]
    assert "3 further groups" in sentences[5]
    assert not any("of 0 pending" in one or "late" in one or "closed" in one for one in sentences)
    late = (answer.main["office"] == "late") & (answer.main["outcome"] == "verdict")
    assert np.isnan(answer.main["estimate"][late].astype(float)).all()
    assert any("some groups" in one.text() for one in answer.notes)
    answer.plot()


def test_a_prediction_tells_how_sure_it_is() -> None:
    for level, told in ((0.95, "95%"), (0.975, "97.5%")):
        sentence = expected_endings(jm.sample_cases(), confidence_level=level).findings()[0].text().replace(" ", "")
        assert f"with{told}certainty" in sentence.replace("\xa0", "").replace("\u202f", "")
        assert "willlie" not in sentence


def test_the_interval_holds_the_number_and_widens_with_its_level() -> None:
    cases = jm.sample_cases()
    narrow, wider = (expected_endings(cases, confidence_level=level).main for level in (0.5, 0.99))
    assert (wider["conf_low"] < narrow["conf_low"]).all()
    assert (wider["conf_high"] > narrow["conf_high"]).all()
    assert (narrow["conf_low"] <= narrow["estimate"]).all()


def test_clusters_change_the_doubt_and_not_the_expectation() -> None:
    cases = jm.sample_cases()
    plain, courts = expected_endings(cases), expected_endings(cases, cluster="court", resamples=400)
    assert courts.main["estimate"] == pytest.approx(plain.main["estimate"])
    assert not np.allclose(courts.main["std_error"], plain.main["std_error"])
    assert (courts.main["std_error"] < 3 * plain.main["std_error"]).all()
    with pytest.raises(QuestionError, match="do not go together"):
        expected_endings(cases, cluster="court", tail="constant")


def test_every_case_its_own_cluster_is_about_the_delta_method() -> None:
    frame = pd.DataFrame({"days": np.arange(400) % 97, "end": np.arange(400) % 3, "own": [f"u{n}" for n in range(400)]})
    made = jm.durations(frame, days="days", ending="end", outcomes={"1": "verdict", "2": "rejection"}, cluster="own")
    apart = expected_endings(made, within_days=20, cluster="cluster", resamples=2000)
    plain = expected_endings(made, within_days=20)
    assert apart.main["std_error"] == pytest.approx(plain.main["std_error"], rel=0.1)


def test_frequencies_are_rows() -> None:
    frame = table()
    twice = expected_endings(times(frame.assign(n=2), frequency="n"), within_days=3)
    rows = expected_endings(times(pd.concat([frame, frame])), within_days=3)
    for name in ("denominator", "not_told", "estimate", "std_error", "conf_low", "conf_high"):
        assert twice.main[name] == pytest.approx(rows.main[name], nan_ok=True)


def test_weights_give_no_interval() -> None:
    answer = expected_endings(times(table(w=1.5), weight="w"), within_days=3)
    assert np.isnan(answer.main["conf_low"]).all()
    assert row(answer, "verdict")["denominator"] == pytest.approx(6)


def test_groups_are_told_from_their_own_past() -> None:
    frame = pd.concat([table(office="a"), table(office="b").assign(end=lambda one: one["end"].replace({1: 2}))])
    answer = expected_endings(times(frame), by="office", within_days=3)
    estimate = answer.main["estimate"][answer.main["outcome"] == "verdict"]
    alone = expected_endings(times(table()), within_days=3)
    assert estimate == pytest.approx([row(alone, "verdict")["estimate"], 0])
    assert np.isnan(answer.main["conf_low"][answer.main["outcome"] == "verdict"][1])


def test_any_exit_has_no_competitor() -> None:
    answer = expected_endings(times(table()), outcome="any_exit", within_days=3)
    assert answer.main["outcome"].tolist() == ["any_exit", "pending"]
    apart = expected_endings(times(table()), within_days=3)
    assert answer.main["estimate"][0] == pytest.approx(apart.main["estimate"][:2].sum())
    assert answer.main["std_error"][0] == pytest.approx(apart.main["std_error"][2])


def test_questions_without_an_answer_are_refused() -> None:
    closed = wide([{"id": f"{n}", "complaint": 0, "outcome": "convicted", "ended": 50 + n} for n in range(5)])
    with pytest.raises(QuestionError, match="No case is pending"):
        expected_endings(closed)
    with pytest.raises(QuestionError, match="0 days"):
        expected_endings(times(table()), within_days=0)
    split = pd.DataFrame({"u": ["a", "a"], "from": [-1, 3], "days": [3, 9], "end": [0, 1]})
    with pytest.raises(QuestionError, match="several rows"):
        expected_endings(
            jm.durations(split, days="days", ending="end", entry="from", id="u", outcomes={"1": "verdict"})
        )


@pytest.mark.parametrize("language", ["en", "es"])
def test_figures_draw_what_the_tables_say(language: str) -> None:
    answer = expected_endings(jm.sample_cases())
    axes = answer.plot(language=language)
    heights = [bar.get_height() for bar in axes.containers[0]]
    ages = answer.tables["ages"]
    assert heights == pytest.approx(np.nan_to_num(ages["estimate"][ages["outcome"] == "verdict"]))
    assert [bar.get_height() for bar in axes.containers[3]] == ages["not_told"][ages["outcome"] == "verdict"].tolist()
    groups = expected_endings(jm.sample_cases(), by="department").plot(language=language)
    assert len(groups.lines[0].get_xdata()) == 4
    assert re.search("365", groups.get_xlabel())


@pytest.mark.lifelines
@pytest.mark.parametrize("tail", ["weibull", "log-normal", "log-logistic"])
def test_a_modelled_tail(tail: str) -> None:
    pytest.importorskip("lifelines", reason="lifelines is not installed")
    rng = np.random.default_rng(6)
    ending, age = rng.geometric(0.004, 3_000) - 1, rng.integers(0, 400, 3_000)
    over = ending <= age
    kind = rng.integers(1, 3, 3_000)
    frame = pd.DataFrame({"days": np.minimum(ending, age), "end": np.where(over, kind, 0)})
    answer = expected_endings(times(frame), within_days=365, tail=tail)
    assert row(answer, "verdict")["not_told"] == 0
    if tail == "weibull":  # a constant hazard is one of its shapes
        expected = (~over).sum() * (1 - 0.996**365)
        assert answer.main["estimate"][:2].sum() == pytest.approx(expected, rel=0.06)
    assert (answer.main["std_error"] > 0).all()
    assert any("fitted to all times" in one.text() for one in answer.notes)
