"""Groups and rounds compared: by hand, turned round, guarded at the gate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.surveys.survey import Survey
from justice_metrics.estimate.multiplicity import holm
from justice_metrics.estimate.ordered_answers import brunner_munzel, welch_difference
from justice_metrics.estimate.share_contrasts import newcombe_difference
from justice_metrics.measures.perceptions.differences import (
    PerceptionDifferences,
    perception_change,
    perception_differences,
)
from justice_metrics.measures.perceptions.perceptions import perceptions
from tests.disclosure.declared import check_declared
from tests.survey_cases import frame, large_frame, mapping


@pytest.fixture(scope="module")
def large() -> Survey:
    return Survey.from_frame(large_frame(), mapping(groups={"role": "job"}))


def test_by_hand() -> None:
    survey = Survey.from_frame(frame(), mapping())
    found = perception_differences(survey, between="role", reference="judge")
    main = found.main
    # fair: judges 4 4 5 4, users 1 2 2 and one without an answer
    row = main["item"].tolist().index("fair")
    assert [main[name][row] for name in ("numerator_before", "denominator_before", "numerator", "denominator")] == [
        *(4, 4),
        *(0, 3),
    ]
    known = newcombe_difference(np.array([0]), np.array([3]), np.array([4]), np.array([4]))
    assert [main[name][row] for name in ("estimate", "conf_low", "conf_high")] == [one[0] for one in known]
    tested = brunner_munzel(np.array([0, 0, 0, 3, 1]), np.array([1, 2, 0, 0, 0]))
    heights = found.tables["heights"]
    assert heights["effect"][row] == tested.estimate == 0
    assert heights["p_value"][row] == tested.p_value
    assert (heights["mean_before"][row], heights["mean"][row]) == (17 / 4, 5 / 3)
    scales = found.tables["scales"]
    scores = survey.scores(survey.scales["trust"])
    known = welch_difference(scores[::2], scores[1::2])
    assert [scales[name][0] for name in ("estimate", "conf_low", "conf_high", "p_value")] == pytest.approx(list(known))
    check_declared(found)


def test_p_values_allow_for_all_rows_of_both_tables(large: Survey) -> None:
    found = perception_differences(large, between="role").tables
    both = [found["heights"], found["scales"]]
    adjusted = holm(np.concatenate([one["p_value"] for one in both]))
    np.testing.assert_allclose(np.concatenate([one["p_adjusted"] for one in both]), adjusted)


class TestWhatIsSaid:
    def asked(self, **items: list[int]) -> PerceptionDifferences:
        n = len(next(iter(items.values()))) // 2
        made = pd.DataFrame({**items, "job": ["judge"] * n + ["user"] * n})
        described = {name: {"text": {"en": name}} for name in items}
        return perception_differences(
            Survey.from_frame(made, mapping(survey={}, scales={}, items=described, groups={"role": "job"})),
            between="role",
            reference="judge",
        )

    def test_groups_that_stand_wholly_apart_are_told(self) -> None:
        found = self.asked(fair=[5] * 10 + [1] * 10, same=[1, 2, 3, 4, 5] * 4)
        said = [str(one) for one in found.findings()]
        assert len(said) == 1
        assert said[0].startswith(
            "'fair': somebody of user stands higher than somebody of judge in 0\xa0% of all pairs"
        )
        assert found.tables["heights"]["p_value"][0] == pytest.approx(2 / 184_756)
        check_declared(found)

    def test_it_tells_what_was_tested_and_not_another_number(self) -> None:
        # nobody agrees in either group, and yet users stand higher
        (said,) = [str(one) for one in self.asked(fair=[1, 1, 2] * 20 + [3, 3, 2] * 20).findings()]
        assert "percentage points" not in said
        assert "in 94\xa0% of all pairs" in said

    def test_more_than_are_told_are_counted(self) -> None:
        apart = {f"item{one}": [5, 4] * 10 + [1, 2] * 10 for one in range(5)}
        said = [str(one) for one in self.asked(**apart).findings()]
        assert len(said) == 4
        assert said[-1] == "On 2 further statements groups differ beyond chance."

    def test_what_could_not_be_tested_is_told(self) -> None:
        made = pd.DataFrame({"fair": [5] * 10 + [1] * 10, "job": ["judge"] * 10 + ["user"] * 10, "w": 1.0})
        described = mapping(
            survey={"weight": "w"}, scales={}, items={"fair": {"text": {"en": "x"}}}, groups={"role": "job"}
        )
        (said,) = perception_differences(Survey.from_frame(made, described), between="role").findings()
        assert str(said).startswith("On 1 statement groups differ, and no test could be made")

    def test_nothing_differs(self) -> None:
        (said,) = self.asked(fair=[3] * 20).findings()
        assert str(said).startswith("On no statement do groups differ")

    def test_tiny_p_values_are_bounds(self) -> None:
        found = self.asked(fair=[5] * 60 + [1] * 60)
        assert found.tables["heights"].display()[1][0][-1] == "< 0.001"


def test_turned_round(large: Survey) -> None:
    one = perception_differences(large, between="role", reference="Fiscal")
    two = perception_differences(large, between="role", reference="Usuaria")
    first = [place for place, level in enumerate(one.main["after"]) if level == "Usuaria"]
    second = [place for place, level in enumerate(two.main["after"]) if level == "Fiscal"]
    np.testing.assert_allclose(one.main["estimate"][first], -two.main["estimate"][second])
    np.testing.assert_allclose(one.main["conf_low"][first], -two.main["conf_high"][second])
    heights = one.tables["heights"], two.tables["heights"]
    np.testing.assert_allclose(heights[0]["p_value"][first], heights[1]["p_value"][second])


def test_the_largest_group_is_the_reference(large: Survey) -> None:
    assert set(perception_differences(large, between="role").main["before"].tolist()) == {"Usuaria"}


def test_rounds_in_one_file_or_in_two(large: Survey) -> None:
    parts = [
        Survey.from_frame(large_frame().query("year == @year"), mapping(groups={"role": "job"}))
        for year in (2016, 2018)
    ]
    whole, apart = perception_change(large), perception_change(*parts)
    for name in ("before", "after", "numerator", "estimate"):
        assert whole.main[name].tolist() == apart.main[name].tolist()
    assert whole.tables["heights"]["p_value"].tolist() == apart.tables["heights"]["p_value"].tolist()
    assert whole.tables["scales"]["estimate"][0] > 0
    assert any("2016" in str(one) for one in whole.findings())


def test_three_rounds_are_compared_one_after_the_other_and_the_last_with_the_first() -> None:
    made = large_frame()
    made["year"] = [2014 + place % 3 for place in range(len(made))]
    found = perception_change(Survey.from_frame(made, mapping()), items="fair").main
    assert list(zip(found["before"], found["after"], strict=True)) == [
        *(("2014", "2015"), ("2015", "2016")),
        ("2014", "2016"),
    ]


def test_people_asked_again_are_told() -> None:
    again = Survey.from_frame(frame().assign(No=[1, 2, 3, 4] * 2), mapping())
    assert any("4 people were asked in several rounds" in str(one) for one in perception_change(again).notes)


def test_by_design_the_difference_of_shares_is_that_of_the_weighted_shares() -> None:
    made = large_frame().assign(w=1.0 + np.arange(240) % 4, office=np.arange(240) // 8)
    drawn = Survey.from_frame(
        made, mapping(survey={"weight": "w", "cluster": "office", "round": "year"}, groups={"role": "job"})
    )
    found, each = perception_change(drawn), perceptions(drawn, by="round")
    share = each.main["estimate"].reshape(2, 3)
    np.testing.assert_allclose(found.main["estimate"], share[1] - share[0])
    mean = each.tables["scales"]["mean"]
    assert found.tables["scales"]["estimate"][0] == pytest.approx(mean[1] - mean[0])
    heights = found.tables["heights"]
    assert np.isnan(heights["effect"]).all()
    assert (heights["p_value"] > 0).all()
    np.testing.assert_allclose(heights["mean"], each.main["mean"].reshape(2, 3)[1])
    check_declared(found)


@pytest.mark.parametrize("mode", ["suppress", "round"])
def test_through_the_gate(large: Survey, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", "0f3a9b7c5d1e2f4a6b8c0d9e7f5a3b1c2d4e6f8a0b9c7d5e3f1a2b4c6d8e0f9a")
    change, differences = perception_change(large, by="role"), perception_differences(large, between="role")
    check_declared(change)
    check_declared(differences)
    policy = jm.DisclosurePolicy(mode=mode)  # type: ignore[arg-type]
    given = [perceptions(large, by="round"), perception_change(large), differences]
    shown = jm.release(given, policy=policy, project=tmp_path).results
    assert len(shown) == 3
    scales = shown[1].tables["scales"]
    assert np.isfinite(scales["estimate"].astype(float)).all()
    judges = [place for place, one in enumerate(shown[2].main["after"].tolist()) if one == "Juez"]
    assert np.isnan(shown[2].main["estimate"].astype(float)[judges]).all()
    for one in shown[1:]:
        one.plot(language="es")
        one.draw("scales", language="es")
        assert one.summary("es")


class TestWrong:
    def test_nothing_to_compare(self, large: Survey) -> None:
        alone = Survey.from_frame(large_frame().assign(job="Juez", year=2018), mapping(groups={"role": "job"}))
        with pytest.raises(QuestionError, match="Everybody is of one group"):
            perception_differences(alone, between="role")
        with pytest.raises(QuestionError, match="no two rounds"):
            perception_change(alone)
        with pytest.raises(QuestionError, match="no level of 'role'") as told:
            perception_differences(large, between="role", reference="Fiscla")
        # eight judges: their level is named to nobody
        assert "Juez" not in str(told.value)
        assert "Fiscal" in str(told.value)

    def test_one_person_on_a_side(self) -> None:
        made = pd.concat([large_frame(60), large_frame(1).assign(No=99, job="alone")])
        survey = Survey.from_frame(made, mapping(groups={"role": "job"}))
        found = perception_differences(survey, between="role", reference="Usuaria")
        assert np.isnan(found.tables["scales"]["p_value"]).any()
        assert found.findings() is not None
        check_declared(found)


class TestSmallBesideLarge:
    """Few people, or few clusters, beside many: the error is that of the few."""

    def asked(self, made: pd.DataFrame, **design: str) -> PerceptionDifferences:
        described = mapping(
            survey=dict(design), scales={}, items={"fair": {"text": {"en": "fair"}}}, groups={"role": "job"}
        )
        return perception_differences(Survey.from_frame(made, described), between="role", reference="judge")

    def people(self, judges: int, users: int) -> pd.DataFrame:
        drawn = np.random.default_rng(7)
        n = judges + users
        return pd.DataFrame(
            {"fair": drawn.integers(1, 6, n), "job": ["judge"] * judges + ["user"] * users, "w": 1.0, "court": range(n)}
        )

    def test_weights_that_are_all_one_are_no_weights(self) -> None:
        made = self.people(5, 200)
        found = self.asked(made, weight="w").tables["heights"]
        judges, users = (made["fair"][made["job"] == one].to_numpy(np.float64) for one in ("judge", "user"))
        assert found["p_value"][0] == pytest.approx(welch_difference(judges, users).p_value, rel=1e-9)

    def test_clusters_of_the_smaller_side_are_told(self) -> None:
        made = self.people(12, 60).assign(court=lambda one: np.where(one.index < 12, one.index % 4, one.index % 30))
        found = self.asked(made, cluster="court")
        notes = [one.text() for one in found.notes]
        assert any("there are 30" in one for one in notes)
        assert any(one.startswith("One side of a comparison has fewer than 20 clusters") for one in notes)
        many = self.people(90, 90)
        assert not any("One side" in one.text() for one in self.asked(many, cluster="court").notes)
        assert not any("cluster" in one.text() for one in self.asked(many, weight="w").notes)
