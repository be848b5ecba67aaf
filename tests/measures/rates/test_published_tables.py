"""Tables that courts, prosecutors and statistical offices published, put together again by the public functions.

Each figure names where it was read. A figure that does not come out is listed in ``KNOWN_DIFFERENCES`` with the reason;
a test holds that it still does not, so that the list stays true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result

# what, published, what the inputs give, why
KNOWN_DIFFERENCES: Mapping[str, tuple[float, float, str]] = {
    "T4 Crown Court finalised, change in per cent": (
        28.7, 28.8, "28.752 was cut off, not rounded; the rule 'down' gives the printed figure"
    ),
    "T4 all-crime conviction rate, fall in per cent": (
        1.1, 1.3, "1.1 is the fall in percentage points (83.0 to 81.9); one release calls it per cent, and prints 81.0"
    ),
    "T4 finalised in the Crown Court, the same quarter": (
        14_559, 14_569, "two figures of one publisher for one quarter: the news and the summary"
    ),
    "T4 receipts for a charging decision, Q4 21/22": (
        1_041, 1_081, "revised between releases; the published change of +12.2 % belongs to the later figure"
    ),
    "T5 Zepeda 2019, probability of a solved offence in per cent": (
        1.32, 1.04, "the parts that the press printed are those of 2020, which give 1.04; those of 2019 were not seen"
    ),
    "T5 Puebla, 14 offences, sentences per file in per cent": (
        0.21, 0.203, "95 of 46,756; the offences counted above and below are probably not the same"
    ),
    "T6 rape, share of the complaints of 2022 in per cent": (
        13.0, 10.8, "4,948 of 45,996; victims or offences set against complaints, or another list of offences"
    ),
    "T6 resolved and other complaints, parts in per cent": (
        100.0, 105.5, "68 % and 'the other 37 %': the second is no remainder of the first"
    ),
    "T6 complaints of the year 2021": (91_000.0, 89_001.0, "two sources, one of them rounded"),
    "T8 Crown Court, open a year or more, in per cent of outstanding": (
        28.0, 26.7, "17,790 of 66,547; the 28 % stands on another base, which is not named"
    ),
}  # fmt: skip


def counts_of(
    rows: Mapping[str, Sequence[Any]], *, unit: str = "case", missing: Mapping[str, str] | None = None
) -> Any:
    """Table of counts whose column ``period`` names the period; every other column is a quantity of that name."""
    canonical = {"complaint", "charge", "prosecution", "verdict", "conviction", "acquittal", "resolved"}
    quantities = {
        name: name if name in canonical else {"column": name, "label": name.replace("_", " ")}
        for name in rows
        if name != "period"
    }
    mapping: dict[str, Any] = {"counts": {"unit": unit, "period": "period", "quantities": quantities}}
    if missing:
        mapping["missing"] = missing
    return jm.CountData.from_frame(pd.DataFrame(rows), mapping)


def column(result: Result, name: str, **where: str) -> list[float]:
    main = result.main
    there = np.ones(len(main), bool)
    for key, value in where.items():
        there &= main[key] == value
    return [float(one) for one in main[name][there]]


def in_percent(values: Sequence[float], decimals: int = 1) -> list[float]:
    return [round(one * 100, decimals) for one in values]


# --------------------------------------------------------------------------------------- T4: England and Wales, CPS
# Crown Prosecution Service, quarterly data summaries and news, rape-flagged unless said (cps.gov.uk); quarters of the
# financial year are written as those of the calendar year: Q2 21/22 is July to September 2021.
QUARTERS = ["2021-Q3", "2021-Q4", "2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"]
CPS: dict[str, list[Any]] = {
    "period": QUARTERS,
    "referrals": [887, 1097, 1182, 1300, 1346, "NA"],
    "charge": [526, 550, 643, 666, 757, 722],
    "prosecution": [600, 661, 675, 622, "NA", "NA"],
    "conviction": [407, 467, "NA", "NA", "NA", "NA"],
}


@pytest.fixture(scope="module")
def cps() -> Any:
    return counts_of(CPS, missing={"NA": "not_available"})


class TestT4:
    def test_conviction_ratio(self, cps: Any) -> None:
        found = jm.conviction_ratio(cps, per="prosecution")
        assert in_percent(column(found, "estimate")[:2], 2) == [67.83, 70.65]
        assert found.main.statuses["estimate"] == ("", "", *["not_available"] * 4)
        assert found.definition.basis == "flow"

    def test_changes_of_one_quarter_to_the_next(self, cps: Any) -> None:
        asked = ("referrals", "charge", "prosecution", "conviction")
        found = jm.count_changes(cps, of=asked)
        printed = {name: in_percent(column(found, "rounded", quantity=name)) for name in asked}
        assert printed["charge"][1:] == [4.6, 16.9, 3.6, 13.7, -4.6]
        assert printed["conviction"][1] == 14.7
        assert printed["prosecution"][1:4] == [10.2, 2.1, -7.9]
        assert printed["referrals"][1:4] == [23.7, 7.7, 10.0]
        assert printed["referrals"][4] == 3.5
        # nothing stands before the first period, and nothing is known of the last: two kinds of nothing
        statuses = found.main.statuses["estimate"]
        assert (statuses[0], statuses[5]) == ("not_applicable", "not_available")

    @pytest.mark.parametrize(
        ("what", "numbers", "printed"),
        [
            ("referrals, all crime", [48_178, 49_719], [3.2]),
            ("completed prosecutions, all crime", [107_327, 102_777], [-4.2]),
            ("completed prosecutions, later releases", [107_035, 99_797, 99_117, 99_251], [-6.8, -0.7, 0.1]),
            ("domestic abuse prosecutions", [13_442, 12_858], [-4.3]),
            ("hate crime prosecutions", [3_365, 3_192], [-5.1]),
            ("Crown Court live caseload", [69_786, 74_587], [6.9]),
            ("receipts for a charging decision", [1_081, 1_213], [12.2]),
        ],
    )
    def test_published_changes(self, what: str, numbers: list[int], printed: list[float]) -> None:
        found = jm.count_changes(counts_of({"period": QUARTERS[: len(numbers)], "number": numbers}), of="number")
        assert in_percent(column(found, "rounded")[1:]) == printed, what

    def test_a_rule_of_rounding_makes_the_difference(self) -> None:
        counts = counts_of({"period": QUARTERS[:3], "finalised": [14_569, 12_340, 15_888]})
        up, down = (jm.count_changes(counts, of="finalised", rounding=rule) for rule in ("half_up", "down"))
        assert in_percent(column(up, "estimate")[1:], 3) == [-15.3, 28.752]
        assert in_percent(column(up, "rounded")[1:]) == [-15.3, KNOWN_DIFFERENCES[
            "T4 Crown Court finalised, change in per cent"][1]]  # fmt: skip
        assert in_percent(column(down, "rounded")[2:]) == [28.7]

    def test_points_are_no_per_cent(self) -> None:
        found = jm.share_change(before=0.830, after=0.819)
        published, computed, _ = KNOWN_DIFFERENCES["T4 all-crime conviction rate, fall in per cent"]
        assert in_percent(column(found, "estimate")) == [-published]
        assert in_percent(column(found, "change")) == [-computed]
        units = {one.name: one.unit for one in found.main.columns}
        assert (units["estimate"], units["change"]) == ("points", "change")
        headings = found.main.display()[0]
        assert len(set(headings)) == len(headings)

    def test_an_earlier_release_of_the_same_quarter(self) -> None:
        first, later, _ = KNOWN_DIFFERENCES["T4 receipts for a charging decision, Q4 21/22"]
        changes = [
            in_percent(column(jm.count_changes(counts_of({"period": QUARTERS[2:4], "r": [one, 1_213]}), of="r"),
                              "rounded")[1:])
            for one in (int(first), int(later))
        ]  # fmt: skip
        assert changes == [[16.5], [12.2]]


# ------------------------------------------------------------------------------------------------------ T5: Mexico
class TestT5:
    @pytest.mark.parametrize(
        ("year", "reported", "opened", "exact", "printed"),
        [
            (2023, 0.104, 0.680, 92.93, "92.9"),
            (2022, 0.109, 0.693, 92.45, "92.4"),
            (2019, 0.110, 0.691, 92.40, "92.4"),
        ],
    )
    def test_dark_figure(self, year: int, reported: float, opened: float, exact: float, printed: str) -> None:
        """Of the victim survey ENVIPE (polls.mx, publimetro.com.mx, 24-horas.mx)."""
        found = jm.dark_figure(reported=reported, opened=opened)
        assert in_percent(column(found, "estimate"), 2)[-1] == exact, year
        assert found.main.display()[1][-1][1] == f"{printed}\xa0%"

    def test_what_follows_an_opened_file(self) -> None:
        steps = [
            {"name": "reported", "share": 0.104},
            {"name": "file opened", "share": 0.68},
            {"name": "positive", "share": 0.172},
        ]
        found = jm.rate_chain(steps)
        assert in_percent(column(found, "estimate"), 2)[-1] == 1.22
        # printed as 1.2 %; nothing happened in 47.9 % of the files and 27.6 % were in process
        parts = counts_of({"period": ["2023"], "files": [1000], "nothing_happened": [479], "in_process": [276]})
        together = jm.parts_of_whole(parts, parts=("nothing_happened", "in_process"), whole="files")
        assert in_percent(column(together, "estimate", part="all")) == [75.5]

    def test_probability_of_a_solved_offence(self) -> None:
        """Zepeda 2020 (misionpolitica.com, ciudadanosenred.com.mx): dark figure 93.3 %, effectiveness 15.5 %."""
        steps = [{"name": "reported and investigated", "share": 1 - 0.933}, {"name": "solved", "share": 0.155}]
        found = in_percent(column(jm.rate_chain(steps), "estimate"), 4)[-1]
        assert found == 1.0385
        published, computed, _ = KNOWN_DIFFERENCES["T5 Zepeda 2019, probability of a solved offence in per cent"]
        assert round(found, 2) == computed != published

    def test_puebla(self) -> None:
        """Files to sentences 2022 (intoleranciadiario.com)."""
        names = ["14 offences", "homicide", "feminicide", "rape", "violent robbery"]
        frame = pd.DataFrame(
            {"period": "2022", "offence": names, "complaint": [46_756, 909, 20, 817, 13_810],
             "verdict": [95, 8, 3, 21, 0]}
        )  # fmt: skip
        counts = jm.CountData.from_frame(
            frame,
            {"counts": {"period": "period", "keys": {"offence": "offence"},
                        "quantities": {"complaint": "complaint", "verdict": "verdict"}}},
        )  # fmt: skip
        found = jm.period_ratios(counts, of="verdict", by="offence")
        shares = {name: in_percent(column(found, "estimate", offence=name), 3)[0] for name in names}
        published, computed, _ = KNOWN_DIFFERENCES["T5 Puebla, 14 offences, sentences per file in per cent"]
        assert shares["14 offences"] == computed != published
        assert (round(shares["homicide"], 2), shares["feminicide"]) == (0.88, 15.0)
        assert (round(shares["rape"], 2), shares["violent robbery"]) == (2.57, 0.0)
        # the zero is a true zero, not a missing number
        assert set(found.main.statuses["estimate"]) == {""}

    def test_a_flow_above_the_whole(self) -> None:
        """Files concluded were 115.19 % of those opened (intoleranciadiario.com; the counts were not printed)."""
        found = jm.period_ratios(counts_of({"period": ["2022"], "complaint": [10_000], "resolved": [11_519]}),
                                 of="resolved")  # fmt: skip
        assert found.main.display()[1][0][-1] == "115.19\xa0%"
        assert any("above 100 %" in str(one) for one in found.notes)

    def test_victims_with_a_lawyer_of_the_commissions(self) -> None:
        """156,590 of 2,065,630 files of 2022."""
        counts = counts_of({"period": ["2022"], "complaint": [2_065_630], "represented": [156_590]})
        assert in_percent(column(jm.period_ratios(counts, of="represented"), "estimate"), 2) == [7.58]


# --------------------------------------------------------------------------------------------------- T6: Guatemala
class TestT6:
    def test_one_year_three_denominators(self) -> None:
        """Violence against women 2013 (CIDEJ; hemeroteca.lahora.gt): printed as "1 %"."""
        counts = counts_of(
            {"period": ["2013"], "complaint": [24_239], "conviction": [211], "acquittal": [112], "verdict": [323]}
        )
        found = jm.conviction_ratio(counts, per=("complaint", "verdict"))
        assert in_percent(column(found, "estimate"), 2) == [0.87, 65.33]
        assert in_percent(column(jm.period_ratios(counts, of="verdict"), "estimate"), 2) == [1.33]
        labels = [row[1] for row in found.main.display()[1]]
        assert labels == [
            "conviction per complaint (same period, not the same cases)",
            "conviction per verdict (same period, not the same cases)",
        ]

    def test_received_and_judged(self) -> None:
        """Judiciary, 2020 to 12 August 2022 (prensalibre.com): printed 42 %."""
        counts = jm.CountData.from_frame(
            pd.DataFrame({"from": ["2020-01-01"], "to": ["2022-08-12"], "received": [17_636], "judged": [7_345]}),
            {"counts": {"period": {"start": "from", "end": "to"}, "quantities": {
                "received": {"column": "received", "label": "received"}, "verdict": "judged"}}},
        )  # fmt: skip
        found = jm.period_ratios(counts, of="verdict", per="received")
        assert in_percent(column(found, "estimate"), 2) == [41.65]
        assert in_percent(column(found, "estimate"), 0) == [42.0]

    @pytest.mark.parametrize(
        ("what", "before", "after", "printed"),
        [
            ("violence against women", 57_741, 60_199, 4.3),
            ("violent deaths", 701, 455, -35.1),
            ("rape", 9_069, 7_840, -13.6),
            ("Quetzaltenango", 2_845, 3_257, 14.5),
        ],
    )
    def test_2019_to_2020(self, what: str, before: int, after: int, printed: float) -> None:
        found = jm.count_changes(counts_of({"period": ["2019", "2020"], "number": [before, after]}), of="number")
        assert in_percent(column(found, "rounded")[1:]) == [printed], what

    def test_what_the_forms_leave_over(self) -> None:
        """January 2021 to date (prensalibre.com): 184 of 2,648 are of no form that is named."""
        forms = {"physical": [998], "economic": [7], "psychological": [1_459]}
        found = jm.parts_of_whole(
            counts_of({"period": ["2021"], "complaint": [2_648], **forms}), parts=tuple(forms), whole="complaint"
        )
        assert column(found, "numerator")[-2:] == [2_464, 184]
        assert found.main.display()[1][-1][1] == "the rest of the whole"

    def test_rape_among_the_complaints(self) -> None:
        """Observatory, 23 August 2022 (diariolibre.com): 4,948 of 45,996, printed 13 %."""
        found = jm.period_ratios(counts_of({"period": ["2022"], "complaint": [45_996], "rape": [4_948]}), of="rape")
        published, computed, _ = KNOWN_DIFFERENCES["T6 rape, share of the complaints of 2022 in per cent"]
        assert in_percent(column(found, "estimate")) == [computed] != [published]

    def test_parts_above_the_whole_raise_a_note(self) -> None:
        """2022 (noticiasaominuto.com): 23,483 of 34,300 are 68 %, and "the other 37 %"."""
        counts = counts_of(
            {"period": ["2022"], "complaint": [34_300], "settled": [23_483], "others": [round(0.37 * 34_300)]}
        )
        found = jm.parts_of_whole(counts, parts=("settled", "others"), whole="complaint")
        assert in_percent(column(found, "estimate", part="settled"), 0) == [68.0]
        published, computed, _ = KNOWN_DIFFERENCES["T6 resolved and other complaints, parts in per cent"]
        assert in_percent(column(found, "estimate", part="all")) == [computed] != [published]
        assert column(found, "numerator", part="rest")[0] < 0
        assert [str(one) for one in found.notes if "add up to more than the whole" in str(one)]

    def test_per_arrest(self) -> None:
        """International Justice Mission: 287 arrested, 267 convicted."""
        found = jm.conviction_ratio(
            counts_of({"period": ["2017"], "arrested": [287], "conviction": [267]}, unit="accused"), per="arrested"
        )
        assert in_percent(column(found, "estimate")) == [93.0]


# ------------------------------------------------------------------------------------------ T8: England and Wales
class TestT8:
    def test_two_charge_rates_of_one_quarter(self) -> None:
        """Scorecard April to June 2021, adult rape (pressreader.com, expressandstar.com, thetimes.co.uk).

        292 charged of 11,312 recorded; and 3.6 % of the outcomes of the quarter, whose number was not printed: it is
        put here as the whole number that gives that share.
        """
        counts = counts_of(
            {
                "period": ["2021-Q2"],
                "recorded_offences": [11_312],
                "outcomes_given": [round(292 / 0.036)],
                "charge": [292],
            },
            unit="case",
        )
        found = jm.period_ratios(counts, of="charge", per=("recorded_offences", "outcomes_given"))
        assert in_percent(column(found, "estimate"), 2) == [2.58, 3.6]
        rows = found.main.display()[1]
        assert [row[1] for row in rows] == [
            "formal charge per recorded offences (same period, not the same cases)",
            "formal charge per outcomes given (same period, not the same cases)",
        ]
        spanish = [row[1] for row in found.main.display("es")[1]]
        assert len(set(spanish)) == 2
        assert {str(one) for one in found.findings()} >= {
            "Q2 2021, formal charge per recorded offences (same period, not the same cases): 292 to 11,312, 2.58\xa0%."
        }

    def test_all_victim_based_offences(self) -> None:
        counts = counts_of({"period": ["2021-Q2"], "recorded": [990_405], "charge": [30_924]})
        assert in_percent(column(jm.period_ratios(counts, of="charge", per="recorded"), "estimate"), 2) == [3.12]

    def test_open_a_year_or_more(self) -> None:
        counts = counts_of({"period": ["2023-Q3"], "outstanding": [66_547], "open_a_year_or_more": [17_790]})
        found = jm.period_ratios(counts, of="open_a_year_or_more", per="outstanding")
        published, computed, _ = KNOWN_DIFFERENCES["T8 Crown Court, open a year or more, in per cent of outstanding"]
        assert in_percent(column(found, "estimate")) == [computed] != [published]

    def test_a_ready_funnel(self) -> None:
        """Sexual offences but rape, per 1,000 experiences (ONS, The Guardian 2021): 145 recorded, 11 charged."""
        steps = [
            {"name": "recorded", "numerator": 145, "denominator": 1_000},
            {"name": "charged", "numerator": 11, "denominator": 145},
        ]
        found = jm.rate_chain(steps)
        assert in_percent(column(found, "estimate")) == [14.5, 1.1]
        lost = found.tables["lost"]
        assert [round(float(one) * 1_000) for one in lost["estimate"]] == [855, 989]

    def test_incidents_that_were_not_recorded(self) -> None:
        """ONS 2018 (Manchester Evening News): 11,913 of 69,901 rape incidents."""
        counts = counts_of({"period": ["2018"], "incidents": [69_901], "not_recorded_as_crime": [11_913]})
        found = jm.period_ratios(counts, of="not_recorded_as_crime", per="incidents")
        assert in_percent(column(found, "estimate")) == [17.0]

    @pytest.mark.parametrize(
        ("what", "before", "after", "more"),
        [
            ("days from charge to completion, quarter before", 373, 457, 84),
            ("days from charge to completion, 2019", 301, 457, 156),
            ("days to the decision of the prosecutor", 114, 122, 8),
        ],
    )
    def test_days_more(self, what: str, before: int, after: int, more: int) -> None:
        counts = counts_of({"period": ["2021-Q1", "2021-Q2"], "waiting": [before, after]})
        assert column(jm.count_changes(counts, of="waiting"), "difference")[1] == more, what


def test_every_known_difference_is_one() -> None:
    for what, (published, computed, reason) in KNOWN_DIFFERENCES.items():
        assert published != computed, what
        assert len(reason) > 20, what
