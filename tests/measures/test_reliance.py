"""Victims who still take part: by hand, at the edges, in every engine, and by support where the truth is known."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.clustered_share import clustered_share
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.reliance import Reliance, reliance
from justice_metrics.measures.support.reliance import reliance_by_support
from justice_metrics.reduce.reliance import leaving_durations, unknown_counts
from justice_metrics.reduce.risk import risk_table_of
from justice_metrics.simulate import reliance as simulated
from justice_metrics.simulate.cases import sample_cases
from justice_metrics.simulate.extracts import NATIONAL, draw
from tests.made_cases import wide

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

LABELS = {
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "convicted": "convicted",
    "final_conviction": "final_conviction",
}
CUTOFF = 100


def row(name: str, *, left: int | None = None, still: str | None = None, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "court": "A", "complaint": 0, "outcome": None, "ended": None, "convicted": None}
    return {**made, "left": left, "still": still, **given}


def ended(day: int, how: str = "rejected") -> dict[str, Any]:
    return {"outcome": how, "ended": day}


ROWS = [
    row("left in an open case", left=20, still="disengaged"),
    row("left before the ending", left=10, still="disengaged", **ended(40)),
    row("stayed to the ending", still="engaged", **ended(40)),
    row("on the day of the ending", left=40, still="disengaged", **ended(40)),
    row("after the ending", left=60, still="disengaged", **ended(40)),
    row("withdrew", still="engaged", **ended(30, "withdrawn")),
    row("left before withdrawing", left=5, **ended(30, "withdrawn")),
    row("still there", still="engaged"),
    row("after the cut-off", left=120, still="engaged"),
    row("left, undated", still="disengaged"),
    row("not recorded"),
    row("no complaint date", still="engaged", complaint=None),
]


def of(rows: list[dict[str, Any]], **more: Any) -> CaseData:
    return wide(rows, labels=LABELS, cutoff=CUTOFF, **more)


def exits(cases: CaseData) -> dict[str, tuple[int, int]]:
    """Return day and code of each unit: 1 left, 2 ended first, 0 open."""
    found = leaving_durations(cases, start="complaint").frame.collect().to_arrow().to_pylist()
    return {one["unit_id"]: (one["time__days"], one["time__code"]) for one in found if one["time__left_out"] == 0}


class TestWhoLeftWhen:
    EXPECTED = {
        "left in an open case": (20, 1),
        "left before the ending": (10, 1),
        "stayed to the ending": (40, 2),
        "on the day of the ending": (40, 2),
        "after the ending": (40, 2),
        "withdrew": (30, 1),
        "left before withdrawing": (5, 1),
        "still there": (100, 0),
        "after the cut-off": (100, 0),
    }

    def test_by_hand(self) -> None:
        cases = of(ROWS)
        assert exits(cases) == self.EXPECTED
        assert unknown_counts(cases) == {0: 10, 1: 1, 2: 1}

    def test_without_a_status_nobody_without_a_day_has_left(self) -> None:
        rows = [{name: value for name, value in one.items() if name != "still"} for one in ROWS]
        found = exits(of(rows))
        assert {name: found[name] for name in self.EXPECTED} == self.EXPECTED
        assert found["left, undated"] == found["not recorded"] == (100, 0)

    def test_a_later_start(self) -> None:
        rows = [{**one, "charged": 8} for one in ROWS[:2]]
        found = leaving_durations(of(rows), start="charge").frame.collect().to_arrow().to_pylist()
        assert [one["time__days"] for one in found] == [12, 2]

    def test_every_engine(self, engine: Any) -> None:
        cases = of(ROWS, frame=engine.frame)
        assert exits(cases) == self.EXPECTED
        answer, usual = reliance(cases, days=(15, 50), by="court"), reliance(of(ROWS), days=(15, 50), by="court")
        for name, table in answer.tables.items():
            for column in table.columns:
                there, here = table[column.name], usual.tables[name][column.name]
                assert np.array_equal(there, here, equal_nan=there.dtype.kind == "f"), (name, column.name)


@pytest.fixture(scope="module")
def answer() -> Reliance:
    return reliance(of(ROWS), days=(7, 15, 50))


class TestShares:
    def test_among_all(self, answer: Reliance) -> None:
        """Nine cases; leavings on days 5, 10, 20 and 30, nobody censored before them."""
        frame = answer.to_frame()
        all_ = frame[frame["among"] == "all"]
        assert all_["denominator"].tolist() == [9, 9, 9]
        assert all_["left"].tolist() == [1, 2, 4]
        assert all_["estimate"].tolist() == pytest.approx([8 / 9, 7 / 9, 5 / 9])

    def test_among_open_ones(self, answer: Reliance) -> None:
        """On day 7 nine are open, on day 15 too; on day 50 the three without an ending."""
        frame = answer.to_frame()
        open_ = frame[frame["among"] == "open"]
        assert open_["denominator"].tolist() == [9, 9, 3]
        assert open_["left"].tolist() == [1, 2, 1]
        assert open_["estimate"].tolist() == pytest.approx([8 / 9, 7 / 9, 2 / 3])
        assert open_["conf_low"].tolist() == pytest.approx(wilson(np.array([8, 7, 2]), np.array([9, 9, 3])).conf_low)

    def test_at_the_cutoff(self, answer: Reliance) -> None:
        frame = answer.to_frame("status").set_index(["among", "status"])
        assert frame.loc["all", "numerator"].tolist() == [4, 7, 1]
        assert frame.loc["all", "denominator"].tolist() == [11, 11, 11]
        assert frame.loc["open", "numerator"].tolist() == [3, 2, 1]
        assert frame.loc[("all", "engaged"), "estimate"] == pytest.approx(4 / 11)
        assert np.isnan(frame.loc[("all", "not_recorded"), "estimate"])

    def test_left_out(self, answer: Reliance) -> None:
        assert sorted(one.n for one in answer.provenance.left_out) == [1, 1, 1]

    def test_both_denominators_agree_before_the_first_ending(self, answer: Reliance) -> None:
        frame = answer.to_frame()
        early = frame[frame["days"] < 30]
        assert early[early["among"] == "all"]["estimate"].tolist() == pytest.approx(
            early[early["among"] == "open"]["estimate"].tolist()
        )

    def test_curve(self, answer: Reliance) -> None:
        frame = answer.to_frame("curve").set_index("days")
        assert frame.loc[30, "estimate"] == pytest.approx(5 / 9)
        assert frame["estimate"].is_monotonic_decreasing

    def test_clusters(self) -> None:
        rows = [
            {**row(f"{court}{place}", left=10 if place <= court else None, still=None), "court": f"court {court}"}
            for court in range(4)
            for place in range(6)
        ]
        for one in rows:
            one["still"] = "engaged" if one["left"] is None else "disengaged"
        frame = reliance(of(rows), days=(20,), cluster="court").to_frame().set_index("among")
        expected = clustered_share(np.array([5, 4, 3, 2]), np.full(4, 6), np.zeros(4, np.int64), groups=1)
        assert frame.loc["open", "conf_low"] == pytest.approx(float(expected.conf_low[0]))
        assert frame.loc["all", "estimate"] == pytest.approx(14 / 24)
        plain = reliance(of(rows), days=(20,)).to_frame().set_index("among")
        assert frame.loc["all", "conf_low"] != plain.loc["all", "conf_low"]

    def test_groups(self) -> None:
        rows = [{**one, "court": "B" if place % 2 else "A"} for place, one in enumerate(ROWS)]
        whole, split = reliance(of(rows), days=(15,)), reliance(of(rows), days=(15,), by="court")
        for among in ("all", "open"):
            one, two = (made.to_frame()[made.to_frame()["among"] == among] for made in (whole, split))
            assert one["denominator"].sum() == two["denominator"].sum()
            assert one["left"].sum() == two["left"].sum()

    def test_frequencies(self) -> None:
        rows = [{**one, "frequency": 3} for one in ROWS]
        one, two = reliance(of(ROWS), days=(15, 50)), reliance(of(rows), days=(15, 50))
        assert two.main["estimate"].tolist() == pytest.approx(one.main["estimate"].tolist())
        assert two.main["denominator"].tolist() == [3 * n for n in one.main["denominator"]]

    def test_weights_give_no_limits_of_a_plain_share(self) -> None:
        rows = [{**one, "weight": 1.0 + place % 3} for place, one in enumerate(ROWS)]
        frame = reliance(of(rows), days=(15,)).to_frame().set_index("among")
        assert np.isnan(frame.loc["open", "conf_low"])
        assert np.isfinite(frame.loc["all", "conf_low"])


class TestEdges:
    def test_nobody_left(self) -> None:
        answer = reliance(of([row("a", still="engaged"), row("b", still="engaged", **ended(20))]), days=(10, 50))
        assert answer.main["estimate"].tolist() == [1, 1, 1, 1]
        assert answer.plot() is not None

    def test_all_left_on_the_first_day(self) -> None:
        answer = reliance(of([row("a", left=0), row("b", left=0)]), days=(0,))
        assert answer.main["estimate"].tolist() == [0, 0]

    def test_beyond_what_was_observed(self) -> None:
        answer = reliance(of(ROWS[:1] + ROWS[7:8]), days=(99, 500))
        assert np.isfinite(answer.main["estimate"]).tolist() == [True, True, False, False]
        assert answer.summary("es")

    @pytest.mark.parametrize("days", [(), (-1,)])
    def test_days(self, days: tuple[int, ...]) -> None:
        with pytest.raises(QuestionError, match="0 or later"):
            reliance(of(ROWS), days=days)

    def test_data_that_do_not_say(self) -> None:
        with pytest.raises(QuestionError, match="until when victims took part"):
            reliance(of([{"id": "a", "complaint": 0}]))
        with pytest.raises(QuestionError, match="not since when they stopped"):
            reliance(of([{"id": "a", "complaint": 0, "still": "engaged"}]))


class TestSample:
    def test_shares_are_those_of_the_register(self) -> None:
        answer = reliance(sample_cases(), days=(180, 365))
        assert len(answer.findings()) == 3
        frame = answer.to_frame("status").set_index(["among", "status"])
        assert frame.loc["all", "numerator"].sum() == 1_200

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_figure(self, language: str) -> None:
        axes = reliance(sample_cases(), by="area").plot(language=language)  # type: ignore[arg-type]
        heights = [np.asarray(line.get_ydata(), np.float64) for line in axes.lines[:3]]
        assert all(one[0] <= 1 and np.all(np.diff(one[np.isfinite(one)]) <= 0) for one in heights)


def simulated_cases(n: int) -> CaseData:
    extract = draw(NATIONAL._replace(n=n))
    text = files("justice_metrics.simulate").joinpath("texts", "bolivia_national_mapping.toml").read_text("utf-8")
    return CaseData.from_frame(pd.DataFrame(extract.cases), tomllib.loads(text), support=pd.DataFrame(extract.support))


class TestBySupport:
    SETTINGS: dict[str, Any] = {
        "actors": ("lawyer", "psychologist", "social_worker"),
        "days": (365, 730),
        "adjust": ("offence", "area"),
        "milestones": "accusation",
        "cluster": "court",
        "resamples": 60,
    }

    def test_where_support_does_nothing_none_is_found_and_the_naive_gap_is_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(simulated, "SUPPORTED_TIMES", 1.0)
        cases = simulated_cases(8_000)
        answer = reliance_by_support(cases, **self.SETTINGS)
        for low, high, share in zip(*(answer.main[one] for one in ("conf_low", "conf_high", "estimate")), strict=True):
            assert low < 0 < high
            assert abs(share) < 0.05
        assert "do not tell whether victims stay" in answer.summary()
        assert cases.support is not None
        ever = set(cases.support.select("unit_id").collect()["unit_id"].to_list())
        rows = leaving_durations(cases, start="complaint").frame.select("unit_id", "time__code").collect()
        left = {True: [], False: []}  # type: ignore[var-annotated]
        for unit, code in zip(rows["unit_id"].to_list(), rows["time__code"].to_list(), strict=True):
            left[unit in ever].append(code == 1)
        assert np.mean(left[True]) - np.mean(left[False]) > 0.1, "who stays open longer meets more, and leaves more"

    def test_where_support_keeps_victims_it_is_found(self) -> None:
        answer = reliance_by_support(simulated_cases(8_000), **self.SETTINGS)
        assert (answer.main["conf_low"] > 0.05).all()
        assert (answer.main["engaged_started"] > answer.main["engaged_not_started"]).all()
        table = answer.tables["curves"]
        assert table["engaged_started"][365] == pytest.approx(answer.main["engaged_started"][0])
        for language in ("en", "es"):
            assert answer.summary(language)
            axes = answer.plot(language=language)
            assert [len(line.get_xdata()) > 700 for line in axes.lines[:2]] == [True, True]

    def test_same_seed_same_answer(self) -> None:
        one, two = (
            reliance_by_support(sample_cases(), actors="lawyer", days=(365,), resamples=20, seed=3) for _ in range(2)
        )
        assert one.main["conf_low"].tolist() == two.main["conf_low"].tolist()

    def test_a_set_is_told_with_its_doubt(self) -> None:
        answer = reliance_by_support(sample_cases(), actors=("lawyer", "psychologist"), needed="all", resamples=10)
        assert any("one who is there before the others" in str(note) for note in answer.notes)

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"days": (60,)}, "must lie after the 90 days"),
            ({"actors": "lawer"}, "is not a support actor"),
            ({"timing": "soon"}, "no timing 'soon'"),
            ({"resamples": 1}, "at least 2 resamples"),
            ({"cluster": "sex"}, "clusters only"),
        ],
    )
    def test_refusals(self, settings: dict[str, Any], words: str) -> None:
        with pytest.raises(QuestionError, match=words):
            reliance_by_support(sample_cases(), **{"actors": "lawyer", **settings})


def test_leavings_add_up() -> None:
    table = risk_table_of(leaving_durations(of(ROWS), start="complaint"))
    assert table.events.sum() + table.censored.sum() == table.entered.sum() == 9
