"""Hazard ratios of support in time: by hand, by R, by properties, and where nothing can be told."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from scipy.special import betainc
from scipy.stats import binomtest, chi2

import justice_metrics as jm
from justice_metrics.base.errors import ProcedureError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.durations import Durations
from justice_metrics.measures.support.data import SupportData
from justice_metrics.measures.support.hazard_contrasts import read
from justice_metrics.measures.support.hazard_models import Told, all_told, naive_told
from justice_metrics.measures.support.hazard_states import SET, Asked
from justice_metrics.measures.support.hazards import SupportHazards, support_hazards
from justice_metrics.measures.support.hazards_data import hazard_data
from justice_metrics.measures.support.hazards_words import Limit
from justice_metrics.reduce.histories import NEVER, histories_of
from justice_metrics.reduce.support_states import Episode
from tests.made_cases import wide

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
ESTIMATE, ERROR = 1e-8, 1e-6
ACTORS = ("lawyer", "psychologist", "social_worker")
Spell: TypeAlias = tuple[str, str, int | None, int | None]


# --------------------------------------------------------------------------------------------------------------- by R


@cache
def expected() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "effects_expected.csv", keep_default_na=False)


def value(case: str, quantity: str, term: str = "") -> float:
    own = expected()
    return float(own[(own["case"] == case) & (own["quantity"] == quantity) & (own["term"] == term)]["value"].iloc[0])


@cache
def table(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"effects_{name}_units.csv", dtype={"employed": str})


@cache
def patients() -> Durations:
    return jm.durations(table("heart"), days="exit", ending="code", outcomes={"1": "death"})


@cache
def drawn() -> Durations:
    return jm.durations(table("support"), days="exit", ending="code", outcomes={"1": "verdict", "2": "rejection"})


def asked(times: Durations, actors: Any, *, adjust: str = "", covariates: tuple[str, ...] = (), **given: Any) -> Asked:
    """Return a question of a table, with whatever formula; ``covariates`` are those that the formula names."""
    known: dict[str, Any] = {
        "needed": "all", "present": "since_start", "outcome": times.outcomes[0], "start": "", "milestones": (),
        "strata": (), "cluster": None, "basis": None, "institutions": (), **given,
    }  # fmt: skip
    data, episodes = hazard_data(times, actors=actors, adjust=covariates, **known)
    return Asked(data=data, episodes=episodes, present="since_start", adjust=adjust or " + ".join(covariates))


def one_fit(of: Asked, ties: Any = "efron", lag: int = 0) -> Told:
    return all_told(of, ("set",), (lag,), (1,), ties=ties)[0]


def coefficient(of: Told, term: str) -> tuple[float, float, float]:
    """Return estimate, robust and model error of a term."""
    place = [one.term for one in of.model.made.design.columns].index(term)
    assert of.one is not None
    return float(of.one.estimate[place]), float(of.one.std_error[place]), float(of.one.model_error[place])


class TestStanfordHeartTransplant:
    @pytest.mark.parametrize(
        ("case", "adjust", "ties"),
        [
            ("heart_alone_efron", (), "efron"),
            ("heart_alone_breslow", (), "breslow"),
            ("heart_adjusted_efron", ("age48", "year", "surgery"), "efron"),
            ("heart_adjusted_breslow", ("age48", "year", "surgery"), "breslow"),
        ],
    )
    def test_transplant_as_it_happens(self, case: str, adjust: tuple[str, ...], ties: Any) -> None:
        answer = support_hazards(patients(), actors="wait", outcome="death", adjust=adjust, ties=ties, lag_days=(0,))
        own = answer.tables["coefficients"]
        assert own["estimate"][0] == pytest.approx(value(case, "estimate", "tx"), rel=ESTIMATE)
        robust = case == "heart_adjusted_breslow"
        model = value(case, "std_error_model" if robust else "std_error", "tx")
        assert own["std_error_model"][0] == pytest.approx(model, rel=ERROR)
        if robust:
            assert own["std_error"][0] == pytest.approx(value(case, "std_error", "tx"), rel=ERROR)
        assert answer.main["events"].sum() == answer.events["death"] == value(case, "events")
        fit = one_fit(asked(patients(), "wait", covariates=adjust), ties).fit
        assert fit is not None
        assert fit.log_likelihood_null == pytest.approx(value(case, "log_likelihood", "null"), rel=ESTIMATE)
        assert fit.log_likelihood == pytest.approx(value(case, "log_likelihood", "fitted"), rel=ESTIMATE)

    def test_the_printed_digits(self) -> None:
        """The figures as the textbook case is usually printed."""
        plain = one_fit(asked(patients(), "wait"))
        assert [round(one, 7) for one in coefficient(plain, SET)[::2]] == [0.1271411, 0.3011411]
        breslow = one_fit(asked(patients(), "wait"), "breslow")
        assert [round(one, 7) for one in coefficient(breslow, SET)[::2]] == [0.1256669, 0.3010765]
        adjusted = one_fit(asked(patients(), "wait", covariates=("age48", "year", "surgery")))
        assert round(coefficient(adjusted, SET)[0], 8) == -0.01025077
        assert round(coefficient(adjusted, SET)[2], 7) == 0.3137548
        assert adjusted.fit is not None
        assert round(adjusted.fit.log_likelihood_null, 4) == -298.1214
        assert round(adjusted.fit.log_likelihood, 4) == -290.5656
        tied = one_fit(asked(patients(), "wait", covariates=("age48", "year", "surgery")), "breslow")
        estimate, robust, model = coefficient(tied, SET)
        assert (round(estimate, 8), round(model, 7), round(robust, 7)) == (-0.01189585, 0.3136444, 0.3154174)

    def test_what_transplant_goes_with_in_whom(self) -> None:
        formula = f"age48 + surgery + age48:{SET} + surgery:{SET}"
        found = one_fit(asked(patients(), "wait", covariates=("age48", "surgery"), adjust=formula), "breslow")
        terms = {SET: "tx", f"{SET}:age48": "age:tx", f"{SET}:surgery": "surgery:tx"}
        columns = {frozenset(one.term.split(":")): one.term for one in found.model.made.design.columns}
        for ours, theirs in terms.items():
            estimate, _, error = coefficient(found, columns[frozenset(ours.split(":"))])
            assert estimate == pytest.approx(value("heart_interaction", "estimate", theirs), rel=ESTIMATE)
            assert error == pytest.approx(value("heart_interaction", "std_error", theirs), rel=ERROR)
        assert round(coefficient(found, SET)[0], 7) == 0.1181019

    @pytest.mark.parametrize(("day", "digits"), [(30, -0.2480904), (60, -0.5616557), (90, -0.7669996)])
    def test_landmarks(self, day: int, digits: float) -> None:
        """From a landmark on, transplanted by then or not: the same models on other histories."""
        landmark = 2 * (day + 1)
        for covariates, case in (((), f"heart_landmark_{day}_alone"), (("age", "surgery"), f"heart_landmark_{day}")):
            of = asked(patients(), "wait", covariates=covariates)
            cells = of.data.histories.where(of.data.histories.exit > landmark)
            by_then = np.where(cells.days["wait"] <= landmark, cells.days["wait"], NEVER)
            assert cells.units == value(f"heart_landmark_{day}", "units", "all")
            assert cells.n[by_then != NEVER].sum() == value(f"heart_landmark_{day}", "units", "on")
            cells = cells._replace(days={"wait": by_then}, entry=np.full(len(cells.n), landmark))
            found = one_fit(Asked(**{**of.__dict__, "data": SupportData(**{**of.data.__dict__, "histories": cells})}))
            assert coefficient(found, SET)[0] == pytest.approx(value(case, "estimate", "on"), rel=ESTIMATE)
            assert coefficient(found, SET)[2] == pytest.approx(value(case, "std_error", "on"), rel=ERROR)
        assert coefficient(found, SET)[0] == pytest.approx(digits, abs=1.5e-7)
        if day == 30:
            assert (value("heart_landmark_30", "units", "all"), value("heart_landmark_30", "units", "on")) == (78, 35)
            assert value("heart_landmark_30_alone", "estimate", "on") == pytest.approx(-0.0887811, abs=5e-8)
            assert value("heart_landmark_30_alone", "std_error", "on") == pytest.approx(0.2815329, abs=5e-8)

    def test_the_naive_figures_stand_in_their_box_only(self) -> None:
        for covariates, case, digits in (
            ((), "heart_naive", -1.323445),
            (("age", "surgery"), "heart_naive_adjusted", -1.7171129),
        ):
            answer = support_hazards(patients(), actors="wait", outcome="death", adjust=covariates)
            naive = answer.tables["naive"]
            assert [name for name, one in answer.tables.items() if one.warning is not None] == ["naive"]
            assert np.log(naive["estimate"][1]) == pytest.approx(value(case, "estimate", "ever"), rel=ESTIMATE)
            assert np.log(naive["estimate"][1]) == pytest.approx(digits, abs=5e-7)
            assert naive["odds_ratio"][1] == pytest.approx(0.25, rel=1e-12)
            found = naive_told(asked(patients(), "wait", covariates=covariates), ("set",), 1, ties="efron")[0]
            assert coefficient(found, SET)[2] == pytest.approx(value(case, "std_error", "ever"), rel=ERROR)
            said = " ".join(one.text() for one in (*answer.findings(), *answer.notes, answer.heading))
            assert f"{naive['estimate'][1]:.2f}" not in said


class TestRossi:
    """Employment, which comes and goes, and arrests, which end it."""

    @staticmethod
    def men(*, from_week: int = 0) -> tuple[Durations, int]:
        own = table("rossi")
        runs = [_runs(weeks) for weeks in own["employed"]]
        most = max(len(one) for one in runs)
        found = own.drop(columns="employed").assign(entry=from_week)
        for place in range(most):
            # employed in weeks a..b: known the week before on the evening of which it held
            found[f"start_{place}"] = [one[place][0] - 1 if place < len(one) else None for one in runs]
            found[f"end_{place}"] = [one[place][1] - 1 if place < len(one) else None for one in runs]
        found["employed"] = [min((one[0] for one in run), default=None) for run in runs]
        found = found[found["week"] > from_week]
        return jm.durations(found, days="week", ending="arrest", entry="entry", outcomes={"1": "arrest"}), most

    @staticmethod
    def question(*, from_week: int = 0) -> Asked:
        times, most = TestRossi.men(from_week=from_week)
        covariates = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
        of = asked(times, "employed", covariates=covariates)
        formula = of.data.formula
        assert formula is not None
        columns = [f"{which}_{place}" for place in range(most) for which in ("start", "end")]
        histories = histories_of(
            of.data.spells,
            days={"employed": nw.col("employed"), **{one: nw.col(one) for one in columns}},
            covariates=formula.covariates,
            categorical=formula.categorical,
        )
        data = SupportData(**{**of.data.__dict__, "histories": histories})
        episodes = {"employed": tuple(Episode(f"start_{place}", f"end_{place}") for place in range(most))}
        return Asked(data=data, episodes=episodes, present="while_present", adjust=of.adjust)

    @pytest.mark.parametrize(
        ("case", "lag", "digits", "weeks", "events"),
        [
            ("rossi_same_week", 0, (-1.32832, 0.25072), 19_809, 114),
            ("rossi_lagged", 1, (-0.78689, 0.21808), 19_377, 113),
        ],
    )
    def test_employment_in_time(
        self, case: str, lag: int, digits: tuple[float, float], weeks: int, events: int
    ) -> None:
        found = one_fit(self.question(from_week=lag), lag=lag)
        estimate, _, error = coefficient(found, SET)
        term = "before" if lag else "employed"
        assert estimate == pytest.approx(value(case, "estimate", term), rel=ESTIMATE)
        assert error == pytest.approx(value(case, "std_error", term), rel=ERROR)
        assert (round(estimate, 5), round(error, 5)) == digits
        rows = found.model.states.made.rows
        assert int((rows.exit - np.maximum(rows.entry, 0)).sum()) == weeks
        assert found.events.sum() == events

    def test_ever_employed_is_naive(self) -> None:
        found = naive_told(self.question(), ("set",), 1, ties="efron")[0]
        estimate, _, error = coefficient(found, SET)
        assert estimate == pytest.approx(value("rossi_naive", "estimate", "ever"), rel=ESTIMATE)
        assert (round(estimate, 5), round(error, 5)) == (-1.10589, 0.20717)


def _runs(weeks: str) -> list[tuple[int, int]]:
    """Return the first and the last week of each run of ones, counted from 1."""
    at = [place for place, one in enumerate(weeks, start=1) if one == "1"]
    first = [one for one in at if one - 1 not in at]
    last = [one for one in at if one + 1 not in at]
    return list(zip(first, last, strict=True))


class TestDrawnCases:
    """Three actors, a milestone, courts and competing endings, drawn in R and fitted there."""

    def answer(self, **given: Any) -> SupportHazards:
        known: dict[str, Any] = {
            "actors": ACTORS, "outcome": ("verdict", "rejection"), "adjust": ("severe", "age"), "cluster": "court",
            "lag_days": (0,), **given,
        }  # fmt: skip
        return support_hazards(drawn(), **known)

    def agrees(
        self, answer: SupportHazards, rows: dict[tuple[str, str], str], name: str, model: str, lag: int = 0
    ) -> None:
        """Compare the coefficients of some (term, level) of both endings with those of R."""
        own = answer.tables["coefficients"]
        for code, outcome in enumerate(("verdict", "rejection"), start=1):
            for (term, level), theirs in rows.items():
                at = [
                    row
                    for row in range(len(own))
                    if (own["outcome"][row], own["model"][row], own["term"][row], own["level"][row])
                    == (outcome, model, term, level)
                    and own["lag_days"][row] == lag
                ]
                assert len(at) == 1
                case = f"{name}_{code}"
                assert own["estimate"][at[0]] == pytest.approx(value(case, "estimate", theirs), rel=ESTIMATE)
                assert own["std_error"][at[0]] == pytest.approx(value(case, "std_error", theirs), rel=ERROR)
                error = value(case, "std_error_model", theirs)
                assert own["std_error_model"][at[0]] == pytest.approx(error, rel=ERROR)

    @pytest.mark.parametrize(("needed", "name"), [("all", "all"), ("any", "any"), (2, "two")])
    def test_the_set(self, needed: Any, name: str) -> None:
        self.agrees(self.answer(needed=needed), {("set", "started"): "set"}, f"support_{name}", "set")

    def test_at_the_same_milestone_it_is_a_direct_effect_at_best(self) -> None:
        answer = self.answer(needed="any", adjust="severe", milestones="accusation")
        self.agrees(answer, {("set", "started"): "any"}, "support_direct", "set")
        assert set(answer.main["reading"].tolist()) == {"direct"}
        said = " ".join(one.text() for one in (*answer.findings(), *answer.notes))
        assert "direct effect" in said

    @pytest.mark.parametrize(("cluster", "name"), [("court", "strata"), (None, "strata_unit")])
    def test_courts_with_baselines_of_their_own(self, cluster: str | None, name: str) -> None:
        answer = self.answer(needed="any", adjust="age", strata="court", cluster=cluster)
        self.agrees(answer, {("set", "started"): "any"}, f"support_{name}", "set")
        assert set(answer.main["reading"].tolist()) == {"association"}

    def test_errors_by_unit(self) -> None:
        answer = self.answer(needed="any", adjust="severe", cluster=None, ties="breslow")
        self.agrees(answer, {("set", "started"): "any"}, "support_by_unit_breslow", "set")

    def test_later_starts(self) -> None:
        answer = self.answer(needed="any", adjust="severe", lag_days=(0, 30, 60))
        for lag in (0, 30, 60):
            self.agrees(answer, {("set", "started"): "any"}, f"support_lag{lag}", "set", lag)

    def test_the_number_of_actors(self) -> None:
        answer = self.answer(model="number", adjust="severe")
        rows = {("number", "1"): "one", ("number", "2"): "two", ("number", "3"): "all"}
        self.agrees(answer, rows, "support_number", "number")
        for code, outcome in enumerate(("verdict", "rejection"), start=1):
            own = answer.main["outcome"].astype(str) == outcome
            case = f"support_number_{code}"
            assert answer.main["at_risk"][own].tolist() == [value(case, "units", str(one)) for one in range(4)]
            assert answer.main["events"][own].tolist() == [value(case, "events_at", str(one)) for one in range(4)]
            for name, test in ((case, "no_difference"), (f"support_number_same_{code}", "all_alike")):
                _is_f_of(answer, outcome, test, clusters=42)
                assert _test(answer, outcome, test) == pytest.approx(
                    (value(name, "wald", "statistic"), value(name, "wald", "df")), rel=ERROR
                )

    def test_a_ratio_by_itself_is_read_as_its_joint_test(self) -> None:
        """One contrast: the F test and Student's t are the same, and the interval ends at 1 where p is 0.05."""
        answer = self.answer(needed="any", adjust="severe")
        _is_f_of(answer, "verdict", "no_difference", clusters=42)
        tests, own = answer.tables["tests"], answer.tables["coefficients"]
        assert tests["f_statistic"][0] == pytest.approx(own["statistic"][0] ** 2, rel=1e-9)
        assert tests["p_value"][0] == pytest.approx(own["p_value"][0], rel=1e-9)
        exact = self.answer(needed="any", adjust="severe", confidence_level=1 - float(own["p_value"][0]))
        nearest = min(abs(float(exact.tables["coefficients"][one][0])) for one in ("conf_low", "conf_high"))
        assert nearest == pytest.approx(0, abs=1e-9)

    def test_which_actor(self) -> None:
        answer = self.answer(model="which", adjust="severe")
        self.agrees(answer, {(one, "started"): f"on_{one}" for one in ACTORS}, "support_which", "which")
        case = "support_which_1"
        assert _test(answer, "verdict", "no_difference")[0] == pytest.approx(
            value(case, "wald", "statistic"), rel=ERROR
        )

    def test_who_came_first(self) -> None:
        answer = self.answer(model="order", adjust="severe")
        rows = {("first", one): f"first{one}" for one in ACTORS}
        self.agrees(answer, rows, "support_first", "first")  # no two of them came on one day
        assert set(answer.main["model"].tolist()) == {"first", "order"}

    @pytest.mark.parametrize(("actors", "name"), [(ACTORS[:2], "two_parts"), (ACTORS, "three_parts")])
    def test_the_set_beyond_its_parts(self, actors: tuple[str, ...], name: str) -> None:
        answer = self.answer(actors=actors, model="combination", adjust="severe")
        together = "both" if len(actors) == 2 else "all"
        rows = {(one, "started"): f"on_{one}" for one in actors} | {("together", "started"): together}
        self.agrees(answer, rows, f"support_{name}", "combination")
        own = answer.tables["combination"]
        for code, outcome in enumerate(("verdict", "rejection"), start=1):
            case = f"support_{name}_{code}"
            at = int(np.flatnonzero((own["outcome"] == outcome) & (own["scale"] == "additive"))[0])
            assert own["estimate"][at] == pytest.approx(value(case, "excess", "estimate"), rel=1e-7)
            half = (own["conf_high"][at] - own["conf_low"][at]) / 2
            # 42 courts: Student's t with 41 degrees of freedom (qt(.975, 41)), the error times sqrt(42 / 41)
            reach = 2.01954097044137663 * (42 / 41) ** 0.5
            assert half == pytest.approx(reach * value(case, "excess", "std_error"), rel=ERROR)
            if len(actors) == 2:
                statistic, df = _test(answer, outcome, "beyond_parts")
                assert statistic == pytest.approx(value(case, "wald", "statistic"), rel=ERROR)
                assert df == 1


