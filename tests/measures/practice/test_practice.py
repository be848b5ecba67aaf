"""Quality of attention: by hand, against R's survey package, and what the answer tells the disclosure gate."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.proportion import wilson
from justice_metrics.estimate.survey import linearised_share
from justice_metrics.estimate.survey_contrasts import linearised_covariances
from justice_metrics.measures.practice.practice import Practice, practice
from justice_metrics.reduce.practice import coded_items, item_flags
from justice_metrics.reduce.practice_counts import practice_counts
from tests.disclosure.declared import check_declared

REFERENCE = Path(__file__).parents[2] / "reference"


def cases_of(frame: pd.DataFrame, items: dict[str, Any], **more: Any) -> jm.CaseData:
    """Return case data whose columns are items, days of complaint made up where none are given."""
    frame = frame.assign(id=range(len(frame)), day=frame.get("day", "2016-01-05"))
    return jm.CaseData.from_frame(
        frame,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", **more.pop("cases", {})},
            "dates": {"complaint": "day"},
            "practice": {"checklist": "child_sexual_assault", "items": items},
            **more,
        },
    )


# Eight files; what stands in the comment is what each item is judged to be.
BY_HAND = pd.DataFrame(
    {
        #        met    not    n/a          silent  met    met   not    silent
        "room": ["sí", "no", "no aplica", None, "sí", "sí", "no", "no consta"],
        # met by no: not a    met   silent ...
        "agree": ["sí", "no", None, "no", "no", "no", "sí", "no"],
        # applies where the language is another one; the second answer contradicts the checklist
        "speaks": ["Quechua", "Castellano", "Aymara", "Quechua", "castellano", None, "Quechua", "Aymara"],
        "interp": ["sí", "no", "sí", None, None, "sí", "no", "no"],
        # applies where a measure was ordered
        "ordered": ["sí", "no", "sí", None, "no aplica", "sí", "sí", "no"],
        "checked": ["sí", None, "no", "sí", None, None, "no aplica", "no"],
        # met by 1: neither heard again and again nor never
        "times": ["1", "2", "0", None, "no aplica", "3", "1", "1"],
        "town": ["La Paz", "La Paz", "La Paz", "Oruro", "Oruro", "Oruro", "Oruro", "Oruro"],
    }
)
ITEMS = {
    "statements_taken": "times",
    "child_friendly_space": "room",
    "protection_ordered": "ordered",
    "protection_followed_up": "checked",
    "interpreter": "interp",
    "conciliation_offered": "agree",
}
ATTRIBUTES = {"language": "speaks", "town": "town"}
# item: met, judged, not documented, does not apply
EXPECTED = {
    "statements_taken": (3, 6, 1, 1),
    "child_friendly_space": (3, 5, 2, 1),
    "protection_ordered": (4, 6, 1, 1),
    # ordered "no" (second, last) and "no aplica" (fifth) rule it out, and the seventh is coded so
    "protection_followed_up": (2, 3, 1, 4),
    # Spanish speakers (second, fifth) are ruled out; without a language (sixth) the answer stands
    "interpreter": (3, 5, 1, 2),
    "conciliation_offered": (5, 7, 1, 0),
}


@cache
def by_hand() -> jm.CaseData:
    return cases_of(BY_HAND, ITEMS, attributes=ATTRIBUTES)


@pytest.fixture(scope="module")
def answer() -> Any:
    return practice(by_hand())


class TestByHand:
    def test_met_judged_silent_and_apart(self, answer: Any) -> None:
        names = ("numerator", "denominator", "not_documented", "not_applicable")
        counts = zip(*(answer.main[one].tolist() for one in names), strict=True)
        assert dict(zip(answer.main["item"].tolist(), counts, strict=True)) == EXPECTED

    def test_shares_have_wilson_limits(self, answer: Any) -> None:
        met, judged = (np.array([one[place] for one in EXPECTED.values()]) for place in (0, 1))
        share = wilson(met, judged, 0.95)
        for name in ("estimate", "conf_low", "conf_high"):
            np.testing.assert_allclose(answer.main[name], getattr(share, name))

    def test_what_is_not_documented_stands_beside_what_applies(self, answer: Any) -> None:
        main = answer.main
        assert main["applicable"].tolist() == [judged + silent for _, judged, silent, _ in EXPECTED.values()]
        np.testing.assert_allclose(main["share_not_documented"], main["not_documented"] / main["applicable"])

    def test_domains_add_their_items_up(self, answer: Any) -> None:
        table = answer.tables["domains"]
        found = dict(zip(table["domain"].tolist(), table["numerator"].tolist(), strict=True))
        assert found == {"all": 20, "testimony": 6, "protection": 6, "participation": 3, "dignity": 5}
        assert table["denominator"].tolist()[0] == 32
        assert table["items"].tolist() == [6, 2, 2, 1, 1]

    def test_a_domain_with_one_item_has_the_share_of_that_item(self, answer: Any) -> None:
        table = answer.tables["domains"]
        assert table["estimate"][-1] == pytest.approx(5 / 7)

    def test_the_sentences(self, answer: Any) -> None:
        said = [one.text() for one in answer.findings()]
        assert said[0].startswith("Of 32 items of practice that apply and are documented, 20 were met: 62.5\xa0%")
        assert "Least documented: room made for children" in said[-1]
        notes = [one.text() for one in answer.notes]
        assert any(one.startswith("2 answers were coded where the checklist says") for one in notes)
        assert any(one.startswith("21 items of the checklist are not among those shown") for one in notes)

    def test_each_item_says_where_it_comes_from(self, answer: Any) -> None:
        _, rows = answer.tables["norms"].display("en")
        assert rows[0][3:5] == ["exactly 1", "all cases"]
        assert rows[4][4] == "victims whose first language is not Spanish"
        assert all("art." in row[5] or "par." in row[5] or "regulation" in row[5] for row in rows)

    def test_groups(self) -> None:
        found = practice(by_hand(), by="town", items="child_friendly_space")
        assert found.main["town"].tolist() == ["La Paz", "Oruro"]
        assert found.main["numerator"].tolist() == [1, 2]
        assert found.main["denominator"].tolist() == [2, 3]

    @pytest.mark.parametrize("procedure", ["bolivia", "common_law"])
    def test_years(self, procedure: str) -> None:
        frame = BY_HAND.assign(day=["2015-02-01"] * 3 + ["2016-02-01"] * 5)
        cases = cases_of(frame, {"child_friendly_space": "room"}, cases={"procedure": procedure})
        found = practice(cases, by="year")
        assert found.main["year"].tolist() == ["2015", "2016"]
        assert found.main["denominator"].tolist() == [2, 3]

    def test_one_domain(self) -> None:
        found = practice(by_hand(), domains="protection")
        assert found.main["item"].tolist() == ["protection_ordered", "protection_followed_up"]

    def test_without_the_attribute_the_coder_decides(self) -> None:
        found = practice(cases_of(BY_HAND, ITEMS, attributes={"town": "town"}), items="interpreter")
        assert found.main["denominator"].tolist() == [6]
        assert any("no attribute 'language'" in one.text() for one in found.notes)


class TestWhatCannotBeJudged:
    # Recorded: yes, no, does not apply, blank, ten of each; of the yes eight have a day, three of them late.
    frame = pd.DataFrame(
        {
            "taped": ["sí"] * 10 + ["no"] * 10 + ["no aplica"] * 10 + [None] * 10,
            "taped_on": ["2016-01-10"] * 5 + ["2016-02-10"] * 3 + [None] * 32,
            "speaks": ["Castellano"] * 10 + ["Aymara"] * 10 + [None] * 10 + ["Quechua"] * 10,
            "interp": (["sí"] * 4 + [None] * 6) * 4,
        }
    )
    items: ClassVar = {
        "recorded_interview": {"column": "taped", "date": "taped_on"},
        "recorded_interview_days": {"date": "taped_on"},
        "interpreter": "interp",
    }

    def rows(self, frame: pd.DataFrame) -> dict[str, dict[str, float]]:
        found = practice(cases_of(frame, self.items, attributes={"language": "speaks"})).to_frame()
        return {row["item"]: row for row in found.to_dict("records")}

    def test_where_nobody_knows_whether_it_applies_is_no_silence_of_the_file(self) -> None:
        found = self.rows(self.frame)
        days, interpreter = found["recorded_interview_days"], found["interpreter"]
        # known to apply: the ten that were recorded, of which two have no day
        assert (days["numerator"], days["denominator"], days["not_documented"], days["applicable"]) == (5, 8, 2, 10)
        assert (days["not_applicable"], days["not_known_whether"]) == (20, 10)
        assert days["share_not_documented"] == pytest.approx(0.2)
        # no language: the four that were answered are judged, of the six others nobody knows
        assert (interpreter["denominator"], interpreter["not_documented"]) == (12, 12)
        assert (interpreter["not_applicable"], interpreter["not_known_whether"]) == (10, 6)
        for row in found.values():
            assert row["applicable"] + row["not_applicable"] + row["not_known_whether"] == 40

    def test_an_act_before_the_complaint_is_not_within_fifteen_days(self) -> None:
        frame = self.frame.assign(taped_on=["2015-12-20"] * 4 + ["2016-01-05"] + [None] * 35)
        answer = practice(cases_of(frame, self.items, attributes={"language": "speaks"}))
        row = dict(zip(answer.main["item"].tolist(), range(3), strict=True))["recorded_interview_days"]
        assert (answer.main["numerator"][row], answer.main["denominator"][row]) == (1, 1)
        assert answer.main["not_documented"][row] == 9
        assert any(one.text().startswith("4 acts are dated before the day") for one in answer.notes)

    def test_a_victim_who_was_never_heard_is_no_success(self) -> None:
        found = practice(cases_of(pd.DataFrame({"times": ["0", "1", "2", None]}), {"statements_taken": "times"}))
        assert (found.main["numerator"].tolist(), found.main["denominator"].tolist()) == ([1], [3])


class TestEdges:
    def test_one_case(self) -> None:
        found = practice(cases_of(BY_HAND.iloc[:1], ITEMS, attributes=ATTRIBUTES))
        assert found.main["denominator"].max() == 1
        assert [one.text() for one in found.findings()]

    def test_nothing_documented(self) -> None:
        frame = pd.DataFrame({"room": [None] * 4})
        found = practice(cases_of(frame, {"child_friendly_space": "room"}))
        assert np.isnan(found.main["estimate"]).all()
        assert found.main.statuses["estimate"] == ("not_defined",)
        assert found.main["share_not_documented"].tolist() == [1.0]
        assert "does not tell in 100.0" in found.summary()
        check_declared(found)

    def test_nothing_coded(self) -> None:
        frame = pd.DataFrame({"room": ["sí"]})
        bare = jm.CaseData.from_frame(
            frame.assign(id=1, day="2016-01-05"),
            {"cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"}, "dates": {"complaint": "day"}},
        )
        with pytest.raises(QuestionError, match=r"tell nothing of how the victim was treated(.|\n)*practice"):
            practice(bare)

    def test_units_made_of_several_files(self) -> None:
        frame = BY_HAND.assign(whole=["1", "1", "2", "2", "3", "3", "4", "4"])
        cases = cases_of(frame, ITEMS, cases={"unit": "victim", "links": {"case": "whole"}})
        with pytest.raises(QuestionError, match=r"coded file by file(.|\n)*in the unit in which they were read"):
            practice(cases.to_unit("case", principal="pending"))

    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"items": "chid_friendly_space"}, "Did you mean 'child_friendly_space'"),
            ({"items": "closed_hearings"}, "was not coded in these cases"),
            ({"domains": "healt"}, "Did you mean 'health'"),
            ({"domains": "health"}, "No item that is asked for was coded"),
            ({"by": "court"}, "'court' is not an attribute"),
            ({"confidence_level": 95}, "Write 95 % as 0.95"),
            ({"interval": "wald"}, "wald"),
        ],
    )
    def test_wrong_questions(self, asked: dict[str, Any], message: str) -> None:
        with pytest.raises(QuestionError, match=message):
            practice(by_hand(), **asked)


def coded(cases: pd.DataFrame) -> pd.DataFrame:
    """Return six items whose answers add up to the numbers of each case."""
    places = np.arange(6)
    judged, met = (places < cases[one].to_numpy()[:, None] for one in ("judged", "met"))
    answers = np.where(met, "sí", np.where(judged, "no", ""))
    return cases.assign(**{f"i{place}": answers[:, place] for place in places})


class TestAgainstR:
    """Pooled items as ``svyratio`` of R's survey package has them; see make_practice.R."""

    cases = pd.read_csv(REFERENCE / "practice_cases.csv")
    shares = pd.read_csv(REFERENCE / "practice_shares.csv").set_index("design")

    @pytest.mark.parametrize(
        ("design", "cases"),
        [("cases", {}), ("clusters", {"sampling": {"weight": "weight", "cluster": "cluster"}})],
    )
    def test_share_and_change(self, design: str, cases: dict[str, Any]) -> None:
        frame = coded(self.cases)
        ids = ("rights_explained", "victim_informed", "legal_representation", "support_person", "identity_protected",
               "psychological_care")  # fmt: skip
        items = {one: f"i{place}" for place, one in enumerate(ids)}
        data = cases_of(frame, items, cases=cases, attributes={"round": "round"})
        asked = coded_items(data)
        share = linearised_share(practice_counts(data, asked).domains["all"])
        expected = self.shares.loc[design]
        np.testing.assert_allclose([share.estimate[0], share.std_error[0]], expected, rtol=1e-12)
        change = linearised_covariances(practice_counts(data, asked, by=("round",)).domains["all"], 0)
        expected = self.shares.loc[f"change of {design}"]
        np.testing.assert_allclose((change.p - change.q)[1], expected["estimate"], rtol=1e-12)
        np.testing.assert_allclose(change.error[1], expected["std_error"], rtol=1e-10)


