"""Practice and the progress of cases: by hand, only what was known on the day, and no effect where there is none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.share_contrasts import newcombe_difference
from justice_metrics.measures.practice.association import practice_association
from tests.disclosure.declared import check_declared

DAY0 = dt.date(2014, 1, 1)
CUTOFF = 2_000
ITEMS = {
    "recorded_interview": {"column": "taped", "date": "taped_on"},
    "recorded_interview_days": {"date": "taped_on"},
    "conciliation_offered": {"column": "agree", "date": "agree_on"},
    "rights_explained": "told",
    "legal_representation": "lawyer",
}


def on(day: float | None) -> str | None:
    return None if day is None or np.isnan(day) else (DAY0 + dt.timedelta(days=int(day))).isoformat()


def cases_of(rows: pd.DataFrame, items: dict[str, Any] = ITEMS, **cases: Any) -> jm.CaseData:
    """Return cases whose days are numbers since the first day."""
    frame = rows.assign(id=range(len(rows)))
    for name in ("day", "charged", "trial", "taped_on", "agree_on"):
        frame[name] = [on(one) for one in rows[name]] if name in rows else None
    return jm.CaseData.from_frame(
        frame,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": on(CUTOFF), **cases},
            "dates": {"complaint": "day", "charge": "charged", "trial": "trial"},
            "practice": {"checklist": "child_sexual_assault", "items": items},
        },
    )


# All are reported on day 0 and charged on day 100, but for the last three.
BY_HAND = pd.DataFrame(
    {
        "day": 0.0,
        "charged": [100, 100, 100, 100, 100, 100, 1_900, None, 100],
        "trial": [300, None, 900, 300, None, None, None, None, 50],
        #        before  before  later  never  never  undated
        "taped": ["sí", "sí", "sí", "no", "no", "sí", "sí", "sí", "sí"],
        "taped_on": [10, 100, 101, None, None, None, 10, 10, 10],
        "agree": ["sí", "sí", "no", "no", "sí", None, "no", "no", "no"],
        "agree_on": [50, 150, None, None, None, None, None, None, None],
        "told": ["sí", "no", "sí", "no", None, "no aplica", "sí", "sí", "sí"],
        "lawyer": "sí",
    }
)


@pytest.fixture(scope="module")
def answer() -> Any:
    return practice_association(cases_of(BY_HAND), to="trial", within_days=365)


def row(answer: Any, item: str) -> dict[str, float]:
    place = answer.main["item"].tolist().index(item)
    return {name: float(answer.main[name][place]) for name in answer.main.values if name not in {"item", "domain"}}


class TestByHand:
    def test_who_is_followed(self, answer: Any) -> None:
        reasons = {str(one.reason).split(",", maxsplit=1)[0]: one.n for one in answer.provenance.left_out}
        assert reasons == {
            "never reached the stage from which time is counted": 1,
            "entered the stage too late to be followed so long": 1,
            "had come so far already on the day of entering the stage": 1,
        }

    def test_an_answer_counts_as_it_stood_on_that_day(self, answer: Any) -> None:
        found = row(answer, "recorded_interview")
        # met: the first two; not met: the one taped a day later and both never taped; without a day nobody knows
        assert (found["met_numerator"], found["met_denominator"]) == (1, 2)
        assert (found["not_met_numerator"], found["not_met_denominator"]) == (1, 3)
        assert found["unknown"] == 1

    def test_what_must_not_happen_had_not_happened_yet(self, answer: Any) -> None:
        found = row(answer, "conciliation_offered")
        # offered before: the first; offered later or never: met so far; offered nobody knows when: not known
        assert (found["not_met_denominator"], found["met_denominator"], found["unknown"]) == (1, 3, 2)

    def test_days_that_ran_out_count_also_where_it_was_never_done(self, answer: Any) -> None:
        found = row(answer, "recorded_interview_days")
        assert (found["met_denominator"], found["not_met_denominator"], found["unknown"]) == (1, 4, 1)

    def test_days_compare_only_cases_whose_days_had_run_out(self) -> None:
        # ten heard on day 5, ten on day 20; half of each charged on day 10, before 15 days had run out, and go to trial
        rows = pd.DataFrame(
            {
                "day": 0.0,
                "charged": [10.0, 100.0] * 10,
                "trial": [300.0, None] * 10,
                "taped": "sí",
                "taped_on": [5.0] * 10 + [20.0] * 10,
            }
        )
        items = {name: ITEMS[name] for name in ("recorded_interview", "recorded_interview_days")}
        found = row(practice_association(cases_of(rows, items), to="trial", within_days=365), "recorded_interview_days")
        assert (found["met_denominator"], found["not_met_denominator"], found["unknown"]) == (5, 5, 10)
        assert (found["met"], found["not_met"], found["estimate"]) == (0, 0, 0)
        early = rows.assign(charged=100.0, taped_on=[-16.0] * 10 + [20.0] * 10)
        found = row(
            practice_association(cases_of(early, items), to="trial", within_days=365), "recorded_interview_days"
        )
        assert (found["met_denominator"], found["not_met_denominator"], found["unknown"]) == (0, 10, 10)

    def test_an_act_before_the_complaint_has_no_day(self) -> None:
        rows = BY_HAND.assign(taped_on=[-10, 10, 101, None, None, None, 10, 10, 10])
        made = practice_association(cases_of(rows), to="trial", within_days=365)
        found = row(made, "recorded_interview")
        assert (found["met_denominator"], found["not_met_denominator"], found["unknown"]) == (1, 3, 2)
        assert any(one.text().startswith("1 act is dated before the day") for one in made.notes)

    @pytest.mark.parametrize("coarse", ["charged", "day"])
    def test_a_stage_that_is_known_to_the_month_tells_no_order(self, coarse: str) -> None:
        # charged on the 15th or in that month, heard on the 10th: who was charged on the 3rd was heard afterwards
        frame = pd.DataFrame(
            {
                "id": range(20),
                "day": "2014-01-05",
                "charged": "2014-03-15",
                "trial": ["2014-09-01", None] * 10,
                "taped": "sí",
                "taped_on": ["2014-03-10"] * 16 + [None] * 4,
                "told": "sí",
            }
        )
        frame.loc[16:, "taped"] = "no"
        frame.loc[:9, coarse] = frame[coarse].str.slice(stop=7)
        items = {name: ITEMS[name] for name in ("recorded_interview", "recorded_interview_days", "rights_explained")}
        read = jm.CaseData.from_frame(
            frame,
            {
                "cases": {"id": "id", "procedure": "bolivia", "cutoff": on(CUTOFF)},
                "dates": {"complaint": "day", "charge": "charged", "trial": "trial"},
                "practice": {"checklist": "child_sexual_assault", "items": items},
            },
        )
        found = practice_association(read, to="trial", within_days=365)
        told = {
            item: [row(found, item)[one] for one in ("met_denominator", "not_met_denominator", "unknown")]
            for item in items
        }
        assert told["rights_explained"] == [20, 0, 0]
        # what depends on the order is told of the ten cases in which it is known
        assert told["recorded_interview_days"] == [0, 10, 10]
        assert told["recorded_interview"] == ([6, 4, 10] if coarse == "charged" else [16, 4, 0])

    def test_what_the_first_contact_settles_needs_no_date(self, answer: Any) -> None:
        found = row(answer, "rights_explained")
        assert (found["met_denominator"], found["not_met_denominator"], found["unknown"]) == (2, 2, 2)

    def test_a_note_says_where_many_files_are_silent(self, answer: Any) -> None:
        # of six: one, two and two not known of the three answers; days that still run are no silence
        assert any(one.text().startswith("Of 3 items more than one case in ten") for one in answer.notes)

    def test_an_item_without_a_date_is_left_out_or_refused(self, answer: Any) -> None:
        assert "legal_representation" not in answer.main["item"].tolist()
        assert any("1 item is left out" in one.text() for one in answer.notes)
        with pytest.raises(QuestionError, match="'legal_representation' was met before 'charge' cannot be told"):
            practice_association(cases_of(BY_HAND), items="legal_representation")

    def test_differences_are_newcombes(self, answer: Any) -> None:
        found = row(answer, "recorded_interview")
        expected = newcombe_difference(*(np.array([one]) for one in (1, 2, 1, 3)))
        assert [found[one] for one in ("estimate", "conf_low", "conf_high")] == pytest.approx(
            [float(one[0]) for one in expected]
        )

    def test_it_says_that_it_is_no_effect(self, answer: Any) -> None:
        assert "An association, not an effect" in answer.notes[0].text()
        assert "association" in answer.heading.text()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"at": "verdict"}, "No case entered 'verdict' so early"),
        ({"within_days": 0}, "at least 1"),
        ({"within_days": 90_000}, "could be followed for 90,000 days"),
        ({"domains": "participation", "items": "closed_hearings"}, "was not coded"),
    ],
)
def test_wrong_questions(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        practice_association(cases_of(BY_HAND), **asked)


def lives(n: int, seed: int) -> pd.DataFrame:
    """Return cases in which an interview does nothing: it comes on a day of its own, if the case lasts so long."""
    drawn = np.random.default_rng(seed)
    charged, trial, taped = (np.ceil(drawn.exponential(mean, n)) for mean in (150, 500, 400))
    trial += charged
    end = trial + drawn.exponential(400, n)
    closed = drawn.random(n) < 0.6  # most cases are closed early
    end = np.where(closed, charged + drawn.exponential(60, n), end)
    trial = np.where(trial < end, trial, np.nan)
    there = taped < end
    return pd.DataFrame(
        {
            "day": 0.0,
            "charged": charged,
            "trial": trial,
            "taped": np.where(there, "sí", "no"),
            "taped_on": np.where(there, taped, np.nan),
        }
    )


def test_where_practice_does_nothing_nothing_is_found_though_the_naive_figure_shows_much() -> None:
    rows = lives(6_000, 1)
    items = {"recorded_interview": ITEMS["recorded_interview"]}
    found = practice_association(cases_of(rows, items), to="trial", within_days=365).main
    late = rows["charged"] + 365 > CUTOFF
    within = (rows["trial"] - rows["charged"] <= 365)[~late]
    ever = (rows["taped"] == "sí")[~late]
    naive = within[ever].mean() - within[~ever].mean()
    assert naive > 0.1
    assert found["conf_low"][0] < 0 < found["conf_high"][0]
    assert abs(found["estimate"][0]) < 0.03


def test_without_limits_nobody_says_what_is_beyond_chance() -> None:
    rows = lives(200, 4).assign(court="one")
    items = {"recorded_interview": ITEMS["recorded_interview"]}
    found = practice_association(cases_of(rows, items, sampling={"cluster": "court"}), to="trial", within_days=365)
    assert np.isfinite(found.main["estimate"]).all()
    assert np.isnan(found.main["conf_low"]).all()
    assert found.findings() == ()


def test_what_is_declared_and_published(answer: Any) -> None:
    items = {name: ITEMS[name] for name in ("recorded_interview", "recorded_interview_days")}
    rows = lives(600, 2).assign(w="0.5", court=[str(one % 12) for one in range(600)])
    found = practice_association(cases_of(rows, items), to="trial", within_days=365)
    check_declared(found)
    check_declared(answer)
    for policy in (jm.DisclosurePolicy(minimum=5), jm.DisclosurePolicy(minimum=5, base=3)):
        (shown,) = jm.release([found], policy).results
        assert np.isfinite(shown.main["estimate"]).any()
        assert "not the effect of the practice" in shown.findings()[-1].text()
    design = {"sampling": {"weight": "w", "cluster": "court"}}
    weighted = practice_association(cases_of(rows, items, **design), to="trial", within_days=365)
    check_declared(weighted)
    np.testing.assert_allclose(weighted.main["estimate"], found.main["estimate"])
    (shown,) = jm.release([weighted], jm.DisclosurePolicy(minimum=5)).results
    # of the days too few cases came so far
    assert shown.main["estimate"].tolist() == pytest.approx([round(found.main["estimate"][0], 2), np.nan], nan_ok=True)
    assert shown.main["met_denominator_unweighted"][0] == found.main["met_denominator"][0]
    assert "met_denominator" not in shown.main.values
    assert len(shown.findings()) == 1
    axes = found.plot(language="es")
    np.testing.assert_allclose(axes.lines[1].get_xdata(), found.main["estimate"] * 100)


def test_what_follows_is_not_certain_even_where_every_file_was_read(tmp_path: Path) -> None:
    drawn = np.random.default_rng(3)
    rows = pd.DataFrame(
        {
            "day": 0.0,
            "charged": 100.0,
            "trial": np.where(drawn.random(120) < 0.5, 300.0, np.nan),
            "told": drawn.choice(["sí", "no"], 120),
            "w": 1.0,
        }
    )
    log = pd.DataFrame({"file": range(120), "status": "coded", "weight": 1.0})
    log.to_csv(tmp_path / "log.csv", index=False)
    items = {"rights_explained": "told"}
    read = {"sampling": {"frame": "registered", "log": {"file": str(tmp_path / "log.csv")}}}
    found = practice_association(cases_of(rows, items, **read), to="trial", within_days=365)
    plain = practice_association(cases_of(rows, items, sampling={"weight": "w"}), to="trial", within_days=365)
    for name in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(found.main[name], plain.main[name])
    assert found.main["conf_high"][0] - found.main["conf_low"][0] > 0.3
    assert not any("finite population" in one.text() for one in found.notes)