def _is_f_of(answer: SupportHazards, outcome: str, name: str, *, clusters: int) -> None:
    """Check an F test against the incomplete beta function: W (C - q) / (C q) with q and C - q degrees of freedom."""
    own = answer.tables["tests"]
    at = int(np.flatnonzero((own["outcome"] == outcome) & (own["test"] == name))[0])
    wald, q = _test(answer, outcome, name)
    f = wald * (clusters - q) / (clusters * q)
    assert own["f_statistic"][at] == pytest.approx(f, rel=1e-12)
    assert own["residual"][at] == clusters - q
    upper = betainc((clusters - q) / 2, q / 2, (clusters - q) / (clusters - q + q * f))
    assert own["p_value"][at] == pytest.approx(upper, rel=1e-9)


def _test(answer: SupportHazards, outcome: str, name: str) -> tuple[float, int]:
    own = answer.tables["tests"]
    at = int(np.flatnonzero((own["outcome"] == outcome) & (own["test"] == name))[0])
    return float(own["statistic"][at]), int(own["degrees_of_freedom"][at])


def as_cases(*, ends: bool) -> CaseData:
    """Return the drawn table as case files: days from a complaint such that pending cases are open at the cut-off."""
    rows: list[dict[str, Any]] = []
    spells: list[Spell] = []
    for place, one in enumerate(table("support").to_dict("records")):
        begin = 1_000 - int(one["exit"]) if one["code"] == 0 else 300
        whole = {name: None if pd.isna(day) else begin + int(day) for name, day in one.items() if name != "court"}
        outcome = {0: "pending", 1: "convicted", 2: "rejected"}[int(one["code"])]
        rows.append(
            {
                "id": f"u{place}", "complaint": begin, "accusation": whole["accusation"], "outcome": outcome,
                "ended": None if one["code"] == 0 else whole["exit"], "court": f"c{int(one['court'])}",
                "severity": "high" if one["severe"] else "low",
            }
        )  # fmt: skip
        for actor in ACTORS:
            if whole[actor] is not None:
                last = whole["lawyer_end"] if ends and actor == "lawyer" else None
                spells.append((f"u{place}", actor, whole[actor], last))
    return wide(rows, support=spells)


