"""Coder agreement: two files or one with a column of coders, by hand, nothing of a row shown, edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.result import Protected
from justice_metrics.measures.quality.coder_agreement import CoderAgreement, coder_agreement
from tests.disclosure.declared import check_declared, hidden

MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2019-12-31"},
    "dates": {"complaint": "day", "charged": "charged"},
    "outcome": {"column": "end", "date": "end_day", "labels": {"Rechazo": "rejected", "Condena": "convicted"}},
    "attributes": {"relationship": "kin", "age": {"column": "age", "type": "integer"}, "band": "band"},
}
BY_CODER = {**MAPPING, "cases": {**MAPPING["cases"], "id": ["id", "coder"]}}
NAMED = {**MAPPING, "cases": {**MAPPING["cases"], "coder": "coder"}}


def coding(kin: list[str | None], **columns: Any) -> pd.DataFrame:
    n = len(kin)
    made = {
        "id": [f"secret-{one}" for one in range(n)],
        "day": ["2016-03-01"] * n,
        "charged": [None] * n,
        "end": [None] * n,
        "end_day": [None] * n,
        "kin": kin,
        "age": ["9"] * n,
        "band": ["0-5"] * n,
        **columns,
    }
    return pd.DataFrame(made).astype("string")


def cases_of(frame: pd.DataFrame, mapping: dict[str, Any] = MAPPING) -> jm.CaseData:
    return jm.CaseData.from_frame(frame, mapping)


KIN_ONE = ["father"] * 20 + ["neighbour"] * 20 + ["father"] * 5 + ["neighbour"] * 5 + [None] * 2
KIN_TWO = ["father"] * 20 + ["neighbour"] * 20 + ["neighbour"] * 5 + ["father"] * 5 + ["father", None]
DATES_TWO = ["2016-03-01"] * 40 + ["2016-03-06"] * 10 + ["2016-05-01", None]


@pytest.fixture(scope="module")
def answer() -> CoderAgreement:
    one = coding(KIN_ONE)
    two = coding(KIN_TWO, day=DATES_TWO, charged=["2016-04-01"] + [None] * 51).sample(frac=1, random_state=2)
    return coder_agreement(cases_of(one), cases_of(two))


class TestByHand:
    def test_kappa_of_labels_with_missing_as_a_label(self, answer: CoderAgreement) -> None:
        row = answer.to_frame().set_index("item").loc["relationship"]
        assert (row["n"], row["same"], row["one_missing"]) == (52, 41, 1)
        # margins: 25, 25, 2 and 26, 25, 1
        expected = (25 * 26 + 25 * 25 + 2 * 1) / 52**2
        assert row["expected"] == pytest.approx(expected)
        assert row["estimate"] == pytest.approx((41 / 52 - expected) / (1 - expected))
        assert row["conf_low"] < row["estimate"] < row["conf_high"]

    def test_a_stage_is_an_item(self, answer: CoderAgreement) -> None:
        row = answer.to_frame().set_index("item").loc["reached:charged"]
        assert (row["n"], row["same"]) == (52, 51)

    def test_dates_in_days(self, answer: CoderAgreement) -> None:
        row = answer.to_frame("differences").set_index("item").loc["complaint"]
        assert (row["n"], row["only_first"], row["same"], row["within_7"], row["within_30"]) == (51, 1, 40, 50, 50)
        assert row["mean"] == pytest.approx((10 * 5 + 61) / 51)

    def test_alpha(self, answer: CoderAgreement) -> None:
        """For two codings without gaps: Scott's pi with the correction of small samples; days by their squares."""
        row = answer.to_frame().set_index("item").loc["relationship"]
        shares = np.array([25 + 26, 25 + 25, 2 + 1]) / 104
        pi = (41 / 52 - (shares**2).sum()) / (1 - (shares**2).sum())
        assert row["alpha"] == pytest.approx(1 - (1 - pi) * 103 / 104)
        dates = answer.to_frame("differences").set_index("item").loc["complaint"]
        days = np.array([0] * 40 + [5] * 10 + [61])
        every = np.concatenate([np.zeros(51), days])
        among = ((every[:, None] - every[None, :]) ** 2).sum() / (102 * 101)
        assert dates["alpha"] == pytest.approx(1 - 2 * (days**2).sum() / 102 / among)
        assert dates["alpha_low"] < dates["alpha"] < dates["alpha_high"]

    def test_items_of_practice(self) -> None:
        items = {"support_person": "sp", "statements_taken": {"column": "st"}}
        mapping = {**MAPPING, "practice": {"checklist": "child_sexual_assault", "items": items}}
        n = 30
        answers = ["sí", "no", "no consta"] * 10
        one = coding(["father"] * n, sp=answers, st=["1", "2", "3"] * 10)
        two = coding(["father"] * n, sp=["sí"] * 3 + answers[3:], st=["1"] * 3 + ["1", "2", "3"] * 9)
        made = coder_agreement(cases_of(one, mapping), cases_of(two, mapping))
        row = made.to_frame().set_index("item").loc["practice__support_person"]
        assert (row["n"], row["same"], row["one_missing"], row["both_missing"]) == (n, n - 2, 1, 9)
        counted = made.to_frame("differences").set_index("item").loc["practice__statements_taken"]
        assert (counted["n"], counted["same"]) == (n, n - 2)

    def test_confusions(self, answer: CoderAgreement) -> None:
        found = answer.to_frame("confusions")
        mine = found[found["item"] == "relationship"]
        pairs = {(one.first, one.second): one.n for one in mine.itertuples()}
        assert pairs == {("father", "neighbour"): 5, ("neighbour", "father"): 5, ("not_recorded", "father"): 1}
        assert mine["n"].sum() == 52 - 41

    def test_full_agreement(self) -> None:
        data = coding(["father"] * 30 + ["neighbour"] * 30)
        made = coder_agreement(cases_of(data), cases_of(data), items="relationship")
        row = made.to_frame().iloc[0]
        assert (row["estimate"], row["conf_high"]) == (1, 1)
        assert 0.8 < row["conf_low"] < 1
        assert any("No item has a kappa below" in one.text() for one in made.findings())

    def test_near_bands_count_in_part(self) -> None:
        bands = ["0-5", "6-11", "12-17"]
        rng = np.random.default_rng(1)
        one = rng.integers(0, 3, 200)
        near = np.clip(one + rng.integers(0, 2, 200), 0, 2)
        codings = [cases_of(coding(["x"] * 200, band=[bands[place] for place in part])) for part in (one, near)]
        plain, linear, quadratic = (
            coder_agreement(*codings, items="band", **more).main["estimate"][0]
            for more in ({}, {"ordered": "band"}, {"ordered": "band", "weighting": "quadratic"})
        )
        assert plain < linear < quadratic
        given = coder_agreement(*codings, items="band", ordered={"band": bands}).main["estimate"][0]
        assert given == linear

    def test_words_without_numbers_need_their_order(self) -> None:
        words = ["leve", "grave", "muy grave"]
        rng = np.random.default_rng(1)
        one = rng.integers(0, 3, 300)
        two = np.clip(one + rng.choice([0, 1, -1], 300, p=[0.6, 0.2, 0.2]), 0, 2)
        codings = [cases_of(coding(["x"] * 300, band=[words[place] for place in part])) for part in (one, two)]
        with pytest.raises(QuestionError, match="order must be given"):
            coder_agreement(*codings, items="band", ordered="band")
        made = coder_agreement(*codings, items="band", ordered={"band": words})
        assert any("leve < grave < muy grave" in note.text() for note in made.notes)
        row = made.to_frame().iloc[0]
        # the agreement that belongs to kappa stands beside the one by chance
        assert (row["observed"] - row["expected"]) / (1 - row["expected"]) == pytest.approx(row["estimate"])
        assert row["observed"] > row["share"]
        assert row["corrected_low"] < row["corrected"] < row["corrected_high"]

    def test_a_rare_label_is_not_named_in_the_order(self) -> None:
        bands = ["0-5"] * 30 + ["6-11"] * 30 + ["17 rare"]
        data, other = (cases_of(coding(["x"] * 61, band=bands)) for _ in range(2))
        told = " ".join(one.text() for one in coder_agreement(data, other, items="band", ordered="band").notes)
        assert "0-5 < 6-11 < …" in told
        assert "rare" not in told

    def test_files_that_both_left_blank_make_no_agreement_of_guesses(self) -> None:
        rng = np.random.default_rng(3)
        blank = rng.random(300) < 0.85
        codings = [
            cases_of(coding(np.where(blank, None, np.array(["father", "neighbour"])[rng.integers(0, 2, 300)]).tolist()))
            for _ in range(2)
        ]
        made = coder_agreement(*codings, items=("relationship", "outcome"))
        row = made.to_frame().set_index("item").loc["relationship"]
        assert (row["both_missing"], row["n_recorded"]) == (blank.sum(), 300 - blank.sum())
        assert row["estimate"] > 0.6
        assert row["recorded_low"] < 0 < row["recorded_high"]
        told = " ".join(one.text() for one in made.findings())
        assert f"where both coders recorded it ({300 - blank.sum()} files), kappa is" in told
        assert "No item has a kappa below" not in told
        # neither blank files nor the outcome, pending in all of them, lift the share
        assert f"of {300 - blank.sum()} labels" in told


