"""The tables that estimators work on: checked when they are born, not to be written to, and adding up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.tables import RiskTable, StageCounts, Strata, StratumTable

BY_SEX = Strata(("sex",), (("f",), ("m",)))
ONE = Strata((), ((),))


def risk(**given: Any) -> RiskTable:
    """Two groups, one ending: f ends on day 3, m is last seen on day 5; both are watched from the start."""
    parts: dict[str, Any] = {
        "strata": BY_SEX,
        "outcomes": ("verdict",),
        "days": np.array([-1, 3, 5], dtype=np.int32),
        "events": np.array([[[0, 1, 0]], [[0, 0, 0]]]),
        "censored": np.array([[0, 0, 0], [0, 0, 1]]),
        "entered": np.array([[1, 0, 0], [1, 0, 0]]),
        "left_out": {"end_undated": np.array([2, 0])},
        **given,
    }
    return RiskTable(**parts)


def stages(**given: Any) -> StageCounts:
    parts: dict[str, Any] = {
        "strata": ONE,
        "steps": ("complaint", "charge", "verdict"),
        "endings": ("rejection", "pending"),
        "furthest": np.array([[[2, 1], [0, 3], [0, 1]]]),
        "recorded": np.array([[7, 3, 1]]),
        "left_out": {},
        **given,
    }
    return StageCounts(**parts)


class TestStrata:
    def test_levels_are_distinct_and_as_long_as_the_names(self) -> None:
        with pytest.raises(ValueError, match="not distinct"):
            Strata(("sex",), (("f",), ("f",)))
        with pytest.raises(ValueError, match="as many levels"):
            Strata(("sex", "court"), (("f",),))

    def test_columns(self) -> None:
        strata = Strata(("sex", "court"), (("f", "one"), ("m", "two")))
        assert strata.column("court") == ["one", "two"]
        assert strata.columns(repeat=2) == {"sex": ["f", "f", "m", "m"], "court": ["one", "one", "two", "two"]}
        assert (len(strata), len(ONE)) == (2, 1)

    def test_union(self) -> None:
        both = BY_SEX.union(Strata(("sex",), (("m",), ("a",))))
        assert both.levels == (("a",), ("f",), ("m",))
        assert BY_SEX.places_in(both) == [1, 2]
        with pytest.raises(ValueError, match="do not add up"):
            BY_SEX.union(Strata(("court",), ()))


class TestRiskTable:
    def test_units(self) -> None:
        assert risk().units.tolist() == [1, 1]

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"events": np.zeros((2, 2, 3), dtype=int)}, "events has the shape"),
            ({"censored": np.zeros((2, 2), dtype=int)}, "censored has the shape"),
            ({"days": np.array([3, -1, 5], dtype=np.int32)}, "do not rise"),
            ({"days": np.array([3, 3, 5], dtype=np.int32)}, "do not rise"),
            ({"entered": np.array([[2, 0, 0], [1, 0, 0]])}, "not everybody who entered left"),
            ({"censored": np.array([[0, 0, 0], [0, 0, -1]])}, "negative"),
            ({"left_out": {"end_undated": np.array([2])}}, "end_undated has the shape"),
        ],
    )
    def test_it_is_checked_when_it_is_born(self, wrong: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            risk(**wrong)

    def test_nobody_writes_into_it(self) -> None:
        table = risk()
        for array in (table.events, table.censored, table.entered, table.days):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
        with pytest.raises(TypeError):
            table.left_out["more"] = np.array([1, 1])  # type: ignore[index]

    def test_trimmed(self) -> None:
        events = np.array([[[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]])
        table = risk(outcomes=("verdict", "rejection"), events=events)
        assert table.trimmed().outcomes == ("verdict",)
        assert table.trimmed().events.tolist() == events[:, :1].tolist()
        assert table.trimmed().units.tolist() == table.units.tolist()

    def test_two_tables_add_up_by_group_and_day(self) -> None:
        other = RiskTable(
            strata=Strata(("sex",), (("a",), ("m",))),
            outcomes=("verdict",),
            days=np.array([-1, 4, 5], dtype=np.int32),
            events=np.array([[[0, 0, 1]], [[0, 1, 0]]]),
            censored=np.zeros((2, 3), dtype=np.int64),
            entered=np.array([[1, 0, 0], [1, 0, 0]]),
            left_out={"end_undated": np.array([0, 1]), "not_started": np.array([4, 0])},
        )
        whole = risk() + other
        assert whole.strata.levels == (("a",), ("f",), ("m",))
        assert whole.days.tolist() == [-1, 3, 4, 5]
        assert whole.events[:, 0].tolist() == [[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]
        assert whole.censored.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
        assert whole.units.tolist() == [1, 1, 2]
        assert {name: counts.tolist() for name, counts in whole.left_out.items()} == {
            "end_undated": [0, 2, 1],
            "not_started": [4, 0, 0],
        }
        assert whole.events.dtype == np.int64

    def test_what_does_not_add_up(self) -> None:
        with pytest.raises(ValueError, match="do not add up"):
            _ = risk() + risk(outcomes=("rejection",))
        with pytest.raises(ValueError, match="do not add up"):
            _ = risk() + risk(weighted=True)

    def test_sums_of_weights(self) -> None:
        table = risk(
            events=np.array([[[0, 0.1 + 0.2, 0]], [[0, 0, 0]]]),
            entered=np.array([[0.3, 0, 0], [1, 0, 0]]),
            weighted=True,
        )
        assert (table + table).units.tolist() == [0.6, 2.0]


class TestStageCounts:
    def test_reached_is_this_step_or_a_later_one(self) -> None:
        assert stages().reached.tolist() == [[7, 4, 1]]

    def test_it_is_checked(self) -> None:
        with pytest.raises(ValueError, match="recorded has the shape"):
            stages(recorded=np.array([[7, 3]]))
        with pytest.raises(ValueError, match="negative"):
            stages(recorded=np.array([[7, 3, -1]]))

    def test_trimmed(self) -> None:
        furthest = np.array([[[0, 0, 1], [0, 3, 0], [0, 1, 0]]])
        table = stages(endings=("rejection", "dismissal", "pending"), furthest=furthest)
        assert table.trimmed().endings == ("dismissal", "pending")
        nobody = stages(furthest=np.zeros((1, 3, 2), dtype=np.int64))
        assert nobody.trimmed().endings == ("pending",)

    def test_adding(self) -> None:
        whole = stages() + stages(left_out={"too_young": np.array([5])})
        assert whole.reached.tolist() == [[14, 8, 2]]
        assert whole.recorded.tolist() == [[14, 6, 2]]
        assert whole.left_out["too_young"].tolist() == [5]
        with pytest.raises(ValueError, match="do not add up"):
            _ = stages() + stages(steps=("a", "b", "c"))
        with pytest.raises(ValueError, match="read-only"):
            whole.furthest[0] = 0


class TestStratumTable:
    def test_cells_have_names(self) -> None:
        table = StratumTable(strata=BY_SEX, cells=("units", "ended"), counts=np.array([[5, 2], [7, 0]]), left_out={})
        assert table.count("ended").tolist() == [2, 0]
        whole = table + StratumTable(
            strata=Strata(("sex",), (("m",),)), cells=("units", "ended"), counts=np.array([[1, 1]]), left_out={}
        )
        assert whole.counts.tolist() == [[5, 2], [8, 1]]
        with pytest.raises(ValueError, match="do not add up"):
            _ = table + StratumTable(
                strata=BY_SEX, cells=("units", "x"), counts=np.array([[5, 2], [7, 0]]), left_out={}
            )
        with pytest.raises(ValueError, match="counts has the shape"):
            StratumTable(strata=BY_SEX, cells=("units",), counts=np.array([[5, 2], [7, 0]]), left_out={})