class TestCaseFiles:
    settings: ClassVar[dict[str, Any]] = {
        "outcome": ("verdict", "rejection"), "adjust": "severity", "cluster": "court", "lag_days": (0,)
    }  # fmt: skip

    def test_the_same_from_case_files(self) -> None:
        answer = support_hazards(
            as_cases(ends=False), actors=ACTORS, needed="any", milestones="accusation", **self.settings
        )
        own = answer.tables["coefficients"]
        for code in (1, 2):
            case = f"support_direct_{code}"
            assert own["estimate"][code - 1] == pytest.approx(value(case, "estimate", "any"), rel=ESTIMATE)
            assert own["std_error"][code - 1] == pytest.approx(value(case, "std_error", "any"), rel=ERROR)

    def test_support_that_counts_while_it_lasts(self) -> None:
        answer = support_hazards(as_cases(ends=True), actors="lawyer", present="while_present", **self.settings)
        own = answer.tables["coefficients"]
        for code in (1, 2):
            case = f"support_while_{code}"
            assert own["estimate"][code - 1] == pytest.approx(value(case, "estimate", "while_lawyer"), rel=ESTIMATE)
            assert own["std_error"][code - 1] == pytest.approx(value(case, "std_error", "while_lawyer"), rel=ERROR)

    def test_counted_later_it_counts_so_much_longer(self) -> None:
        given: dict[str, Any] = {**self.settings, "lag_days": (30,)}
        answer = support_hazards(as_cases(ends=True), actors="lawyer", present="while_present", **given)
        own = answer.tables["coefficients"]
        for code in (1, 2):
            case = f"support_while_lag30_{code}"
            assert own["estimate"][code - 1] == pytest.approx(value(case, "estimate", "while_lawyer"), rel=ESTIMATE)
            assert own["std_error"][code - 1] == pytest.approx(value(case, "std_error", "while_lawyer"), rel=ERROR)

    def test_without_an_end_both_ways_of_counting_are_one(self) -> None:
        cases = as_cases(ends=False)
        one, other = (
            support_hazards(cases, actors=ACTORS, model=("set", "number", "which"), present=present, **self.settings)
            for present in ("since_start", "while_present")
        )
        for name in ("main", "coefficients", "naive"):
            pd.testing.assert_frame_equal(one.to_frame(name), other.to_frame(name))

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_it_draws_what_the_table_says(self, language: Any) -> None:
        answer = support_hazards(as_cases(ends=False), actors=ACTORS, model=("set", "number", "which", "order"),
                                 outcome="verdict", adjust="severity")  # fmt: skip
        axes = answer.plot(language=language)
        main = answer.main
        shown = (
            (main["outcome"] == "verdict")
            & (main["level"] != main["reference"])
            & np.isfinite(main["estimate"].astype(float))
        )
        shown &= (main["lag_days"] == 0) | (main["model"] == "set")
        assert sorted(np.asarray(axes.lines[0].get_xdata()).tolist()) == pytest.approx(
            sorted(main["estimate"][shown].tolist())
        )
        assert axes.get_xscale() == "log"
        with pytest.raises(QuestionError):
            answer.plot(outcome="acquittal")


