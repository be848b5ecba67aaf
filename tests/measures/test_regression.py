"""Regressions by hand, and what a reader is told: bases, reference rows, doubts, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.durations import Durations
from tests.made_cases import wide

# Two groups end in turn: the hazard ratio solves r² = r + 4.
IN_TURN = (1 + 17**0.5) / 2


def in_turn(**more: Any) -> pd.DataFrame:
    return pd.DataFrame({"days": [1, 2, 3, 4], "ending": [1] * 4, "group": ["b", "a", "b", "a"], **more})


def times(frame: pd.DataFrame, **more: Any) -> Durations:
    return jm.durations(frame, days="days", ending="ending", **more)


def ratios(answer: Any) -> dict[tuple[str, str], float]:
    main = answer.main
    keys = zip(main["outcome"], main["term"], main["level"], strict=True)
    return {(str(term), str(level)): float(one) for (_, term, level), one in zip(keys, main["estimate"], strict=True)}


class TestByHand:
    def test_two_groups_that_end_in_turn(self) -> None:
        answer = jm.cox_regression(times(in_turn()), formula="group", outcome="1", references={"group": "a"})
        assert ratios(answer) == pytest.approx({("group", "a"): 1.0, ("group", "b"): IN_TURN})
        assert answer.main["at_risk"].tolist() == [2, 2]
        assert answer.main["events"].tolist() == [2, 2]

    def test_the_other_way_round(self) -> None:
        answer = jm.cox_regression(times(in_turn()), formula="group", outcome="1", references={"group": "b"})
        assert ratios(answer)["group", "a"] == pytest.approx(1 / IN_TURN)

    def test_ten_copies_of_each_case_leave_a_breslow_ratio_as_it_is(self) -> None:
        many = times(in_turn(copies=[10] * 4), frequency="copies")
        answer = jm.cox_regression(many, formula="group", outcome="1", references={"group": "a"}, ties="breslow")
        assert ratios(answer)["group", "b"] == pytest.approx(IN_TURN)
        assert answer.main["at_risk"].tolist() == [20, 20]

    def test_case_files_with_open_cases(self) -> None:
        rows = [
            {"id": f"c{place}", "complaint": 0, "outcome": "convicted" if ended else "pending", "ended": ended,
             "department": group}
            for place, (ended, group) in enumerate([(1, "b"), (2, "a"), (3, "b"), (4, "a"), (None, "b"), (None, "a")])
        ]  # fmt: skip
        answer = jm.cox_regression(wide(rows), formula="department", outcome="conviction")
        # b ends first: r solves the score 2 = r(1/(3r+3) + 1/(2r+2)·... over the four days
        r = ratios(answer)["department", "b"]
        sets = [(3, 3), (2, 3), (2, 2), (1, 2)]
        assert sum(r * b / (r * b + a) for b, a in sets) == pytest.approx(2.0)


class TestWhatAReaderIsTold:
    def frame(self, n: int = 400) -> pd.DataFrame:
        random = np.random.default_rng(3)
        group = random.integers(0, 2, n)
        return pd.DataFrame(
            {
                "days": random.exponential(200 / (1 + group), n).astype(int),
                "ending": random.choice([0, 1, 2], n, p=[0.2, 0.5, 0.3]),
                "group": np.where(group == 1, "fast", "slow"),
                "age": random.integers(5, 18, n),
                "court": random.integers(0, 12, n),
            }
        )

    def test_every_ratio_stands_on_numbers(self) -> None:
        frame = self.frame()
        answer = jm.cox_regression(times(frame), formula="group", outcome="1", references={"group": "slow"})
        fast = int((frame["group"] == "fast").sum())
        ended = int(((frame["group"] == "fast") & (frame["ending"] == 1)).sum())
        said = answer.summary()
        assert f"{ended} of {fast} came to it. Faster." in said
        assert f"400 units, of which {int((frame['ending'] == 1).sum())} came to 1." in said

    def test_other_endings_are_named_in_a_note(self) -> None:
        notes = jm.cox_regression(times(self.frame()), formula="group", outcome="1").notes
        assert any("not the share" in str(one) for one in notes)
        alone = jm.cox_regression(times(self.frame()), formula="group", outcome="any_exit")
        assert not any("not the share" in str(one) for one in alone.notes)
        assert "adjusted" in alone.tables

    def test_clusters_make_errors_robust_and_few_are_told(self) -> None:
        plain = jm.cox_regression(times(self.frame()), formula="group", outcome="1")
        robust = jm.cox_regression(times(self.frame()), formula="group", outcome="1", cluster="court")
        one, other = (each.tables["coefficients"] for each in (plain, robust))
        assert one["std_error"].tolist() == pytest.approx(other["std_error_model"].tolist())
        assert one["std_error"].tolist() != pytest.approx(other["std_error"].tolist(), rel=1e-6)
        assert any("Clusters: 12" in str(note) for note in robust.notes)
        assert any("too narrow" in str(note) for note in robust.notes)
        assert "likelihood_ratio" not in robust.tables["tests"]["test"].tolist()

    def test_weights_make_errors_robust(self) -> None:
        frame = self.frame().assign(weight=lambda made: 1 + made["age"] / 10)
        answer = jm.cox_regression(times(frame, weight="weight"), formula="group", outcome="1")
        assert np.isfinite(answer.main["conf_low"].astype(float)).any()
        assert any("Weighted by the sampling weights" in str(one) for one in answer.notes)
        with pytest.raises(QuestionError, match="only robust errors hold"):
            jm.cox_regression(times(frame, weight="weight"), formula="group", outcome="1", robust=False)

    def test_a_level_without_an_ending_has_no_ratio(self) -> None:
        frame = self.frame()
        frame.loc[frame.index[:30], ["group", "ending"]] = ["never", 0]
        answer = jm.cox_regression(times(frame), formula="group", outcome="1", references={"group": "slow"})
        assert np.isnan(ratios(answer)["group", "never"])
        assert np.isfinite(ratios(answer)["group", "fast"])
        assert any("no ratio can be given for group: never" in str(one) for one in answer.notes)
        for penalty in (5.0, "firth"):
            held = jm.cox_regression(times(frame), formula="group", outcome="1", penalty=penalty)
            assert np.isfinite(list(ratios(held).values())).all()
            with pytest.raises(QuestionError, match="no drawing"):
                held.plot_diagnostics()
        assert "limits of the profile likelihood" in str(held.definition.method)
        with pytest.raises(QuestionError, match="independent of the others"):
            jm.cox_regression(times(frame), formula="group", outcome="1", penalty="firth", cluster="court")

    def test_three_pairs_of_which_the_supported_case_ended(self) -> None:
        """The plain ratio is infinite; Firth's is 2 m + 1 for m pairs."""
        frame = pd.DataFrame({"days": [5] * 6, "ending": [1, 0] * 3, "group": ["b", "a"] * 3, "pair": list("xxyyzz")})
        answer = jm.cox_regression(
            times(frame), formula="group", outcome="1", strata="pair", penalty="firth", references={"group": "a"}
        )
        assert ratios(answer)["group", "b"] == pytest.approx(7.0)
        # three pairs settle nothing
        assert answer.main["conf_low"][1] < 1
        assert answer.main["conf_high"][1] > 7

    def test_terms_that_others_determine_are_left_out_and_named(self) -> None:
        answer = jm.cox_regression(times(self.frame()), formula="age + I(age * 2)", outcome="1")
        assert ("I(age * 2)", "") not in ratios(answer)
        assert any("I(age * 2)" in str(one) and "Left out of the model" in str(one) for one in answer.notes)

    def test_few_endings_are_told(self) -> None:
        answer = jm.cox_regression(times(self.frame(24)), formula="group + C(court)", outcome="1")
        assert any("with fewer than 10 for each" in str(one) for one in answer.notes)

    def test_a_ratio_that_changes_over_time_is_named(self) -> None:
        n = 600
        days = np.concatenate([np.arange(n) % 100, 100 + np.arange(n) % 100])
        group = np.where(np.arange(2 * n) % 4 == 0, "early", "late")
        group[n:] = np.where(np.arange(n) % 4 == 0, "late", "early")
        frame = pd.DataFrame({"days": days, "ending": 1, "group": group})
        answer = jm.cox_regression(times(frame), formula="group", outcome="1")
        assert any("not the same over time for group" in str(one) for one in answer.notes)

    def test_a_curve_has_no_sentence_of_its_own(self) -> None:
        answer = jm.cox_regression(times(self.frame()), formula="bs(age, df=4) + group", outcome="1")
        assert len(answer.findings()) == 2

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_it_is_drawn(self, language: Any) -> None:
        answer = jm.cox_regression(times(self.frame()), formula="group + age", outcome="1")
        main = answer.main
        fixed = (main["level"] == main["reference"]) & (main["level"] != "")
        points = np.asarray(answer.plot(language=language).lines[0].get_xdata(), dtype=np.float64)
        assert points == pytest.approx(main["estimate"][~fixed].astype(float))
        assert len(answer.plot_diagnostics(term="age", language=language).lines) >= 2
        assert len(answer.plot_log_log(language=language).lines) == 2

    def test_no_point_of_a_figure_is_one_person(self) -> None:
        table = jm.cox_regression(times(self.frame()), formula="group + age", outcome="1").tables["residuals"]
        shown = np.isfinite(table["residual"].astype(float))
        assert table["events"][shown].min() >= 10


