"""Sensitivity of a support effect, on simulated cases in which the truth is known: every row against its own source."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.landmark import landmark_association
from justice_metrics.measures.support import data as data_module
from justice_metrics.measures.support.data import support_data
from justice_metrics.measures.support.effect import support_effect
from justice_metrics.measures.support.missing import completed, unrecorded, with_unrecorded
from justice_metrics.measures.support.sensitivity import ANALYSES, SupportSensitivity, support_sensitivity
from justice_metrics.measures.support.variants import Asked
from justice_metrics.reduce.histories import UNDATED
from justice_metrics.simulate.effect_files import files
from justice_metrics.simulate.effect_lives import draw, live
from justice_metrics.simulate.effect_studies import DISMISSAL, Recorded, recorded, study
from justice_metrics.simulate.effect_worlds import (
    ACTORS,
    CONFOUNDED,
    MEDIATED,
    RANDOM,
    UNDER_RECORDED,
    EffectWorld,
)

GRACE, HORIZON = 180, 720
ADJUST = ("severity", "tier")


def case_data(found: Recorded, undated: float = 0.0, seed: int = 7, *, weight: Any = None) -> CaseData:
    """Case data of simulated files; ``weight`` replaces courts by sampling weights."""
    made = files(found)
    mapping, frame = dict(made.mapping), pd.DataFrame(dict(made.cases))
    if weight is not None:
        frame["weight"] = weight
        mapping["cases"] = {**mapping["cases"], "sampling": {"weight": "weight"}}
    support = pd.DataFrame(dict(made.support))
    if undated:
        support.loc[np.random.default_rng(seed).random(len(support)) < undated, "start"] = None
    return CaseData.from_frame(frame, mapping, support=support)


@cache
def simulated(world: EffectWorld, seed: int = 3, undated: float = 0.0) -> CaseData:
    return case_data(study(world, np.random.default_rng(seed)), undated)


def small(undated: float = 0.0) -> CaseData:
    return simulated(CONFOUNDED.but(cases=1_200, courts=24), undated=undated)


SETTINGS: dict[str, Any] = {
    "actors": ACTORS, "needed": "any", "started_within_days": GRACE, "horizon_days": HORIZON, "adjust": ADJUST,
    "milestones": "accusation", "cluster": "court", "grace_days": (90, 180), "landmark_days": (90,),
    "lag_days": (0, 30), "imputations": 3, "resamples": 10,
}  # fmt: skip


def asked(cases: CaseData, **given: Any) -> SupportSensitivity:
    return support_sensitivity(cases, **{**SETTINGS, **given})


@cache
def everything() -> SupportSensitivity:
    return asked(small(0.1), control_outcome="accusation", milestones=())


@cache
def other_ways() -> SupportSensitivity:
    return asked(small(), analyses=("grace", "lag", "truncation", "timing"))


def row(answer: SupportSensitivity, variant: str) -> dict[str, Any]:
    at = answer.main["variant"].tolist().index(variant)
    return {name: answer.main[name][at] for name in answer.main.values}


def effect(cases: CaseData, **given: Any) -> tuple[float, float]:
    known = {name: one for name, one in SETTINGS.items() if not name.endswith(("_days", "imputations"))}
    settings = {"started_within_days": GRACE, "horizon_days": (HORIZON,), "outcome": "verdict", **given}
    main = support_effect(cases, **{**known, **settings}).main
    return float(main["estimate"][0]), float(main["conf_low"][0])


class TestEveryRowIsItsOwnQuestion:
    @pytest.mark.parametrize(
        ("variant", "given"),
        [
            ("main", {}),
            ("grace_90", {"started_within_days": 90}),
            ("lag_30", {"lag_days": 30}),
            ("truncation_95", {"truncate": 0.95}),
            ("timing_even", {"timing": "even"}),
            ("timing_late", {"timing": "late", "window_days": 30}),
        ],
    )
    def test_as_the_headline_answers_it(self, variant: str, given: dict[str, Any]) -> None:
        answer = other_ways()
        estimate, low = effect(small(), **given)
        found = row(answer, variant)
        assert found["estimate"] == pytest.approx(estimate, abs=1e-12)
        assert found["conf_low"] == pytest.approx(low, abs=1e-12)

    def test_a_landmark_without_covariates_is_the_landmark_association(self) -> None:
        answer = asked(small(), analyses="landmark", adjust=(), milestones=(), needed="all", landmark_days=(60, 90))
        for landmark in (60, 90):
            other = landmark_association(
                small(), actors=ACTORS, landmark_days=landmark, horizon_days=HORIZON, cluster="court", resamples=50
            )
            found = row(answer, f"landmark_{landmark}")
            assert found["estimate"] == pytest.approx(other.tables["difference"]["estimate"][0], abs=1e-12)
            assert found["cases"] == other.main["at_risk"].sum()
            assert found["started"] == other.main["at_risk"][0]
            assert found["reading"] == "association"

    def test_rows_are_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[int] = []
        real = data_module.histories_of

        def counted(*given: Any, **more: Any) -> Any:
            read.append(1)
            return real(*given, **more)

        monkeypatch.setattr(data_module, "histories_of", counted)
        asked(small(), control_outcome="accusation", milestones=(), resamples=2)
        assert len(read) == 1

    def test_the_same_seed_gives_the_same_answer(self) -> None:
        one, same, other = (
            asked(small(0.1), analyses=("missing_dates", "landmark"), seed=seed).main for seed in (4, 4, 5)
        )
        assert one["conf_low"].tolist() == same["conf_low"].tolist()
        assert one["estimate"].tolist() == same["estimate"].tolist()
        assert one["conf_low"].tolist() != other["conf_low"].tolist()


@cache
def hidden() -> tuple[SupportSensitivity, Recorded]:
    """Severity decides about support and the verdict, and is not adjusted for; support does nothing."""
    found = study(CONFOUNDED.but(cases=8_000, courts=40), np.random.default_rng(5))
    answer = asked(case_data(found), adjust="tier", milestones=(), analyses=("e_value", "tipping_point"))
    return answer, found


class TestUnmeasured:
    def test_the_tipping_point_names_the_hidden_cause(self) -> None:
        answer, found = hidden()
        severe = found.severity == 1
        began = (found.start <= GRACE) & (found.start < found.exit)
        more_common = severe[began].mean() - severe[~began].mean()
        long = (found.cutoff >= HORIZON) | (found.code > 0)
        verdict = (found.verdict == 1) & (found.exit <= HORIZON)
        moves = verdict[long & severe].mean() - verdict[long & ~severe].mean()
        difference = float(answer.main["estimate"][0])
        assert difference > 0.02  # support does nothing: all of it is the hidden cause
        assert difference / more_common == pytest.approx(moves, rel=0.35)

    def test_a_cause_of_that_size_leaves_nothing_and_a_small_one_something(self) -> None:
        table = hidden()[0].tables["tipping"]
        left = {
            (round(float(a), 2), round(float(b), 2)): str(words)
            for a, b, words in zip(table["prevalence_difference"], table["effect"], table["left"], strict=True)
        }
        assert left[0.3, 0.2] == "explained"
        assert left[0.05, 0.05] in {"stands", "doubtful"}

    def test_a_known_cause_shows_how_far_one_moves_it(self) -> None:
        found = hidden()[1]
        answer = asked(case_data(found), milestones=(), analyses="tipping_point", resamples=2)
        known = answer.tables["known_causes"]
        at = known["term"].tolist().index("severity")
        without = float(hidden()[0].main["estimate"][0])
        assert known["estimate"][at] == pytest.approx(without, abs=1e-12)
        assert known["change"][at] == pytest.approx(without - float(answer.main["estimate"][0]), abs=1e-12)

    def test_e_values_are_those_of_the_ratio(self) -> None:
        table = hidden()[0].tables["e_values"]
        ratio = float(table["estimate"][1])
        assert table["e_value"] == pytest.approx(np.full(2, ratio + np.sqrt(ratio * (ratio - 1))))
        assert table["conf_low"][0] > 0
        assert 1 < table["e_value_limit"][0] < table["e_value"][0]


class TestMissingDates:
    def test_complete_beside_imputed(self) -> None:
        answer = everything()
        table = answer.tables["imputation"]
        undated = sum(one.n for one in answer.provenance.left_out if "no date" in str(one.reason))
        assert undated > 50
        assert table["dates"].tolist() == ["complete", "imputed"]
        assert table["cases"].tolist() == [1_200 - undated, 1_200]
        assert table["started"][1] > table["started"][0]
        assert 0 < table["missing_information"][1] < 1
        assert table["df"][1] < 23

    def test_imputed_cases_keep_everything_but_the_start(self) -> None:
        whole = support_data(
            small(0.2), actors=ACTORS, needed=2, outcome="verdict", adjust=ADJUST, milestones="accusation",
            cluster="court",
        )  # fmt: skip
        plan = Asked(data=whole, within=GRACE, horizon=HORIZON, resamples=10, seed=1, level=0.95, tick=lambda _: None)
        cells = whole.histories
        for made in completed(plan, 3):
            assert made.mass.sum() == 1_200
            for name in ("exit", "code", "pattern", "cluster"):
                before, after = getattr(cells, name), getattr(made, name)
                assert np.bincount(after, weights=made.mass) == pytest.approx(np.bincount(before, weights=cells.n))
            began = made.start < 2**29
            assert (made.start >= 0).all()
            assert made.mass[began].sum() >= cells.n[(whole.start() != UNDATED) & (whole.start() < 2**29)].sum()

    def test_two_known_dates_bound_the_third(self) -> None:
        # all three are needed: an imputed set is never complete before the dates that are known
        whole = support_data(small(0.2), actors=ACTORS, needed="all", outcome="verdict", adjust=ADJUST)
        only = whole.where(whole.start() == UNDATED)
        plan = Asked(data=only, within=GRACE, horizon=HORIZON, resamples=10, seed=1, level=0.95, tick=lambda _: None)
        known = np.stack([np.where(only.histories.days[one] == UNDATED, 0, only.histories.days[one]) for one in ACTORS])
        least = int(known.max(axis=0).min())
        assert all(made.start.min() >= least for made in completed(plan, 2))

    def test_nothing_missing_is_said(self) -> None:
        answer = asked(small(), analyses="missing_dates", resamples=4)
        assert "imputation" not in answer.tables
        assert any("without a date" in str(one) for one in answer.notes)


class TestUnderRecording:
    def test_the_true_share_gives_what_whole_records_would_have_given(self) -> None:
        # support does nothing; half of the actors left no trace in files dismissed early, so it seems to help
        size = {"cases": 5_000, "courts": 40}
        rng = np.random.default_rng(0)
        drawn = draw(UNDER_RECORDED.but(**size), rng)
        lived = live(UNDER_RECORDED.but(**size), drawn)
        faulty, whole = (
            recorded(world.but(**size), drawn, lived, np.random.default_rng(99))
            for world in (UNDER_RECORDED, CONFOUNDED)
        )
        lost = (faulty.code == DISMISSAL) & (faulty.exit <= GRACE) & (faulty.start >= faulty.exit)
        truth = float((whole.start < whole.exit)[lost].mean())
        assert 0.02 < truth < 0.1
        plain = {"milestones": (), "resamples": 2}
        bounds = asked(case_data(faulty), analyses="under_recording", **plain).tables["bounds"]
        without_faults = float(asked(case_data(whole), analyses=(), **plain).main["estimate"][0])
        assert bounds["share"].tolist() == [0, 0.1, 0.25, 0.5, 1]
        assert bounds["cases"].tolist() == [round(share * lost.sum()) for share in bounds["share"]]
        assert bounds["estimate"][0] > without_faults + 0.01
        assert (np.diff(bounds["estimate"]) < 0).all()
        assert np.interp(truth, bounds["share"], bounds["estimate"]) == pytest.approx(without_faults, abs=0.006)

    def test_cases_are_moved_and_none_is_lost(self) -> None:
        whole = support_data(small(), actors=ACTORS, needed="any", outcome="verdict", adjust=ADJUST, cluster="court")
        plan = Asked(data=whole, within=GRACE, horizon=HORIZON, resamples=10, seed=1, level=0.95, tick=lambda _: None)
        followed, early = whole.followed(), unrecorded(whole, GRACE)
        n = int(whole.histories.n[early].sum())
        assert n > 100
        for share in (0.25, 0.5, 1.0):
            made = with_unrecorded(plan, whole, followed, share)
            moved = made.mass[made.start < made.exit].sum() - followed.mass[followed.start < followed.exit].sum()
            assert made.mass.sum() == followed.mass.sum()
            assert moved == pytest.approx(share * n, rel=0.02)
            assert (made.mass == np.rint(made.mass)).all()

    def test_nobody_ended_early_is_said(self) -> None:
        found = study(RANDOM.but(cases=900), np.random.default_rng(2))
        kept = (found.exit > GRACE) | (found.verdict == 1)
        late = case_data(Recorded(*(one[kept] for one in found)))
        answer = asked(late, analyses="under_recording", resamples=4)
        assert "bounds" not in answer.tables
        assert any("none can have lost its record" in str(one) for one in answer.notes)


class TestControls:
    def test_nothing_is_found_where_nothing_is(self) -> None:
        # support neither brings about the accusation nor, here, anything else
        answer = asked(
            simulated(RANDOM.but(cases=4_000)), actors="lawyer", needed="all", milestones=(),
            control_outcome="accusation", control_actors=("psychologist", "social_worker"), analyses=ANALYSES[-2:],
            resamples=24,
        )  # fmt: skip
        controls = answer.tables["controls"]
        assert controls["control"].tolist() == ["negative_outcome", "negative_exposure"]
        assert controls["verdict"].tolist() == ["passed", "passed"]
        assert row(answer, "negative_exposure_any")["reading"] == "null"

    def test_what_support_brings_about_is_no_control(self) -> None:
        answer = asked(
            simulated(MEDIATED.but(cases=4_000)), milestones=(), control_outcome="accusation",
            analyses="negative_outcome", resamples=24,
        )  # fmt: skip
        assert answer.tables["controls"]["verdict"].tolist() == ["failed"]
        assert any("support can bring this about after all" in str(one) for one in answer.findings())

    def test_controls_that_were_not_named_are_said(self) -> None:
        answer = asked(small(), analyses=ANALYSES[-2:], resamples=4)
        assert "controls" not in answer.tables
        notes = " ".join(str(one) for one in answer.notes)
        assert "control_outcome" in notes
        assert "control_actors" in notes

    def test_a_control_is_no_milestone(self) -> None:
        # named as a control, the accusation does not slip into the weights
        with_control, without = (
            asked(small(), milestones=(), analyses="negative_outcome", resamples=4, **given)
            for given in ({"control_outcome": "accusation"}, {})
        )
        assert with_control.main["estimate"][0] == without.main["estimate"][0]


class TestWholeAnswer:
    def test_tables(self) -> None:
        answer = everything()
        assert list(answer.tables) == [
            "main",
            "known_causes",
            "imputation",
            "bounds",
            "controls",
        ]
        assert all(table.warning is None for table in answer.tables.values())
        readings = dict(zip(answer.main["analysis"], answer.main["reading"], strict=True))
        assert readings["landmark"] == "association"
        assert readings["negative_outcome"] == "null"
        assert len(answer.main) == len(set(answer.main["variant"]))

    def test_words_in_both_languages(self) -> None:
        answer = everything()
        for language in ("en", "es"):
            text = answer.summary(language)
            for forbidden in ("treatment", "impact", "{", "nan"):
                assert forbidden not in text
        said = " ".join(str(one) for one in (*answer.findings(), *hidden()[0].findings()))
        assert all(one.text("es") != one.text("en") for one in (*answer.findings(), *answer.notes, answer.heading))
        assert "an association among" in said
        assert "unmeasured cause" in said

    def test_figures(self) -> None:
        answer = everything()
        for language in ("en", "es"):
            axes = answer.plot(language=language)
            shown = np.isfinite(answer.main["estimate"])
            assert axes.lines[0].get_xdata() == pytest.approx(answer.main["estimate"][shown] * 100)
            told_apart = hidden()[0]
            curves = told_apart.draw("tipping", language=language)
            size, needed = curves.lines[0].get_data()
            told, main = np.isfinite(needed), abs(told_apart.main["estimate"][0])
            assert np.asarray(size)[told] * np.asarray(needed)[told] == pytest.approx(main)
        with pytest.raises(QuestionError):
            answer.draw("curves")

    def test_without_courts(self) -> None:
        found = study(CONFOUNDED.but(cases=600), np.random.default_rng(9))
        analyses = ("missing_dates", "under_recording", "landmark")
        plain, twice = (
            asked(case_data(found, 0.1, weight=np.full(600, one)), cluster=None, analyses=analyses, resamples=6)
            for one in (1, 2)
        )
        assert np.isfinite(plain.main["conf_low"]).all()
        assert any("No cluster was named" in str(one) for one in plain.notes)
        # everybody counted twice by a weight: the same shares, and no more is known
        assert twice.main["estimate"] == pytest.approx(plain.main["estimate"], abs=1e-9)
        assert (twice.main["cases"] == 2 * plain.main["cases"]).all()
        assert any("sampling weights" in str(one) for one in twice.notes)

    def test_weights_are_heard(self) -> None:
        found = study(CONFOUNDED.but(cases=600), np.random.default_rng(9))
        heavy = np.where(found.severity == 1, 4.0, 1.0)
        one, other = (
            asked(case_data(found, 0.1, weight=weight), cluster=None, analyses="landmark", resamples=4)
            for weight in (heavy, np.ones(600))
        )
        assert (one.main["estimate"] != other.main["estimate"]).all()

    def test_ids_of_a_study_file_are_settings(self) -> None:
        settings = dict(everything().provenance.settings)
        assert settings["control_outcome"] == "accusation"
        assert settings["analyses"] == ANALYSES


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"analyses": ("graze",)}, "grace"),
            ({"control_actors": "lawyer"}, "cannot be the actor"),
            ({"needed": 4}, "of 3 actors"),
            ({"started_within_days": 720}, "must end before the horizon"),
            ({"imputations": 1}, "least that tell an error"),
            ({"actors": "priest"}, "priest"),
            ({"control_actors": "priest"}, "priest"),
            ({"cluster": "tier"}, "There are 2 clusters only"),
        ],
    )
    def test_wrong_calls(self, given: dict[str, Any], words: str) -> None:
        with pytest.raises(QuestionError) as caught:
            asked(small(), **given)
        assert words in str(caught.value)

    def test_nobody_starts_in_time(self) -> None:
        with pytest.raises(QuestionError) as caught:
            asked(small(), needed="all", started_within_days=0)
        assert "In none of 1,200 cases" in str(caught.value)