# ------------------------------------------------------------------------------------------------------------- by hand


def spelled(rows: list[dict[str, Any]], spells: list[Spell], **given: Any) -> CaseData:
    return wide([{"complaint": 0, "court": "one", **one} for one in rows], support=spells, **given)


VERDICTS: list[dict[str, Any]] = [
    {"id": "a", "outcome": "convicted", "ended": 3},
    {"id": "b", "outcome": "convicted", "ended": 6},
    {"id": "c", "outcome": "pending", "ended": None},
    {"id": "d", "outcome": "pending", "ended": None},
    {"id": "e", "outcome": "pending", "ended": None},
    {"id": "f", "outcome": "rejected", "ended": 1},
]
BY: list[Spell] = [
    ("a", "lawyer", 2, None),
    ("c", "lawyer", 4, None),
    ("e", "lawyer", 3, None),
    ("f", "lawyer", 1, None),
]


class TestByHand:
    """Day 3: a is supported, b, c, d, e are not (e from the day after). Day 6: c and e are, b and d are not.

    The likelihood is r / (r + 4) times 1 / (2 r + 2), whose derivative is 0 at r^2 = (4 x 2) / (1 x 2), so r = 2.
    """

    def answer(self, **given: Any) -> SupportHazards:
        return support_hazards(spelled(VERDICTS, BY), actors="lawyer", lag_days=(0,), **given)

    def test_ratio(self) -> None:
        main = self.answer().main
        assert main["estimate"][:2].tolist() == pytest.approx([1, 2], rel=1e-9)
        assert main["events"][:2].tolist() == [1, 1]
        assert main["at_risk"][:2].tolist() == [6, 3]  # f was supported on the day of its ending only

    def test_model_error(self) -> None:
        share = [Fraction(2, 2 + 4), Fraction(2 * 2, 2 * 2 + 2)]
        information = sum(one * (1 - one) for one in share)
        assert information == Fraction(4, 9)
        own = self.answer().tables["coefficients"]
        assert own["std_error_model"][0] == pytest.approx(float(1 / information) ** 0.5, rel=1e-9)

    def test_robust_error(self) -> None:
        """Scores of the six cases: who ended, less what each went through at risk."""
        r = Fraction(2)
        days = [  # of each event day: who is at risk, by support, and who ended
            ({"a": 1, "b": 0, "c": 0, "d": 0, "e": 0}, "a"),
            ({"b": 0, "c": 1, "d": 0, "e": 1}, "b"),
        ]
        score = dict.fromkeys("abcdef", Fraction(0))
        information = Fraction(0)
        for there, ended in days:
            total = sum(r if one else Fraction(1) for one in there.values())
            mean = r * sum(there.values()) / total
            information += mean * (1 - mean)
            for case, supported in there.items():
                hazard = (r if supported else Fraction(1)) / total
                score[case] += (supported - mean) * ((case == ended) - hazard)
        meat = sum(one**2 for one in score.values())
        own = self.answer().tables["coefficients"]
        assert own["std_error"][0] == pytest.approx(float(meat / information**2) ** 0.5, rel=1e-9)

    def test_the_naive_table(self) -> None:
        """Whoever ever had a lawyer: a, c, e and f. Of the four one came to a verdict, of the two others one."""
        naive = self.answer().tables["naive"]
        assert naive["at_risk"].tolist() == [2, 4]
        assert naive["events"].tolist() == [1, 1]
        assert naive["odds_ratio"].tolist() == [1.0, pytest.approx(float(Fraction(1, 3)))]

    def test_the_other_ending_is_modelled_too(self) -> None:
        assert self.answer().outcomes == ("verdict", "other_ending")