DRAWN = np.random.default_rng(5)
MANY = BY_HAND.iloc[DRAWN.integers(0, len(BY_HAND), 400)].assign(court=DRAWN.integers(0, 20, 400).astype(str))


@cache
def many() -> Practice:
    return practice(cases_of(MANY, ITEMS, attributes=ATTRIBUTES))


class TestGate:
    def test_all_is_declared(self) -> None:
        check_declared(practice(cases_of(MANY, ITEMS, attributes=ATTRIBUTES), by="town"))

    def test_with_weights_and_clusters_too(self) -> None:
        design = {"sampling": {"weight": "w", "cluster": "court"}}
        found = practice(cases_of(MANY.assign(w="0.5"), ITEMS, cases=design, attributes=ATTRIBUTES))
        check_declared(found)
        assert found.main["denominator"][0] == pytest.approx(0.5 * round(found.main["denominator"][0] / 0.5))

    def test_items_of_a_domain_add_up_to_it(self) -> None:
        found = many()
        counts = {(one.box, one.events): one.value for one in found.base_counts().counts}
        assert found.ties
        for tie in found.ties:
            assert sum(each.sign * counts[each.box, each.events] for each in tie) == pytest.approx(0)

    def test_a_condition_is_told_to_the_gate_where_one_number_follows_from_the_other(self) -> None:
        frame = BY_HAND.assign(checked=["sí", None, "no", None, None, "sí", "sí", None])
        items = ("protection_ordered", "protection_followed_up")
        plain = practice(cases_of(frame, ITEMS, attributes=ATTRIBUTES), items=items)
        other = practice(by_hand(), items=items)
        assert len(plain.ties) == len(other.ties) + 1

    @pytest.mark.parametrize("base", [None, 3])
    def test_it_is_published_in_both_modes(self, base: int | None) -> None:
        policy = jm.DisclosurePolicy(minimum=5) if base is None else jm.DisclosurePolicy(minimum=5, base=base)
        (shown,) = jm.release([many()], policy).results
        assert list(shown.tables) == ["main", "domains", "norms"]
        assert np.isfinite(shown.main["estimate"]).any()
        assert shown.findings()

    def test_weighted_shares_leave_with_the_units_behind_them(self) -> None:
        # sixty files: 20 met, 40 not; of the other item 55 and 5
        frame = pd.DataFrame({"room": ["sí", "no", "no"] * 20, "told": ["sí"] * 55 + ["no"] * 5})
        frame["w"] = np.where(frame.index % 2, "2", "4")
        items = {"child_friendly_space": "room", "rights_explained": "told"}
        found = practice(cases_of(frame, items, cases={"sampling": {"weight": "w"}}))
        check_declared(found)
        assert (found.main["numerator"][0], found.main["denominator"][0]) == (60, 180)
        (shown,) = jm.release([found], jm.DisclosurePolicy(minimum=10)).results
        plain = practice(cases_of(frame, items))
        (unweighted,) = jm.release([plain], jm.DisclosurePolicy(minimum=10)).results
        for name in ("main", "domains"):
            one, other = shown.tables[name], unweighted.tables[name]
            for column in ("numerator", "denominator", "not_documented"):
                np.testing.assert_array_equal(one[f"{column}_unweighted"], other[column])
            np.testing.assert_array_equal(np.isnan(one["estimate"]), np.isnan(other["estimate"]))
        assert "numerator" not in shown.main.values
        assert all(isinstance(one.text(), str) for one in shown.findings())
        shown.plot(language="es")
        shown.draw("domains")

    def test_a_hidden_weighted_share_has_hidden_limits(self) -> None:
        """Also where it has none, which would tell that it is 0 or 100 %."""
        frame = pd.DataFrame({"room": ["sí"] * 60, "told": ["sí", "no"] * 30, "w": "2.5"})
        items = {"child_friendly_space": "room", "rights_explained": "told"}
        (shown,) = jm.release([practice(cases_of(frame, items, cases={"sampling": {"weight": "w"}}))],
                              jm.DisclosurePolicy(minimum=10, small_group=100)).results  # fmt: skip
        for name in ("main", "domains"):
            told = shown.tables[name].statuses
            gone = [one == "suppressed" for one in told["estimate"]]
            assert any(gone)
            for side in ("conf_low", "conf_high"):
                assert all(one == "suppressed" for one, away in zip(told[side], gone, strict=True) if away)


