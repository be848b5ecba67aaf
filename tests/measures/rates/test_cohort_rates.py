"""Rates of a cohort, contrasts, and intervals of the sampling design, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import ProcedureError, QuestionError
from justice_metrics.estimate.proportion import clopper_pearson, jeffreys, wilson
from justice_metrics.estimate.share_contrasts import newcombe_difference, score_ratio
from justice_metrics.estimate.survey import DesignCells, linearised_share
from justice_metrics.estimate.survey_contrasts import linearised_difference
from tests.made_cases import log, wide

# a convicted by the short way; b acquitted; c rejected; d withdrawn after the charge; e pending on trial; f pending
EVENTS: list[tuple[Any, ...]] = [
    *(("a", "complaint", 0), ("a", "charged", 10), ("a", "abbreviated", 20), ("a", "convicted", 30)),
    *(("b", "complaint", 0), ("b", "charged", 10), ("b", "accusation", 20), ("b", "trial", 50), ("b", "acquitted", 60)),
    *(("c", "complaint", 0), ("c", "rejected", 30)),
    *(("d", "complaint", 0), ("d", "charged", 5), ("d", "withdrawn", 40)),
    *(("e", "complaint", 0), ("e", "charged", 10), ("e", "accusation", 15), ("e", "trial", 20)),
    ("f", "complaint", 0),
]
RATES = ("charge", "prosecution", "abbreviated", "verdict", "conviction", "rejection", "withdrawal", "pending")


def shares(result: jm.Result, key: str = "rate") -> dict[str, tuple[int, int]]:
    main = result.main
    return {
        str(name): (int(y), int(n))
        for name, y, n in zip(main[key], main["numerator"], main["denominator"], strict=True)
    }


class TestCohortRates:
    def test_each_rate_on_each_denominator_by_hand(self) -> None:
        found = shares(jm.cohort_rates(log(EVENTS), of=RATES, per=("complaint", "charge")))
        # an abbreviated verdict passes over the accusation; a verdict implies every step before it
        assert found == {
            "charge/complaint": (4, 6), "charge/charge": (4, 4),
            "prosecution/complaint": (3, 6), "prosecution/charge": (3, 4),
            "abbreviated/complaint": (1, 6), "abbreviated/charge": (1, 4),
            "verdict/complaint": (2, 6), "verdict/charge": (2, 4),
            "conviction/complaint": (1, 6), "conviction/charge": (1, 4),
            "rejection/complaint": (1, 6), "rejection/charge": (0, 4),
            "withdrawal/complaint": (1, 6), "withdrawal/charge": (1, 4),
            "pending/complaint": (2, 6), "pending/charge": (1, 4),
        }  # fmt: skip

    def test_labels_name_the_denominator_and_that_cases_are_followed(self) -> None:
        answer = jm.cohort_rates(log(EVENTS), of="charge", per=("complaint", "charge"))
        labels = [row[0] for row in answer.main.display()[1]]
        assert labels == ["formal charge per complaint (same cases)", "formal charge per formal charge (same cases)"]
        assert answer.definition.basis == "cohort"
        flow = jm.period_ratios(log(EVENTS), of="charge").main.display()[1]
        assert not set(labels) & {row[1] for row in flow}

    def test_what_the_procedure_knows_is_asked_by_default(self) -> None:
        rates = [one.split("/")[0] for one in shares(jm.cohort_rates(log(EVENTS)))]
        assert rates[:4] == ["charge", "prosecution", "verdict", "conviction"]
        assert "pending" in rates

    @pytest.mark.parametrize(
        ("interval", "formula"), [("wilson", wilson), ("clopper_pearson", clopper_pearson), ("jeffreys", jeffreys)]
    )
    def test_the_interval_that_was_asked_for(self, interval: Any, formula: Any) -> None:
        main = jm.cohort_rates(log(EVENTS), of="charge", interval=interval, confidence_level=0.9).main
        known = formula(np.array([4]), np.array([6]), 0.9)
        assert (main["conf_low"][0], main["conf_high"][0]) == (known.conf_low[0], known.conf_high[0])

    def test_nobody_reached_the_base(self) -> None:
        main = jm.cohort_rates(log(EVENTS[:1]), of="conviction", per="verdict").main
        assert np.isnan([main["estimate"][0], main["conf_low"][0]]).all()

    def test_words_that_name_nothing(self) -> None:
        with pytest.raises(ProcedureError, match="Did you mean 'charge'"):
            jm.cohort_rates(log(EVENTS), of="chargee")
        with pytest.raises(QuestionError, match="not an attribute"):
            jm.cohort_rates(log(EVENTS), of="charge", by="court")


# Two accused of one case; the other case has one, acquitted.
MEMBERS = [
    {"id": "x", "complaint": 0, "outcome": "convicted", "ended": 90, "case_id": "1", "victim_id": "v"},
    {"id": "y", "complaint": 5, "outcome": "pending", "ended": None, "case_id": "1", "victim_id": "w"},
    {"id": "z", "complaint": 9, "outcome": "acquitted", "ended": 80, "case_id": "2", "victim_id": "w"},
]


class TestOtherUnits:
    def test_per_case_victim_and_accused(self) -> None:
        cases = wide(MEMBERS, unit="accused")
        found = shares(jm.conviction_rates(cases, per=("complaint", "case", "victim", "accused")), "per")
        assert found == {"complaint": (1, 3), "case": (1, 2), "victim": (1, 2), "accused": (1, 3)}

    def test_the_ending_that_stands_for_a_unit_is_declared(self) -> None:
        rows = [
            *MEMBERS,
            {"id": "u", "complaint": 9, "outcome": "acquitted", "ended": 99, "case_id": "1", "victim_id": "v"},
        ]
        cases = wide(rows, unit="accused")
        assert shares(jm.conviction_rates(cases, per="case"), "per") == {"case": (1, 2)}
        acquitted_first = jm.conviction_rates(cases, per="case", principal=("acquittal", "conviction", "pending"))
        assert shares(acquitted_first, "per") == {"case": (0, 2)}

    def test_its_label_and_sentence_say_that_it_is_a_unit(self) -> None:
        answer = jm.conviction_rates(wide(MEMBERS, unit="accused"), per=("complaint", "victim"))
        assert answer.main.display()[1][1][0] == "victim, as the unit counted"
        assert str(answer.findings()[1]).startswith("Of 2 units counted as victim, 1 have a case")

    def test_a_unit_without_links(self) -> None:
        with pytest.raises(QuestionError, match="no links to other units"):
            jm.conviction_rates(log(EVENTS), per="victim")


def drawn(n: int, *, weighted: bool, clustered: bool) -> list[dict[str, Any]]:
    rows = []
    for one in range(n):
        row: dict[str, Any] = {
            "id": str(one), "complaint": 0, "sex": "f" if one % 3 else "m",
            "outcome": "convicted" if one % 4 == 0 else "pending", "ended": 50 if one % 4 == 0 else None,
        }  # fmt: skip
        if weighted:
            row["weight"] = 1.0 + one % 5
        if clustered:
            row["cluster"] = f"c{(one * one) % 7}"
        rows.append(row)
    return rows


class TestDesign:
    @pytest.mark.parametrize(("weighted", "clustered"), [(True, False), (False, True), (True, True)])
    def test_limits_are_those_of_the_design(self, weighted: bool, clustered: bool) -> None:
        rows = drawn(40, weighted=weighted, clustered=clustered)
        main = jm.cohort_rates(wide(rows), of="conviction").main
        weight = np.array([row.get("weight", 1.0) for row in rows])
        convicted = np.array([float(row["outcome"] == "convicted") for row in rows])
        unit = np.array([row.get("cluster", row["id"]) for row in rows])
        names, psu = np.unique(unit, return_inverse=True)
        known = linearised_share(
            DesignCells(
                np.zeros(len(names), int), np.arange(len(names)), np.bincount(psu, weight * convicted),
                np.bincount(psu, weight), np.zeros(len(names), int), np.ones(len(names), int), 1,
            )
        )  # fmt: skip
        for name in ("estimate", "conf_low", "conf_high"):
            assert main[name][0] == pytest.approx(getattr(known, name)[0], rel=1e-12)

    def test_strata_of_the_design_and_groups(self) -> None:
        rows = drawn(60, weighted=True, clustered=True)
        for row in rows:
            row["stratum"] = "north" if row["cluster"] in ("c0", "c1") else "south"
        together, apart = wide(rows), [wide([row for row in rows if row["sex"] == sex]) for sex in "fm"]
        by_sex = jm.cohort_rates(together, of="conviction", by="sex").main
        for place, one in enumerate(apart):
            alone = jm.cohort_rates(one, of="conviction").main
            assert by_sex["estimate"][place] == pytest.approx(alone["estimate"][0])
        # clusters without anybody of the group stay in the design
        assert by_sex["conf_low"][0] > 0

    def test_few_cases_that_weigh_much_are_few(self) -> None:
        rows = [row | {"weight": 10.0} for row in drawn(60, weighted=True, clustered=False)]
        for answer in (jm.cohort_rates(wide(rows), of="conviction", by="sex"), jm.rate_contrasts(wide(rows), by="sex")):
            assert any("1 group rests on fewer than 30 units" in one.text() for one in answer.notes)

    def test_notes(self) -> None:
        answer = jm.conviction_rates(wide(drawn(40, weighted=True, clustered=True)), per="complaint")
        said = " ".join(str(one) for one in answer.notes)
        assert "there are 4" in said
        assert "fewer than 20 clusters" in said
        assert "the intervals allow for them" in said
        assert "sampling design" in str(answer.definition.method)


class TestContrasts:
    def test_against_the_kernels(self) -> None:
        answer = jm.rate_contrasts(wide(drawn(90, weighted=False, clustered=False)), by="sex", of="conviction")
        main, ratios = answer.main, answer.tables["ratios"]
        assert answer.reference == "f"
        y, n = main["numerator"], main["denominator"]
        base = (np.full(2, y[0]), np.full(2, n[0]))
        for found, known in ((main, newcombe_difference(y, n, *base)), (ratios, score_ratio(y, n, *base))):
            for name in ("estimate", "conf_low", "conf_high"):
                assert found[name][1] == getattr(known, name)[1]
        assert [main[name][0] for name in ("estimate", "conf_low", "conf_high")] == [0, 0, 0]
        assert [ratios[name][0] for name in ("estimate", "conf_low", "conf_high")] == [1, 1, 1]

    def test_points_and_ratio_have_names_of_their_own(self) -> None:
        answer = jm.rate_contrasts(wide(drawn(90, weighted=False, clustered=False)), by="sex", reference="m")
        assert {one.unit for one in answer.main.columns if one.name in ("estimate", "conf_low")} == {"points"}
        assert answer.tables["ratios"].columns[1].unit == "number"
        assert "percentage points" in str(answer.findings()[0])

    def test_clusters_that_hold_both_groups(self) -> None:
        rows = drawn(60, weighted=False, clustered=True)
        main = jm.rate_contrasts(wide(rows), by="sex", reference="m").main
        names, psu = np.unique([row["cluster"] for row in rows], return_inverse=True)
        group = np.array([int(row["sex"] == "m") for row in rows])
        convicted = np.array([float(row["outcome"] == "convicted") for row in rows])
        key, cell = np.unique(psu * 2 + group, return_inverse=True)
        cells = DesignCells(
            key % 2, key // 2, np.bincount(cell, convicted), np.bincount(cell).astype(float),
            np.zeros(len(names), int), np.ones(len(names), int), 2,
        )  # fmt: skip
        known = linearised_difference(cells, 1)
        assert main["conf_low"][0] == pytest.approx(known.conf_low[0], rel=1e-12)

    def test_without_limits_no_brackets_are_left(self) -> None:
        rows = drawn(60, weighted=False, clustered=True)
        for row in rows:
            row["cluster"] = row["sex"]
        answer = jm.rate_contrasts(wide(rows), by="sex", reference="m")
        said = answer.findings()[0].text()
        assert "\N{EN DASH}" not in said
        assert "percentage points; ratio 1.00." in said
        assert any("one side rests on too few sampling units" in one.text() for one in answer.notes)
        assert not any("0 or 100" in one.text() for one in answer.notes)

    def test_wrong_words(self) -> None:
        cases = wide(drawn(9, weighted=False, clustered=False))
        with pytest.raises(QuestionError, match="'x' is not a level of 'sex'"):
            jm.rate_contrasts(cases, by="sex", reference="x")
        with pytest.raises(QuestionError, match="nothing to compare"):
            jm.rate_contrasts(wide([row for row in drawn(9, weighted=False, clustered=False) if row["sex"] == "f"]),
                              by="sex")  # fmt: skip


class TestWhatTheFileNeverRecorded:
    ROWS = tuple({"id": one, "complaint": 0, "charged": day, "outcome": "p"} for one, day in (("a", 5), ("b", None)))

    def test_what_the_mapping_does_not_name_is_left_out_and_told(self) -> None:
        answer = jm.cohort_rates(wide(self.ROWS, labels={"r": "rejected", "p": "pending"}))
        assert shares(answer) == {
            "charge/complaint": (1, 2), "rejection/complaint": (0, 2), "pending/complaint": (2, 2),
        }  # fmt: skip
        told = next(str(one) for one in answer.notes if "say nothing of" in str(one))
        assert "conviction" in told
        assert "verdict" in told

    @pytest.mark.parametrize("word", ["prosecution", "conviction", "withdrawn"])
    def test_asked_for_by_name_it_is_refused(self, word: str) -> None:
        cases = wide(self.ROWS, labels={"r": "rejected", "p": "pending"})
        with pytest.raises(QuestionError, match="say nothing of"):
            jm.cohort_rates(cases, of=word)

    def test_as_a_denominator_contrast_or_outcome_too(self) -> None:
        cases = wide([{**row, "court": row["id"]} for row in self.ROWS], labels={"p": "pending", "r": "rejected"})
        with pytest.raises(QuestionError, match="say nothing of"):
            jm.cohort_rates(cases, of="charge", per="prosecution")
        with pytest.raises(QuestionError, match="say nothing of"):
            jm.rate_contrasts(cases, by="court", of="verdict")
        with pytest.raises(QuestionError, match="say nothing of"):
            jm.conviction_rates(cases)

    def test_without_any_ending_nobody_is_known_to_be_pending(self) -> None:
        cases = wide([{"id": "a", "complaint": 0, "charged": 3}])
        assert set(shares(jm.cohort_rates(cases))) == {"charge/complaint"}

    def test_a_label_that_no_case_has_is_a_true_zero(self) -> None:
        cases = wide(self.ROWS, labels={"c": "convicted", "p": "pending"})
        assert shares(jm.cohort_rates(cases, of="conviction")) == {"conviction/complaint": (0, 2)}

    def test_an_event_log_without_such_events_says_what_its_zero_means(self) -> None:
        answer = jm.cohort_rates(log([("a", "complaint", 0), ("a", "charged", 4)]), of=("charge", "conviction"))
        assert shares(answer) == {"charge/complaint": (1, 1), "conviction/complaint": (0, 1)}
        assert any("No event of the file" in str(one) and "conviction" in str(one) for one in answer.notes)