class TestDesign:
    """Sampling weights, delayed entry, notes that depend on what was asked."""

    def test_equal_weights_change_nothing_but_their_scale(self) -> None:
        plain = support_hazards(spelled(VERDICTS, BY), actors="lawyer", lag_days=(0,)).tables["coefficients"]
        rows = [{**one, "weight": 2.5} for one in VERDICTS]
        weighted = support_hazards(spelled(rows, BY), actors="lawyer", lag_days=(0,)).tables["coefficients"]
        for name in ("estimate", "std_error"):
            assert weighted[name][0] == pytest.approx(plain[name][0], rel=1e-9)

    def test_a_weight_of_two_is_two_cases_for_the_ratio(self) -> None:
        """Only b, d and e weigh 2: on day 3 they and c weigh 7 beside a; on day 6 c and e 3, b and d 4; b counts twice.

        The derivative 7 / (r + 7) - 2 x 3 r / (3 r + 4) is 0 where 6 r^2 + 21 r = 28.
        """
        rows = [{**one, "weight": 2.0 if one["id"] in "bde" else 1.0} for one in VERDICTS]
        found = support_hazards(spelled(rows, BY), actors="lawyer", lag_days=(0,)).main["estimate"][1]
        assert found == pytest.approx((-21 + (441 + 4 * 6 * 28) ** 0.5) / 12, rel=1e-9)

    def test_a_case_observed_later_is_not_at_risk_before(self) -> None:
        """Without d on day 3 the ratio solves r^2 = (3 x 2) / (1 x 2)."""
        rows = [{**one, "entry": 5 if one["id"] == "d" else 0} for one in VERDICTS]
        found = support_hazards(spelled(rows, BY), actors="lawyer", lag_days=(0,))
        assert found.main["estimate"][1] == pytest.approx(3**0.5, rel=1e-9)

    def test_it_says_what_it_is_not(self) -> None:
        answer = support_hazards(spelled(VERDICTS, BY), actors="lawyer", lag_days=(0,))
        said = " ".join(one.text() for one in answer.notes)
        assert "A hazard ratio is not the effect of support" in said
        assert "nothing is adjusted for" in said
        assert "No milestone is taken into account" in said
        assert "treatment" not in answer.summary()
        assert "not the effect" in answer.findings()[-1].text()


