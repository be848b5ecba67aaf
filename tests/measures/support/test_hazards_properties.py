"""What must not change hazard ratios of support, and what they say where support does nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.measures.support.data import SupportData
from justice_metrics.measures.support.hazard_models import all_told
from justice_metrics.measures.support.hazard_states import Asked
from justice_metrics.measures.support.hazards import SupportHazards, support_hazards
from justice_metrics.measures.support.hazards_data import hazard_data
from justice_metrics.reduce.histories import NEVER
from justice_metrics.reduce.support_states import Episode

ACTORS = ("one", "two", "three")
few = settings(max_examples=5, deadline=None)


def world(seed: int, n: int = 60) -> pd.DataFrame:
    """Return cases of ten courts with three actors, a covariate and two endings, many on one day."""
    random = np.random.default_rng(seed)
    made: dict[str, Any] = {
        "days": random.integers(1, 40, n),
        "end": random.choice([0, 1, 1, 2], n),
        "court": random.integers(0, 10, n),
        "x": random.integers(0, 3, n),
        "stage": _days(random, n, 40),
    }
    return pd.DataFrame(made | {one: _days(random, n, 30) for one in ACTORS})


def _days(random: np.random.Generator, n: int, most: int) -> Any:
    return np.where(random.random(n) < 0.7, random.integers(-5, most, n), np.nan)


def answer(table: pd.DataFrame, **given: Any) -> SupportHazards:
    known: dict[str, Any] = {"actors": ACTORS, "outcome": ("v", "r"), "adjust": "x", "lag_days": (0,), **given}
    frequency = "times" if "times" in table.columns else None
    times = jm.durations(table, days="days", ending="end", outcomes={"1": "v", "2": "r"}, frequency=frequency)
    return support_hazards(times, **known)


def numbers(of: SupportHazards, table: str, *columns: str) -> Any:
    return np.array([of.tables[table][one].astype(float) for one in columns])


class TestWhatChangesNothing:
    @few
    @given(st.integers(0, 10_000), st.permutations(ACTORS))
    def test_the_order_in_which_actors_are_named(self, seed: int, order: list[str]) -> None:
        table = world(seed)
        for model in ("set", "number", "order"):
            one, other = answer(table, model=model), answer(table, model=model, actors=tuple(order))
            frames = [each.to_frame().set_index(["outcome", "model", "level", "lag_days"]) for each in (one, other)]
            if model != "order":
                pd.testing.assert_frame_equal(frames[0], frames[1], rtol=1e-7, atol=1e-9)
                continue
            # actors of one day are named in the order given; whoever came first by himself has the same name
            alone = [level for level in frames[0].index.levels[2] if level in (*ACTORS, "nobody", "together")]
            for level in alone:
                counts = [each.xs("first", level="model").xs(level, level="level")["events"] for each in frames]
                assert counts[0].tolist() == counts[1].tolist()
        one, other = answer(table, model="which"), answer(table, model="which", actors=tuple(order))
        frames = [each.to_frame().set_index(["outcome", "term", "level", "lag_days"]) for each in (one, other)]
        pd.testing.assert_frame_equal(frames[0], frames[1].loc[frames[0].index], rtol=1e-7, atol=1e-9)

    @few
    @given(st.integers(0, 10_000), st.sampled_from(["court", None]))
    def test_a_frequency_is_replication(self, seed: int, cluster: str | None) -> None:
        table = world(seed, 40)
        table["times"] = np.random.default_rng(seed).integers(1, 4, len(table))
        long = table.loc[table.index.repeat(table["times"])].drop(columns="times").reset_index(drop=True)
        for model in ("set", "number"):
            one, other = (answer(each, model=model, cluster=cluster, needed=2) for each in (table, long))
            pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=1e-7, atol=1e-9)

    @few
    @given(st.integers(0, 10_000), st.integers(1, 35))
    def test_a_cut_on_a_day_on_which_nothing_changes(self, seed: int, day: int) -> None:
        """An actor who goes and comes back at once was there all the time."""
        table = world(seed)
        times = jm.durations(table, days="days", ending="end", outcomes={"1": "v", "2": "r"})
        settings_: dict[str, Any] = {
            "needed": "any", "present": "since_start", "outcome": "v", "start": "", "adjust": "x", "milestones": (),
            "strata": (), "cluster": "court", "basis": None, "institutions": (),
        }  # fmt: skip
        data, episodes = hazard_data(times, actors=ACTORS, **settings_)
        whole = Asked(data=data, episodes=episodes, present="while_present", adjust="x")
        since = data.histories.days["one"]
        later = np.where((since < day) & (since != NEVER), day, NEVER)
        days = {
            **data.histories.days,
            "until": np.where(later == NEVER, NEVER, day - 1),
            "again": later,
        }
        cut = SupportData(**{**data.__dict__, "histories": data.histories._replace(days=days)})
        parts = {**episodes, "one": (Episode("one", "until"), Episode("again"))}
        found = [
            all_told(each, ("set", "number", "which"), (0,), (1,), ties="efron")
            for each in (whole, Asked(data=cut, episodes=parts, present="while_present", adjust="x"))
        ]
        for one, other in zip(*found, strict=True):
            assert one.model.lines == other.model.lines
            assert one.events.tolist() == other.events.tolist()
            assert one.one is not None
            assert other.one is not None
            for name in ("estimate", "std_error", "model_error"):
                np.testing.assert_allclose(getattr(one.one, name), getattr(other.one, name), rtol=1e-7, atol=1e-9)

    @few
    @given(st.integers(0, 10_000))
    def test_cases_and_endings_of_all_levels_add_up(self, seed: int) -> None:
        found = answer(world(seed), model=("set", "number", "order"), lag_days=(0, 5))
        frame = found.to_frame()
        for (outcome, _, _), own in frame.groupby(["outcome", "model", "lag_days"]):
            assert own["events"].sum() == found.events[outcome]
        # everybody begins without support, but for those who are never at risk of a day without it
        none = frame[(frame["model"] == "set") & (frame["level"] == "not_yet") & (frame["lag_days"] == 5)]
        assert (none["at_risk"] <= found.units).all()

    @few
    @given(st.integers(0, 10_000))
    def test_of_one_actor_all_models_are_one(self, seed: int) -> None:
        table = world(seed)
        found = answer(table, actors="one", model=("set", "number", "which"), lag_days=(0,))
        frame = found.to_frame("coefficients")
        pairs = [frame[frame["model"] == one]["estimate"].to_numpy() for one in ("set", "number", "which")]
        np.testing.assert_allclose(pairs[0], pairs[1], rtol=1e-8)
        np.testing.assert_allclose(pairs[0], pairs[2], rtol=1e-8)


def null_world(n: int, seed: int) -> pd.DataFrame:
    """Return cases in which nobody does anything: rejections come early, verdicts late, actors when they come."""
    random = np.random.default_rng(seed)
    early = random.exponential(250, n)
    late = 200 + random.exponential(300, n)
    cutoff = random.uniform(300, 900, n)
    last = np.minimum(np.minimum(early, late), cutoff)
    table: dict[str, Any] = {
        "days": np.ceil(last).astype(int),
        "end": np.where(last == cutoff, 0, np.where(late < early, 1, 2)),
        "court": random.integers(0, 60, n),
    }
    for actor, mean in zip(ACTORS, (400, 500, 700), strict=True):
        came = np.ceil(random.exponential(mean, n))
        table[actor] = np.where(came <= table["days"], came, np.nan)
    return pd.DataFrame(table)


@pytest.fixture(scope="module")
def found() -> SupportHazards:
    table = null_world(12_000, 5)
    return answer(table, model=("set", "number", "which", "combination"), adjust=(), cluster="court")


class TestWhereSupportDoesNothing:
    def test_the_number_of_actors_is_flat(self, found: SupportHazards) -> None:
        main = found.to_frame()
        own = main[(main["model"] == "number") & (main["outcome"] != "other_ending") & (main["level"] != "0")]
        assert own["level"].tolist() == ["1", "2", "3"] * 2
        assert (own["events"] > 100).all()
        assert np.abs(np.log(own["estimate"])).max() < 0.2
        tests = found.to_frame("tests")
        assert (tests[tests["test"] == "no_difference"]["p_value"] > 0.01).all()

    def test_although_the_naive_table_shows_a_dose_and_a_response(self, found: SupportHazards) -> None:
        naive = found.to_frame("naive")
        own = naive[(naive["model"] == "number") & (naive["outcome"] == "v")]
        assert own["odds_ratio"].is_monotonic_increasing
        assert own["odds_ratio"].iloc[-1] > 5  # more verdicts with every actor …
        assert own["estimate"].is_monotonic_decreasing
        assert own["estimate"].iloc[-1] < 0.5  # … and slower ones: both out of nothing
        rejected = naive[(naive["model"] == "number") & (naive["outcome"] == "r")]
        assert rejected["odds_ratio"].is_monotonic_decreasing

    def test_the_set_is_no_more_than_its_parts(self, found: SupportHazards) -> None:
        own = found.to_frame("combination")
        own = own[own["outcome"] != "other_ending"]
        middle = np.where(own["scale"] == "additive", 0, 1)
        assert ((own["conf_low"] < middle) & (middle < own["conf_high"])).all()

    def test_it_is_called_inconclusive(self, found: SupportHazards) -> None:
        said = [one.text() for one in found.findings()][1:-1]
        assert len(said) == 16
        # of sixteen intervals at 95 % one or the other leaves out the truth
        assert sum("Inconclusive" in one for one in said) >= 14
