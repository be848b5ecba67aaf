"""Change of practice between two rounds: by hand, put together from two sets, at the gate."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.rounds import two_rounds
from justice_metrics.estimate.share_contrasts import newcombe_difference
from justice_metrics.measures.practice.change import PracticeChange, practice_change
from justice_metrics.measures.practice.practice import practice
from tests.disclosure.declared import check_declared

# Of ten files each: the room 2 of 8 and then 6 of 9; conciliation (met by no) 5 of 10 and then 9 of 10.
ROOM = {"2016": ["sí"] * 2 + ["no"] * 6 + [None] * 2, "2018": ["sí"] * 6 + ["no"] * 3 + ["no aplica"]}
AGREE = {"2016": ["sí"] * 5 + ["no"] * 5, "2018": ["sí"] + ["no"] * 9}


def frame_of(*rounds: str) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"round": one, "room": ROOM[one], "agree": AGREE[one], "court": ["a", "b", "c", "d", "e"] * 2})
        for one in rounds
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole.assign(id=[f"c{place}" for place in range(len(whole))], day="2016-01-05", w="0.5")


def cases_of(frame: pd.DataFrame, *, attributes: tuple[str, ...] = ("round",), **cases: Any) -> jm.CaseData:
    return jm.CaseData.from_frame(
        frame,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", **cases},
            "dates": {"complaint": "day"},
            "attributes": {one: one for one in attributes},
            "practice": {
                "checklist": "child_sexual_assault",
                "items": {"child_friendly_space": "room", "conciliation_offered": "agree"},
            },
        },
    )


@cache
def both() -> jm.CaseData:
    return cases_of(frame_of("2016", "2018"))


@cache
def answer() -> PracticeChange:
    return practice_change(both(), round="round")


class TestByHand:
    def test_both_rounds_stand_side_by_side(self) -> None:
        main = answer().main
        assert main["before_numerator"].tolist() == [2, 5]
        assert main["before_denominator"].tolist() == [8, 10]
        assert main["after_numerator"].tolist() == [6, 9]
        assert main["after_denominator"].tolist() == [9, 10]

    def test_differences_are_newcombes(self) -> None:
        found = newcombe_difference(np.array([6, 9]), np.array([9, 10]), np.array([2, 5]), np.array([8, 10]))
        for name in ("estimate", "conf_low", "conf_high"):
            np.testing.assert_allclose(answer().main[name], getattr(found, name))

    def test_domains_and_all_items(self) -> None:
        table = answer().tables["domains"]
        assert table["domain"].tolist() == ["all", "testimony", "dignity"]
        assert table["estimate"].tolist() == pytest.approx([15 / 19 - 7 / 18, 6 / 9 - 2 / 8, 0.4])
        assert (table["conf_low"] < table["estimate"]).all()

    def test_the_sentences_name_the_rounds(self) -> None:
        said = [one.text() for one in answer().findings()]
        assert said[0].startswith("Items of practice met: 38.9\xa0% in 2016 and 78.9\xa0% in 2018, +40.1 percentage")
        assert said[1] == (
            "Of 2 items, each looked at by itself, met more often in 2018: 0; less often: 0. If nothing had changed, "
            "about 0.1 of them would seem to have, by chance alone."
        )

    def test_the_other_way_round_it_is_the_opposite(self) -> None:
        found = practice_change(both(), round="round", before="2018", after="2016")
        np.testing.assert_allclose(found.main["estimate"], -answer().main["estimate"])
        np.testing.assert_allclose(found.main["conf_low"], -answer().main["conf_high"])

    def test_drawn_in_points(self) -> None:
        axes = answer().plot(language="es")
        np.testing.assert_allclose(axes.lines[1].get_xdata(), answer().main["estimate"] * 100)


class TestRounds:
    def test_by_groups(self) -> None:
        found = practice_change(cases_of(frame_of("2016", "2018"), attributes=("round", "court")), round="round",
                                by="court")  # fmt: skip
        assert found.main["court"].tolist() == [one for one in "abcde" for _ in range(2)]
        assert found.main["before_denominator"].sum() == 18
        assert found.findings() == ()
        check_declared(found)

    def test_a_group_without_one_of_the_rounds_has_no_difference(self) -> None:
        frame = frame_of("2016", "2018").assign(court=lambda one: np.where(one["round"] == "2016", "old", "both"))
        frame.loc[0, "court"] = "both"
        found = practice_change(cases_of(frame, attributes=("round", "court")), round="round", by="court")
        rows = found.main["court"] == "old"
        assert np.isnan(found.main["estimate"][rows]).all()
        assert found.main["after_denominator"][rows].sum() == 0

    def test_another_round_is_left_out_and_counted(self) -> None:
        frame = pd.concat([frame_of("2016", "2018"), frame_of("2016").assign(id=range(10), round="2014")])
        found = practice_change(cases_of(frame), round="round", before="2016", after="2018")
        assert [one.n for one in found.provenance.left_out] == [10]
        np.testing.assert_allclose(found.main["estimate"], answer().main["estimate"])

    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"round": "rond"}, "Did you mean 'round'"),
            ({"round": "round", "before": "2017"}, "'2017' is not a level"),
            ({"round": "round", "before": "2016", "after": "2016"}, "two are compared"),
        ],
    )
    def test_rounds_that_cannot_be_told(self, asked: dict[str, str], message: str) -> None:
        with pytest.raises(QuestionError, match=message):
            practice_change(both(), **asked)  # type: ignore[arg-type]

    def test_one_round_only(self) -> None:
        with pytest.raises(QuestionError, match="'round' has 1 levels; two are compared"):
            practice_change(cases_of(frame_of("2016")), round="round")


class TestDrawnFiles:
    """Rounds tell how the system works: that all files of a register were read makes no difference certain."""

    def test_no_finite_correction_for_items_nor_domains(self, tmp_path: Path) -> None:
        frame = frame_of("2016", "2018")
        log = pd.DataFrame({"file": frame["id"], "status": "coded", "weight": 1.0})
        log.to_csv(tmp_path / "log.csv", index=False)
        read = {"sampling": {"frame": "registered", "log": {"file": str(tmp_path / "log.csv")}}}
        drawn = cases_of(frame, **read)
        found = practice_change(drawn, round="round")
        domains = found.tables["domains"]
        # a domain of one item is that item, with the same limits
        for name in ("estimate", "conf_low", "conf_high"):
            np.testing.assert_allclose(found.main[name], domains[name][1:])
        # weights of 1 that no log has told
        plain = practice_change(cases_of(frame.assign(w="1"), sampling={"weight": "w"}), round="round")
        for name in ("conf_low", "conf_high"):
            np.testing.assert_allclose(found.main[name], plain.main[name])
        # wider than Newcombe's, by Welch's degrees of freedom
        known = newcombe_difference(np.array([6, 9]), np.array([9, 10]), np.array([2, 5]), np.array([8, 10]))
        assert (found.main["conf_low"] < known.conf_low).all()
        assert (found.main["conf_low"] > known.conf_low - 0.07).all()
        notes = [one.text() for one in found.notes]
        assert not any("finite population" in one for one in notes)
        # the state of these files themselves is known for certain, item by item
        state = practice(drawn)
        np.testing.assert_allclose(state.main["conf_low"], state.main["estimate"])
        assert any("The intervals of domains do not allow for" in one.text() for one in state.notes)

    def test_a_weighted_change_is_published_with_the_units_behind_it(self) -> None:
        frame = pd.concat([frame_of("2016", "2018")] * 3, ignore_index=True).assign(id=range(60), w="2.5")
        found = practice_change(cases_of(frame, sampling={"weight": "w"}), round="round")
        plain = practice_change(cases_of(frame), round="round")
        check_declared(found)
        for policy in (jm.DisclosurePolicy(minimum=7), jm.DisclosurePolicy(minimum=3, protection=1)):
            (shown,) = jm.release([found], policy).results
            (unweighted,) = jm.release([plain], policy).results
            for name in ("before", "after", "estimate"):
                there = np.isfinite(unweighted.main[name])
                np.testing.assert_array_equal(np.isfinite(shown.main[name]), there)
                np.testing.assert_allclose(shown.main[name][there], unweighted.main[name][there], atol=0.005)
            assert "before_numerator" not in shown.main.values
        assert shown.main["estimate"].tolist() == pytest.approx([0.42, 0.4])
        assert len(shown.findings()) == 2
        shown.plot()


class TestTwoSets:
    def test_they_give_what_one_set_gives(self) -> None:
        two = two_rounds(
            cases_of(frame_of("2016"), attributes=()), cases_of(frame_of("2018"), attributes=()), names=("2016", "2018")
        )
        assert (two.n_units, two.attributes) == (20, ("round",))
        found = practice_change(two, round="round")
        for name in ("before_numerator", "after_denominator", "estimate", "conf_low"):
            np.testing.assert_allclose(found.main[name], answer().main[name])

    def test_each_round_is_a_stratum_of_its_own_sample(self) -> None:
        design = {"sampling": {"weight": "w", "cluster": "court"}}
        one, other = (cases_of(frame_of(name), attributes=(), **design) for name in ("2016", "2018"))
        two = two_rounds(one, other)
        assert two.sampling.stratum
        found = practice_change(two, round="round")
        np.testing.assert_allclose(found.main["estimate"], answer().main["estimate"])
        check_declared(found)

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"names": ("a", "a")}, "Both rounds have the same name"),
            ({"attribute": "round"}, "cannot name the attribute"),
            ({"attribute": "no name"}, "cannot name the attribute"),
        ],
    )
    def test_names_that_tell_nothing_apart(self, more: dict[str, Any], message: str) -> None:
        with pytest.raises(QuestionError, match=message):
            two_rounds(both(), both(), **more)

    def test_sets_that_do_not_go_together(self) -> None:
        with pytest.raises(QuestionError, match="differ in procedure, unit, checklist or kind of sample"):
            two_rounds(both(), cases_of(frame_of("2016"), procedure="guatemala"), attribute="study")


def test_what_is_declared_and_published() -> None:
    drawn = np.random.default_rng(3)
    frame = frame_of("2016", "2018").iloc[drawn.integers(0, 20, 300)].assign(id=range(300))
    found = practice_change(cases_of(frame), round="round")
    check_declared(found)
    (shown,) = jm.release([found], jm.DisclosurePolicy(minimum=5, base=3)).results
    assert np.isfinite(shown.main["estimate"]).any()
    assert shown.findings()
    (shown,) = jm.release([found], jm.DisclosurePolicy(minimum=5)).results
    assert np.isfinite(shown.main["estimate"]).any()


def test_few_courts_on_one_side_are_told() -> None:
    drawn = np.random.default_rng(8)
    court = np.repeat(np.arange(28), 4)
    frame = pd.DataFrame(
        {
            "id": range(112),
            "day": "2016-01-05",
            "round": np.where(court < 4, "2016", "2018"),
            "court": court.astype(str),
            "room": drawn.choice(["sí", "no"], 112),
            "agree": drawn.choice(["sí", "no"], 112),
        }
    )
    found = practice_change(cases_of(frame, sampling={"cluster": "court"}), round="round")
    notes = [one.text() for one in found.notes]
    assert any("there are 28" in one for one in notes)
    assert any("One side of a comparison has fewer than 20 clusters" in one for one in notes)
    # a share of 0 or 100 % has limits of its difference
    frame["room"] = np.where(court < 4, "no", frame["room"])
    found = practice_change(cases_of(frame, sampling={"cluster": "court"}), round="round")
    assert np.isfinite(found.main["conf_low"]).all()
    assert not any("No interval" in one.text() for one in found.notes)
    # two courts tell nothing of how courts differ
    found = practice_change(
        cases_of(frame.assign(court=np.where(court < 4, "one", "other")), sampling={"cluster": "court"}), round="round"
    )
    assert np.isnan(found.main["conf_low"]).all()
    assert any("one side rests on too few sampling units" in one.text() for one in found.notes)
