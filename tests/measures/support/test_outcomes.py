"""Outcome of the cases that got so far, by hand: who was supported before, who is left out, what is said of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from justice_metrics.base.errors import JusticeMetricsError, QuestionError
from justice_metrics.base.language import Language
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.outcomes import SupportOutcomes, support_outcomes
from tests.made_cases import wide

Spell = tuple[str, str, int | None, int | None]
# Severe or not, supported before the verdict or not: cases with a verdict, convictions among them.
TABLE = {("severe", True): (20, 14), ("severe", False): (10, 5), ("other", True): (10, 4), ("other", False): (30, 6)}


def table_cases(**more: Any) -> CaseData:
    """Return the table as cases with a verdict on day 100; those not supported by then met a lawyer on that day."""
    rows, spells = [], []
    for place, ((kind, with_support), (n, convicted)) in enumerate(TABLE.items()):
        for outcome, number in (("convicted", convicted), ("acquitted", n - convicted)):
            unit = f"{place}{outcome}"
            rows.append(
                {
                    "id": unit,
                    "complaint": 0,
                    "outcome": outcome,
                    "ended": 100,
                    "kind": kind,
                    "frequency": number,
                    **{name: values[len(rows) % len(values)] for name, values in more.items()},
                }
            )
            spells.append((unit, "lawyer", 99 if with_support else 100, None))
    return wide(rows, support=spells)


def asked(cases: CaseData | None = None, **given: Any) -> SupportOutcomes:
    if cases is None and not given:
        return plain()
    settings: dict[str, Any] = {"actors": "lawyer", "adjust": "kind", **given}
    return support_outcomes(cases or table_cases(), **settings)


@cache
def plain() -> SupportOutcomes:
    """Return the answer that several tests look at; nothing in it can be changed."""
    return asked(table_cases())


def test_the_headline_has_the_interval_and_says_of_which_cases_it_speaks() -> None:
    said = str(plain().headline())
    assert "interval" in said
    assert "conditional on having reached" in said


class TestByHand:
    def test_shares_made_alike(self) -> None:
        main = asked().main
        assert main["estimator"].tolist() == ["as_they_are", "standardised", "weighted", "doubly_robust"]
        assert main["share_supported"][[0, 2, 3]].tolist() == pytest.approx([18 / 30, 37 / 70, 37 / 70])
        assert main["share_not"][[0, 2, 3]].tolist() == pytest.approx([11 / 40, 23 / 70, 23 / 70])
        assert main["estimate"][[2, 3]].tolist() == pytest.approx([0.2, 0.2])

    def test_ratios(self) -> None:
        ratios = asked().tables["ratios"]
        last = [row for row in range(len(ratios)) if ratios["estimator"][row] == "doubly_robust"]
        assert ratios["scale"][last].tolist() == ["risk_ratio", "odds_ratio"]
        assert ratios["estimate"][last].tolist() == pytest.approx([37 / 23, (37 / 33) / (23 / 47)])

    def test_arms_balance_and_overlap(self) -> None:
        answer = asked()
        arms, balance = answer.tables["arms"], answer.tables["balance"]
        assert arms["denominator"].tolist() == [30, 40]
        assert arms["numerator"].tolist() == [18, 11]
        assert balance["level"].tolist() == ["other", "severe"]
        assert balance["supported_before"].tolist() == pytest.approx([1 / 3, 2 / 3])
        assert balance["not_before"].tolist() == pytest.approx([3 / 4, 1 / 4])
        assert balance["supported_after"].tolist() == pytest.approx([4 / 7, 3 / 7])
        assert np.abs(balance["difference_after"]).max() < 1e-9
        assert answer.tables["overlap"]["supported_before"].sum() == pytest.approx(1)

    def test_the_smallest_difference_that_could_be_shown(self) -> None:
        main = asked().main
        assert main["detectable"] == pytest.approx((1.959963984540054 + 0.8416212335729143) * main["std_error"])


ROWS = [
    {"id": "a", "complaint": 0, "outcome": "convicted", "ended": 200, "court": "one"},
    {"id": "b", "complaint": 0, "outcome": "acquitted", "ended": 200, "court": "one"},
    {"id": "c", "complaint": 0, "outcome": "convicted", "ended": 200, "court": "two"},
    {"id": "d", "complaint": 0, "outcome": "acquitted", "ended": 200, "court": "two"},
    {"id": "e", "complaint": 0, "outcome": "rejected", "ended": 20, "court": "two"},
    {"id": "f", "complaint": 0, "outcome": "pending", "ended": None, "court": "three"},
    {"id": "g", "complaint": 0, "outcome": "convicted", "ended": 150, "court": "three"},
]
SPELLS: list[Spell] = [
    ("a", "lawyer", -5, 3),  # before the complaint, and over long before the verdict: it came before all the same
    ("a", "psychologist", 199, None),  # the day before the verdict
    ("b", "lawyer", 10, None),
    ("b", "psychologist", 200, None),  # on its day
    ("c", "lawyer", 201, None),  # after it
    ("c", "psychologist", 10, None),
    ("e", "lawyer", 1, None),
    ("e", "psychologist", 1, None),
    ("g", "lawyer", None, None),  # nobody knows since when
    ("g", "psychologist", 10, None),
]
BOTH = ("lawyer", "psychologist")


def files(**more: Any) -> CaseData:
    return wide(ROWS, support=SPELLS, **more)


class TestWhoWasSupported:
    def arms(self, **given: Any) -> list[int]:
        answer = asked(files(), **{"actors": BOTH, "adjust": (), **given})
        return [*answer.tables["arms"]["denominator"].tolist(), *answer.tables["arms"]["numerator"].tolist()]

    def test_all_before_the_day_of_the_verdict(self) -> None:
        assert self.arms() == [1, 3, 1, 1]  # a; b, c, d: g is left out

    def test_any_of_them(self) -> None:
        assert self.arms(needed="any") == [3, 1, 2, 0]  # a, b, c; d: since when g had the first of them nobody knows

    def test_by_a_day_since_the_start(self) -> None:
        assert self.arms(supported_by=199) == [1, 3, 1, 1]
        assert self.arms(supported_by=198) == [0, 4, 0, 2]
        assert self.arms(needed=1, supported_by=0) == [1, 3, 1, 1]  # a alone, from before the complaint

    def test_a_fixed_day_leaves_out_who_was_there_before_it(self) -> None:
        quick = [{"id": "h", "complaint": 0, "outcome": "convicted", "ended": 30, "court": "one"}]
        cases = wide([*ROWS, *quick], support=[*SPELLS, ("h", "lawyer", 1, None), ("h", "psychologist", 1, None)])
        assert asked(cases, actors=BOTH, adjust=()).tables["arms"]["denominator"].tolist() == [2, 3]
        answer = asked(cases, actors=BOTH, adjust=(), supported_by=199)
        assert answer.tables["arms"]["denominator"].tolist() == [1, 3]
        reasons = {str(one.reason): one.n for one in answer.provenance.left_out}
        # g, of whom nobody knows since when, had come there by then too
        assert reasons == {"did not reach: verdict": 2, "reached it by the day on which support is read": 2}

    def test_time_to_the_verdict_looks_like_support_unless_support_is_read_on_a_fixed_day(self) -> None:
        """Quick verdicts are all convictions and come before anybody could; later on, support changes nothing."""
        groups = [("quick", "convicted", 30, 20), ("with", "convicted", 200, 10), ("with", "acquitted", 200, 10)]
        groups += [("without", "convicted", 200, 10), ("without", "acquitted", 200, 10)]
        rows = [
            {"id": f"{kind} {outcome}", "complaint": 0, "outcome": outcome, "ended": day, "frequency": n}
            for kind, outcome, day, n in groups
        ]
        cases = wide(rows, support=[(f"with {one}", "lawyer", 60, None) for one in ("convicted", "acquitted")])
        trap, remedy = asked(cases, adjust=()), asked(cases, adjust=(), supported_by=90)
        assert trap.main["estimate"][0] == pytest.approx(10 / 20 - 30 / 40)
        assert remedy.main["estimate"][0] == pytest.approx(0)
        assert trap.tables["arms"]["median_days"].tolist() == [200, 30]

    def test_how_long_both_groups_took(self) -> None:
        answer = asked(files(), actors=BOTH, adjust=(), needed="any")
        assert answer.tables["arms"]["median_days"].tolist() == [200, 200]
        assert any("took 200 days or more to reach verdict" in str(one) for one in answer.findings())
        fixed = asked(files(), actors=BOTH, adjust=(), needed="any", supported_by=30)
        assert not any("days or more" in str(one) for one in fixed.findings())

    def test_support_read_on_a_day_is_said_so(self) -> None:
        answer = asked(files(), actors=BOTH, adjust=(), needed="any", supported_by=30)
        said = str(answer.findings()[0])
        assert "after day 30 only" in said
        assert "that had lawyer, psychologist (at least one of them) by that day" in said
        assert "before it" not in said
        assert "after day 30, by support up to that day" in str(answer.heading)
        assert "after day 30, did those that had" in str(answer.definition.answers)

    def test_what_is_not_recorded_is_told(self) -> None:
        kinds = [{**row, "kind": None if row["id"] == "a" else "severe"} for row in ROWS]
        answer = asked(wide(kinds, support=SPELLS), actors=BOTH, adjust="kind", needed="any")
        assert any("Not known of 1 case" in str(one) and "a kind of its own" in str(one) for one in answer.notes)
        ages = [{**row, "age_at_fact": None if row["id"] == "a" else 20 + n} for n, row in enumerate(ROWS)]
        cases = wide(ages, support=SPELLS, types={"age_at_fact": "integer"})
        answer = asked(cases, actors=BOTH, adjust="age_at_fact", needed="any")
        assert any("1 case is left out because a number" in str(one) for one in answer.notes)

    def test_who_is_left_out_and_why(self) -> None:
        reasons = {str(one.reason): one.n for one in asked(files(), actors=BOTH, adjust=()).provenance.left_out}
        assert reasons == {"did not reach: verdict": 2, "supported, but no date says since when": 1}

    def test_another_stage_and_outcome(self) -> None:
        rows = [{**row, "charged": 5 if row["id"] != "f" else 300} for row in ROWS]
        answer = asked(wide(rows, support=SPELLS), actors=BOTH, adjust=(), among="charge", outcome="rejection")
        arms = answer.tables["arms"]
        assert arms["denominator"].tolist() == [1, 5]  # e; a, b, c, d, f: they had not both by day 5
        assert arms["numerator"].tolist() == [1, 0]
        assert any("1 of these cases are still open" in str(one) for one in answer.notes)


class TestWords:
    def test_the_condition_stands_in_heading_findings_and_notes(self) -> None:
        answer = asked()
        assert "conditional on having reached it" in str(answer.heading)
        said = [str(one) for one in answer.findings()]
        assert said[0].startswith("Among cases that reached verdict only")
        assert "not the effect of support" in said[-1]
        assert any("Conditional on having reached verdict" in str(one) for one in answer.notes)
        assert not [name for name, table in answer.tables.items() if table.warning is not None]

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_no_word_that_claims_too_much(self, language: Language) -> None:
        text = asked().summary(language).lower()
        assert not re.search(r"treatment|tratamiento|impact|impacto|caused|causó", text)

    def test_absolute_numbers_and_the_interval(self) -> None:
        found = str(asked().findings()[1])
        assert "52.9" in found
        assert "32.9" in found
        assert "+20.0 percentage points" in found

    def test_inconclusive_is_said(self) -> None:
        few = wide(
            [
                {"id": f"{n}", "complaint": 0, "outcome": ("convicted", "acquitted")[n % 2], "ended": 50}
                for n in range(16)
            ],
            support=[(f"{n}", "lawyer", 4, None) for n in range(7)],
        )
        answer = asked(few, adjust=())
        assert any(str(one).startswith("Inconclusive") for one in answer.findings())
        assert any("fewer than 10 cases have the outcome" in str(one) for one in answer.notes)

    def test_without_an_outcome_on_one_side_nothing_is_concluded(self) -> None:
        answer = asked(files(), actors=BOTH, adjust=())
        assert np.isnan(answer.main["conf_low"]).all()
        assert any("nothing is concluded" in str(one) for one in answer.findings())

    def test_nobody_on_one_side(self) -> None:
        answer = asked(files(), actors=BOTH, adjust=(), supported_by=0)
        assert any("one of the two groups has no case" in str(one) for one in answer.findings())


class TestModels:
    def test_without_covariates_there_are_no_models(self) -> None:
        answer = asked(adjust=())
        assert answer.main["estimator"].tolist() == ["as_they_are"]
        assert list(answer.tables) == ["main", "ratios", "arms"]
        assert list(answer.views) == ["ratios"]
        assert any("Nothing was adjusted for" in str(one) for one in answer.notes)

    def test_courts(self) -> None:
        cases = table_cases(court=["one", "two", "three"])
        answer, plain = asked(cases, cluster="court"), asked(cases)
        assert answer.main["estimate"].tolist() == pytest.approx(plain.main["estimate"].tolist())
        assert not np.allclose(answer.main["std_error"], plain.main["std_error"])
        assert any(str(one).startswith("Only 3 clusters") for one in answer.notes)
        reach = (answer.main["conf_high"] - answer.main["estimate"]) / answer.main["std_error"]
        assert reach == pytest.approx(4.302652729911275)
        assert any("No cluster was named" in str(one) for one in plain.notes)

    def test_the_cluster_of_the_design_is_taken(self) -> None:
        answer = asked(table_cases(cluster=["one", "two", "three"]))
        assert dict(answer.provenance.settings)["cluster"] == "cluster"

    def test_sampling_weights_change_the_answer(self) -> None:
        answer = asked(table_cases(weight=[2.0] * 4 + [1.0] * 4))
        assert answer.main["share_supported"][3] == pytest.approx(0.4 * 0.4 + 0.6 * 0.7)
        assert not any("are not used here" in str(one) for one in answer.notes)

    def test_cut_weights_are_said(self) -> None:
        answer = asked(truncate=0.6)
        assert any("The weights of 20 cases were cut" in str(one) for one in answer.notes)
        assert answer.main["estimate"][2] != pytest.approx(0.2)

    def test_the_whole_of_a_kind_supported_is_said(self) -> None:
        some = {("severe", True): (20, 14), ("other", True): (10, 4), ("other", False): (30, 6)}
        rows = [
            {
                "id": f"{k}{s}{o}",
                "complaint": 0,
                "outcome": o,
                "ended": 100,
                "kind": k,
                "frequency": c if o == "convicted" else n - c,
            }
            for (k, s), (n, c) in some.items()
            for o in ("convicted", "acquitted")
        ]
        spells: list[Spell] = [(str(row["id"]), "lawyer", 1, None) for row in rows if "True" in str(row["id"])]
        notes = [str(one) for one in asked(wide(rows, support=spells)).notes]
        assert any(one.startswith("For some covariates all cases were supported") for one in notes)
        assert any("20 cases would by their covariates" in one for one in notes)


class TestFigures:
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_they_are_drawn_from_the_tables(self, language: Language) -> None:
        answer = asked()
        points = next(line for line in answer.plot(language=language).lines if np.size(line.get_xdata()) == 4)
        assert np.asarray(points.get_xdata(), np.float64) == pytest.approx(100 * answer.main["estimate"])
        love = answer.draw("balance", language=language)
        assert np.asarray(love.lines[0].get_xdata(), np.float64) == pytest.approx(
            answer.tables["balance"]["difference_before"]
        )
        heights = sum(bar.get_height() for bar in answer.draw("overlap", language=language).containers[0])
        assert heights == pytest.approx(1)
        ratios = np.asarray(answer.draw("ratios", language=language).lines[0].get_xdata(), np.float64)
        assert sorted(ratios) == pytest.approx(sorted(answer.tables["ratios"]["estimate"]))

    def test_an_unknown_view(self) -> None:
        with pytest.raises(QuestionError, match="no view 'love'"):
            asked().draw("love")


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"truncate": 99}, "cannot be cut at the quantile 99"),
            ({"supported_by": "now"}, "not by 'now'"),
            ({"supported_by": -5}, "not by '-5'"),
            ({"supported_by": True}, "not by 'True'"),
            ({"supported_by": 30.5}, "not by '30.5'"),
            ({"actors": "lawyr"}, "'lawyr' is not a support actor"),
            ({"confidence_level": 95}, "does not lie between 0 and 1"),
            ({"adjust": "sort"}, "sort"),
            ({"cluster": "room"}, "room"),
            ({"among": "accusation"}, "No case reached"),
            ({"supported_by": 100}, "No case reached"),
            ({"among": "complaint"}, "would end there too"),
            ({"outcome": "convction"}, "convction"),
            ({"needed": 2}, "'needed' is 2"),
        ],
    )
    def test_wrong_calls(self, given: dict[str, Any], words: str) -> None:
        with pytest.raises(JusticeMetricsError, match=words):
            asked(**given)

    def test_no_support(self) -> None:
        with pytest.raises(QuestionError, match="no support spells"):
            asked(wide(ROWS))


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_frames_give_the_same_bits(library: str) -> None:
    def converted(table: Any) -> Any:
        if library == "polars":
            return pl.from_pandas(table)
        return pa.Table.from_pandas(table, preserve_index=False)

    one = asked(files(), actors=BOTH, adjust="court", needed="any")
    two = asked(wide(ROWS, support=SPELLS, frame=converted), actors=BOTH, adjust="court", needed="any")
    for name, table in one.tables.items():
        for column in table.values:
            assert np.array_equal(table[column], two.tables[name][column], equal_nan=table[column].dtype != object), (
                name
            )
