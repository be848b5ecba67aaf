"""What a sensitivity of a support effect refuses, leaves out with a reason, and gives no interval for."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.effect import support_effect
from justice_metrics.measures.support.reliance import reliance_by_support
from justice_metrics.measures.support.sensitivity import SupportSensitivity, support_sensitivity
from justice_metrics.measures.support.sensitivity_runs import Plan
from justice_metrics.simulate.effect_files import CUTOFF, files
from justice_metrics.simulate.effect_studies import Recorded, study
from justice_metrics.simulate.effect_worlds import ACTORS, CONFOUNDED, EFFECTIVE, RANDOM

SETTINGS: dict[str, Any] = {
    "actors": ACTORS, "needed": "any", "started_within_days": 90, "horizon_days": 730, "adjust": ("severity", "tier"),
    "cluster": "court", "analyses": (), "resamples": 10,
}  # fmt: skip


@cache
def recorded() -> Recorded:
    return study(CONFOUNDED.but(cases=1_200, courts=24), np.random.default_rng(3))


def case_data(found: Recorded, keep_support: Any = None, **columns: Any) -> CaseData:
    """Case data of simulated files: a column of weights takes the place of courts, some lose their support."""
    made = files(found)
    mapping, frame = dict(made.mapping), pd.DataFrame(dict(made.cases))
    for name, one in columns.items():
        frame[name] = one
        mapping["cases"] = {**mapping["cases"], "sampling": {"weight": name}}
    support = pd.DataFrame(dict(made.support))
    if keep_support is not None:
        support.loc[~support["id"].isin(frame["id"][keep_support]), "start"] = CUTOFF
    return CaseData.from_frame(frame, mapping, support=support)


@cache
def small() -> CaseData:
    return case_data(recorded())


def asked(cases: CaseData, **given: Any) -> SupportSensitivity:
    return support_sensitivity(cases, **{**SETTINGS, **given})


def notes(answer: SupportSensitivity) -> str:
    return " ".join(str(one) for one in answer.notes)


def supported_few(found: Recorded, cases: int) -> Any:
    """Tell the few cases that had support in time and were followed or lasted longest."""
    in_time = np.flatnonzero((found.start <= 90) & (found.start < found.exit))
    longest = in_time[np.argsort(-found.exit[in_time], kind="stable")]
    return np.isin(np.arange(len(found.exit)), longest[:cases])


def supported_in_few(cases: int) -> CaseData:
    return case_data(recorded(), keep_support=supported_few(recorded(), cases))


class TestWhatCannotBeRun:
    @pytest.mark.parametrize("name", ["grace_days", "lag_days", "landmark_days"])
    @pytest.mark.parametrize("day", [-30, 10.5, True])
    def test_days_that_are_none_are_refused(self, name: str, day: Any) -> None:
        with pytest.raises(QuestionError) as caught:
            asked(small(), analyses=("grace", "lag", "landmark"), **{name: (0, day)})
        assert f"'{name}' is {day}; it counts whole days, 0 or more." in str(caught.value)

    @pytest.mark.parametrize(
        "given", [{"started_within_days": 30.5}, {"started_within_days": -1}, {"horizon_days": True}]
    )
    def test_so_are_wrong_periods(self, given: dict[str, Any]) -> None:
        with pytest.raises(QuestionError) as caught:
            asked(small(), **given)
        assert "it counts whole days, 0 or more." in str(caught.value)

    def test_every_variant_is_run_or_said(self) -> None:
        answer = asked(
            small(), analyses=("grace", "lag", "landmark"), grace_days=(60, 730, 800), lag_days=(0, 30, 90, 120),
            landmark_days=(90, 900),
        )  # fmt: skip
        assert answer.main["variant"].tolist() == ["main", "grace_60", "lag_30", "landmark_90"]
        said = notes(answer)
        assert "periods of grace must end before the horizon (day 730): 730, 800 days." in said
        assert "within the 90 days of grace: lags of 90, 120 days." in said
        assert "a landmark must lie before the horizon (day 730): day 900." in said

    def test_what_was_not_asked_for_is_not_said(self) -> None:
        plan = Plan(("lag",), (800,), (30,), (900,), None, (), 2)
        assert plan.left_out(90, 730) == []

    def test_a_landmark_by_which_nobody_was_supported_is_said(self) -> None:
        found = recorded()
        late = case_data(found, keep_support=(found.start > 40) & (found.start < found.exit))
        answer = asked(late, analyses="landmark", landmark_days=(0, 80))
        assert "landmark_0" not in answer.main["variant"].tolist()
        assert "(started by day 0): not run, because one of the two groups has no case." in notes(answer)

    def test_days_are_settings_of_the_answer(self) -> None:
        settings = dict(asked(small(), grace_days=(60, 90)).provenance.settings)
        assert settings["grace_days"] == (60, 90)


class TestHorizon:
    def test_beyond_all_follow_up_is_refused(self) -> None:
        with pytest.raises(QuestionError) as caught:
            asked(small(), horizon_days=9_000)
        assert "up to day 9,000" in str(caught.value)

    def test_few_that_are_followed_so_far_are_said(self) -> None:
        last = int(np.sort(recorded().exit)[-8])
        answer = asked(small(), horizon_days=last)
        assert "still observed on day" in notes(answer)
        assert "still observed on day" not in notes(asked(small()))

    def test_where_all_have_ended_the_curve_stays(self) -> None:
        found = recorded()
        ended = case_data(Recorded(*(one[found.code > 0] for one in found)))  # type: ignore[arg-type]
        assert np.isfinite(asked(ended, horizon_days=9_000).main["estimate"][0])


class TestFewStarters:
    def test_one_supported_case_shows_nothing(self) -> None:
        answer = asked(supported_in_few(1), analyses=("e_value", "tipping_point"))
        main = answer.main
        assert main["started"][0] == 1
        assert np.isnan([main[name][0] for name in ("std_error", "conf_low", "conf_high")]).all()
        why = "in 1 case only; at least 20 are needed"
        assert f"{why}: no interval can be given for main analysis (started within 90 days)" in notes(answer)
        said = [str(one) for one in answer.findings()]
        assert len(said) == 1
        assert said[0].startswith("Main analysis: the cases cannot tell the difference. Support started")
        assert "nan" not in answer.summary()
        assert "Only 0 cases" not in notes(answer)

    def test_nineteen_are_too_few_and_twenty_are_not(self) -> None:
        few, enough = (asked(supported_in_few(n)) for n in (19, 60))
        assert np.isnan(few.main["conf_low"][0])
        assert np.isfinite(enough.main["conf_low"][0])
        assert "at least 20 are needed" in notes(few)
        assert "at least 20 are needed" not in notes(enough)

    def test_each_row_stands_for_itself(self) -> None:
        # many are supported within 90 days, hardly anybody within the first 20
        found = recorded()
        early = np.flatnonzero((found.start <= 20) & (found.start < found.exit))[:8]
        kept = found.start > 20
        kept[early] = True
        answer = asked(
            case_data(found, keep_support=kept), analyses=("grace", "landmark"), grace_days=20, landmark_days=20
        )
        told = dict(zip(answer.main["variant"].tolist(), np.isfinite(answer.main["conf_low"]).tolist(), strict=True))
        assert told == {"main": True, "grace_20": False, "landmark_20": False}
        assert "in 8 cases only; at least 20 are needed" in notes(answer)

    def test_they_must_lie_in_five_courts(self) -> None:
        found = recorded()
        four = case_data(found, keep_support=found.court < 4)
        answer = asked(four)
        assert answer.main["started"][0] > 20
        assert np.isnan(answer.main["conf_low"][0])
        assert "lie in 4 clusters; at least 5 are needed" in notes(answer)
        # where no court is told, cases count as independent: then there is none to be few
        alone = case_data(found, keep_support=found.court < 4, weight=np.ones(1_200))
        assert np.isfinite(asked(alone, cluster=None).main["conf_low"][0])

    def test_imputed_rows_too(self) -> None:
        found = recorded()
        made = files(found)
        frame, support = pd.DataFrame(dict(made.cases)), pd.DataFrame(dict(made.support))
        few = supported_few(found, 15)
        support.loc[~support["id"].isin(frame["id"][few]), "start"] = CUTOFF
        support.loc[support["id"].isin(frame["id"][np.flatnonzero(few)[:2]]), "start"] = None
        cases = CaseData.from_frame(frame, dict(made.mapping), support=support)
        answer = asked(cases, analyses="missing_dates", imputations=2)
        assert answer.main["variant"].tolist() == ["main", "missing_dates"]
        assert np.isnan(answer.main["conf_low"]).all()
        assert "missing dates of support imputed (dates imputed)" in notes(answer)
        assert "nan" not in answer.summary()


class TestNothingShown:
    def test_there_is_nothing_to_explain_away(self) -> None:
        cases = case_data(study(RANDOM.but(cases=1_500), np.random.default_rng(11)))
        answer = asked(cases, analyses=("e_value", "tipping_point"), resamples=50)
        low, high = answer.main["conf_low"][0], answer.main["conf_high"][0]
        assert low <= 0 <= high
        assert list(answer.tables) == ["main", "known_causes"]
        assert not answer.views
        assert "E-values and tipping points are not told" in notes(answer)
        said = " ".join(str(one) for one in answer.findings())
        assert "unmeasured cause" not in said

    def test_what_forgetting_a_cause_does_is_said_with_both_differences(self) -> None:
        answer = asked(small(), analyses="tipping_point")
        table = answer.tables["known_causes"]
        at = int(np.argmax(np.abs(table["change"])))
        said = str(answer.findings()[-1])
        assert f"of what was adjusted for, {table['term'][at]} matters most" in said
        assert f"{table['estimate'][at] * 100:+.1f}".replace("-", "\N{MINUS SIGN}") in said
        only = asked(small(), adjust="tier", analyses="tipping_point")
        assert "tier is all that was adjusted for" in str(only.findings()[-1])

    def test_few_resamples_are_said(self) -> None:
        assert "Only 10 resamples" in notes(asked(small()))
        assert "resamples:" not in notes(asked(small(), resamples=50))

    def test_a_landmark_claims_nothing_of_the_effect(self) -> None:
        answer = asked(case_data(study(EFFECTIVE.but(cases=1_500), np.random.default_rng(3))), analyses="landmark")
        said = " ".join(str(one) for one in answer.findings())
        assert "can lie on either side of the main difference" in said
        assert "smaller" not in said

    def test_one_way_is_one(self) -> None:
        said = str(asked(small(), analyses="grace", grace_days=60).findings()[1])
        assert said.startswith("With one thing changed (1 way), the difference is ")


ALL_ROWS = ("grace", "lag", "timing", "truncation", "missing_dates", "under_recording", "landmark")


class TestWeightsWithoutCourts:
    """What is drawn is a file, whatever it weighs."""

    def test_what_a_weight_is_worth_changes_no_interval(self) -> None:
        found = recorded()
        heavy = np.where(found.severity == 1, 3, 1)
        answers = [
            asked(
                case_data(found, weight=heavy * one), cluster=None, analyses=ALL_ROWS, lag_days=30, resamples=12,
                imputations=2,
            )
            for one in (1, 2, 1.5)
        ]  # fmt: skip
        first = answers[0].main
        for other in answers[1:]:
            for name in ("estimate", "std_error", "conf_low", "conf_high"):
                assert other.main[name] == pytest.approx(first[name], abs=1e-9)
        assert answers[1].main["cases"].tolist() == (2 * first["cases"]).tolist()

    def test_a_heavy_file_is_one_file(self) -> None:
        answer = asked(case_data(recorded(), weight=np.full(1_200, 40.0)), cluster=None)
        assert answer.rows[0].found.basis.starters.cases * 40 == answer.main["started"][0]
        assert answer.rows[0].found.draws == 1_200

    def test_twenty_files_are_needed_not_weights_of_twenty(self) -> None:
        few = supported_few(recorded(), 10)
        answer = asked(case_data(recorded(), keep_support=few, weight=np.full(1_200, 5.0)), cluster=None)
        assert answer.main["started"][0] == 50
        assert "in 10 cases only" in notes(answer)
        assert np.isnan(answer.main["conf_low"][0])

    def test_the_first_row_is_the_headline(self) -> None:
        cases = case_data(recorded(), weight=1.0 + recorded().severity)
        given = {name: one for name, one in SETTINGS.items() if name not in ("analyses", "horizon_days", "cluster")}
        main = support_effect(cases, **given, horizon_days=(730,), outcome="verdict").main
        first = asked(cases, cluster=None).main
        for name in ("estimate", "conf_low", "conf_high"):
            assert first[name][0] == pytest.approx(main[name][0], abs=1e-12)

    def test_nor_does_it_when_victims_leave(self) -> None:
        # files of the same kind share a cell; half of them weigh twice as much as the others
        rows: dict[str, Any] = {
            "id": [f"c{number}" for number in range(400)],
            "complaint": ["2020-01-01"] * 400,
            "convicted": ["2021-06-01" if number % 4 == 0 else None for number in range(400)],
            "left": ["2020-09-01" if number % (7 if number % 3 else 2) == 0 else None for number in range(400)],
        }
        support = pd.DataFrame({
            "id": [one for number, one in enumerate(rows["id"]) if number % 3 == 0],
            "actor": "lawyer",
            "start": "2020-01-20",
        })  # fmt: skip

        def answered(weight: Any) -> Any:
            cases = CaseData.from_frame(
                pd.DataFrame({**rows, "weight": weight}),
                {
                    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2021-12-31",
                              "sampling": {"weight": "weight"}},
                    "dates": {"complaint": "complaint", "convicted": "convicted"},
                    "support": {"id": "id", "actor": "actor", "start": "start"}, "reliance": {"left": "left"},
                },
                support=support,
            )  # fmt: skip
            return reliance_by_support(cases, actors="lawyer", days=(365,), resamples=20).main

        half = np.where(np.arange(400) % 2 == 0, 2.0, 1.0)
        first = answered(half)
        assert np.isfinite(first["conf_low"]).all()
        for scale in (2, 1.5):
            other = answered(half * scale)
            for name in ("estimate", "std_error", "conf_low", "conf_high"):
                assert other[name] == pytest.approx(first[name], abs=1e-9)