def test_drawings_stand_on_the_table(answer: Any) -> None:
    from matplotlib import pyplot

    axes = answer.plot()
    np.testing.assert_allclose(axes.lines[0].get_xdata(), answer.main["estimate"])
    silent = answer.draw("not_documented", language="es")
    np.testing.assert_allclose(silent.lines[0].get_xdata(), answer.main["share_not_documented"])
    by = practice(by_hand(), by="town")
    assert len(by.plot().lines[0].get_xdata()) == len(by.tables["domains"])
    assert (list(answer.views), list(by.views)) == (["domains", "not_documented"], ["not_documented"])
    pyplot.close("all")


@settings(max_examples=4)
@given(
    st.lists(st.tuples(*[st.sampled_from(["sí", "no", "no aplica", None])] * 3), min_size=1, max_size=12),
)
def test_every_case_is_in_just_one_way_of_every_item(rows: list[tuple[str | None, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["ordered", "checked", "agree"]).astype(object)
    items = {"protection_ordered": "ordered", "protection_followed_up": "checked", "conciliation_offered": "agree"}
    cases = cases_of(frame, items)
    for one in item_flags(cases, coded_items(cases)).values():
        found = cases.milestones.select(**{name: expr.cast(nw.Int64) for name, expr in one._asdict().items()}).collect()
        met, judged, *others = (found.get_column(name).to_numpy() for name in one._fields[:5])
        assert (judged + sum(others) == 1).all()
        assert (met <= judged).all()


def test_where_all_cases_are_alike_a_domain_has_no_limits() -> None:
    """Of 20 cases all met one of two items and none the other: half, and nothing tells how far chance goes."""
    rows = [{"id": str(n), "day": "2016-02-01", "one": "yes", "two": "no"} for n in range(20)]
    cases = jm.CaseData.from_frame(
        pd.DataFrame(rows),
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "day"},
            "practice": {
                "checklist": "child_sexual_assault",
                "items": {"recorded_interview": "one", "child_friendly_space": "two"},
                "labels": {"yes": "yes", "no": "no"},
            },
        },
    )
    domains = jm.practice(cases).tables["domains"]
    assert domains["estimate"][0] == 0.5
    assert np.isnan(domains["conf_low"]).all()