class TestOneFile:
    def test_a_column_of_coders_gives_the_same_as_two_files(self) -> None:
        one, two = coding(KIN_ONE), coding(KIN_TWO)
        both = pd.concat([two.assign(coder="b"), one.assign(coder="a")]).sample(frac=1, random_state=4)
        apart = coder_agreement(cases_of(one), cases_of(two)).to_frame()
        for mapping in (BY_CODER, NAMED):
            pd.testing.assert_frame_equal(coder_agreement(cases_of(both, mapping)).to_frame(), apart)

    def test_two_cases_of_two_coders(self) -> None:
        """Where the mapping names the coder nothing is guessed from the ids."""
        data = coding(["father", "father", "neighbour", "father"]).assign(id=["p", "p", "q", "q"], coder=list("abab"))
        assert coder_agreement(cases_of(data, NAMED), items="relationship").main["n"].tolist() == [2]

    def test_all_codings_count_for_alpha(self) -> None:
        """Krippendorff (2011), example C: four coders, twelve files, not all coded by all; alpha .743."""
        codes = ["123321412   ", "1233224125 3", " 3332342251 ", "12332441251 "]
        parts = [
            coding(["level " + one for one in text]).assign(coder=name)[[one != " " for one in text]]
            for name, text in zip("abcd", codes, strict=True)
        ]
        made = coder_agreement(cases_of(pd.concat(parts), NAMED), items=("relationship", "complaint"))
        row = made.to_frame().iloc[0]
        assert (round(row["alpha"], 3), row["n"]) == (0.743, 11)
        # the file of one coder is no double coding; AC1 of the other eleven by irrCAC
        assert round(row["corrected"], 8) == 0.77515171
        assert row["alpha_low"] < row["alpha"] < row["alpha_high"] == 1
        drawn = coder_agreement(cases_of(pd.concat(parts), NAMED), items="relationship", interval="bootstrap")
        assert drawn.main["alpha"][0] == row["alpha"]
        assert drawn.main["alpha_low"][0] != row["alpha_low"]

    def test_several_coders_and_files_coded_once_or_thrice(self) -> None:
        data = coding(["father"] * 9).assign(
            id=["p", "p", "p", "q", "q", "r", "s", "s", "t"], coder=["a", "b", "c", "b", "c", "a", "a", "c", "b"]
        )
        made = coder_agreement(cases_of(data, BY_CODER), items="relationship")
        assert made.main["n"].tolist() == [3]
        assert [one.n for one in made.provenance.left_out] == [2]
        told = " ".join(one.text() for one in made.notes)
        assert "3 people coded" in told
        assert "1 file was coded more than twice" in told

    def test_every_one_of_three_coders_is_heard(self) -> None:
        """The last one by name draws lots, the others are of one mind: one pair in three agrees wholly."""
        rng = np.random.default_rng(2)
        true = rng.integers(0, 2, 300)
        kin = np.array(["father", "neighbour"])
        parts = [kin[true], kin[true], kin[rng.integers(0, 2, 300)]]
        data = pd.concat([coding(part.tolist()).assign(coder=name) for part, name in zip(parts, "abz", strict=True)])
        made = coder_agreement(cases_of(data, BY_CODER), items="relationship")
        assert made.main["estimate"][0] == pytest.approx(1 / 3, abs=0.12)
        again = coder_agreement(cases_of(data.sample(frac=1, random_state=1), BY_CODER), items="relationship")
        assert again.main["estimate"][0] == made.main["estimate"][0]
        assert any("drawn by lot" in one.text() for one in made.notes)

    @pytest.mark.parametrize("mapping", [MAPPING, BY_CODER])
    def test_nothing_coded_twice_is_refused(self, mapping: dict[str, Any]) -> None:
        data = coding(["father"] * 8).assign(coder=[f"n{one}" for one in range(8)])
        with pytest.raises(QuestionError, match="No case was coded twice"):
            coder_agreement(cases_of(data, mapping))


