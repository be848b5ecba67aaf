"""Time to an ending, by hand: exact fractions, reopening, verdicts without a class, delayed entry."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import ProcedureError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.incidence import CumulativeIncidence
from tests.made_cases import log, on, tiny, wide

TIMES = (1, 5, 3, 6, 1, 3, 2, 5, 2, 3, 6)
KINDS = (0, 1, 1, 1, 2, 1, 0, 1, 0, 2, 2)


def competing(folder: Path) -> CaseData:
    """Eleven cases with ties: times and kinds of ending (0 still open), by the dates that a file would give."""
    made = []
    for place, (time, kind) in enumerate(zip(TIMES, KINDS, strict=True)):
        report = 100 - time if kind == 0 else 7 * place
        ended = None if kind == 0 else report + time
        outcome = ("pending", "one", "two")[kind]
        made.append({"id": f"{place}", "report": report, "outcome": outcome, "ended": ended})
    return wide(made, cutoff=100, procedure=tiny(folder))


def incidence(answer: CumulativeIncidence, outcome: str) -> dict[int, float]:
    """Return the day and the value of each row of an outcome."""
    main = answer.main
    rows = main["outcome"] == outcome
    return dict(zip(main["days"][rows].tolist(), main["estimate"][rows].tolist(), strict=True))


class TestCompetingEndings:
    ONE: ClassVar = {1: 0, 2: 0, 3: Fraction(20, 77), 5: Fraction(40, 77), 6: Fraction(50, 77)}
    TWO: ClassVar = {
        1: Fraction(1, 11),
        2: Fraction(1, 11),
        3: Fraction(17, 77),
        5: Fraction(17, 77),
        6: Fraction(27, 77),
    }
    OPEN: ClassVar = {1: Fraction(10, 11), 2: Fraction(10, 11), 3: Fraction(40, 77), 5: Fraction(20, 77), 6: 0}

    def test_exact_fractions(self, tmp_path: Path) -> None:
        answer = jm.cumulative_incidence(competing(tmp_path))
        assert incidence(answer, "rejection") == pytest.approx({day: float(one) for day, one in self.ONE.items()})
        assert incidence(answer, "withdrawal") == pytest.approx({day: float(one) for day, one in self.TWO.items()})
        assert answer.curves.survival[0, 1:] == pytest.approx([float(one) for one in self.OPEN.values()])
        main = answer.main
        first = main["outcome"] == "rejection"
        assert main["at_risk"][first].tolist() == [11, 9, 7, 4, 2]
        assert main["events"][first].tolist() == [0, 0, 2, 2, 1]
        assert main["censored"][first].tolist() == [1, 2, 0, 0, 0]

    def test_parts_add_up_to_one(self, tmp_path: Path) -> None:
        curves = jm.cumulative_incidence(competing(tmp_path)).curves
        assert (curves.incidence.sum(axis=1) + curves.survival) == pytest.approx(np.ones(curves.survival.shape))

    def test_one_minus_kaplan_meier_is_nowhere(self, tmp_path: Path) -> None:
        answer = jm.cumulative_incidence(competing(tmp_path))
        shown = np.concatenate([table["estimate"].astype(float) for table in answer.tables.values()])
        for overstated in (Fraction(2, 7), Fraction(9, 14), Fraction(23, 28)):
            assert not np.isclose(shown, float(overstated), atol=1e-6).any()

    def test_at_chosen_days(self, tmp_path: Path) -> None:
        table = jm.cumulative_incidence(competing(tmp_path)).at((0, 4, 6, 999))
        assert table["estimate"].tolist()[:4] == pytest.approx([0, 20 / 77, 50 / 77, 50 / 77])
        assert table["at_risk"].tolist()[:4] == [11, 4, 0, 0]

    def test_one_wanted_ending_and_all_others(self, tmp_path: Path) -> None:
        answer = jm.cumulative_incidence(competing(tmp_path), outcome="one")
        assert incidence(answer, "one")[6] == pytest.approx(50 / 77)
        assert incidence(answer, "other_ending")[6] == pytest.approx(27 / 77)

    def test_time_to_any_ending_is_kaplan_meier(self, tmp_path: Path) -> None:
        # S is 40/77 after day 3 and 20/77 after day 5: half had ended by day 5, three quarters by day 6
        main = jm.time_to(competing(tmp_path), shares=(0.25, 0.5, 0.75)).main
        assert main["estimate"].tolist() == [3, 5, 6]
        assert (main["numerator"][0], main["denominator"][0], main["censored"][0]) == (8, 11, 3)

    def test_time_to_one_ending_is_a_quantile_of_its_incidence(self, tmp_path: Path) -> None:
        main = jm.time_to(competing(tmp_path), outcome="one", shares=(0.5, 0.7)).main
        assert main["estimate"].tolist()[0] == 5
        assert np.isnan(main["estimate"][1])  # 50/77 is less than 0.7


class TestNaiveMean:
    """The mean of finished cases falls when more cases are young, whatever the courts do."""

    def cases(self, young: int) -> CaseData:
        days = (100, 200, 900)
        old = [{"id": f"o{day}", "complaint": 0, "outcome": "convicted", "ended": day} for day in days]
        open_ones = [{"id": f"y{n}", "complaint": 950, "outcome": "pending", "ended": None} for n in range(young)]
        return wide([*old, *open_ones], cutoff=1_000)

    def test_it_stands_in_its_own_table_with_a_warning(self) -> None:
        answer = jm.cumulative_incidence(self.cases(young=9))
        assert [name for name, table in answer.tables.items() if table.warning is not None] == ["naive"]
        naive = answer.tables["naive"]
        assert (naive["estimate"].tolist(), naive["events"].tolist()) == ([400.0], [3])

    def test_nothing_else_shows_it(self) -> None:
        cases = self.cases(young=9)
        for answer in (jm.cumulative_incidence(cases), jm.time_to(cases, outcome="conviction")):
            for name, table in answer.tables.items():
                if name != "naive":
                    assert 400.0 not in table["estimate"].tolist()
            assert "400" not in answer.summary()


# Closed, reopened, convicted; closed for good; open.
REOPENED = [
    *(("a", "complaint", 0), ("a", "rejected", 40), ("a", "preliminary", 80), ("a", "charged", 90)),
    ("a", "convicted", 400),
    *(("b", "complaint", 0), ("b", "rejected", 60)),
    ("c", "complaint", 0),
]


class TestReopening:
    def test_a_reopened_case_counts_as_open_throughout(self) -> None:
        answer = jm.cumulative_incidence(log(REOPENED))
        assert incidence(answer, "conviction")[400] == pytest.approx(1 / 3)
        assert incidence(answer, "rejection") == pytest.approx({60: 1 / 3, 400: 1 / 3, 1000: 1 / 3})
        assert any("closed and reopened counts as open" in str(one) for one in answer.notes)

    def test_first_endings_end_it_when_it_was_first_closed(self) -> None:
        answer = jm.cumulative_incidence(log(REOPENED), endings="first")
        assert incidence(answer, "rejection") == pytest.approx({40: 1 / 3, 60: 2 / 3, 1000: 2 / 3})
        assert "conviction" not in answer.main["outcome"]
        assert not any("closed and reopened counts as open" in str(one) for one in answer.notes)

    def test_first_endings_hold_for_endings_that_were_not_asked_for(self) -> None:
        standing = jm.cumulative_incidence(log(REOPENED), outcome="verdict")
        assert incidence(standing, "verdict")[400] == pytest.approx(1 / 3)
        first = jm.cumulative_incidence(log(REOPENED), outcome="verdict", endings="first")
        assert incidence(first, "other_ending") == pytest.approx({40: 1 / 3, 60: 2 / 3, 1000: 2 / 3})
        assert "verdict" not in first.main["outcome"]

    def test_a_stage_on_the_way_is_reached_once(self) -> None:
        main = jm.time_to(log(REOPENED), outcome="charge", shares=(0.3,)).main
        assert (main["estimate"][0], main["numerator"][0]) == (90, 1)

    def test_an_annulled_verdict_was_a_verdict(self) -> None:
        events = [("a", "complaint", 0), ("a", "convicted", 100), ("a", "trial", 150), ("a", "acquitted", 300)]
        assert jm.time_to(log(events), outcome="verdict", shares=(0.5,)).main["estimate"].tolist() == [100]
        by_class = jm.cumulative_incidence(log(events))
        assert incidence(by_class, "conviction") == {100: 1.0}
        assert "acquittal" not in by_class.main["outcome"]


class TestVerdictOfUnknownClass:
    """The file dates the verdict, and its outcome column says that the case is pending."""

    ROWS: ClassVar = [
        {"id": "a", "complaint": 0, "verdict": 100, "final_verdict": 200, "outcome": "final_conviction"},
        {"id": "b", "complaint": 0, "verdict": 120, "final_verdict": None, "outcome": "pending"},
        {"id": "c", "complaint": 0, "verdict": None, "final_verdict": None, "outcome": "rejected"},
        {"id": "d", "complaint": 0, "verdict": None, "final_verdict": None, "outcome": "pending"},
    ]

    def cases(self) -> CaseData:
        days = (200, None, 50, None)
        return wide([{**row, "ended": day} for row, day in zip(self.ROWS, days, strict=True)])

    def test_the_verdict_counts_on_its_day(self) -> None:
        answer = jm.cumulative_incidence(self.cases(), outcome="verdict")
        assert incidence(answer, "verdict") == pytest.approx({50: 0, 100: 1 / 4, 120: 2 / 4, 1000: 2 / 4})
        assert incidence(answer, "other_ending")[1000] == pytest.approx(1 / 4)

    def test_by_classes_it_is_pending_and_a_known_verdict_counts_from_its_first_day(self) -> None:
        answer = jm.cumulative_incidence(self.cases())
        assert incidence(answer, "conviction") == pytest.approx({50: 0, 100: 1 / 4, 1000: 1 / 4})
        assert set(answer.main["outcome"]) == {"conviction", "rejection"}

    def test_by_classes_of_first_endings_it_is_an_ending_of_no_class(self) -> None:
        answer = jm.cumulative_incidence(self.cases(), endings="first")
        last = {name: incidence(answer, name)[1000] for name in dict.fromkeys(answer.main["outcome"].tolist())}
        assert last == pytest.approx({"conviction": 1 / 4, "rejection": 1 / 4, "other_ending": 1 / 4})

    def test_a_final_verdict_is_another_endpoint(self) -> None:
        answer = jm.cumulative_incidence(self.cases(), outcome="final_verdict")
        assert incidence(answer, "final_verdict") == pytest.approx({50: 0, 200: 1 / 4, 1000: 1 / 4})

    def test_time_from_a_role(self) -> None:
        answer = jm.time_to(self.cases(), start="verdict", outcome="final_verdict", shares=(0.5,))
        assert answer.main["estimate"].tolist() == [100]
        assert answer.main["denominator"].tolist() == [2]


class TestDelayedEntry:
    """Open on day 100: those that ended before are not in the sample, the others are watched from then on."""

    ROWS: ClassVar = [
        {"id": "a", "complaint": 0, "outcome": "rejected", "ended": 150},  # seen from its day 100, ends on its day 150
        {"id": "b", "complaint": 60, "outcome": "pending", "ended": None},  # seen from its day 40 to its day 240
        {"id": "c", "complaint": 200, "outcome": "pending", "ended": None},  # seen from the start to its day 100
        {"id": "d", "complaint": 0, "outcome": "rejected", "ended": 80},  # cannot have been in the sample
    ]

    @pytest.mark.parametrize("how", ["a day for all", "a column"])
    def test_by_hand(self, how: str) -> None:
        if how == "a column":
            cases = wide([{**row, "entry": 100} for row in self.ROWS], cutoff=300, sampling={"frame": "prevalent"})
        else:
            cases = wide(self.ROWS, cutoff=300, sampling={"frame": "prevalent", "at": on(100)})
        answer = jm.cumulative_incidence(cases)
        rows = answer.main["outcome"] == "rejection"
        risk = dict(zip(answer.main["days"][rows].tolist(), answer.main["at_risk"][rows].tolist(), strict=True))
        assert risk == {100: 2, 150: 2, 240: 1}  # c leaves on its day 100, the day on which a comes in
        assert incidence(answer, "rejection") == {100: 0, 150: 1 / 2, 240: 1 / 2}
        assert [(str(one.reason), one.n) for one in answer.provenance.left_out] == [
            ("observed only from the day of its ending on, or later", 1)
        ]
        assert any("open on a day" in str(one) for one in answer.notes)

    def test_entry_before_the_start_is_no_delay(self) -> None:
        plain = [{"id": "a", "complaint": 50, "outcome": "rejected", "ended": 90}]
        late = wide([{**plain[0], "entry": 10}], cutoff=300)
        assert jm.cumulative_incidence(late).table.entered.tolist() == [[1, 0]]
        assert jm.cumulative_incidence(late).table.days.tolist() == [-1, 40]


class TestLeftOut:
    """Every unit that time cannot be told of is counted, with its reason."""

    ROWS: ClassVar = [
        {"id": "a", "complaint": 0, "charged": 10, "outcome": "rejected", "ended": 90},
        {"id": "b", "complaint": 0, "charged": None, "outcome": "pending", "ended": None},  # never charged
        {"id": "c", "complaint": None, "charged": 10, "outcome": "rejected", "ended": None},  # when?
        {"id": "d", "complaint": 0, "charged": 100, "outcome": "rejected", "ended": 50},  # before the charge
        {"id": "e", "complaint": 0, "charged": 1_200, "outcome": "pending", "ended": None},  # after the cut-off
        {"id": "f", "complaint": 0, "charged": 10, "outcome": "rejected", "ended": 1_500},  # ends after the cut-off
    ]

    def test_reasons(self) -> None:
        answer = jm.cumulative_incidence(wide(self.ROWS), start="charge")
        assert {str(one.reason): one.n for one in answer.provenance.left_out} == {
            "never reached the stage from which time is counted": 1,
            "starts after the cut-off": 1,
            "ended, but no date says when": 1,
            "ended before it started, by its dates": 1,
            "ended after the cut-off, by its dates": 1,
        }
        assert answer.table.units.tolist() == [1]
        assert answer.provenance.units_in == 6

    def test_no_date_for_the_start(self) -> None:
        answer = jm.cumulative_incidence(wide(self.ROWS))
        assert {str(one.reason) for one in answer.provenance.left_out} >= {"no date for the start"}

    def test_nobody_left(self) -> None:
        with pytest.raises(QuestionError, match="Time cannot be told of any of the 2 units") as error:
            jm.cumulative_incidence(wide(self.ROWS[1:3]), start="trial")
        assert "2: never reached the stage" in str(error.value)


class TestWeights:
    def test_hand_case(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "outcome": "rejected", "ended": 10, "weight": 1.5},
            {"id": "b", "complaint": 0, "outcome": "convicted", "ended": 20, "weight": 2.5},
            {"id": "c", "complaint": 0, "outcome": "pending", "ended": None, "weight": 4},
        ]
        answer = jm.cumulative_incidence(wide(rows))
        assert incidence(answer, "rejection")[1000] == pytest.approx(1.5 / 8)
        assert incidence(answer, "conviction")[1000] == pytest.approx(2.5 / 8)
        # each case pulls the share by its weight times its distance from it
        p = 1.5 / 8
        error = (1.5**2 * (1 - p) ** 2 + (2.5**2 + 4**2) * p**2) ** 0.5 / 8
        last = (answer.main["outcome"] == "rejection") & (answer.main["days"] == 1000)
        assert answer.main["std_error"][last] == pytest.approx([error])
        assert dict(answer.provenance.settings)["variance"] == "infinitesimal_jackknife"
        assert any("robust and allow for unequal weights" in str(one) for one in answer.notes)

    @pytest.mark.parametrize("variance", ["greenwood", "counting_process"])
    def test_a_variance_of_independent_equal_cases_is_refused(self, variance: Any) -> None:
        row = {"id": "a", "complaint": 0, "outcome": "rejected", "ended": 10, "weight": 1.5}
        with pytest.raises(QuestionError, match="these have sampling weights"):
            jm.open_share(wide([row]), variance=variance)


def asks(**given: Any) -> Any:
    return jm.time_to(wide([{"id": "a", "complaint": 0, "outcome": "rejected", "ended": 3}]), **given)


@pytest.mark.parametrize("shares", [(), (0.0,), (0.5, 1.0), (50,)])
def test_shares_lie_between_0_and_1(shares: tuple[float, ...]) -> None:
    with pytest.raises(QuestionError, match="Shares lie between 0 and 1"):
        asks(shares=shares)


def test_unknown_words() -> None:
    with pytest.raises(ProcedureError, match="Did you mean 'verdict'"):
        asks(outcome="verdic")
    with pytest.raises(ProcedureError, match="Did you mean 'charge"):
        asks(start="chargd")


def test_nobody_came_there() -> None:
    answer = asks(outcome="verdict")
    assert np.isnan(answer.main["estimate"]).all()
    assert answer.main["numerator"].tolist() == [0, 0, 0]
    assert "at most 0.0\xa0% of the cases came to verdict, so no median" in str(answer.findings()[0])