class TestWhenSupportCounts:
    def rows(self, spells: list[Spell], **given: Any) -> list[int]:
        """Return cases and endings at the level of support, of the case "a" that ends on day 10 beside others."""
        cases = spelled(
            [
                {"id": "a", "outcome": "convicted", "ended": 10},
                {"id": "b", "outcome": "convicted", "ended": 20},
                {"id": "c", "outcome": "pending", "ended": None},
            ],
            [("c", "lawyer", 5, 15), *spells],
        )
        main = support_hazards(cases, actors="lawyer", lag_days=given.pop("lag_days", (0,)), **given).main
        return [int(main["at_risk"][1]), int(main["events"][1])]

    def test_support_on_the_day_of_the_ending_does_not(self) -> None:
        assert self.rows([("a", "lawyer", 10, None)]) == [1, 0]
        assert self.rows([("a", "lawyer", 9, None)]) == [2, 1]

    def test_support_from_before_the_complaint_is_that_of_day_0(self) -> None:
        assert self.rows([("a", "lawyer", -400, None)]) == [2, 1]
        assert self.rows([("a", "lawyer", -400, None)], lag_days=(9,)) == [2, 1]
        assert self.rows([("a", "lawyer", -400, None)], lag_days=(10,)) == [1, 0]

    def test_a_delay_moves_it(self) -> None:
        assert self.rows([("a", "lawyer", 7, None)], lag_days=(2,)) == [2, 1]
        assert self.rows([("a", "lawyer", 7, None)], lag_days=(3,)) == [1, 0]

    def test_a_delay_moves_the_end_too(self) -> None:
        """There from day 2 to day 5, counted later: what counts on day 10 is who was there so many days before it."""
        for lag, ended in ((0, 0), (3, 0), (4, 1), (7, 1)):
            found = self.rows([("a", "lawyer", 2, 5)], present="while_present", lag_days=(lag,))
            assert found[1] == ended, lag

    def test_support_that_has_ended_counts_ever_since_or_while_there(self) -> None:
        assert self.rows([("a", "lawyer", 2, 5)]) == [2, 1]
        assert self.rows([("a", "lawyer", 2, 5)], present="while_present") == [2, 0]
        assert self.rows([("a", "lawyer", 2, 9)], present="while_present") == [2, 1]  # still there the evening before
        assert self.rows([("a", "lawyer", 2, 8)], present="while_present") == [2, 0]
        assert self.rows([("a", "lawyer", 2, 4), ("a", "lawyer", 5, 9)], present="while_present") == [2, 1]
        assert self.rows([("a", "lawyer", 1, 3), ("a", "lawyer", 9, 9)], present="while_present") == [2, 1]
        assert self.rows([("a", "lawyer", -9, -1)], present="while_present") == [1, 0]
        assert self.rows([("a", "lawyer", 4, 2)], present="while_present") == [2, 0]  # a slip: one day of support


