"""The bridge: what the frame holds, and that other libraries read the same numbers from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.bridge import survival_frame


def table(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "days": rng.integers(0, 40, n),
            "end": rng.integers(0, 3, n),
            "office": rng.choice(["a", "b"], n),
            "since": rng.choice([-1, 3], n),
            "w": rng.choice([0.5, 2.0], n),
        }
    )


def times(frame: pd.DataFrame, **more: str) -> jm.Durations:
    names = {"1": "verdict", "2": "rejection"}
    return jm.durations(frame, days="days", ending="end", outcomes=names, by="office", **more)


class TestFrame:
    def test_counted_rows_are_all_units(self) -> None:
        frame = survival_frame(times(table()), outcome="verdict", by="office")
        assert list(frame.columns) == ["office", "entry", "duration", "ending", "ended", "n"]
        assert frame["n"].sum() == 300
        assert set(frame["ending"]) == {"pending", "verdict", "other_ending"}
        assert (frame.loc[frame["ending"] == "verdict", "ended"] == 1).all()
        assert not frame.duplicated(["office", "entry", "duration", "ended"]).any()

    def test_exploded_rows_are_the_table_again(self) -> None:
        frame = survival_frame(times(table()), outcome=("verdict", "rejection"), by="office", rows="exploded")
        wanted = table().sort_values(["office", "days", "end"])
        found = frame.sort_values(["office", "duration", "ended"])
        assert found["duration"].tolist() == wanted["days"].tolist()
        assert found["ended"].tolist() == wanted["end"].tolist()
        assert "n" not in frame.columns

    def test_an_answer_hands_over_its_table(self) -> None:
        cases = jm.sample_cases()
        answer = jm.cumulative_incidence(cases, outcome="verdict", by="department")
        of_answer = survival_frame(answer)
        of_cases = survival_frame(cases, outcome="verdict", by="department")
        keys = ["department", "duration", "ended"]
        one, other = (
            frame.groupby(keys, as_index=False)["n"].sum().sort_values(keys, ignore_index=True)
            for frame in (of_answer, of_cases)
        )
        pd.testing.assert_frame_equal(one, other, check_dtype=False)

    def test_what_cannot_be_handed_over_is_refused(self) -> None:
        with pytest.raises(QuestionError, match="300 rows; at most 100"):
            survival_frame(times(table()), rows="exploded", most_rows=100)
        with pytest.raises(QuestionError, match="holds no times"):
            survival_frame(jm.caseload(jm.sample_cases()))
        late = times(table().assign(days=lambda one: one["days"] + 5), entry="since")
        with pytest.raises(QuestionError, match="delayed entry"):
            survival_frame(jm.cumulative_incidence(late))
        assert (survival_frame(late)["entry"] == 3).any()
        assert "weight" in survival_frame(times(table(), weight="w")).columns

    def test_no_id_and_no_date_leaves(self) -> None:
        frame = survival_frame(jm.sample_cases(), by=("department", "court"))
        assert not any("SIM" in str(value) for column in frame.columns for value in frame[column])
        assert frame["duration"].max() < 5_000


class TestStatsmodels:
    def test_kaplan_meier_reads_the_same(self) -> None:
        sm = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
        frame = survival_frame(times(table()))
        theirs = sm.SurvfuncRight(frame["duration"], frame["ended"] > 0, freq_weights=frame["n"])
        ours = jm.cumulative_incidence(times(table()), outcome="any_exit")
        at = ours.at(days=[int(one) for one in theirs.surv_times])
        mine = at["estimate"][at["outcome"] == "any_exit"]
        assert 1 - np.asarray(theirs.surv_prob) == pytest.approx(mine.astype(float))


@pytest.mark.lifelines
class TestLifelines:
    @pytest.fixture(autouse=True)
    def _lifelines(self) -> None:
        pytest.importorskip("lifelines", reason="lifelines is not installed")

    @pytest.mark.parametrize("late", [False, True])
    def test_kaplan_meier_reads_the_same(self, late: bool) -> None:
        from lifelines import KaplanMeierFitter

        given = table().assign(days=lambda one: one["days"] + 5)
        made = times(given, entry="since") if late else times(given)
        frame = survival_frame(made)
        theirs = KaplanMeierFitter().fit(
            frame["duration"], frame["ended"] > 0, weights=frame["n"], entry=frame["entry"] if late else None
        )
        days = sorted(set(frame.loc[frame["ended"] > 0, "duration"]))
        ours = jm.cumulative_incidence(made, outcome="any_exit").at(days=days)
        mine = ours["estimate"][ours["outcome"] == "any_exit"].astype(float)
        assert 1 - theirs.predict(days).to_numpy() == pytest.approx(mine)

    def test_cox_time_varying_takes_it(self) -> None:
        from lifelines import CoxTimeVaryingFitter

        given = table().assign(days=lambda one: one["days"] + 5)
        frame = survival_frame(times(given, entry="since"), by="office", rows="exploded")
        frame = frame.assign(b=(frame["office"] == "b").astype(int), event=frame["ended"] > 0, id=range(len(frame)))
        columns = ["id", "entry", "duration", "event", "b"]
        theirs = CoxTimeVaryingFitter().fit(
            frame[columns], id_col="id", start_col="entry", stop_col="duration", event_col="event"
        )
        ours = jm.cox_regression(times(given, entry="since"), formula='C(office, Treatment("a"))', outcome="any_exit")
        assert np.exp(theirs.params_["b"]) == pytest.approx(ours.main["estimate"][1], rel=1e-5)
