"""The effect of support: strategies by hand, what is refused, what stands beside every difference."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.effect import SupportEffect, support_effect
from justice_metrics.measures.support.flow import months
from justice_metrics.measures.support.undated import SupportWithoutDates
from tests.made_cases import frame_of, wide, wide_mapping
from tests.support_cases import ACTORS, ROWS, SPELLS, asked, made, many


class TestByHand:
    """One kind of case, one day of starts: the weights are shares.

    Case i ends on day 5 before support could start: it counts under both strategies. Of the nine others, three start
    on day 10; first strategy: those three stand for nine; second: the six others stand for nine.
    """

    def test_incidences(self) -> None:
        main = asked().main
        assert main["outcome"].tolist() == ["verdict", "rejection"]
        # first: 1 of 10 rejected on day 5, then of 9: a and b of 3 convicted, c rejected
        assert main["incidence_started"] == pytest.approx([0.9 * 2 / 3, 0.1 + 0.9 / 3], abs=1e-9)
        # second: of d, e, f, g, h, j two come to a verdict (d after support on day 40), two are rejected
        assert main["incidence_not_started"] == pytest.approx([0.9 * 2 / 6, 0.1 + 0.9 * 2 / 6], abs=1e-9)
        assert main["estimate"] == pytest.approx([0.3, 0.0], abs=1e-9)
        assert main["ratio"] == pytest.approx([2.0, 1.0])

    def test_one_horizon_may_be_a_number(self) -> None:
        assert asked(horizon_days=365).main["estimate"].tolist() == asked().main["estimate"].tolist()

    def test_cases_behind_each_difference(self) -> None:
        main = asked().main
        assert main["events_started"].tolist() == [2, 2]
        assert main["events_not_started"].tolist() == [2, 3]

    def test_before_the_horizon_nothing_has_come(self) -> None:
        main = asked(horizon_days=(199, 365)).main
        assert main["days"].tolist() == [199, 365, 199, 365]
        assert main["incidence_started"][0] == 0
        assert main["events_started"].tolist() == [0, 2, 2, 2]

    def test_flow(self) -> None:
        table = asked().tables["flow"]
        rows = dict(zip(table["step"], zip(table["started"], table["not_started"], strict=True), strict=True))
        assert rows["file"] == (10, 10)
        assert rows["followed"] == (10, 10)
        assert rows["departed_0"] == (6, 3)
        assert rows["ended_in_grace"] == (1, 1)
        assert rows["in_both"] == (1, 1)
        assert rows["beyond"] == (3, 6)
        assert rows["ended_verdict"] == (2, 2)
        assert rows["ended_rejection"] == (1, 2)
        assert rows["open"] == (0, 2)

    def test_weights(self) -> None:
        """Nobody starts before day 10; days 10 to 30 share one hazard: 3 starts on 3 days of a, b, c and 6 x 21 others.

        In the second strategy a clone that waits to the end weighs 1 / (1 - h) ^ 21. In the first the start is spread
        evenly over these 21 days, so a start on day 10 has probability 1 / 21 instead of h. Case i ended before.
        """
        table = asked().tables["weights"]
        h = 3 / (3 + 6 * 21)
        assert table["largest"] == pytest.approx([1 / 21 / h, (1 - h) ** -21])
        assert table["smallest"] == pytest.approx([1.0, 1.0])
        assert table["clones"].tolist() == [4, 7]

    def test_another_number_of_actors(self) -> None:
        one = asked(needed="any").main
        assert one["events_started"].tolist() == [4, 2]  # a, b, d, e; c and i
        assert asked(needed=1).main["estimate"].tolist() == one["estimate"].tolist()

    def test_a_lag_moves_the_start_out_of_the_period(self) -> None:
        with pytest.raises(QuestionError, match="In none of 10 cases had lawyer, psychologist"):
            asked(lag_days=21)
        assert asked(lag_days=20).main["estimate"] == pytest.approx([0.3, 0.0], abs=1e-9)

    def test_overlapping_outcomes_are_followed_one_set_after_the_other(self) -> None:
        main = asked(outcome=("verdict", "conviction", "rejection", "acquittal")).main
        assert main["outcome"].tolist() == ["verdict", "conviction", "rejection", "acquittal"]
        found = dict(zip(main["outcome"], main["incidence_not_started"], strict=True))
        assert found["verdict"] == pytest.approx(found["conviction"] + found["acquittal"])
        assert found["acquittal"] == pytest.approx(0.15)

    def test_every_table_keeps_the_order_of_the_question(self) -> None:
        answer = asked(outcome=("conviction", "verdict", "rejection"), horizon_days=(300, 365))
        main = answer.main
        for name in ("strategies", "truncation", "unweighted"):
            table = answer.tables[name]
            assert table["outcome"][:6].tolist() == main["outcome"].tolist()
            assert table["days"][:6].tolist() == main["days"].tolist()
        assert answer.tables["truncation"]["estimate"][:6] == pytest.approx(main["estimate"], abs=1e-12)
        # nothing else than waiting tells these cases apart, so weights change nothing
        assert answer.tables["unweighted"]["incidence_not_started"] == pytest.approx(main["incidence_not_started"])

    @pytest.mark.parametrize(
        "given",
        [
            {"started_within_days": 0, "needed": "any"},
            {"started_within_days": 10, "timing": "late"},  # a window longer than the period
            {"horizon_days": 1_000},
            {"outcome": "any_exit"},
            {"adjust": "court", "needed": "any", "milestones": ("accusation", "charge")},
            {"outcome": "final_verdict", "resamples": 2, "confidence_level": 0.9},
        ],
    )
    def test_at_the_edges_there_is_an_answer_with_all_its_figures(self, given: dict[str, Any]) -> None:
        answer = asked(**given)
        main = answer.main
        assert ((main["estimate"] >= -1) & (main["estimate"] <= 1)).all()
        assert not ((main["conf_low"] < -1) | (main["conf_high"] > 1)).any()
        assert "nan" not in answer.summary()
        answer.plot()
        for view in answer.views:
            answer.draw(view)

    def test_by_default_every_ending_that_the_procedure_knows(self) -> None:
        assert asked(outcome=None).main["outcome"].tolist() == [
            *("verdict", "conviction", "acquittal", "rejection", "dismissal", "withdrawal")
        ]

    def test_nobody_came_to_it_under_a_strategy(self) -> None:
        answer = asked(outcome="acquittal")
        assert answer.main["estimate"] == pytest.approx([-0.15])
        assert np.isnan([answer.main[one][0] for one in ("conf_low", "conf_high", "detectable")]).all()
        assert np.isnan([answer.tables["ratios"][one][0] for one in ("conf_low", "std_error", "p_holm")]).all()
        assert any("(0 of them with support)" in str(one) for one in answer.findings())

    def test_every_timing_is_beside_it(self) -> None:
        table = asked().tables["strategies"]
        assert table["timing"].tolist() == ["usual"] * 2 + ["even"] * 2 + ["late"] * 2
        assert table["estimate"][:2].tolist() == asked().main["estimate"].tolist()
        assert table["estimate"][2:4].tolist() == asked(timing="even").main["estimate"].tolist()

    def test_naive_tables_alone_have_a_warning(self) -> None:
        answer = asked()
        assert [name for name, one in answer.tables.items() if one.warning is not None] == ["unweighted", "naive"]
        naive = answer.tables["naive"]
        of_verdict = naive["outcome"] == "verdict"
        assert naive["actors"][of_verdict].tolist() == [0, 1, 2]
        assert naive["numerator"][of_verdict].tolist() == [0, 1, 3]
        assert naive["denominator"][of_verdict].tolist() == [5, 1, 4]
        words = " ".join(str(one) for one in answer.findings())
        assert "ever" not in words.split()

    def test_before_weighting_only_the_weights_are_missing(self) -> None:
        table = asked().tables["unweighted"]
        # without weights the first strategy has 3 of 10 cases from day 30 on, the incidence among them is the same
        assert table["incidence_started"] == pytest.approx([0.9 * 2 / 3, 0.1 + 0.9 / 3])


class TestRefused:
    def test_ever_supported(self) -> None:
        with pytest.raises(QuestionError, match="Ever supported is no strategy") as found:
            asked(started_within_days=None)
        assert "started_within_days" in str(found.value)

    def test_a_horizon_within_the_period(self) -> None:
        with pytest.raises(QuestionError, match=r"horizons \(30, 365\) must lie after the 30 days"):
            asked(horizon_days=(365, 30))

    def test_no_horizon(self) -> None:
        with pytest.raises(QuestionError, match="must lie after"):
            asked(horizon_days=())

    def test_nobody_starts_in_time(self) -> None:
        with pytest.raises(QuestionError, match="within 9 days, before the case ended"):
            asked(started_within_days=9)

    def test_too_few_clusters(self) -> None:
        rows = [{**row, "court": "1" if row["court"] in {"1", "2"} else "2"} for row in ROWS]
        with pytest.raises(QuestionError, match="There are 2 clusters only"):
            asked(wide(rows, support=SPELLS), cluster="court")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"actors": "nobody"}, "is not a support actor"),
            ({"needed": 3}, "of 2 actors"),
            ({"adjust": "colour"}, "colour"),
            ({"milestones": "moon"}, "'moon' is not a stage"),
            ({"outcome": "moon"}, "'moon' is not a stage"),
            ({"timing": "soon"}, "no timing 'soon'"),
            ({"truncate": 0.2}, "cannot be cut"),
            ({"confidence_level": 95}, "between 0 and 1"),
            ({"window_days": 0}, "at least 1 day"),
            ({"institutions": "none of them"}, "is not the institution of any support"),
        ],
    )
    def test_what_makes_no_sense(self, given: dict[str, Any], said: str) -> None:
        with pytest.raises((QuestionError, jm.JusticeMetricsError), match=said):
            asked(**given)

    def test_without_support_spells(self) -> None:
        with pytest.raises(QuestionError, match="no support spells"):
            asked(wide(ROWS))

    def test_delayed_entry(self) -> None:
        rows = [{**row, "entry": 3} for row in ROWS]
        with pytest.raises(QuestionError, match="observed only from a day after the start"):
            asked(wide(rows, support=SPELLS))


class TestDates:
    def test_without_any_date_only_what_can_be_told(self) -> None:
        undated = [(one, actor, None, None) for one, actor, *_ in SPELLS]
        for within in (30, None):
            answer = support_effect(
                wide(ROWS, support=undated), actors=ACTORS, outcome="verdict", started_within_days=within
            )
            assert isinstance(answer, SupportWithoutDates)
            assert answer.main["actors"].tolist() == [0, 1, 2]
            assert answer.main["units"].tolist() == [5, 1, 4]
            assert list(answer.tables) == ["main", "naive"]
            assert answer.tables["naive"].warning is not None
            said = " ".join(str(one) for one in answer.findings())
            assert "cannot be told from these files" in said
            assert "4 (40.0\u00a0%)" in said

    def test_its_figure_has_a_bar_for_each_number(self) -> None:
        undated = [(one, actor, None, None) for one, actor, *_ in SPELLS]
        answer = support_effect(wide(ROWS, support=undated), actors=ACTORS, outcome="verdict")
        assert [bar.get_height() for bar in answer.plot().containers[0]] == [5, 1, 4]

    def test_some_without_a_date_are_left_out_and_counted(self) -> None:
        spells = [(one, actor, None if one == "c" else first, last) for one, actor, first, last in SPELLS]
        answer = asked(wide(ROWS, support=spells))
        assert answer.units == 9
        reasons = {str(one.reason): one.n for one in answer.provenance.left_out}
        assert reasons["supported, but no date says since when"] == 1
        assert any("no date says since when" in str(one) for one in answer.notes)
        steps = answer.tables["flow"]
        assert steps["started"][:3].tolist() == [10, 1, 9]


class TestWhichSpellsCount:
    """Both actors of a and b are on record with a basis and an institution."""

    def told(self, **given: Any) -> SupportEffect:
        spells = frame_of(
            [
                {
                    "id": one,
                    "actor": actor,
                    "start": first,
                    "basis": "report" if one in "ab" else "appearance",
                    "institution": "DNA" if one in "ac" else "SLIM",
                }
                for one, actor, first, _ in SPELLS
            ]
        )
        columns = {"id": "id", "actor": "actor", "start": "start", "basis": "basis", "institution": "institution"}
        table = frame_of(ROWS)
        mapping = wide_mapping(list(table.columns), support=columns)
        return asked(CaseData.from_frame(table, mapping, support=spells), **given)

    def test_everything_by_default(self) -> None:
        assert self.told().main["estimate"].tolist() == asked().main["estimate"].tolist()

    def test_a_basis_for_one_actor(self) -> None:
        answer = self.told(basis={"psychologist": "report"})
        assert answer.main["events_started"].tolist() == [2, 1]  # a and b; i, whom nobody met
        assert "report" in " ".join(answer.tables["protocol"]["emulation"])
        naive = answer.tables["naive"]
        assert naive["denominator"][naive["outcome"] == "verdict"].tolist() == [5, 3, 2]

    def test_an_institution(self) -> None:
        answer = self.told(institutions="DNA")
        assert answer.main["events_started"].tolist() == [1, 2]  # a; c and i
        assert "DNA" in " ".join(answer.tables["protocol"]["emulation"])


class TestWeights:
    def test_files_that_stand_for_several_cases(self) -> None:
        rows, support = made()
        twice = [{**row, "weight": 1.0 + (row["area"] == "rural")} for row in rows]
        weighted = asked(wide(twice, support=support), resamples=5)
        copied = [{**row, "id": f"{row['id']}{mark}"} for row in twice for mark in "ab"[: int(row["weight"])]]
        names = {row["id"]: int(row["weight"]) for row in twice}
        spells = [(f"{one}{mark}", who, day, last) for one, who, day, last in support for mark in "ab"[: names[one]]]
        plain = asked(
            wide([{key: value for key, value in row.items() if key != "weight"} for row in copied], support=spells),
            resamples=5,
        )
        assert weighted.main["estimate"] == pytest.approx(plain.main["estimate"])
        assert weighted.main["events_started"].tolist() < plain.main["events_started"].tolist()  # files, not cases
        assert weighted.tables["flow"]["started"][0] == 240
        assert any("sampling weight" in str(one) for one in weighted.notes)

    def test_a_weight_is_no_number_of_cases_that_were_drawn(self) -> None:
        rows, support = made()
        twice = asked(wide([{**row, "weight": 2.0} for row in rows], support=support), resamples=200)
        once = asked(many(), resamples=200)
        error, plain = (one.tables["ratios"]["std_error"] for one in (twice, once))
        assert error == pytest.approx(plain, rel=0.25)  # not smaller by the root of 2


class TestInterval:
    def test_the_same_seed_gives_the_same_answer(self) -> None:
        one, two, other = (
            asked(many(), cluster="court", adjust="area", resamples=30, seed=seed).main for seed in (7, 7, 8)
        )
        for name in one.values:
            assert one[name].tolist() == two[name].tolist(), name
        assert one["conf_low"].tolist() != other["conf_low"].tolist()
        assert one["estimate"].tolist() == other["estimate"].tolist()

    def test_few_courts_are_studentised_and_said(self) -> None:
        answer = asked(many(), cluster="court", resamples=40)
        assert any("Only 12 clusters" in str(one) for one in answer.notes)
        assert answer.parts[0].effects.method == "studentised"
        assert (answer.main["conf_low"] < answer.main["estimate"]).all()

    def test_a_court_without_a_case_left_is_no_court(self) -> None:
        spells = [("0", actor, None, None) for actor in ACTORS]
        alone = [{"id": "0", "complaint": 0, "outcome": "pending", "ended": None, "court": "a court alone"}]
        rows, support = made()
        answer = asked(wide([*alone, *rows], support=[*spells, *support]), cluster="court")
        assert answer.strategies.clusters == 12
        assert answer.parts[0].effects.clusters == 12

    def test_holm_over_all_comparisons(self) -> None:
        answer = asked(many(), cluster="court", horizon_days=(200, 365), resamples=30)
        p = answer.parts[0].effects.difference.p_value[:2][:, answer.parts[0].asked].ravel()
        order = np.argsort(p)
        by_hand = np.minimum(np.maximum.accumulate(p[order] * (4 - np.arange(4))), 1)
        assert answer.tables["ratios"]["p_holm"][order] == pytest.approx(by_hand)

    def test_the_smallest_difference_follows_from_the_error(self) -> None:
        answer = asked(many(), resamples=30)
        error = answer.tables["ratios"]["std_error"]
        assert answer.main["detectable"] == pytest.approx(error * (1.959963984540054 + 0.8416212335729143))


class TestTables:
    def test_protocol_is_filled_from_the_call(self) -> None:
        answer = asked(many(), adjust="area", milestones="accusation", cluster="court")
        cells = "\n".join(" | ".join(row) for row in answer.tables["protocol"].display("en")[1])
        assert len(answer.tables["protocol"]) == 9
        for part in (
            "240 of 240 units",
            "within 30 days",
            "urban or rural, accusation",
            "1 year",
            "12 clusters (court)",
        ):
            assert part in cells, part

    def test_checklist_names_what_was_done(self) -> None:
        answer = asked(many(), adjust="area", truncate=0.95)
        table = answer.tables["checklist"]
        cells = "\n".join(" | ".join(row) for row in table.display("en")[1])
        for part in ("immortal time", "weights cut at their 95.0\u00a0% quantile", "for the author to state", "seed 1"):
            assert part in cells, part
        assert "None" not in cells
        assert "nan" not in cells

    def test_balance_before_and_after_at_each_month(self) -> None:
        answer = asked(many(), adjust="area", started_within_days=75)
        table = answer.tables["balance"]
        assert sorted(set(table["days"].tolist())) == [0, 30, 60, 75]
        last = (table["days"] == 75) & (table["level"] == "urban")
        assert abs(table["difference_before"][last][0]) > 0.2
        assert abs(table["difference_after"][last][0]) < 0.05
        assert (np.abs(table["everybody"][table["level"] == "urban"] - 0.6) < 1e-9).all()

    def test_overlap_counts_every_case_once(self) -> None:
        table = asked(many(), adjust="area").tables["overlap"]
        assert int(table["started"].sum() + table["not_started"].sum()) == 240
        assert table["from_share"][0] == 0
        assert (np.diff(table["to_share"]) > 0).all()

    def test_truncation_without_a_cut_is_the_answer(self) -> None:
        answer = asked(many(), adjust="area")
        table = answer.tables["truncation"]
        assert table["quantile"].tolist() == [1.0, 1.0, 0.995, 0.995, 0.99, 0.99, 0.95, 0.95]
        assert table["estimate"][:2] == pytest.approx(answer.main["estimate"])
        cut = asked(many(), adjust="area", truncate=0.95)
        assert table["estimate"][-2:] == pytest.approx(cut.main["estimate"])

    def test_curves_end_where_the_main_table_stands(self) -> None:
        answer = asked(many(), adjust="area")
        curves = answer.tables["curves"]
        last = curves["days"] == 365
        assert curves["estimate"][last] == pytest.approx(answer.main["estimate"])
        assert len(curves) == 2 * 366

    def test_a_kind_that_never_starts_is_told(self) -> None:
        rows, support = made()
        rural = {row["id"] for row in rows if row["area"] == "rural"}
        answer = asked(wide(rows, support=[one for one in support if one[0] not in rural]), adjust="area")
        assert any("No overlap: in 1 kind of case" in str(one) and "96 cases" in str(one) for one in answer.notes)

    def test_months_of_grace(self) -> None:
        assert months(90) == [(0, 30), (31, 60), (61, 90)]
        assert months(30) == [(0, 30)]
        assert months(31) == [(0, 30), (31, 31)]


class TestWords:
    def test_no_word_of_medicine(self) -> None:
        answer = asked(many(), adjust="area", milestones="accusation")
        words = answer.summary() + "".join(" ".join(row) for one in answer.tables.values() for row in one.display()[1])
        assert "treatment" not in words
        assert "impact" not in words

    def test_frames_hold_words_in_english_and_pages_in_the_language(self) -> None:
        table = asked().tables["protocol"]
        assert table["element"][0] == "who is eligible"
        assert len(table.display("es")[1]) == len(table)

    def test_spanish(self) -> None:
        answer = asked(many(), adjust="area", milestones="accusation", resamples=60)
        said = [one.text("es") for one in answer.findings()]
        assert said[0].startswith("De 100 casos acompañados dentro de 30 días")
        assert "llegarían a sentencia en 1 año" in said[0]
        assert said[1].startswith("No concluyente: de 100 no se pueden descartar ni")
        assert "expedientes para mostrar una diferencia de" in said[2]
        for one in (answer.heading, *answer.findings(), *answer.notes, *answer.views.values()):
            assert one.text("es") != one.text("en"), one
        for name in ("protocol", "checklist", "flow"):
            pairs = zip(*(answer.tables[name].display(language)[1] for language in ("en", "es")), strict=True)
            assert all(here[0] != there[0] for here, there in pairs), name

    def test_inconclusive_and_what_a_next_study_needs(self) -> None:
        answer = asked(many(), adjust="area", resamples=60)
        main = answer.main
        said = [str(one) for one in answer.findings()]
        assert main["conf_low"][0] < 0 < main["conf_high"][0]
        assert said[1].startswith("Inconclusive: neither")
        assert "files for a difference of" in said[2]
        assert "this one has 240" in said[2]
        assert "Inconclusive" in str(answer.headline())


class TestFigures:
    def test_the_forest_shows_the_differences_in_points(self) -> None:
        answer = asked(many())
        points = np.asarray(answer.plot().lines[0].get_xdata())
        assert points == pytest.approx(answer.main["estimate"] * 100)

    def test_nothing_adjusted_for_leaves_nothing_to_compare(self) -> None:
        answer = asked()
        assert len(answer.tables["balance"]) == 0
        assert list(answer.views) == ["curves", "overlap", "weights"]
        with pytest.raises(QuestionError, match="no view 'love'"):
            answer.draw("love")


@cache
def sample(which: Any, true_effect: float = 2.0, **given: Any) -> SupportEffect:
    answer = support_effect(
        jm.sample_cases(which, true_effect=true_effect),
        actors=("lawyer", "psychologist", "social_worker"),
        outcome="verdict",
        adjust=("offence", "area"),
        milestones="accusation",
        cluster="court",
        resamples=60,
        **given,
    )
    assert isinstance(answer, SupportEffect)
    return answer


class TestSamples:
    """All simulated; the truth of the national extract is written in sample_data/README.md."""

    def test_the_national_extract_finds_the_effect_that_was_put_in(self) -> None:
        main = sample("national", timing="late").main
        assert main["conf_low"][0] < 0.0313 < main["conf_high"][0]
        assert main["conf_low"][0] > 0
        naive = sample("national", timing="late").tables["naive"]
        of_verdict = naive["outcome"] == "verdict"
        share = naive["share_of_all"][of_verdict]
        assert share[-1] - share[:-1].max() > 0.2  # ever supported by all three: far from the truth

    def test_where_support_changes_nothing_only_the_naive_table_sees_an_effect(self) -> None:
        answer = sample("national", true_effect=1.0)
        assert answer.main["conf_low"][0] < 0 < answer.main["conf_high"][0]
        assert abs(answer.main["estimate"][0]) < 0.01
        naive = answer.tables["naive"]
        of_verdict = naive["outcome"] == "verdict"
        for column in ("estimate", "share_of_all"):
            share = naive[column][of_verdict]
            assert (np.diff(share) > 0).all()  # the more actors ever, the more verdicts: time alone
            assert share[-1] > 10 * share[0]

    def test_the_cohort_is_inconclusive_and_says_how_many_files_are_needed(self) -> None:
        answer = sample("registered")
        said = [str(one) for one in answer.findings()]
        assert answer.main["conf_low"][0] < 0 < answer.main["conf_high"][0]
        assert said[1].startswith("Inconclusive")
        assert "this one has 1,200" in said[2]
        assert "simulated" in " ".join(str(one) for one in answer.notes)


def test_heavy_weights_are_told_beside_the_answer() -> None:
    cohort = sample("registered")
    effective = cohort.tables["weights"]["effective"][0]
    assert effective < 100
    assert any(f"as much as {round(effective)} cases of one weight" in str(note) for note in cohort.notes)