class TestNothingToTell:
    cases = staticmethod(lambda: spelled(VERDICTS, [*BY, ("a", "psychologist", None, None)]))

    def test_an_actor_who_never_comes_while_it_matters(self) -> None:
        cases = spelled(VERDICTS, [*BY, ("b", "psychologist", 900, None)])
        answer = support_hazards(cases, actors=("lawyer", "psychologist"), model=("set", "which", "combination"),
                                 lag_days=(0,))  # fmt: skip
        main = answer.main
        for term in ("set", "psychologist", "together"):
            row = int(np.flatnonzero((main["term"] == term) & (main["level"] == "started"))[0])
            assert (main["at_risk"][row], main["events"][row]) == (0, 0)
            assert np.isnan([main[one][row] for one in ("estimate", "conf_low", "conf_high")]).all()
        row = int(np.flatnonzero((main["term"] == "lawyer") & (main["model"] == "which"))[1])
        assert main["estimate"][row] == pytest.approx(2, rel=1e-9)
        assert answer.plot() is not None

    def test_all_endings_on_one_side_leave_no_ratio_and_no_interval(self) -> None:
        for who in ("ab", "cde"):
            answer = support_hazards(spelled(VERDICTS, [(one, "lawyer", 0, None) for one in who]), actors="lawyer")
            main = answer.main
            row = int(np.flatnonzero((main["outcome"] == "verdict") & (main["level"] == "started"))[0])
            assert np.isnan([main[one][row] for one in ("estimate", "conf_low", "conf_high", "detectable")]).all()
            assert main["events"][row] == (2 if who == "ab" else 0)
            assert any("no ratio can be given" in one.text() for one in answer.notes)
            assert "nan" not in answer.summary()

    def test_without_a_date_a_case_is_left_out_and_counted(self) -> None:
        answer = support_hazards(self.cases(), actors=("lawyer", "psychologist"), model=("set", "which"), lag_days=(0,))
        assert answer.units == 5
        reasons = {str(one.reason): one.n for one in answer.provenance.left_out}
        assert reasons == {"supported, but no date says since when": 1}
        # of any of the two it is known: the lawyer was there on day 2, the other one may have been before
        anyone = support_hazards(self.cases(), actors=("lawyer", "psychologist"), needed="any", lag_days=(0,))
        assert anyone.units == 5

    def test_one_court_gives_no_interval(self) -> None:
        answer = support_hazards(spelled(VERDICTS, BY), actors="lawyer", cluster="court", lag_days=(0,))
        assert np.isnan(answer.main["conf_low"].astype(float)).all()
        assert answer.main["estimate"][1] == pytest.approx(2, rel=1e-9)

    def test_too_few_cases_are_called_so(self) -> None:
        answer = support_hazards(spelled(VERDICTS, BY), actors="lawyer")
        assert any("Rests on 6 units only" in one.text() for one in answer.notes)


class TestWhatRestsOnTooLittle:
    """Joint tests, intervals of rare levels, and actors of whom nothing is known."""

    @staticmethod
    def asked(courts: int, **given: Any) -> SupportHazards:
        few = table("support").assign(court=lambda one: one["court"] % courts)
        times = jm.durations(few, days="exit", ending="code", outcomes={"1": "verdict", "2": "rejection"})
        known: dict[str, Any] = {"actors": ACTORS, "cluster": "court", "lag_days": (0,), **given}
        return support_hazards(times, outcome="verdict", **known)

    def test_a_joint_test_of_many_ratios_asks_for_many_courts(self) -> None:
        for courts, given in ((10, False), (11, True)):  # three ratios at once: 2 x 3 + 5
            answer = self.asked(courts, model="number")
            own = answer.to_frame("tests")
            own = own[(own["outcome"] == "verdict") & (own["test"] == "no_difference")]
            assert np.isfinite(own["p_value"]).tolist() == [given]
            assert np.isfinite(own["statistic"]).all()
            said = [one.text() for one in answer.notes if "not tested whether support makes a difference" in one.text()]
            assert bool(said) is not given
            if said:
                assert said[0].startswith("verdict, by how many actors support")
                assert "3 contrasts at once, and so at least 11 clusters; there are 10" in said[0]

    def test_few_courts_are_allowed_for_and_told(self) -> None:
        for courts, told in ((10, True), (42, False)):
            said = any("allow for the small number of clusters" in one.text() for one in self.asked(courts).notes)
            assert said is told

    def test_nothing_is_said_of_the_order_without_its_test(self) -> None:
        full, few = (self.asked(courts, actors=ACTORS[:2], model="order") for courts in (42, 6))
        told = [[one.text() for one in each.findings() if one.text().startswith("Order of")] for each in (full, few)]
        assert len(told[0]) == 1
        assert "from 42 clusters or cases" in told[0][0]
        assert told[1] == []
        assert any("the order in which the same actors came makes a difference" in one.text() for one in few.notes)

    def test_an_order_that_stands_alone_and_is_rare_has_no_interval(self) -> None:
        """Seven cases to which two came on one day: too few endings for an interval, and no part in the tests."""
        random = np.random.default_rng(4)
        n = 400
        made: dict[str, Any] = {
            "days": random.integers(40, 200, n), "end": random.integers(0, 2, n), "court": random.integers(0, 30, n),
            "one": random.integers(0, 90, n), "two": random.integers(100, 150, n),
        }  # fmt: skip
        some = pd.DataFrame(made)
        some.loc[:6, ["one", "two", "end", "court"]] = [5, 5, 1, 3]
        some.loc[200:, "one"] = 160
        times = jm.durations(some, days="days", ending="end", outcomes={"1": "verdict"})
        answer = support_hazards(times, actors=("one", "two"), model="order", outcome="verdict", cluster="court",
                                 lag_days=(0,))  # fmt: skip
        own = answer.to_frame()
        own = own[(own["model"] == "first") & (own["level"] == "together")]
        assert own["events"].tolist() == [7]
        assert np.isfinite(own["estimate"]).all()
        assert np.isnan(own["conf_low"]).all()
        tests = answer.to_frame("tests")
        tests = tests[(tests["model"] == "first") & (tests["test"] == "no_difference")]
        assert tests["degrees_of_freedom"].tolist() == [2]
        assert np.isfinite(tests["p_value"]).all()
        assert any("no part in the joint tests: fewer than 10 endings" in one.text() for one in answer.notes)

    def test_an_actor_who_was_never_there_is_named(self) -> None:
        cases = spelled(VERDICTS, [*BY, ("b", "psychologist", 900, None), ("f", "social_worker", 1, 1)])
        for present in ("since_start", "while_present"):
            answer = support_hazards(cases, actors=ACTORS, model=("set", "number", "which"), present=present,
                                     lag_days=(0,))  # fmt: skip
            said = [one.text() for one in answer.notes if "Never there while a case was open" in one.text()]
            assert len(said) == 1
            assert "psychologist" in said[0]
            assert "social worker" in said[0]
            assert "lawyer" not in said[0]


