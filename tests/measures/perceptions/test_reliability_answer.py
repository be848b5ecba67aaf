"""Reliability as an answer: the right people, items turned, what goes against the rest, the gate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.surveys.survey import Survey
from justice_metrics.estimate.reliability import cronbach_alpha
from justice_metrics.measures.perceptions.reliability import reliability
from tests.disclosure.declared import check_declared
from tests.survey_cases import frame, large_frame, mapping


@pytest.fixture(scope="module")
def large() -> Survey:
    return Survey.from_frame(large_frame(), mapping(groups={"role": "job"}))


def test_people_who_answered_all_with_reversed_items_turned() -> None:
    found = reliability(Survey.from_frame(frame(), mapping()))
    whole = np.array([[5.0, 4, 4], [2, 1, 1], [4, 4, 5], [5, 5, 5]])
    assert found.main["people"].tolist() == [4]
    assert found.main["alpha"][0] == pytest.approx(cronbach_alpha(whole).estimate)
    assert found.tables["items"]["mean"].tolist() == pytest.approx(whole.mean(axis=0).tolist())
    assert found.tables["items"]["reversed"].tolist() == ["no", "no", "yes"]
    assert any("fewer than 30 people" in str(one) for one in found.notes)


def test_an_item_that_should_have_been_turned_is_named() -> None:
    described = mapping()
    described["items"]["slow"] = {**described["items"]["slow"], "reversed": False}
    said = [str(one) for one in reliability(Survey.from_frame(large_frame(), described)).findings()]
    assert any("'Cases take too long' goes against the rest of its scale" in one for one in said)
    assert any("below 0.7" in one for one in said)


def test_a_steady_scale_is_told_with_its_limits(large: Survey) -> None:
    (said,) = [str(one) for one in reliability(large).findings()]
    assert said.startswith("Trust: alpha 0.7")
    assert "omega 0.7" in said


def test_it_says_that_neither_weights_nor_clusters_are_used() -> None:
    design = {"survey": {"weight": "w", "cluster": "court"}}
    people = frame().assign(w=2.0, court=list("aabbccdd"))
    plain, drawn = (reliability(Survey.from_frame(people, mapping(**one))) for one in ({}, design))
    assert plain.main["conf_low"].tolist() == drawn.main["conf_low"].tolist()
    told = [[str(one) for one in found.notes if "weights" in str(one) or "clusters" in str(one)]
            for found in (plain, drawn)]  # fmt: skip
    assert told[0] == []
    assert told[1][0] == "Sampling weights are not used here."
    assert "they are too narrow" in told[1][1]


@pytest.mark.parametrize("mode", ["suppress", "round"])
def test_through_the_gate(large: Survey, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", "0f3a9b7c5d1e2f4a6b8c0d9e7f5a3b1c2d4e6f8a0b9c7d5e3f1a2b4c6d8e0f9a")
    answer = reliability(large, by="role")
    check_declared(answer)
    policy = jm.DisclosurePolicy(mode=mode)  # type: ignore[arg-type]
    (shown,) = jm.release([answer], policy=policy, project=tmp_path).results
    assert set(shown.main["role"].tolist()) == {"Fiscal", "Usuaria"}
    assert np.isfinite(shown.main["alpha"].astype(float)).all()
    assert "people" not in shown.main.values
    shown.plot(language="es")
    shown.draw("items", language="es")
    assert shown.summary("es")


def test_drawings(large: Survey) -> None:
    found = reliability(large)
    assert found.plot().get_xlabel() == "reliability (Cronbach's alpha)"
    assert found.draw("items", language="es")


def test_wrong(large: Survey) -> None:
    with pytest.raises(QuestionError, match="no scales"):
        reliability(Survey.from_frame(frame(), mapping(scales={}, items={"heard": {"text": {"en": "x"}}})))
    with pytest.raises(QuestionError, match="no scale 'x'"):
        reliability(large, scales="x")


def test_two_statements_and_nobody_who_answered_both() -> None:
    items = {name: one for name, one in mapping()["items"].items() if name != "slow"}
    two = reliability(Survey.from_frame(frame(), mapping(items=items)))
    assert np.isnan(two.main["omega"][0])
    assert any("no factor is fitted" in str(one) for one in two.notes)
    none = reliability(Survey.from_frame(frame().assign(fair=None), mapping(items=items)))
    assert np.isnan(none.main["alpha"][0])
    assert none.findings() == ()
    check_declared(none)
