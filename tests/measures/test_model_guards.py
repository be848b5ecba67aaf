"""Regressions, support and data quality before the disclosure gate: what they declare, what leaves and what stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.cells import Count
from justice_metrics.base.errors import DisclosureError
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.result import Published, Result
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import release
from justice_metrics.measures.guards import among, ending_of, hidden_counts, not_ended_by
from justice_metrics.measures.support.hazards import support_hazards
from justice_metrics.measures.support.presence import support_presence
from justice_metrics.measures.support.stages import support_stages
from tests.disclosure.declared import check_boxes, check_declared
from tests.made_cases import on, wide
from tests.support_cases import ACTORS, many

POLICY = DisclosurePolicy()


def times(n: int = 240, rare: int = 0) -> Any:
    """Return times of n cases in two places and two sexes; ``rare`` of them lie in a third place."""
    place = np.where(np.arange(n) % 2 == 0, "town", "land").astype(object)
    place[:rare] = "post"
    frame = pd.DataFrame(
        {
            "days": 1 + (np.arange(n) * 37) % 211,
            "ending": np.where(np.arange(n) % 3 == 0, "verdict", np.where(np.arange(n) % 3 == 1, "closed", "pending")),
            "place": place,
            "sex": np.where(np.arange(n) // 2 % 2 == 0, "f", "m"),
        }
    )
    return jm.durations(frame, days="days", ending="ending")


def counts_of(answer: Result) -> dict[str, float]:
    """Return the counts behind a model, by what they restrict."""
    return {_named(one): one.value for one in answer.main.cells}


def _named(one: Count) -> str:
    return " & ".join(sorted(f"{name}={'|'.join(sorted(levels))}" for name, levels in one.box))


def published(answer: Result) -> Published:
    return release(answer, POLICY).results[0]


class TestGuards:
    def test_all_units_restrict_nothing(self) -> None:
        assert among(Provenance(units_in=5), 5, "cox_regression", "age") == {}
        assert among(Provenance(units_in=5), 4, "cox_regression", {"a": 1}) == {"cox_regression(a=1)": ("yes",)}

    def test_an_ending_and_the_rest_share_nobody(self) -> None:
        for one in ("conviction", "verdict"):
            (name, levels), (same, others) = next(iter(ending_of(one).items())), next(iter(not_ended_by(one).items()))
            assert name == same
            assert not set(levels) & set(others)

    def test_a_box_is_counted_once(self) -> None:
        found = hidden_counts([({"sex": ("f",)}, 3), ({}, 9), ({"sex": ("f",)}, 3)])
        assert [(one.value, one.place) for one in found] == [(3.0, ("", "", 0)), (9.0, ("", "", 1))]


class TestRegressions:
    def test_units_endings_and_the_rest_of_every_level_stand_behind_it(self) -> None:
        counts = counts_of(jm.cox_regression(times(), formula="place", outcome="verdict"))
        assert counts[""] == 240
        assert counts["place=land"] == counts["place=town"] == 120
        assert counts["came_to:verdict=yes"] == 80
        assert counts["came_to:verdict=yes & place=town"] == 40
        assert counts["came_to:verdict=no & place=town"] == 80

    def test_an_interaction_is_known_by_its_cells(self) -> None:
        counts = counts_of(jm.cox_regression(times(), formula="place * sex", outcome="verdict"))
        assert {counts[f"place={a} & sex={b}"] for a in ("town", "land") for b in "fm"} == {60}

    @pytest.mark.parametrize(
        "ask",
        [
            lambda cases: jm.cox_regression(cases, formula="place + sex", outcome="verdict"),
            lambda cases: jm.cause_specific_regression(cases, formula="place", outcome="verdict"),
            lambda cases: jm.subdistribution_regression(cases, formula="place", outcome="verdict"),
        ],
    )
    def test_it_leaves_with_few_digits_and_says_the_same(self, ask: Callable[[Any], Result]) -> None:
        answer = ask(times())
        check_declared(answer)
        shown = published(answer)
        assert {"residuals", "baseline", "predicted", "curves"}.isdisjoint(shown.tables)
        raw, told = (np.asarray(one.main["estimate"], np.float64) for one in (answer, shown))
        np.testing.assert_allclose(told, raw, rtol=5e-3)
        assert all(float(f"{one:.3g}") == one for one in told)
        assert len(shown.findings()) == len(answer.findings_of(answer)) > 0
        assert shown.plot() is not None
        plt.close("all")

    @pytest.mark.parametrize("rare", [2, 9])
    def test_a_dummy_of_few_cases_keeps_it_inside(self, rare: int) -> None:
        answer = jm.cox_regression(times(rare=rare), formula="place", outcome="verdict")
        assert min(one.value for one in answer.main.cells) < 10
        with pytest.raises(DisclosureError, match="too few cases"):
            release(answer, POLICY)

    def test_the_remainder_of_a_large_dummy_counts_too(self) -> None:
        # 120 of 123 cases of one place came to it: three did not
        frame = pd.DataFrame(
            {
                "days": range(1, 247),
                "ending": ["verdict"] * 120 + ["pending"] * 3 + ["verdict", "pending", "pending"] * 41,
                "place": ["town"] * 123 + ["land"] * 123,
            }
        )
        cases = jm.durations(frame, days="days", ending="ending")
        with pytest.raises(DisclosureError, match="too few cases"):
            release(jm.cox_regression(cases, formula="place", outcome="verdict"), POLICY)


@pytest.fixture(scope="module")
def effect() -> Result:
    return jm.support_effect(
        many(), actors=ACTORS, started_within_days=30, horizon_days=(200,), outcome="rejection", adjust="area",
        resamples=5,
    )  # fmt: skip


class TestSupport:
    def test_an_effect_names_both_strategies_and_every_level(self, effect: Result) -> None:
        check_declared(effect)
        counts = counts_of(effect)
        main = effect.main
        assert {float(main[one][0]) for one in ("events_started", "events_not_started")} <= set(counts.values())
        levels = {one for one in counts if one.startswith("area=") or " & area=" in one}
        assert len(levels) == 4
        assert sum(counts[one] for one in levels) == 240

    def test_only_its_differences_leave(self, effect: Result) -> None:
        assert {name for name, one in effect.tables.items() if one.guard == "model"} == {"main", "ratios"}
        small = min(one.value for one in effect.main.cells)
        if small < POLICY.minimum:
            with pytest.raises(DisclosureError, match="too few cases"):
                release(effect, POLICY)
        loose = release(effect, DisclosurePolicy(minimum=3, protection=2)).results[0]
        assert set(loose.tables) == {"main", "ratios"}
        assert len(loose.findings()) == 2
        assert loose.plot() is not None
        plt.close("all")

    def test_a_difference_that_may_not_be_told_is_not_told(self, effect: Result) -> None:
        shown = Published.of(effect, _whole(effect))
        object.__setattr__(shown, "words", {**shown.words, "enough": False})
        assert [str(one) for one in shown.findings()] == ["These files cannot tell how cases end with support in time."]

    @pytest.mark.parametrize(
        "ask",
        [
            lambda: support_hazards(many(), actors=ACTORS, model=("set", "number"), outcome="rejection", lag_days=(0,)),
            lambda: jm.support_outcomes(many(), actors=ACTORS, among="any_exit", outcome="conviction", adjust="area"),
            lambda: support_stages(many(), actors=ACTORS),
            lambda: support_presence(many(), actors=ACTORS),
        ],
    )
    def test_all_declare_what_stands_behind_them(self, ask: Callable[[], Result]) -> None:
        answer = ask()
        check_declared(answer)
        check_boxes(answer.base_counts().counts)
        assert answer.main.guard in {"model", "counts"}

    def test_all_actors_are_the_set_and_later_starts_some_of_the_earlier(self) -> None:
        answer = support_hazards(many(), actors=ACTORS, model=("set", "number"), outcome="rejection", lag_days=(0, 30))
        main = answer.main
        cell = next(one.cell for one in main.columns if one.name == "at_risk")
        assert cell is not None
        boxes = {
            (str(main["model"][row]), str(main["level"][row]), int(main["lag_days"][row])): cell.box(
                {one.name: main[one.name][row] for one in main.columns}, {}
            )
            for row in range(len(main))
        }
        every = str(len(ACTORS))
        assert boxes["set", "started", 0] == boxes["number", every, 0]
        (name, at_once), (same, later) = (next(iter(boxes["set", "started", lag])) for lag in (0, 30))
        assert name == same
        assert later < at_once

    def test_who_supports_is_said_by_day(self) -> None:
        shown = published(support_presence(many(), actors="lawyer"))
        assert [str(one).replace("\u00a0", " ") for one in shown.findings()] == [
            "lawyer: in 25.8 % of cases by day 365 (interval 20.0 % to 32.0 %)."
        ]

    def test_without_dates_only_the_numbers_of_actors_leave(self) -> None:
        rows = [{"id": f"{n}", "complaint": 0, "outcome": "pending"} for n in range(60)]
        spells = [(f"{n}", "lawyer", None, None) for n in range(40)]
        answer = jm.support_effect(wide(rows, support=spells), actors="lawyer")
        check_declared(answer)
        shown = published(answer)
        assert shown.main["units"].tolist() == [20, 40]
        assert "Of 60 cases, 40" in str(shown.findings()[0])
        hidden = Published.of(answer, _whole(answer, hide="units"))
        assert len(hidden.findings()) == 1


class TestThatCountNoCases:
    def test_a_procedure_is_told_and_drawn_as_it_is(self) -> None:
        answer = jm.procedure_map("bolivia")
        check_declared(answer)
        shown = published(answer)
        assert [str(one) for one in shown.findings()] == [str(one) for one in answer.findings()]
        assert shown.plot() is not None
        plt.close("all")

    def test_a_plan_without_cases_leaves_and_one_from_cases_stays(self) -> None:
        plan = jm.study_size(baseline=0.3, difference=0.1, icc=0.05, files_per_court=30)
        check_declared(plan)
        assert [str(one) for one in published(plan).findings()] == [str(one) for one in plan.findings()]
        pilot = jm.study_size(many(), outcome="rejection", horizon_days=200, difference=0.1, cluster="court")
        with pytest.raises(DisclosureError):
            release(pilot, POLICY)


@pytest.fixture(scope="module")
def report() -> Result:
    rows = [
        {
            "id": f"{n}",
            "complaint": n % 300,
            "outcome": "convicted" if n < 40 else "pending",
            # twelve endings lie before the complaint, three have no date at all
            "ended": (n % 300) - 5 if n < 12 else None if n < 15 else n % 300 + 90 if n < 40 else None,
            "area": "town" if n % 20 else None,
        }
        for n in range(240)
    ]
    return jm.check(wide(rows))


class TestQuality:
    def test_a_rule_that_few_cases_break_is_not_listed(self, report: Result) -> None:
        check_declared(report)
        raw = {str(rule): int(n) for rule, n in zip(report.main["rule"], report.main["n"], strict=True)}
        shown = published(report)
        listed = set(shown.main["rule"].tolist())
        assert {one for one, n in raw.items() if 0 < n < 10}
        assert listed
        assert not listed & {one for one, n in raw.items() if 0 < n < 10}
        assert "rules" not in shown.tables
        said = " ".join(str(one) for one in shown.findings())
        assert all(str(report.main.labels["rule"][one]) not in said for one in set(raw) - listed)
        assert shown.plot() is not None
        plt.close("all")

    def test_completeness_heaping_and_delay_declare_their_units(self) -> None:
        rows = [
            {"id": f"{n}", "complaint": n, "outcome": "pending", "area": "town" if n % 3 else None,
             "entered": on(n + n % 40), "place": "a" if n % 2 else "b"}
            for n in range(600)
        ]  # fmt: skip
        cases = wide(rows, types={"entered": "date"})
        for answer in (
            jm.completeness(cases, by="place"),
            jm.date_heaping(cases, by="place"),
            jm.registration_delay(cases, recorded="entered", within_days=10, longest_days=60),
        ):
            check_declared(answer)
            shown = published(answer)
            assert len(shown.main)
            assert all("nan" not in str(one) for one in shown.findings())

    def test_agreement_and_drift(self) -> None:
        rows = [
            {"id": f"{n}", "complaint": n, "outcome": "pending", "area": ("town", "land")[n // 25 % 2]}
            for n in range(120)
        ]
        again = [{**row, "area": "town"} if n < 12 else row for n, row in enumerate(rows)]
        answer = jm.coder_agreement(wide(rows), wide(again), items="area")
        check_declared(answer)
        assert published(answer).main["n"].tolist() == [120]
        with pytest.raises(DisclosureError, match="may see the case files only"):
            release(jm.coding_drift(wide(rows)), POLICY)


def _whole(answer: Result, hide: str = "") -> Any:
    """Return an answer's tables as if the gate had shown everything, or had hidden one column."""
    from justice_metrics.base.result import Protected
    from justice_metrics.base.table import Table

    def one(table: Table) -> Table:
        values = {name: np.full(len(table), np.nan) if name == hide else held for name, held in table.values.items()}
        return Table(table.columns, values, labels=table.labels, title=table.title)

    shown = {name: one(table) for name, table in answer.tables.items() if table.guard in {"model", "counts"}}
    return Protected(tables=shown, provenance=answer.provenance)