def test_a_hotelling_test_of_normal_scores_holds_its_level() -> None:
    """Of normal scores W (C - q) / (C q) has the F distribution exactly; as chi-squared W rejects far too often."""
    random, clusters, q, n = np.random.default_rng(20_261_122), 30, 10, 3_000
    scores = random.normal(size=(n, clusters, q))
    total, mean = scores.sum(axis=1), scores.mean(axis=1, keepdims=True)
    meat = np.einsum("nci,ncj->nij", scores - mean, scores - mean)
    wald = np.einsum("ni,nij,nj->n", total, np.linalg.inv(meat), total)
    rejected = int(sum(read(float(one), q, clusters).p_value < 0.05 for one in wald))
    assert binomtest(rejected, n, 0.05).pvalue > 0.01
    assert float((chi2.sf(wald, q) < 0.05).mean()) > 0.3
    assert not read(1.0, 12, 29).withheld
    assert read(1.0, 13, 30).withheld


@pytest.mark.parametrize(
    ("ratio", "english", "spanish"),
    [(1.0, "1.00", "1,00"), (1.0004, "1.0004", "1,0004"), (0.998, "0.998", "0,998"), (1.004, "1.004", "1,004"),
     (1.006, "1.01", "1,01"), (1.42, "1.42", "1,42"), (0.04, "0.040", "0,040"), (123.4, "123", "123")],
)  # fmt: skip
def test_a_limit_is_told_from_1(ratio: float, english: str, spanish: str) -> None:
    assert (Limit(ratio).text(), Limit(ratio).text("es")) == (english, spanish)


class TestRefused:
    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"actors": "judge"}, "not a support actor"),
            ({"actors": "judge", "present": "while_present"}, "not a support actor"),
            ({"actors": ()}, "No actor was named"),
            ({"actors": "lawyer", "model": "dose"}, "There is no model 'dose'"),
            ({"actors": "lawyer", "model": ()}, "No model was named"),
            ({"actors": "lawyer", "model": "order"}, "tells several actors apart"),
            ({"actors": "lawyer", "outcome": ()}, "No ending was named"),
            ({"actors": "lawyer", "lag_days": ()}, "No lag was given"),
            ({"actors": "lawyer", "lag_days": (-1,)}, "no whole number of days"),
            ({"actors": ("lawyer", "psychologist"), "model": "combination", "needed": "any"}, "more than its parts"),
            ({"actors": ("lawyer", "psychologist"), "model": "order", "present": "while_present"}, "does not end with"),
            ({"actors": "lawyer", "outcome": "acquittal"}, "None of"),
            ({"actors": "lawyer", "milestones": "nowhere"}, "nowhere"),
            ({"actors": "lawyer", "adjust": "nothing"}, "nothing"),
        ],
    )
    def test_in_words(self, given: dict[str, Any], says: str) -> None:
        cases = spelled(VERDICTS, [*BY, ("b", "psychologist", 2, None)])
        with pytest.raises((QuestionError, ProcedureError), match=says):
            support_hazards(cases, **given)

    def test_support_without_dates_is_no_question_here(self) -> None:
        with pytest.raises(QuestionError, match="no support spells"):
            support_hazards(wide([{"complaint": 0, **one} for one in VERDICTS]), actors="lawyer")

    def test_tables_of_times_know_no_basis(self) -> None:
        for given in ({"present": "while_present"}, {"basis": {"lawyer": "report"}}, {"institutions": "one"}):
            with pytest.raises(QuestionError, match="not on what basis"):
                support_hazards(drawn(), actors="lawyer", outcome="verdict", **given)
        refused: tuple[tuple[dict[str, Any], str], ...] = (
            ({"actors": "nobody"}, "no column of days"),
            ({"actors": ()}, "No actor was named"),
            ({"actors": ("lawyer", "psychologist"), "needed": 3}, "from 1 to 2"),
            ({"actors": "lawyer", "milestones": "court_day"}, "no column of days"),
        )
        for asked_for, says in refused:
            with pytest.raises(QuestionError, match=says):
                support_hazards(drawn(), outcome="verdict", **asked_for)
        several = jm.durations(
            pd.DataFrame({"who": [1, 1, 2], "from": [0, 4, 0], "to": [4, 9, 7], "end": [0, 1, 1], "lawyer": [2, 2, 3]}),
            days="to", entry="from", ending="end", id="who",
        )  # fmt: skip
        with pytest.raises(QuestionError, match="has several rows"):
            support_hazards(several, actors="lawyer", outcome="1")

    def test_actors_who_always_come_together_cannot_be_told_apart(self) -> None:
        twins = table("support").assign(twin=table("support")["lawyer"])
        times = jm.durations(twins, days="exit", ending="code", outcomes={"1": "verdict", "2": "rejection"})
        answer = support_hazards(times, actors=("lawyer", "twin"), model="which", outcome="verdict", lag_days=(0,))
        main = answer.main
        assert np.isnan(main["estimate"][main["term"] == "twin"].astype(float)[1])
        assert any("other terms determine it" in one.text() for one in answer.notes)

    def test_an_actor_who_comes_and_goes_all_the_time(self) -> None:
        often: list[Spell] = [("a", "lawyer", 10 * one, 10 * one + 1) for one in range(13)]
        with pytest.raises(QuestionError, match="comes and goes up to 13 times"):
            support_hazards(spelled(VERDICTS, often), actors="lawyer", present="while_present")