class TestSafety:
    def test_no_id_and_no_rare_label_is_shown(self) -> None:
        one = coding(["father"] * 20 + ["a rare word"] * 3)
        two = coding(["father"] * 15 + ["another one"] * 5 + ["father"] * 3)
        made = coder_agreement(cases_of(one), cases_of(two))
        every = " ".join(made.to_frame(name).to_csv() for name in made.tables) + made.summary() + repr(made.findings())
        assert "secret" not in every
        assert "rare word" not in every
        assert "another one" not in every
        assert "rarer_labels" in every

    def test_what_the_gate_needs_is_declared(self, answer: CoderAgreement) -> None:
        check_declared(answer)
        bands = ["0-5", "6-11", "12-17", None] * 20
        codings = [cases_of(coding(["x"] * 80, band=part)) for part in (bands, bands[4:] + bands[3:7])]
        check_declared(coder_agreement(*codings, items=("band", "relationship"), ordered="band"))

    def test_published_with_what_is_hidden(self, answer: CoderAgreement) -> None:
        """As the gate shows it: without dates and pairs, here with every number hidden as well."""
        for main in (answer.main, hidden(answer.main)):
            shown = answer.rebuild(Protected(tables={"main": main}, provenance=answer.provenance))
            told = " ".join(one.text() for one in shown.findings())
            assert "nan" not in told
            assert "Most often" not in told
            assert ("kappa" in told) == (main is answer.main)
            assert shown.plot(language="es") is not None


