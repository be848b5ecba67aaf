"""Stage by stage, by hand: support counts on the day of entering a stage, never when it comes later."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import JusticeMetricsError, QuestionError
from justice_metrics.base.language import Language
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.point_effects import PointCells
from justice_metrics.measures.support.stage_entry import with_days
from justice_metrics.measures.support.stages import SupportStages, support_stages
from justice_metrics.simulate.effect_files import files as study_files
from justice_metrics.simulate.effect_studies import study
from justice_metrics.simulate.effect_worlds import RANDOM
from tests.made_cases import wide

Spell = tuple[str, str, int | None, int | None]
# Each row stands for five cases. Day of the charge and of the accusation, ending and its day, first day of the lawyer.
FILES: dict[str, tuple[int | None, int | None, str, int | None, int | None]] = {
    "on the day of the complaint": (50, 90, "convicted", 200, 0),
    "before it": (None, None, "rejected", 40, -3),
    "on the day of the charge": (60, 100, "acquitted", 300, 60),
    "a day after the charge": (70, None, "dismissed", 170, 71),
    "before the charge": (80, 600, "pending", None, 79),
    "never": (30, 130, "convicted", 500, None),
    "never, and rejected": (None, None, "rejected", 10, None),
    "never, and pending": (None, None, "pending", None, None),
}


def files(kinds: dict[str, str] | None = None, types: dict[str, str] | None = None, **more: Any) -> CaseData:
    rows, spells = [], []
    for place, (name, (charged, accused, outcome, ended, support)) in enumerate(FILES.items()):
        row = {
            "id": name,
            "complaint": 0,
            "charged": charged,
            "accusation": accused,
            "outcome": outcome,
            "ended": ended,
        }
        rows.append({**row, "frequency": 5, **{one: values[place] for one, values in more.items()}})
        if kinds is not None:
            rows[-1]["kind"] = kinds[name]
        if support is not None:
            spells.append((name, "lawyer", support, None))
    return wide(rows, support=spells, types=types or {})


def asked(cases: CaseData | None = None, **given: Any) -> SupportStages:
    if cases is None and not given:
        return plain()
    # what these few files show by hand is looked at without the curve of the days to entering
    settings = {"actors": "lawyer", "horizon_days": 365, "adjust_days_to_entry": False, **given}
    return support_stages(cases or files(), **settings)


@cache
def plain() -> SupportStages:
    """Return the answer that several tests look at; nothing in it can be changed."""
    return asked(files())


def column(answer: SupportStages, name: str, stage: str) -> list[float]:
    table = answer.tables["endings"]
    return [float(table[name][row]) for row in range(len(table)) if table["stage"][row] == stage]


class TestByHand:
    def test_the_steps_that_the_data_know_up_to_the_verdict(self) -> None:
        assert [one.id for one in asked().steps] == ["complaint", "charged", "accusation"]

    def test_support_counts_when_it_was_complete_on_the_day_of_entering(self) -> None:
        answer = asked()
        assert column(answer, "entered", "complaint") == [10, 30]
        # the day after the charge is too late for it; day 79, and the day itself, are not
        assert column(answer, "entered", "charged") == [15, 10]
        # for the accusation all who came to it but one had met the lawyer
        assert column(answer, "entered", "accusation") == [15, 5]

    def test_who_moved_on_and_who_was_lost(self) -> None:
        answer = asked()
        assert column(answer, "moved_on", "complaint") == [5, 20]
        assert column(answer, "lost", "complaint") == [5, 5]
        assert column(answer, "still_there", "complaint") == [0, 5]
        assert column(answer, "share_moved_on", "complaint") == pytest.approx([1 / 2, 4 / 6])
        assert column(answer, "share_lost", "complaint") == pytest.approx([1 / 2, 1 / 6])
        # from the charge on day 80 to the accusation on day 600 is longer than a year
        assert column(answer, "moved_on", "charged") == [10, 5]
        assert column(answer, "share_moved_on", "charged") == pytest.approx([2 / 3, 1 / 2])
        assert column(answer, "lost", "charged") == [0, 5]

    def test_the_horizon_is_a_day_since_entering_the_stage(self) -> None:
        assert column(asked(horizon_days=520), "moved_on", "charged") == [15, 5]
        assert column(asked(horizon_days=519), "moved_on", "charged") == [10, 5]

    def test_the_difference_as_it_is(self) -> None:
        main = asked().main
        assert main["estimator"].tolist() == ["as_they_are"] * 3
        charged = main["stage"].tolist().index("charged")
        assert main["estimate"][charged] == pytest.approx(2 / 3 - 1 / 2)
        variance = (2 / 9) / 15 + (1 / 4) / 10
        assert main["std_error"][charged] == pytest.approx(variance**0.5)
        assert main["moved_supported"][charged] == 10

    def test_a_case_that_was_not_watched_long_enough_is_censored(self) -> None:
        # ten cases without a lawyer: two charged on day 20, three closed on the books on day 40, the rest seen for less
        rows = [{"id": f"{n}", "complaint": 0, "charged": 20, "outcome": "pending", "ended": None} for n in range(2)]
        rows += [
            {"id": f"{n}", "complaint": 970, "charged": None, "outcome": "pending", "ended": None} for n in range(2, 6)
        ]
        rows += [
            {"id": f"{n}", "complaint": 0, "charged": None, "outcome": "rejected", "ended": 40} for n in range(6, 9)
        ]
        rows += [
            {"id": f"{n}", "complaint": 0, "charged": None, "outcome": "pending", "ended": None} for n in range(9, 14)
        ]
        spells: list[Spell] = [(f"{n}", "lawyer", 0, None) for n in range(9, 14)]
        answer = asked(wide(rows, support=spells), horizon_days=100)
        # day 20: 2 of 9; day 30: 4 censored; day 40: 3 of 3
        assert column(answer, "share_moved_on", "complaint") == pytest.approx([0, 2 / 9])
        assert column(answer, "share_lost", "complaint") == pytest.approx([0, 7 / 9])

    def test_all_of_them_or_any(self) -> None:
        cases = wide(
            [{"id": f"{n}", "complaint": 0, "charged": 50 + n, "outcome": "pending", "ended": None} for n in range(12)],
            support=[(f"{n}", one, day, None) for n in range(6) for one, day in (("lawyer", 0), ("psychologist", 52))],
        )
        both = ("lawyer", "psychologist")
        assert column(asked(cases, actors=both), "entered", "charged") == [4, 8]  # days 52 to 55 of the first six
        assert column(asked(cases, actors=both, needed="any"), "entered", "charged") == [6, 6]
        assert column(asked(cases, actors=both), "entered", "complaint") == [0, 12]


class TestMadeAlike:
    KINDS = {name: ("severe" if place % 2 else "other") for place, name in enumerate(FILES)}

    def test_without_censoring_it_is_a_logistic_model_of_who_moved_on(self) -> None:
        answer = asked(files(self.KINDS), adjust="kind")
        rows = answer.main["stage"].tolist().index("charged"), answer.main["stage"].tolist().index("charged") + 1
        assert answer.main["estimator"][list(rows)].tolist() == ["as_they_are", "standardised"]
        step = answer.steps[1]
        assert step.compared is not None
        assert sorted(set(step.compared.cells.outcome.round(9))) == [0.0, 1.0]
        assert answer.main["estimate"][rows[1]] == pytest.approx(step.compared.found["standardised"].estimate[0])

    def test_a_covariate_of_one_level_makes_nothing_alike_and_it_is_said(self) -> None:
        answer = asked(files(dict.fromkeys(FILES, "severe")), adjust="kind")
        assert set(answer.main["estimator"]) == {"as_they_are"}
        assert any("Nothing was adjusted for" in str(note) for note in answer.notes)
        assert "nothing was adjusted for" in str(answer.findings()[1])

    def test_cases_without_a_record_of_a_number_are_left_out_and_counted(self) -> None:
        ages = [10, None, 12, 13, 14, 15, 16, 17]
        answer = asked(files(age_at_fact=ages, types={"age_at_fact": "integer"}), adjust="age_at_fact")
        assert column(answer, "entered", "complaint") == [5, 30]
        assert any("is not recorded, and they are left out: complaint (5)" in str(one) for one in answer.notes)

    def test_courts(self) -> None:
        cases = files(court=["one", "two", "three", "four", "one", "two", "three", "four"])
        answer, plain = asked(cases, cluster="court"), asked(cases)
        assert answer.main["estimate"].tolist() == pytest.approx(plain.main["estimate"].tolist(), nan_ok=True)
        assert answer.main["std_error"].tolist() != plain.main["std_error"].tolist()
        assert any("there are only" in str(one) for one in answer.notes)
        assert any("No cluster was named" in str(one) for one in plain.notes)

    def test_sampling_weights(self) -> None:
        answer = asked(files(weight=[2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]))
        assert column(answer, "share_moved_on", "complaint") == pytest.approx([2 / 3, 4 / 6])
        assert column(answer, "entered", "complaint") == [10, 30]


class TestWords:
    def test_each_stage_is_told_and_what_it_does_not_say(self) -> None:
        said = [str(one) for one in asked().findings()]
        assert len(said) == 5
        assert "accusation: 100 and 130" in said[3]
        assert "a difference shows up also where support does nothing" in said[3]
        assert "15 cases entered it with lawyer, 10 without" in said[1]
        assert "66.7" in said[1]
        assert "they do not add up to the effect of support" in said[-1]

    def test_a_group_that_is_too_small_is_counted_and_not_compared(self) -> None:
        cases = wide(
            [
                {"id": f"{n}", "complaint": 0, "outcome": ("convicted", "pending")[n % 2], "ended": (40, None)[n % 2]}
                for n in range(12)
            ],
            support=[(f"{n}", "lawyer", 0, None) for n in range(4)],
        )
        answer = asked(cases)
        assert "too few on one side" in str(answer.findings()[0])
        assert np.isnan(answer.main["estimate"]).all()
        assert answer.main["entered_supported"].tolist() == [4]

    def test_a_horizon_that_nobody_was_watched_to(self) -> None:
        answer = asked(horizon_days=2_000)
        assert np.isnan(column(answer, "share_moved_on", "complaint")[1])
        assert "not observed for" in str(answer.findings()[0])

    def test_a_group_of_which_all_moved_on_has_no_interval(self) -> None:
        answer = asked()
        place = answer.main["stage"].tolist().index("accusation")
        assert np.isnan(answer.main["conf_low"][place])
        assert "No interval can be given" in str(answer.findings()[2])

    def test_cases_without_a_day_of_entering_are_counted(self) -> None:
        rows = [
            {
                "id": f"{n}",
                "complaint": 0,
                "charged": None if n < 3 else 20,
                "accusation": 40,
                "outcome": "pending",
                "ended": None,
            }
            for n in range(12)
        ]
        answer = asked(wide(rows, support=[("5", "lawyer", 1, None), ("6", "lawyer", None, None)]))
        assert any("formal charge (3)" in str(one) for one in answer.notes)
        assert any("since when they were supported" in str(one) for one in answer.notes)
        assert column(answer, "entered", "charged") == [1, 7]

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_no_word_that_claims_too_much(self, language: Language) -> None:
        text = asked(files(TestMadeAlike.KINDS), adjust="kind").summary(language).lower()
        assert not re.search(r"treatment|tratamiento|impact|impacto|caused|causó", text)

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_the_drawing_has_the_numbers_of_the_table(self, language: Language) -> None:
        answer = asked()
        lines = answer.plot(language=language).lines
        points = next(line for line in lines if np.size(line.get_xdata()) == len(answer.main))
        assert np.asarray(points.get_xdata(), np.float64) == pytest.approx(100 * answer.main["estimate"], nan_ok=True)


def simulated(seed: int) -> CaseData:
    """Return a world in which support comes by chance and does nothing; the accusation takes its time."""
    made = study_files(study(RANDOM, np.random.default_rng(seed)))
    return CaseData.from_frame(pd.DataFrame(made.cases), dict(made.mapping), support=pd.DataFrame(made.support))


class TestDaysToEntering:
    def test_a_difference_that_time_makes_goes_when_cases_are_alike_in_it(self) -> None:
        """Time since the complaint brings supporters and verdicts; support itself does nothing here."""
        plain, alike, shown = [], [], 0
        for seed in range(3000, 3008):
            main = support_stages(
                simulated(seed), actors=("lawyer", "psychologist", "social_worker"), needed="any"
            ).to_frame()
            at = main[main["stage"] == "accusation"].set_index("estimator")
            plain.append(at["estimate"]["as_they_are"])
            alike.append(at["estimate"]["standardised"])
            shown += at["conf_low"]["standardised"] > 0 or at["conf_high"]["standardised"] < 0
        assert np.mean(plain) > 0.06, "the trap is there"
        assert abs(np.mean(alike)) < 0.03
        assert shown <= 2

    def test_the_days_of_both_groups_are_told(self) -> None:
        answer = asked(adjust_days_to_entry=True)
        assert column(answer, "median_days", "complaint") == [0, 0]
        # with the lawyer 50, 60, 80 days to the charge, without 30 and 70
        assert column(answer, "median_days", "charged") == [60, 30]
        said = " ".join(str(one) for one in answer.findings())
        assert "formal charge: 60 and 30" in said
        assert "alike in these days too" in said
        assert "days from complaint to entering it" in said
        assert any("Besides the days to entering, nothing was adjusted for" in str(one) for one in answer.notes)

    def test_of_the_first_stage_there_is_nothing_to_allow_for(self) -> None:
        answer = asked(adjust_days_to_entry=True)
        main = answer.to_frame()
        assert main[main["stage"] == "complaint"]["estimator"].tolist() == ["as_they_are"]
        assert "standardised" in main[main["stage"] == "charged"]["estimator"].tolist()

    def test_cases_without_a_day_of_complaint_are_left_out_and_counted(self) -> None:
        rows = [
            {
                "id": f"{n}",
                "complaint": None if n < 3 else 0,
                "charged": 20 + n,
                "outcome": "pending",
                "ended": None,
            }
            for n in range(20)
        ]
        cases = wide(rows, support=[(f"{n}", "lawyer", 1, None) for n in range(10)])
        assert sum(column(asked(cases), "entered", "charged")) == 20
        answer = asked(cases, adjust_days_to_entry=True)
        assert column(answer, "entered", "charged") == [7, 10]
        assert any("the day of the first stage is not known" in str(one) for one in answer.notes)

    def test_the_curve_by_hand(self) -> None:
        """Two days are a line, three a curve of two columns; one day tells nothing."""
        n = np.ones(4, np.int64)
        cells = PointCells(np.zeros(4, np.int64), n > 0, np.ones(4), n, None, None)
        none = np.empty((1, 0))
        for days, width in (([5, 5, 5, 5], 0), ([0, 0, 9, 9], 1), ([0, 0, 3, 9], 2)):
            found, design = with_days(cells, none, np.array(days))
            assert design.shape == (len(set(days)), width)
            assert found.pattern.tolist() == [sorted(set(days)).index(one) for one in days]


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"horizon_days": 0}, "must lie after the entry"),
            ({"actors": "lawyr"}, "'lawyr' is not a support actor"),
            ({"confidence_level": 95}, "does not lie between 0 and 1"),
            ({"adjust": "sort"}, "sort"),
            ({"cluster": "room"}, "room"),
            ({"needed": 3}, "'needed' is 3"),
        ],
    )
    def test_wrong_calls(self, given: dict[str, Any], words: str) -> None:
        with pytest.raises(JusticeMetricsError, match=words):
            asked(**given)

    def test_no_support(self) -> None:
        with pytest.raises(QuestionError, match="no support spells"):
            asked(wide([{"id": "a", "complaint": 0, "outcome": "pending", "ended": None}]))