def test_domains_where_files_of_a_stratum_were_drawn_directly(tmp_path: Path) -> None:
    """Each is a sampling unit, as if it was a cluster of its own; without a name they are not one cluster."""
    n = 48
    place = np.arange(n)
    log = pd.DataFrame({"file": [f"f{one}" for one in place], "status": "coded", "weight": 2.0 + place % 3,
                        "stratum": np.where(place < 24, "lot", "direct")})  # fmt: skip
    court = np.where(place < 24, "c" + pd.Series(place // 4).astype(str), "")
    answers = {
        name: np.where((place * step + place // 5) % 3 > 0, "sí", "no") for name, step in (("told", 1), ("law", 2))
    }
    frame = pd.DataFrame({"id": log["file"], "day": "2016-01-05", **answers})
    found = []
    for named in (court, np.where(court == "", log["file"], court)):
        log.assign(cluster=named).to_csv(tmp_path / "log.csv", index=False)
        described = {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30",
                      "sampling": {"log": {"file": str(tmp_path / "log.csv"), "classes": "none"}}},
            "dates": {"complaint": "day"},
            "practice": {
                "checklist": "child_sexual_assault",
                "items": {"rights_explained": "told", "legal_representation": "law"},
            },
        }  # fmt: skip
        domains = practice(jm.CaseData.from_frame(frame, described)).tables["domains"]
        found.append(np.array([domains["conf_low"], domains["conf_high"]], np.float64))
    np.testing.assert_allclose(found[0], found[1])
    assert np.isfinite(found[0]).any()