class TestSharesAndEveryEnding:
    def frame(self) -> pd.DataFrame:
        return TestWhatAReaderIsTold().frame()

    def test_shares_of_every_ending_add_up_with_those_still_open(self) -> None:
        answer = jm.cause_specific_regression(times(self.frame()), formula="group + age", horizon_days=(100, 300))
        predicted = answer.tables["predicted"]
        for day in (100, 300):
            for level in ("", "fast", "slow"):
                rows = (predicted["days"] == day) & (predicted["level"] == level)
                assert 0 < predicted["estimate"][rows].astype(float).sum() < 1 or not rows.any()

    def test_without_covariates_that_matter_shares_are_those_of_aalen_and_johansen(self) -> None:
        frame = self.frame().assign(one=lambda made: np.arange(len(made)) % 2)
        answer = jm.cause_specific_regression(times(frame), formula="C(one)", horizon_days=(200,))
        plain = jm.cumulative_incidence(times(frame)).at(days=[200])["estimate"]
        adjusted = answer.tables["adjusted"]
        for outcome, value in zip(answer.outcomes, plain, strict=True):
            mean = adjusted["estimate"][adjusted["outcome"] == outcome].astype(float).mean()
            assert mean == pytest.approx(float(value), abs=0.01)

    def test_predicted_shares_of_models_apart_can_exceed_one_and_are_told(self) -> None:
        n = 200
        one = np.arange(n) % 2
        frame = pd.DataFrame({"days": 1 + np.arange(n) // 2, "ending": np.where(one == 1, 1, 2), "group": one})
        frame.loc[::7, "ending"] = 1
        answer = jm.subdistribution_regression(times(frame), formula="group", outcome=None)
        assert any("add up to more than 1" in str(note) for note in answer.notes)

    def test_one_row_per_unit_is_asked_for(self) -> None:
        # whoever names ids says that units may have several rows; two rows of one unit from the start overlap
        frame = self.frame().assign(unit=np.arange(400))
        with pytest.raises(QuestionError, match="change over time"):
            jm.subdistribution_regression(times(frame, id="unit"), formula="group", outcome="1")

    def test_an_outcome_that_is_not_there(self) -> None:
        answer = jm.subdistribution_regression(times(self.frame()), formula="group", outcome=None)
        with pytest.raises(QuestionError, match="There is no model of 'verdict'"):
            answer.plot(outcome="verdict")


class TestProperties:
    @settings(max_examples=20)
    @given(st.integers(0, 10_000), st.sampled_from(["efron", "breslow"]))
    def test_a_frequency_of_two_is_the_row_twice(self, seed: int, ties: Any) -> None:
        frame = small(seed)
        doubled = times(frame.assign(copies=2), frequency="copies")
        twice = times(pd.concat([frame, frame]))
        one, other = (jm.cox_regression(each, formula="x + group", outcome="1", ties=ties) for each in (doubled, twice))
        assert same_coefficients(one, other)

    @settings(max_examples=20)
    @given(st.integers(0, 10_000), st.integers(1, 30))
    def test_splitting_rows_at_a_day_changes_nothing(self, seed: int, day: int) -> None:
        frame = small(seed).assign(entry=-1, unit=lambda made: np.arange(len(made)))
        long = frame[frame["days"] > day]
        split = pd.concat([frame[frame["days"] <= day], long.assign(days=day, ending=0), long.assign(entry=day)])
        whole = times(frame, entry="entry", id="unit")
        parts = times(split, entry="entry", id="unit")
        one, other = (
            jm.cox_regression(each, formula="x + group", outcome="1", references={"group": "a"})
            for each in (whole, parts)
        )
        assert same_coefficients(one, other)

    @settings(max_examples=20)
    @given(st.integers(0, 10_000))
    def test_rescaling_time_changes_nothing(self, seed: int) -> None:
        frame = small(seed)
        one = jm.cox_regression(times(frame), formula="x + group", outcome="1")
        other = jm.cox_regression(times(frame.assign(days=frame["days"] * 7)), formula="x + group", outcome="1")
        assert same_coefficients(one, other)

    @settings(max_examples=20)
    @given(st.integers(0, 10_000))
    def test_another_reference_turns_the_ratio_over(self, seed: int) -> None:
        frame = small(seed)
        one, other = (
            ratios(jm.cox_regression(times(frame), formula="group + x", outcome="1", references={"group": level}))
            for level in ("a", "b")
        )
        if np.isfinite(one["group", "b"]):
            assert one["group", "b"] * other["group", "a"] == pytest.approx(1)


def small(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = 30
    frame = pd.DataFrame(
        {
            "days": random.integers(0, 40, n),
            "ending": random.integers(0, 2, n),
            "x": random.integers(0, 5, n),
            "group": random.choice(["a", "b"], n),
        }
    )
    # both groups, and an ending of each
    frame.loc[:3, ["ending", "group"]] = [[1, "a"], [1, "b"], [0, "a"], [0, "b"]]
    return frame


def same_coefficients(one: Any, other: Any) -> bool:
    """Equal within rounding; columns that a fit calls unsteady are so in both."""
    pairs = [
        (table["estimate"], table["std_error"]) for table in (one.tables["coefficients"], other.tables["coefficients"])
    ]
    return all(
        np.allclose(a.astype(float), b.astype(float), rtol=1e-7, atol=1e-9, equal_nan=True)
        for a, b in zip(*pairs, strict=True)
    )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown covariate": ({"formula": "groupp"}, "Did you mean 'group'?"),
    "a covariate that is constant": ({"formula": "I(age - age)"}, "No covariate of the formula differs"),
    "unknown outcome": ({"formula": "group", "outcome": "verdikt"}, "'verdikt' is no ending"),
    "unknown strata": ({"formula": "group", "strata": "curt"}, "Did you mean 'court'?"),
    "unknown cluster": ({"formula": "group", "cluster": "curt"}, "Did you mean 'court'?"),
    "unknown reference": ({"formula": "group", "references": {"group": "quick"}}, "'quick' is no level of 'group'"),
    "reference of a number": ({"formula": "age", "references": {"age": "7"}}, "does not tell apart by level"),
    "offset that is no number": ({"formula": "age", "offset": "group"}, "is no number of these data"),
    "support in a table of times": ({"formula": "age", "time_varying": "lawyer"}, "no support spells"),
    "penalty below 0": ({"formula": "age", "penalty": -1.0}, "not above 0"),
    "level in per cent": ({"formula": "age", "confidence_level": 95}, "does not lie between 0 and 1"),
    "a day too late": ({"formula": "group", "outcome": "any_exit", "horizon_days": (10**6,)}, "outside the time"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words(case: str) -> None:
    settings, words = REFUSED[case]
    with pytest.raises(QuestionError) as raised:
        jm.cox_regression(times(TestWhatAReaderIsTold().frame(60)), **{"outcome": "1", **settings})
    assert words in str(raised.value)


def test_nobody_came_to_it() -> None:
    rows = [
        {"id": f"c{n}", "complaint": 0, "outcome": "rejected", "ended": 5, "department": "ab"[n % 2]} for n in range(9)
    ]
    with pytest.raises(QuestionError, match="None of 9 units came to 'conviction'"):
        jm.cox_regression(wide(rows), formula="department", outcome="conviction")


class TestSupportThatBeginsLater:
    def test_lasting_long_enough_to_be_supported_is_no_merit(self) -> None:
        """Support begins on a day drawn without regard to the case, and does nothing: the ratio must be about 1."""
        random = np.random.default_rng(11)
        rows, spells = [], []
        for n in range(900):
            lasted, began = int(random.exponential(200)), int(random.exponential(200))
            rows.append({"id": f"c{n}", "complaint": 0, "outcome": "convicted", "ended": lasted})
            if began <= lasted:
                spells.append((f"c{n}", "lawyer", began, None))
        cases = wide(rows, support=spells, cutoff=5_000)
        answer = jm.cox_regression(cases, formula="lawyer", outcome="conviction", time_varying="lawyer")
        row = answer.main["level"] == "started"
        assert answer.main["conf_low"][row][0] < 1 < answer.main["conf_high"][row][0]
        assert answer.units == 900
        assert any("not the effect of support" in str(one) for one in answer.notes)

    def test_an_actor_that_the_formula_does_not_use(self) -> None:
        rows = [{"id": "a", "complaint": 0, "outcome": "convicted", "ended": 9}]
        cases = wide(rows, support=[("a", "lawyer", 3, None)])
        with pytest.raises(QuestionError, match="the formula does not use it"):
            jm.cox_regression(cases, formula="year", outcome="conviction", time_varying="lawyer")

    def test_the_reference_is_the_level_of_most_units_however_often_their_time_was_split(self) -> None:
        # five of a against four of b, but all of b are supported, so that b has eight rows
        rows = [
            {"id": f"c{n}", "complaint": 0, "outcome": "convicted", "ended": 40 + 7 * n % 11, "department": group}
            for n, group in enumerate("aaaaabbbb")
        ]
        cases = wide(rows, support=[(f"c{n}", "lawyer", 10 + n, None) for n in range(4, 9)])
        given: dict[str, Any] = {"outcome": "conviction"}
        alone = jm.cox_regression(cases, formula="department", **given).main
        beside = jm.cox_regression(cases, formula="department + lawyer", time_varying="lawyer", **given).main
        assert set(alone["reference"]) == {"a"}
        assert set(beside["reference"][beside["term"] == "department"]) == {"a"}
        assert beside["at_risk"][beside["term"] == "department"].tolist() == alone["at_risk"].tolist() == [5, 4]
