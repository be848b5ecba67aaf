"""Sentences: lengths by hand, the legal range, what became of them, and what is not counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from justice_metrics.base.errors import QuestionError, SettingsError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.records.sentences import Sentences, sentences
from tests.made_cases import on, wide
from tests.outcome_cases import hanging, row

RAPE, ABUSE = "Violación (art. 308)", "Abuso sexual (art. 312)"
UNITS = [
    {"id": one, "complaint": day, "court": court}
    for one, day, court in (
        ("a", 0, "x"),
        ("b", 5, "x"),
        ("c", 10, "y"),
        ("d", 20, "y"),
        ("e", 30, "y"),
        ("f", 40, "y"),
    )
]
# id, day, offence, months, status, day of enforcement; the cut-off is day 1,000
TOLD = [
    ("a", 300, RAPE, 240, "enforced", 310),
    ("b", 400, "violación", 150, "not_enforced", None),
    ("c", 500, RAPE, 300, "under_appeal", None),
    ("d", 600, RAPE, None, "enforced", 640),
    ("e", 700, ABUSE, 72, "suspended", None),
    ("e", 700, ABUSE, 180, "enforced", None),
    ("f", 800, "Robo", 36, None, None),
    ("f", 800, None, 0, "enforced", 790),
]


@pytest.fixture(scope="module")
def cases() -> CaseData:
    return hanging(UNITS, "sentences", TOLD)


@pytest.fixture(scope="module")
def answer(cases: CaseData) -> Sentences:
    return sentences(cases)


def test_lengths_by_hand(answer: Sentences) -> None:
    main = answer.main
    found = row(main, sentenced_for=RAPE)
    assert (found["denominator"], found["numerator"]) == (3, 2)
    assert (found["estimate"], found["lower_quartile"], found["upper_quartile"], found["mean"]) == (270, 240, 300, 270)
    # two values have no limit of a median
    assert np.isnan([found["conf_low"], found["conf_high"]]).all()
    assert (found["legal_minimum"], found["legal_maximum"]) == (180, 240)
    assert row(main, sentenced_for=ABUSE)["estimate"] == 126
    nothing = row(main, sentenced_for="not_recorded")
    assert (nothing["denominator"], nothing["numerator"]) == (1, 0)
    assert np.isnan([nothing["estimate"], nothing["mean"]]).all()
    assert main["denominator"].sum() == len(TOLD)


def test_the_ends_of_the_range_are_inside(answer: Sentences) -> None:
    places = answer.tables["places"]
    assert row(places, sentenced_for=RAPE, place="inside")["numerator"] == 1
    above = row(places, sentenced_for=RAPE, place="above")
    # one of the three has no length
    assert (above["numerator"], above["denominator"], above["cannot_be_told"]) == (1, 2, 1)
    share = wilson(np.array([1]), np.array([2]))
    assert (above["estimate"], above["conf_low"]) == (0.5, pytest.approx(share.conf_low[0]))
    assert row(places, sentenced_for="violación", place="below")["numerator"] == 1
    inside = row(places, sentenced_for=ABUSE, place="inside")
    assert (inside["numerator"], inside["denominator"]) == (2, 2)
    robbery = row(places, sentenced_for="Robo", place="inside")
    assert (robbery["denominator"], robbery["cannot_be_told"]) == (0, 1)
    assert np.isnan(robbery["estimate"])
    at = list(places["sentenced_for"]).index("Robo")
    assert places.statuses["estimate"][at] == "not_defined"
    # every sentence is in one place, or cannot be told
    first = places["place"] == "below"
    assert places["numerator"].sum() + places["cannot_be_told"][first].sum() == len(TOLD)


def test_the_ranges_are_told_with_their_certainty(answer: Sentences) -> None:
    ranges = answer.tables["ranges"]
    assert row(ranges, offence="rape")["article"] == "CP 308"
    assert row(ranges, offence="rape")["numerator"] == 3
    assert set(ranges["certainty"]) <= {"seen", "from_memory"}


def test_what_became_of_them(answer: Sentences) -> None:
    status = answer.tables["status"]
    counted = {str(one): int(n) for one, n in zip(status["status"], status["numerator"], strict=True)}
    assert counted == {"enforced": 4, "suspended": 1, "not_enforced": 1, "under_appeal": 1, "not_recorded": 1}
    assert set(status["denominator"].tolist()) == {8}
    # 310 - 300 and 640 - 600; two wait; one has no date, one is dated before its sentence, one says nothing
    days = row(answer.tables["enforced"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (4, 2, 2)
    # a quarter exactly is enforced from day 10 to 40, half from day 40 to the last one observed, 600
    assert days["lower_quartile"] == 25
    assert days["estimate"] == 320
    left_out = {str(one.reason): one.n for one in answer.provenance.left_out}
    assert left_out == {
        "sentences without a length above 0 (out of the lengths only)": 2,
        "sentences that a court suspended (out of the time to enforcement only)": 1,
        "ended, but no date says when": 1,
        "ended before it started, by its dates": 1,
        "not said whether it had ended": 1,
    }
    assert any("2 units have more than one row" in str(one) for one in answer.notes)


def test_without_any_status_a_sentence_without_a_day_waits() -> None:
    cases = hanging(UNITS[:2], "sentences", [("a", 300, RAPE, 240, None, 310), ("b", 400, RAPE, 240, None, None)])
    days = row(sentences(cases).tables["enforced"])
    assert (days["numerator"], days["censored"]) == (1, 1)


def test_the_law_is_that_of_the_fact_where_it_is_known() -> None:
    # sentenced in 2015 for a fact of 2012, when rape had 5 to 15 years
    units = [{"id": "a", "complaint": 0, "fact": on(-1_000)}]
    told = [("a", 300, RAPE, 120, "enforced", 310)]
    cases = hanging(units, "sentences", told, types={"fact": "date"})
    by_sentence, by_fact = sentences(cases), sentences(cases, fact="fact")
    assert row(by_sentence.tables["places"], place="below")["numerator"] == 1
    assert row(by_fact.tables["places"], place="inside")["numerator"] == 1
    assert any("day of the sentence" in str(one) for one in by_sentence.notes)
    assert not any("day of the sentence" in str(one) for one in by_fact.notes)
    with pytest.raises(QuestionError, match="'court' is not a day"):
        sentences(cases, fact="court")


def test_the_offence_of_the_case_stands_in_where_the_sentence_has_none() -> None:
    units = [{"id": "a", "complaint": 0, "offence": RAPE}, {"id": "b", "complaint": 0, "offence": ABUSE}]
    cases = hanging(units, "sentences", [("a", 300, None, 200, None, None), ("b", 300, RAPE, 180, None, None)])
    assert list(sentences(cases).main["sentenced_for"]) == [RAPE, "not_recorded"]
    found = sentences(cases, offence="offence").main
    assert list(found["sentenced_for"]) == [RAPE]
    assert found["numerator"].tolist() == [2]


def test_by_court_adds_up(cases: CaseData, answer: Sentences) -> None:
    whole, split = answer, sentences(cases, by="court")
    for name in ("denominator", "numerator", "inside", "compared"):
        assert split.main[name].sum() == whole.main[name].sum()
    assert row(split.tables["status"], court="x", status="enforced")["numerator"] == 1
    assert set(split.tables["enforced"]["court"]) == {"x", "y"}


def test_own_ranges(cases: CaseData, tmp_path: Path) -> None:
    path = tmp_path / "ranges.csv"
    path.write_text(
        "offence,names,minimum_months,maximum_months,article,certainty\nrobbery,Robo,12,60,CP 331,from_memory\n",
        encoding="utf-8",
    )
    answer = sentences(cases, ranges=path)
    assert row(answer.tables["places"], sentenced_for="Robo", place="inside")["numerator"] == 1
    assert dict(answer.provenance.settings)["ranges"] == "ranges.csv"
    with pytest.raises(SettingsError, match="no file"):
        sentences(cases, ranges=tmp_path / "other.csv")


def test_a_procedure_without_ranges_says_so() -> None:
    units = [{"id": "a", "complaint": 0}]
    cases = hanging(units, "sentences", [("a", 300, RAPE, 240, None, None)], procedure="guatemala")
    answer = sentences(cases)
    assert answer.main["compared"].tolist() == [0]
    assert len(answer.tables["ranges"]) == 0
    assert any("no legal ranges" in str(one) for one in answer.notes)
    assert "none can be compared" in str(answer.findings()[0])


def test_weights_move_the_median_and_take_the_interval() -> None:
    units = [{"id": f"u{i}", "complaint": 0, "weight": 5.0 if i == 0 else 1.0} for i in range(7)]
    told = [(f"u{i}", 300, RAPE, 180 + 10 * i, "enforced", 310 + i) for i in range(7)]
    plain = hanging([{**one, "weight": 1.0} for one in units], "sentences", told)
    heavy = sentences(hanging(units, "sentences", told)).main
    assert sentences(plain).main["estimate"].tolist() == [210.0]
    # 11 in all: six of them at or below 190 months
    assert heavy["estimate"].tolist() == [190.0]
    assert heavy["denominator"].tolist() == [11.0]
    assert np.isnan(heavy["conf_low"]).all()


def test_a_row_that_stands_for_several_counts_so_often() -> None:
    units = [{"id": "a", "complaint": 0, "frequency": 3}, {"id": "b", "complaint": 0, "frequency": 1}]
    cases = hanging(units, "sentences", [("a", 300, RAPE, 180, None, None), ("b", 300, RAPE, 240, None, None)])
    main = sentences(cases).main
    assert main["numerator"].tolist() == [4]
    assert main["estimate"].tolist() == [180.0]


def test_no_sentence_at_all_is_answered() -> None:
    cases = hanging(UNITS[:2], "sentences", [("a", None, RAPE, None, None, None)])
    answer = sentences(cases)
    assert answer.main["numerator"].tolist() == [0]
    assert answer.waits.times is None
    assert answer.findings() == ()
    assert answer.summary()
    with pytest.raises(QuestionError, match="no time to draw"):
        answer.draw("enforced")


def test_cases_without_the_table_are_refused() -> None:
    with pytest.raises(QuestionError, match="without a table"):
        sentences(wide(UNITS))


@pytest.mark.parametrize(
    "bad", [{"horizon_days": (0,)}, {"horizon_days": ()}, {"confidence_level": 95}, {"by": "cour"}]
)
def test_wrong_settings_are_refused(cases: CaseData, bad: dict[str, Any]) -> None:
    with pytest.raises(QuestionError):
        sentences(cases, **bad)


def test_figures_show_the_range_behind_the_median(answer: Sentences) -> None:
    axes = answer.plot(language="es")
    known = np.isfinite(answer.main["legal_minimum"].astype(float))
    assert len(axes.containers[0]) == known.sum()
    assert axes.lines[0].get_xdata().tolist() == pytest.approx(answer.main["estimate"].tolist(), nan_ok=True)
    curve = answer.draw("enforced", language="es")
    assert curve.lines[0].get_ydata()[-1] == pytest.approx(0.5)
