"""Rows folded into patterns: nothing is lost, the order is one, every path counts alike, and time is split honestly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.reduce import cells
from justice_metrics.reduce import packed as packing
from justice_metrics.reduce import patterns as module
from justice_metrics.reduce.patterns import COVARIATE_MISSING, Patterns, patterns_of

LEVELS = frozenset({"town", "kind"})


def table(n: int, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "days": random.integers(0, 9, n),
            "ending": random.integers(0, 3, n),
            "entry": np.where(random.random(n) < 0.3, random.integers(0, 9, n), -1),
            "town": random.choice(["La Paz", "Oruro", "Beni", "10", "9"], n),
            "kind": random.integers(3, 6, n),
            "age": random.integers(-2, 3, n),
            "score": random.choice([0.5, 1.25, 2.0], n),
            "copies": random.integers(0, 3, n),
            "weight": random.choice([0.5, 1.0, 2.25], n),
        }
    )


def folded(frame: Any, *, names: tuple[str, ...] = ("town", "kind", "age"), **more: Any) -> Patterns:
    given = {name: more.pop(name) for name in ("frequency", "weight", "entry", "id") if name in more}
    times = jm.durations(frame, days="days", ending="ending", by=("town", "kind", "age", "score"), **given)
    return patterns_of(times, covariates=names, categorical=LEVELS & set(names), **more)


def unfolded(made: Patterns) -> list[tuple[Any, ...]]:
    """Every row of the data again, as its values."""
    rows = made.rows
    out = []
    for cell in range(len(rows.n)):
        values = [
            covariate.values[rows.pattern[cell]] if covariate.levels is None
            else covariate.levels[covariate.values[rows.pattern[cell]]]
            for covariate in made.covariates.values()
        ]  # fmt: skip
        stratum = made.strata.levels[rows.stratum[cell]]
        weight = None if rows.weight is None else float(rows.weight[cell])
        one = (*map(str, values), stratum, int(rows.entry[cell]), int(rows.exit[cell]), int(rows.code[cell]), weight)
        out += [one] * int(rows.n[cell])
    return sorted(out, key=repr)


def same(one: Patterns, other: Patterns) -> bool:
    arrays = [
        np.array_equal(a, b) for a, b in zip(one.rows, other.rows, strict=True) if a is not None and b is not None
    ]
    covariates = [
        np.array_equal(one.covariates[name].values, other.covariates[name].values)
        and one.covariates[name].levels == other.covariates[name].levels
        for name in one.covariates
    ]
    rest = (
        np.array_equal(one.n, other.n) and one.strata.levels == other.strata.levels and one.left_out == other.left_out
    )
    return all(arrays) and all(covariates) and rest and one.clusters == other.clusters


class TestNothingIsLost:
    @pytest.mark.parametrize("frequency", [None, "copies"])
    @pytest.mark.parametrize("entry", [None, "entry"])
    def test_unfolding_gives_the_rows_back(self, frequency: str | None, entry: str | None) -> None:
        frame = table(300)
        made = folded(frame, frequency=frequency, entry=entry, strata=("town",))
        wanted = []
        for row in frame.itertuples():
            since = int(row.entry) if entry else -1
            if since >= row.days and since >= 0:
                continue
            one = (row.town, str(row.kind), str(float(row.age)), (row.town,), since, row.days, row.ending, None)
            wanted += [one] * (int(row.copies) if frequency else 1)
        assert unfolded(made) == sorted(wanted, key=repr)
        late = ((frame["entry"] >= frame["days"]) & (frame["entry"] >= 0)) if entry else pd.Series([False] * 300)
        counted = int((frame["copies"] if frequency else pd.Series([1] * 300))[late].sum())
        assert made.left_out.get("entry_after_end", 0) == counted

    def test_weights_stay_with_their_rows(self) -> None:
        frame = table(200)
        made = folded(frame, weight="weight")
        assert made.rows.weight is not None
        assert float((made.rows.n * made.rows.weight).sum()) == pytest.approx(frame["weight"].sum())
        assert [one[-1] for one in unfolded(made)].count(2.25) == int((frame["weight"] == 2.25).sum())

    def test_levels_stand_in_the_order_of_readers_and_patterns_in_that_of_levels(self) -> None:
        made = folded(table(200))
        assert made.covariates["town"].levels == ("9", "10", "Beni", "La Paz", "Oruro")
        assert made.covariates["kind"].levels == ("3", "4", "5")
        keys = list(zip(*(one.values for one in made.covariates.values()), strict=True))
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys) == len(made.n)

    def test_clusters_are_numbered_without_gaps(self) -> None:
        made = folded(table(200), cluster="town")
        assert made.rows.cluster is not None
        assert sorted(set(made.rows.cluster.tolist())) == list(range(5))
        assert made.clusters == 5


PATHS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": lambda frame: pl.from_pandas(frame).lazy(),
    "floats": lambda frame: frame.astype({"days": "float64"}),
}


class TestEveryPathCountsAlike:
    """In memory, by one packed number, by all columns: the same patterns and rows, to the bit."""

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("settings", [{}, {"strata": ("town",)}, {"cluster": "kind"}, {"frequency": "copies"},
                                          {"entry": "entry"}], ids=str)  # fmt: skip
    def test_by_one_number(self, path: str, settings: dict[str, Any]) -> None:
        frame = table(400)
        assert same(folded(frame, **settings), folded(PATHS[path](frame), **settings))

    @pytest.mark.parametrize("settings", [{}, {"strata": ("town",)}, {"cluster": "kind"}, {"entry": "entry"}], ids=str)
    def test_by_all_columns(self, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        frame = table(400)
        packed = folded(pl.from_pandas(frame).lazy(), **settings)
        monkeypatch.setattr(module, "packed", lambda *given: None)
        assert same(packed, folded(pl.from_pandas(frame).lazy(), **settings))

    def test_when_keys_are_too_many_to_be_counted_by_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        frame = table(400)
        by_place = folded(frame)
        monkeypatch.setattr(packing, "_MOST_PLACES", 0)
        assert same(by_place, folded(frame))

    def test_when_a_key_has_no_room_in_one_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        frame = table(400)
        packed = folded(frame, strata=("town",), cluster="kind")
        monkeypatch.setattr(cells, "LARGEST_KEY", 60)
        monkeypatch.setattr(packing, "LARGEST_KEY", 60)
        assert same(packed, folded(frame, strata=("town",), cluster="kind"))

    def test_fractions_are_numbers_too(self) -> None:
        made = folded(table(100), names=("score", "town"))
        assert sorted(set(made.covariates["score"].values.tolist())) == [0.5, 1.25, 2.0]

    @given(st.integers(1, 60), st.integers(0, 10_000))
    def test_two_halves_add_up(self, n: int, seed: int) -> None:
        # endings are numbered among those that occur, so every one of them occurs in both halves
        every = table(3).assign(ending=[0, 1, 2])
        halves = [pd.concat([every, table(n, seed)]), pd.concat([table(n, seed + 1), every])]
        whole = unfolded(folded(pd.concat(halves)))
        parts = [unfolded(folded(part)) for part in halves]
        assert whole == sorted((row for part in parts for row in part), key=repr)


class TestMissing:
    def frame(self) -> pd.DataFrame:
        frame = table(200).astype({"age": "float64", "town": "object"})
        frame.loc[::5, "age"] = np.nan
        frame.loc[::4, "town"] = None
        return frame

    def test_a_missing_level_is_a_level_and_a_missing_number_leaves_its_row_out(self) -> None:
        made = folded(self.frame())
        assert made.covariates["town"].levels is not None
        assert made.covariates["town"].levels[-1] == "not_recorded"
        assert made.left_out == {COVARIATE_MISSING: 40}
        assert made.n.sum() == 160

    def test_missing_levels_can_be_left_out(self) -> None:
        made = folded(self.frame(), missing="leave_out")
        assert "not_recorded" not in (made.covariates["town"].levels or ())
        assert made.n.sum() + made.left_out[COVARIATE_MISSING] == 200
        assert made.left_out[COVARIATE_MISSING] == 80

    def test_whole_numbers_with_gaps(self) -> None:
        frame = pl.from_pandas(self.frame()).with_columns(pl.col("age").cast(pl.Int64)).lazy()
        assert same(folded(self.frame()), folded(frame))

    def test_nobody_left_is_said(self) -> None:
        frame = table(20).astype({"age": "float64"})
        frame["age"] = np.nan
        with pytest.raises(QuestionError, match="No unit is left"):
            folded(frame)


class TestTimeIsSplit:
    """Entry, exit, ending and the day on which a covariate begins to hold."""

    def split(self, *units: tuple[int, int, int, int | None]) -> list[tuple[str, int, int, int]]:
        frame = pd.DataFrame(units, columns=["entry", "days", "ending", "since"]).astype({"since": "Int64"})
        times = jm.durations(frame, days="days", ending="ending", entry="entry", by=("since",))
        made = patterns_of(times, covariates=("holds",), categorical=frozenset({"holds"}),
                           time_varying={"holds": nw.col("since")})  # fmt: skip
        levels = made.covariates["holds"].levels or ()
        codes = made.covariates["holds"].values
        rows = made.rows
        return sorted(
            (levels[codes[rows.pattern[cell]]], int(rows.entry[cell]), int(rows.exit[cell]), int(rows.code[cell]))
            for cell in range(len(rows.n))
        )

    def test_it_counts_from_the_day_after_it_began(self) -> None:
        assert self.split((-1, 10, 1, 4)) == [("not_yet", -1, 4, -1), ("started", 4, 10, 1)]

    def test_what_ends_a_case_on_the_day_is_not_laid_to_it(self) -> None:
        assert self.split((-1, 10, 1, 10), (-1, 9, 1, 30)) == [("not_yet", -1, 9, 1), ("not_yet", -1, 10, 1)]

    def test_never(self) -> None:
        assert self.split((-1, 10, 1, None)) == [("not_yet", -1, 10, 1)]

    def test_from_the_first_day_on(self) -> None:
        assert self.split((-1, 10, 0, -3), (-1, 5, 1, 0)) == [
            ("not_yet", -1, 0, -1),
            ("started", -1, 10, 0),
            ("started", 0, 5, 1),
        ]

    def test_with_late_entry(self) -> None:
        assert self.split((3, 10, 1, 3), (3, 10, 1, 4)) == [
            ("not_yet", 3, 4, -1),
            ("started", 3, 10, 1),
            ("started", 4, 10, 1),
        ]

    def test_units_are_counted_once(self) -> None:
        frame = pd.DataFrame({"days": [10, 10, 3], "ending": [1, 0, 1], "since": [4, 20, 0]})
        times = jm.durations(frame, days="days", ending="ending", by=("since",))
        made = patterns_of(times, covariates=("holds",), categorical=frozenset({"holds"}),
                           time_varying={"holds": nw.col("since")})  # fmt: skip
        assert made.units.sum() == 3
        assert made.n.sum() == 5
        assert made.seen == {"holds": (3, 2)}
