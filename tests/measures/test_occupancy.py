"""Where the cases are: the tables, the sentences and the drawing, on cases that a reader can follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.table import Table
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.occupancy import StageOccupancy, stage_occupancy
from tests.made_cases import log, wide

LAST = 400
EVENTS = [
    *(("a", "complaint", 0), ("a", "rejected", 100), ("a", "preliminary", 200), ("a", "charged", 250)),
    *(("b", "complaint", 0), ("b", "preliminary", 50), ("b", "charged", 150), ("b", "dismissed", 300)),
    *(("c", "complaint", 0), ("c", "preliminary", 120)),
    *(("d", "complaint", 0), ("d", "withdrawn", 20)),
]


def cases() -> CaseData:
    return log(EVENTS, cutoff=LAST)


def cell(found: StageOccupancy, state: str, days: int, column: str = "estimate") -> float:
    main = found.main
    row = (main["state"] == state) & (main["days"] == days)
    assert row.sum() == 1
    return float(main[column][row][0])


DAYS = (10, 110, 150, 260, 350)
SEEN = {
    10: {"complaint": 4},
    110: {"rejected": 1, "preliminary": 1, "complaint": 1, "withdrawn": 1},
    150: {"rejected": 1, "charged": 1, "preliminary": 1, "withdrawn": 1},
    260: {"charged": 2, "preliminary": 1, "withdrawn": 1},
    350: {"charged": 1, "dismissed": 1, "preliminary": 1, "withdrawn": 1},
}


@pytest.fixture(scope="module")
def found() -> StageOccupancy:
    return stage_occupancy(cases(), days=DAYS, horizon_days=300)


class TestFollowed:
    """Nobody is lost before the cut-off, so the estimate is the share that is seen."""

    @pytest.mark.parametrize("day", DAYS)
    def test_shares(self, found: StageOccupancy, day: int) -> None:
        for state in found.table.states:
            n = SEEN[day].get(state, 0)
            assert cell(found, state, day) == pytest.approx(n / 4)
            assert cell(found, state, day, "numerator") == n
            assert cell(found, state, day, "at_risk") == 4
            assert cell(found, state, day, "std_error") == pytest.approx(np.sqrt(n / 4 * (1 - n / 4) / 4), abs=1e-9)

    def test_expected_days(self, found: StageOccupancy) -> None:
        table = found.tables["expected"]
        days = dict(zip(table["state"].tolist(), table["estimate"].tolist(), strict=True))
        assert days == pytest.approx(
            {
                "complaint": (100 + 50 + 120 + 20) / 4,
                "preliminary": (50 + 100 + 180) / 4,
                "charged": (50 + 150) / 4,
                "rejected": 100 / 4,
                "dismissed": 0,
                "withdrawn": 280 / 4,
            }
        )
        assert sum(days.values()) == pytest.approx(300)

    def test_both_variances_agree_where_the_reopened_one_leaves_no_doubt(self, found: StageOccupancy) -> None:
        robust = stage_occupancy(
            cases(), days=DAYS, horizon_days=300, variance="infinitesimal_jackknife", limits="plain"
        )
        assert robust.main["estimate"].tolist() == found.main["estimate"].tolist()
        assert robust.main["std_error"] == pytest.approx(found.main["std_error"], abs=1e-9)

    def test_words(self, found: StageOccupancy) -> None:
        said = [one.text("en") for one in found.findings()]
        assert said[0] == "10 days after the start (complaint): complaint 100.0\xa0%."
        assert said[-1].startswith("Of the first 300 days a case spends on average")
        assert "complaint 72 days" in said[-1]
        assert found.summary("es")

    def test_at(self, found: StageOccupancy) -> None:
        assert found.at(days=(150,))["estimate"].sum() == pytest.approx(1)
        with pytest.raises(QuestionError, match="below 0"):
            found.at(days=(-1,))

    def test_drawing(self, found: StageOccupancy) -> None:
        axes = found.plot()
        assert axes.get_ylim() == (0, 1)
        named = [text.get_text() for text in axes.figure.legends[0].get_texts()]
        assert named[0] == "open, in the stage"
        assert {"complaint", "rejected", "ended by"} <= set(named)


def test_beyond_the_data_nothing_is_said() -> None:
    found = stage_occupancy(cases(), days=(350, 500), horizon_days=500)
    assert np.isnan(cell(found, "charged", 500))
    assert np.isnan(found.tables["expected"]["estimate"].astype(float)).all()


def test_groups_and_their_panels() -> None:
    rows = [
        {"id": i, "complaint": i, "charged": 40 + 3 * i, "sex": "fm"[i % 2], "ended": 200 + i if i % 3 == 0 else None,
         "outcome": ("rejected", "pending")[i % 3 > 0]} for i in range(80)
    ]  # fmt: skip
    found = stage_occupancy(wide(rows, cutoff=LAST), by="sex", days=(100,))
    assert found.main["sex"].tolist() == ["f"] * 3 + ["m"] * 3
    assert len(found.plot().figure.axes) == 2
    assert any("a case spends from" in one.text() for one in found.findings())


def test_several_states_at_the_start() -> None:
    rows = [{"id": i, "complaint": 0, "outcome": ("convicted", "acquitted")[i % 4 == 0], "ended": 30} for i in range(8)]
    found = stage_occupancy(wide(rows, cutoff=LAST), start="verdict", days=(100,))
    assert cell(found, "acquitted", 100) == 0.25
    assert cell(found, "acquitted", 100, "std_error") == pytest.approx(np.sqrt(0.25 * 0.75 / 8))
    entering = [{**row, "entry": 60} for row in rows]
    with pytest.raises(QuestionError, match="No case was observed from the start"):
        stage_occupancy(wide(entering, cutoff=LAST, sampling={"frame": "registered"}), start="verdict")


class TestWeights:
    ROWS: list[dict[str, Any]] = [
        {"id": i, "complaint": 0, "outcome": ("rejected", "pending")[i % 2], "ended": 30 if i % 2 == 0 else None,
         "weight": 1.0 + i % 3, "court": str(i % 5)} for i in range(30)
    ]  # fmt: skip

    def test_greenwood_knows_none(self) -> None:
        found = stage_occupancy(wide(self.ROWS, cutoff=LAST), days=(100,))
        assert np.isnan(found.main["std_error"].astype(float)).all()
        assert any("none is shown" in one.text() for one in found.notes)

    def test_the_jackknife_takes_them(self) -> None:
        found = stage_occupancy(wide(self.ROWS, cutoff=LAST), days=(100,), variance="infinitesimal_jackknife")
        weight = np.array([row["weight"] for row in self.ROWS])
        gone = np.array([row["outcome"] == "rejected" for row in self.ROWS])
        share = weight[gone].sum() / weight.sum()
        assert cell(found, "rejected", 100) == pytest.approx(share)
        error = np.sqrt(((weight * (gone - share)) ** 2).sum()) / weight.sum()
        assert cell(found, "rejected", 100, "std_error") == pytest.approx(error)
        assert any("take the weights into account" in one.text() for one in found.notes)

    def test_clusters(self) -> None:
        plain = [{name: value for name, value in row.items() if name != "weight"} for row in self.ROWS]
        made = wide(plain, cutoff=LAST)
        found = stage_occupancy(made, days=(100,), variance="infinitesimal_jackknife", cluster="court")
        gone = np.array([row["outcome"] == "rejected" for row in plain]) - 0.5
        pulls = [gone[court::5].sum() / 30 for court in range(5)]
        assert cell(found, "rejected", 100, "std_error") == pytest.approx(np.sqrt(np.square(pulls).sum()))
        with pytest.raises(QuestionError, match="knows no clusters"):
            stage_occupancy(made, cluster="court")


def test_moves_that_the_procedure_does_not_have_are_told() -> None:
    rows = [{"id": i, "complaint": 0, "trial": 50} for i in range(10)]
    found = stage_occupancy(wide(rows, cutoff=LAST), days=(100,))
    assert any("10 moves (100.0\xa0% of all) are not ones that the procedure has" in one.text() for one in found.notes)


def test_nobody_is_refused_in_words() -> None:
    with pytest.raises(QuestionError, match="Time cannot be told of any of the 1 units"):
        stage_occupancy(log([("a", "complaint", 0), ("a", "rejected", None)], cutoff=LAST))


def test_the_sample() -> None:
    found = jm.stage_occupancy(jm.sample_cases(), by="department", days=(365,))
    by_group = found.main["estimate"].reshape(4, -1).sum(axis=1)
    assert by_group == pytest.approx(np.ones(4))
    assert set(found.tables) == {"main", "expected"}


class TestNotWatchedSoLong:
    def test_no_sentence_where_the_table_has_no_number(self) -> None:
        answer = jm.stage_occupancy(jm.sample_cases(), days=(365,), horizon_days=2_500)
        assert np.isnan(answer.tables["expected"]["estimate"].astype(float)).all()
        assert not [one for one in answer.findings() if "2,500" in one.text("en")]
        assert [one for one in answer.notes if "No case was observed for 2,500 days" in one.text("en")]

    def test_a_note_counts_the_groups(self) -> None:
        answer = jm.stage_occupancy(jm.sample_cases(), by="department", days=(365,), horizon_days=2_500)
        n = len(answer.table.strata)
        assert [one for one in answer.notes if f"{n} groups were not observed for 2,500 days" in one.text("en")]
        assert answer.findings() == ()

    def test_no_note_where_all_were_watched(self) -> None:
        answer = stage_occupancy(cases(), days=(110,), horizon_days=300)
        assert not [one for one in answer.notes if "observed for" in one.text("en")]

    def test_groups_that_spend_alike_are_no_range(self) -> None:
        answer = jm.stage_occupancy(jm.sample_cases(), by="department", days=(365,), horizon_days=365)
        expected = answer.tables["expected"]
        groups = len(expected) // len(answer.table.states)
        alike = np.tile(expected["estimate"][: len(answer.table.states)], groups)
        made = Table(expected.columns, {**expected.values, "estimate": alike}, labels=expected.labels)
        same = replace(answer, tables={**answer.tables, "expected": made})
        sentences = [one.text("en") for one in same.findings()]
        assert sentences
        assert all("there in each group" in one for one in sentences)