class TestEdges:
    def test_ids_of_one_coding_only_are_counted(self) -> None:
        one, two = coding(["father"] * 12), coding(["father"] * 12)
        two.loc[:2, "id"] = [f"other-{n}" for n in range(3)]
        made = coder_agreement(cases_of(one), cases_of(two), items="relationship")
        assert made.main["n"].tolist() == [9]
        assert [item.n for item in made.provenance.left_out] == [3, 3]

    def test_one_label_only_has_no_kappa(self) -> None:
        data, other = (cases_of(coding(["father"] * 12)) for _ in range(2))
        made = coder_agreement(data, other, items="relationship")
        assert np.isnan(made.main["estimate"][0])
        assert made.plot(language="es") is not None
        assert "cannot be told" in made.findings()[0].text()

    def test_what_nobody_coded_is_no_agreement(self) -> None:
        band: dict[str, Any] = {"band": [None] * 20}
        kin = ["father"] * 10 + ["neighbour"] * 10
        found = coder_agreement(cases_of(coding(kin, **band)), cases_of(coding(kin, **band)), items=("band", "age"))
        drawn = [one.get_text() for one in found.plot().texts]
        assert drawn.count("coded in no file") == 1
        row = found.to_frame().set_index("item").loc["band"]
        assert (row["n"], row["both_missing"]) == (20, 20)
        unknown = ["share", "share_low", "observed", "expected", "estimate", "corrected", "corrected_high", "alpha"]
        assert np.isnan(row[unknown].astype(float)).all()
        found = coder_agreement(cases_of(coding(kin, **band)), cases_of(coding(kin, **band)), items="band")
        assert "100 %" not in [one.get_text() for one in found.plot(language="es").texts]

    def test_one_coding_given_twice(self) -> None:
        data, copy = (cases_of(coding(KIN_ONE)) for _ in range(2))
        with pytest.raises(QuestionError, match="The same coding is given twice"):
            coder_agreement(data, data)
        told = "Both codings say the same of every file"
        assert any(one.text().startswith(told) for one in coder_agreement(data, copy).notes)
        other = cases_of(coding(KIN_TWO))
        assert not any(one.text().startswith(told) for one in coder_agreement(data, other).notes)

    def test_a_file_of_several_coders_is_no_single_coding(self) -> None:
        kin = ["father"] * 10 + ["neighbour"] * 10
        both = pd.concat([coding(kin).assign(coder="x"), coding(kin[::-1]).assign(coder="y")])
        found = coder_agreement(cases_of(both, NAMED), cases_of(coding(kin)))
        assert any(one.text().startswith("20 codings are not compared") for one in found.notes)
        assert not any("not compared" in one.text() for one in coder_agreement(cases_of(both, NAMED)).notes)

    def test_one_sided_labels_are_told(self) -> None:
        one = coding(["no"] * 97 + ["yes"] * 3)
        two = coding(["no"] * 94 + ["yes"] * 3 + ["no"] * 3)
        made = coder_agreement(cases_of(one), cases_of(two), items="relationship")
        assert made.main["estimate"][0] < 0.1
        assert made.main["corrected"][0] > 0.9
        assert any("AC1" in one.text() for one in made.notes)

    def test_one_coding_on_one_label_is_told_without_limits(self) -> None:
        one, two = coding(["no"] * 60), coding(["no"] * 59 + ["yes"])
        made = coder_agreement(cases_of(one), cases_of(two), items="relationship")
        row = made.to_frame().iloc[0]
        assert row["estimate"] == pytest.approx(0, abs=1e-12)
        assert np.isnan(row[["conf_low", "alpha_low"]].astype(float)).all()
        told = " ".join(one.text() for one in made.findings())
        assert "one coding puts all files on one label, so that kappa tells nothing; coded alike in 98.3" in told
        assert "No item has" not in told
        assert made.plot() is not None

    def test_dates_alone(self) -> None:
        data, other = (cases_of(coding(["father"] * 12)) for _ in range(2))
        made = coder_agreement(data, other, items=("complaint", "ending"))
        assert len(made.main) == 0
        assert made.draw("differences") is not None

    def test_bootstrap_limits(self, answer: CoderAgreement) -> None:
        one, two = cases_of(coding(KIN_ONE)), cases_of(coding(KIN_TWO))
        drawn = coder_agreement(one, two, items="relationship", interval="bootstrap").to_frame().iloc[0]
        large = answer.to_frame().set_index("item").loc["relationship"]
        assert drawn["estimate"] == large["estimate"]
        assert drawn["conf_low"] == pytest.approx(large["conf_low"], abs=0.06)

    @pytest.mark.parametrize(
        ("setting", "value"),
        [("items", "kinship"), ("ordered", "age"), ("ordered", {"band": ["6-11"]}), ("interval", "exact")],
    )
    def test_wrong_settings_are_refused(self, setting: str, value: Any) -> None:
        data = cases_of(coding(["father"] * 12))
        with pytest.raises(QuestionError):
            coder_agreement(data, data, **{setting: value})

    def test_codings_of_two_procedures_are_refused(self) -> None:
        one = cases_of(coding(["father"] * 3))
        other = {**MAPPING, "cases": {**MAPPING["cases"], "procedure": "guatemala"}, "dates": {"complaint": "day"}}
        other.pop("outcome")
        with pytest.raises(QuestionError, match="different procedures"):
            coder_agreement(one, cases_of(coding(["father"] * 3), other))
