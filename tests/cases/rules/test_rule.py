"""Each rule finds what was planted, in the very units where it was planted, in every engine; a clean set is clean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.rules.examine import RULES, Examination, Verdict, examine
from justice_metrics.cases.rules.offending import offending_units
from justice_metrics.cases.rules.rule import CHILD_TABLES, Settings

Row: TypeAlias = dict[str, Any]

# Days between the complaint and each act, by the way in which a case goes.
WAYS: dict[str, dict[str, int]] = {
    "pending": {"preliminary": 2},
    "charged": {"preliminary": 2, "charged": 40},
    "accused": {"preliminary": 2, "charged": 40, "accusation": 120},
    "rejected": {"preliminary": 2, "ended": 75},
    "convicted": {
        "preliminary": 2,
        "charged": 40,
        "accusation": 120,
        "preparation": 150,
        "trial": 190,
        "verdict": 200,
        "ended": 200,
    },
    "final": {
        "preliminary": 2,
        "charged": 40,
        "accusation": 120,
        "preparation": 150,
        "trial": 190,
        "verdict": 200,
        "final": 231,
        "ended": 231,
    },
    "abbreviated": {"preliminary": 2, "abbreviated": 61, "verdict": 66, "ended": 66},
}
LABELS = {"rejected": "Rechazo", "convicted": "Condena", "final": "Condena firme", "abbreviated": "Condena"}
DATES = ("complaint", "preliminary", "charged", "accusation", "preparation", "trial", "abbreviated", "verdict", "final")
MAPPING: dict[str, Any] = {
    "data": {"date_order": "ymd", "faults": "count"},
    "cases": {"id": "id", "unit": "victim", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {
        **{one: one for one in DATES if one not in ("preparation", "final")},
        "trial_preparation": "preparation",
        "final_verdict": "final",
        "appeal": "appeal",
        "alternative_exit": "exit",
    },
    "outcome": {
        "column": "outcome",
        "date": "ended",
        "labels": {
            "Rechazo": "rejected",
            "Condena": "convicted",
            "Condena firme": "final_conviction",
            "Desistimiento": "withdrawn",
            "En trámite": "pending",
        },
    },
    "attributes": {
        "age_at_fact": {"column": "age", "type": "integer"},
        "offence": "offence",
        "filed": {"column": "filed", "type": "integer"},
        "scrambled": {"column": "scrambled", "type": "integer"},
        "born": {"column": "born", "type": "integer"},
        "nothing": "nothing",
        "seldom": "seldom",
    },
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def shifted(text: str, days: int) -> str:
    return (day(text) + dt.timedelta(days=days)).isoformat()


def clean_rows(of_each: int = 24) -> list[Row]:
    """Cases that follow the procedure, in every way in which it can be followed."""
    rows: list[Row] = []
    for place, way in enumerate(way for _ in range(of_each) for way in WAYS):
        complaint = shifted("2016-06-02", (place * 53) % 440)
        row: Row = {"id": f"LPZ-{place:04d}", "complaint": complaint, "way": way}
        row |= dict.fromkeys((*DATES[1:], "ended", "appeal", "exit"))
        row |= {act: shifted(complaint, after) for act, after in WAYS[way].items()}
        row |= {"outcome": LABELS.get(way, "En trámite"), "age": str(3 + place % 14)}
        row |= {"offence": "Violación de infante, niña, niño o adolescente" if place % 2 else "Lesiones"}
        row |= {"filed": complaint[:4], "scrambled": complaint[:4], "born": str(1990 + place % 20)}
        row |= {"nothing": "x", "seldom": "x"}
        rows.append(row)
    return rows


def frame_of(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows).drop(columns="way").astype("string").astype(object).where(lambda one: one.notna(), None)


def cases_of(rows: list[Row], **changes: Any) -> CaseData:
    return CaseData.from_frame(frame_of(rows), {**MAPPING, **changes})


class Fault(NamedTuple):
    """Where a fault is planted, how often, and which further rules it must break."""

    way: str
    count: int
    plant: Callable[[Row], None]
    also: tuple[str, ...] = ()


def change(**values: Any) -> Callable[[Row], None]:
    """Plant fixed values."""
    return lambda row: row.update(values)


def move(act: str, days: int, *, after: str) -> Callable[[Row], None]:
    """Plant a date so many days after (or before) another act of the row."""

    def plant(row: Row) -> None:
        row[act] = shifted(row[after], days)

    return plant


def both(*plants: Callable[[Row], None]) -> Callable[[Row], None]:
    def plant(row: Row) -> None:
        for one in plants:
            one(row)

    return plant


def early_verdict(row: Row) -> None:
    row["verdict"] = row["ended"] = shifted(row["trial"], -2)


def all_at_once(row: Row) -> None:
    row |= dict.fromkeys(("preliminary", "charged", "accusation"), row["complaint"])


def older(row: Row) -> None:
    row |= {"complaint": "2014-03-03", "preliminary": "2014-03-05", "ended": "2014-07-08", "filed": "2014"}
    row["scrambled"] = "2014"


FAULTS: dict[str, tuple[Fault, ...]] = {
    "dates_out_of_order": (Fault("charged", 3, move("charged", -3, after="complaint")),),
    "verdict_before_trial": (Fault("convicted", 2, early_verdict),),
    "ending_before_start": (Fault("rejected", 2, move("ended", -4, after="complaint")),),
    "stage_skipped": (Fault("accused", 3, change(charged=None)),),
    "appeal_without_verdict": (Fault("accused", 2, move("appeal", 9, after="accusation")),),
    "start_missing": (Fault("pending", 2, change(complaint=None)),),
    "start_after_cutoff": (
        Fault("pending", 2, change(complaint="2018-05-03", preliminary=None, filed="2018", scrambled="2018")),
    ),
    "date_after_cutoff": (Fault("charged", 3, change(charged="2018-06-07")),),
    "default_dates": (
        Fault("pending", 2, change(complaint="1900-01-01")),
        Fault("charged", 2, change(accusation="9999-12-31")),
        Fault("pending", 1, change(ended="1970-01-01")),
    ),
    "dates_long_ago": (
        Fault(
            *("pending", 2, change(complaint="1916-09-20", filed="1916", scrambled="1916")),
            ("outside_validity",),
        ),
    ),
    "outside_validity": (Fault("rejected", 2, older),),
    "all_on_one_day": (Fault("accused", 2, all_at_once),),
    "no_movement": (
        Fault("pending", 2, change(complaint="2015-11-03", preliminary=None, filed="2015", scrambled="2015")),
    ),
    "outcome_without_date": (Fault("rejected", 3, change(ended=None)),),
    "pending_with_conclusion_date": (Fault("pending", 3, change(ended="2018-01-10")),),
    "date_without_outcome": (Fault("rejected", 2, change(outcome=None)),),
    "outcome_blank": (Fault("pending", 2, change(outcome=None)),),
    "several_outcomes": (Fault("convicted", 2, move("exit", -5, after="verdict")),),
    "stage_after_outcome": (
        Fault("rejected", 2, both(change(outcome="Desistimiento"), move("charged", 5, after="ended"))),
    ),
    "verdict_date_without_verdict": (Fault("rejected", 2, move("verdict", 0, after="ended")),),
    "ending_dates_differ": (Fault("convicted", 2, move("ended", 9, after="verdict")),),
    "impossible_ages": (
        *(Fault("pending", 1, change(age="-1")), Fault("rejected", 1, change(age="999"))),
        Fault("accused", 1, change(age="150")),
    ),
    "adult_victim_of_child_offence": (Fault("accused", 2, change(age="25", offence="Violación de niña")),),
}
# Faults of single cells, and what the check counts for them.
CELLS: dict[str, tuple[Fault, int]] = {
    "unreadable_dates": (Fault("charged", 2, change(charged="2016-02-31")), 2),
    "unreadable_numbers": (Fault("final", 2, change(age="diez")), 2),
    "unmatched_labels": (Fault("rejected", 2, change(outcome="Otro fin", ended=None), ("outcome_blank",)), 2),
}


def planted() -> tuple[list[Row], dict[str, set[str]]]:
    """Every fault in rows of its own, and the ids of the units that each rule must find."""
    rows = clean_rows()
    free = {way: [row for row in rows if row["way"] == way] for way in WAYS}
    ids: dict[str, set[str]] = {rule: set() for rule in FAULTS}
    every = [*((rule, fault) for rule, faults in FAULTS.items() for fault in faults)]
    every += [("", fault) for fault, _ in CELLS.values()]
    for rule, fault in every:
        for _ in range(fault.count):
            row = free[fault.way].pop(0)
            fault.plant(row)
            for broken in ((rule,) if rule else ()) + fault.also:
                ids[broken].add(row["id"])
    for row in [free["final"].pop(), free["convicted"].pop()]:
        rows.append({**row, "id": row["id"].replace("-", " / ").lower()})
        ids.setdefault("similar_ids", set()).update({row["id"], rows[-1]["id"]})
    slip = free["rejected"].pop()
    slip["filed"] = "2015"
    for place, row in enumerate(rows):
        row["scrambled"] = str(int(row["scrambled"]) + place % 3 - 1)
        row["nothing"] = None
        row["seldom"] = "x" if place % 4 == 0 else None
    return rows, ids


def by_rule(found: Examination) -> dict[str, Verdict]:
    return {one.rule.id: one for one in found.verdicts}


def look(cases: CaseData, *rules: str, settings: Settings | None = None) -> dict[str, Verdict]:
    """Look at some rules only, which takes less time."""
    return by_rule(examine(cases, rules=[one for one in RULES if one.id in rules], settings=settings))


def numbers(found: Examination) -> dict[str, Any]:
    """Everything that was counted, to compare engines."""
    return {
        "rules": {
            one.rule.id: (
                one.looked_at,
                one.whole and one.whole[2:],
                [(part.key, part.n, part.base) for part in one.parts],
            )
            for one in found.verdicts
        },
        "recorded": [(one.column, one.recorded, dict(one.missing), one.base) for one in found.completeness],
        "doubtful": dict(found.doubtful),
    }


# Rules that need columns, links or tables which this set does not have: test_every_rule.py has them.
NEED_MORE = {
    *(
        "fact_after_start",
        "date_before_birth",
        "age_disagrees_with_birth",
        "registered_before_start",
        "registered_late",
    ),
    *("registered_after_ending", "date_after_extraction", "rows_differ_from_total", "office_closed", "person_differs"),
    *("victim_is_accused", "event_registered_twice", "sentence_without_conviction", "sentence_beyond_maximum"),
    *("sentence_below_minimum", "conviction_without_sentence", "child_victim_of_adult_offence", "missing_by_outcome"),
    *("open_status_with_outcome", "closed_status_without_outcome"),
}
# Notes on this set that are no faults: its own shape.
SHAPE = {"few_recent_starts", "days_without_office"}


@pytest.fixture(scope="module")
def clean() -> Examination:
    return examine(cases_of(clean_rows()))


class TestCleanSet:
    def test_no_false_alarm(self, clean: Examination) -> None:
        assert {one.rule.id for one in clean.verdicts if one.broken} <= SHAPE
        assert set(clean.doubtful.values()) == {0}

    def test_rules_are_looked_at(self, clean: Examination) -> None:
        """A rule that is not looked at cannot raise a false alarm, so that must not be the reason for the silence."""
        found = by_rule(clean)
        others = {"open_in_closed_files", "observed_after_ending", "verdict_way_unknown"}  # every way has a column here
        others |= NEED_MORE
        elsewhere = {("reliance",), ("practice",), CHILD_TABLES}
        others |= {one.id for one in RULES if one.counts == "spells" or one.touches in elsewhere}
        assert {name for name, one in found.items() if not one.looked_at} == others


@pytest.fixture(scope="module")
def cases() -> CaseData:
    return cases_of(planted()[0])


@pytest.fixture(scope="module")
def examined(cases: CaseData) -> Examination:
    return examine(cases)


@pytest.fixture(scope="module")
def found(examined: Examination) -> dict[str, Verdict]:
    return by_rule(examined)


class TestPlantedFaults:
    @pytest.mark.parametrize("rule", [*FAULTS, "similar_ids"])
    def test_exactly_the_planted_units_are_found(self, rule: str, cases: CaseData) -> None:
        assert set(offending_units(cases, rule)["unit_id"]) == planted()[1][rule]

    @pytest.mark.parametrize("rule", FAULTS)
    def test_counted(self, rule: str, found: dict[str, Verdict]) -> None:
        assert found[rule].n == len(planted()[1][rule])

    @pytest.mark.parametrize("rule", CELLS)
    def test_cells(self, rule: str, found: dict[str, Verdict]) -> None:
        assert found[rule].n == CELLS[rule][1]
        assert [part.n for part in found[rule].parts] == [CELLS[rule][1]]

    def test_nothing_else_is_broken(self, found: dict[str, Verdict]) -> None:
        expected = {*FAULTS, *CELLS, "similar_ids", "year_disagrees", "never_recorded", "poorly_recorded"}
        assert {name for name, one in found.items() if one.broken} - SHAPE == expected

    def test_pairs_of_stages(self, found: dict[str, Verdict]) -> None:
        parts = {part.key: part.n for part in found["dates_out_of_order"].parts}
        assert parts == {"charged<complaint": 3, "charged<preliminary": 3}

    def test_each_date_by_itself(self, found: dict[str, Verdict]) -> None:
        assert {part.key: part.n for part in found["default_dates"].parts} == {
            "complaint": 2,
            "accusation": 2,
            "ending": 1,
        }
        assert [part.key for part in found["date_after_cutoff"].parts] == ["charged"]

    def test_open_and_ended_cases_apart(self, found: dict[str, Verdict]) -> None:
        assert {part.key: part.n for part in found["start_after_cutoff"].parts} == {"pending": 2}

    def test_surplus_of_similar_ids(self, found: dict[str, Verdict]) -> None:
        assert found["similar_ids"].n == 2

    def test_years(self, found: dict[str, Verdict]) -> None:
        """A slip in a good column, a column out of step; a year of birth is none of either."""
        parts = {part.key: part for part in found["year_disagrees"].parts}
        assert set(parts) == {"filed", "scrambled"}
        assert parts["filed"].n == 1
        assert parts["scrambled"].n / parts["scrambled"].base == pytest.approx(2 / 3, abs=0.02)

    def test_gaps(self, found: dict[str, Verdict]) -> None:
        assert [part.key for part in found["never_recorded"].parts] == ["nothing"]
        assert [part.key for part in found["poorly_recorded"].parts] == ["seldom"]

    def test_doubts_are_the_units_that_break_a_rule(self, examined: Examination) -> None:
        ids = planted()[1]
        expected: dict[str, set[str]] = {}
        for rule in RULES:
            if rule.severity != "note" and rule.certain and rule.counts == "units" and rule.id in ids:
                one = ids[rule.id]
                if rule.id == "similar_ids":
                    one = {unit for unit in one if unit != min(other for other in one if other[-4:] == unit[-4:])}
                for indicator in rule.touches:
                    expected.setdefault(indicator, set()).update(one)
        assert dict(examined.doubtful) == {name: len(units) for name, units in expected.items()}

    def test_every_engine_counts_alike(self, engine: Any, examined: Examination) -> None:
        other = CaseData.from_frame(engine.frame(frame_of(planted()[0])), MAPPING)
        assert numbers(examine(other)) == numbers(examined)


class TestRowsOfTheFile:
    def test_ids(self) -> None:
        rows = clean_rows()
        rows += [dict(rows[3]), dict(rows[8]), dict(rows[9])]
        rows += [{**rows[11], "age": "9"}, {**rows[12], "id": None}, {**rows[13], "id": None, "age": "12"}]
        found = look(cases_of(rows), "repeated_rows", "repeated_ids", "missing_ids", "similar_ids")
        assert (found["repeated_rows"].n, found["repeated_ids"].n, found["missing_ids"].n) == (3, 1, 2)
        assert found["missing_ids"].whole is not None
        assert found["missing_ids"].whole.base == len(rows)
        assert not found["similar_ids"].broken

    def test_months(self) -> None:
        rows = clean_rows()
        for row in [row for row in rows if row["way"] == "charged"][:3]:
            row["charged"] = shifted(row["charged"], 31)[:7]
        found = look(cases_of(rows), "month_only_dates")
        assert [(part.key, part.n) for part in found["month_only_dates"].parts] == [("charged", 3)]

    @pytest.mark.parametrize(("rows", "broken"), [(65_535, True), (1_048_575, True), (65_534, False), (60_000, False)])
    def test_file_cut_off(self, rows: int, broken: bool) -> None:
        cases = cases_of(clean_rows(2))
        intake = type(cases.intake)(rows=rows, one_row_per_unit=True)
        assert look(cases.with_(intake=intake), "file_cut_off")["file_cut_off"].broken is broken

    def test_event_log_has_no_repeated_ids(self) -> None:
        events = [("a", "complaint", "2016-01-05"), ("a", "charged", "2016-03-01"), ("b", "complaint", "2016-02-02")]
        mapping = {
            "data": {"kind": "events", "date_order": "ymd"},
            "cases": {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "events": {"state": {"column": "what"}, "date": "day"},
        }
        cases = CaseData.from_frame(pd.DataFrame(events, columns=["id", "what", "day"]), mapping)
        found = by_rule(examine(cases))
        assert not any(found[one].looked_at for one in ("repeated_ids", "repeated_rows", "missing_ids"))
        assert found["file_cut_off"].looked_at


class TestHeaps:
    def heap(self, on: str, *, share: int) -> dict[str, Verdict]:
        rows = clean_rows()
        for place, row in enumerate(rows):
            if place % share == 0:
                row["complaint"] = on if place % 2 else on.replace("2016", "2017")
        return look(cases_of(rows), "heaped_on_1_january", "heaped_on_first_of_month", "heaped_on_15th")

    @pytest.mark.parametrize(
        ("on", "rule"),
        [
            ("2016-01-01", "heaped_on_1_january"),
            ("2016-05-01", "heaped_on_first_of_month"),
            ("2016-05-15", "heaped_on_15th"),
        ],
    )
    def test_one_date_in_eight(self, on: str, rule: str) -> None:
        found = self.heap(on, share=8)
        assert [part.key for part in found[rule].parts] == ["complaint"]
        assert found[rule].parts[0].n >= 168 // 8

    def test_an_ordinary_day_is_no_heap(self) -> None:
        found = self.heap("2016-05-10", share=8)
        assert not any(one.broken for name, one in found.items() if name.startswith("heaped"))

    def test_weekends(self) -> None:
        rows = clean_rows()
        for row in rows:
            if row["charged"]:
                week = day(row["charged"])
                row["charged"] = shifted(row["charged"], (5 - week.weekday()) if week.weekday() < 5 else 0)
        found = look(cases_of(rows), "days_without_office")
        (part,) = [one for one in found["days_without_office"].parts if one.key == "charged"]
        assert part.n == part.base == sum(row["charged"] is not None for row in rows)

    def test_holidays_count_too(self) -> None:
        rows = clean_rows()
        for row in rows:
            if row["charged"]:
                row["charged"] = "2017-05-01"
        found = look(cases_of(rows), "days_without_office")
        (part,) = [one for one in found["days_without_office"].parts if one.key == "charged"]
        assert part.n == part.base

    def test_working_days_are_no_note(self) -> None:
        rows = clean_rows()
        for row in rows:
            for act in ("charged", "accusation", "trial"):
                if row[act]:
                    weekday = day(row[act]).weekday()
                    row[act] = shifted(row[act], 7 - weekday + 1) if weekday >= 5 else row[act]
        found = look(cases_of(rows), "days_without_office")
        assert not found["days_without_office"].broken

    def test_last_period(self) -> None:
        rows = clean_rows()
        assert look(cases_of(rows), "few_recent_starts")["few_recent_starts"].broken
        cases = {**MAPPING["cases"], "cutoff": "2017-08-15"}
        assert not look(cases_of(rows, cases=cases), "few_recent_starts")["few_recent_starts"].broken


class TestOtherSamplings:
    def test_closed_files(self) -> None:
        rows = clean_rows()
        cases = {**MAPPING["cases"], "sampling": {"frame": "closed_only"}}
        found = look(cases_of(rows, cases=cases), "open_in_closed_files")
        assert found["open_in_closed_files"].n == sum(row["outcome"] == "En trámite" for row in rows)

    def test_observed_after_ending(self) -> None:
        rows = [{**row, "seen": row["complaint"]} for row in clean_rows()]
        late = [row for row in rows if row["way"] == "rejected"][:3]
        for row, days in zip(late, (-1, 0, 4), strict=True):
            row["seen"] = shifted(row["ended"], days)
        cases = {**MAPPING["cases"], "sampling": {"frame": "prevalent", "entry": "seen"}}
        made = cases_of(rows, cases=cases)
        assert set(offending_units(made, "observed_after_ending")["unit_id"]) == {row["id"] for row in late[1:]}

    def test_frequencies(self) -> None:
        rows = [{**row, "times": "1"} for row in planted()[0]]
        heavy = next(row for row in rows if row["complaint"] is None)
        heavy["times"] = "10"
        cases = {**MAPPING["cases"], "frequency": "times"}
        found = look(cases_of(rows, cases=cases), "start_missing")
        assert found["start_missing"].whole is not None
        assert found["start_missing"].whole[2:] == (11, len(rows) + 9)

    def test_repeating_a_row_is_its_frequency(self) -> None:
        rows = planted()[0][:60]
        twice = [{**row, "id": f"{row['id']} B{place}"} for place, row in enumerate(rows)]
        weighted = [{**row, "times": "2"} for row in rows]
        one = numbers(examine(cases_of(rows + twice)))
        two = numbers(examine(cases_of(weighted, cases={**MAPPING["cases"], "frequency": "times"})))
        for counted in ("doubtful", "recorded"):
            assert one[counted] == two[counted]
        units = {rule.id for rule in RULES if rule.counts == "units"}
        assert {name: one["rules"][name] for name in units} == {name: two["rules"][name] for name in units}


class TestSupport:
    SECTION: Row = {"id": "case", "actor": {"column": "who"}, "start": "since", "end": "until"}

    def cases(
        self,
        spells: list[tuple[Any, ...]],
        rows: list[Row] | None = None,
        engine: Callable[[pd.DataFrame], Any] = lambda frame: frame,
        **more: str,
    ) -> CaseData:
        names = ["case", "who", "since", "until", *more.values()]
        support = pd.DataFrame(spells, columns=names).astype("string").astype(object)
        support = support.where(support.notna(), None)
        mapping = {**MAPPING, "support": {**self.SECTION, **more}}
        return CaseData.from_frame(engine(frame_of(rows or clean_rows())), mapping, support=engine(support))

    def broken(self, cases: CaseData, **settings: Any) -> dict[str, tuple[int, int]]:
        of_spells = [one.id for one in RULES if one.counts == "spells"]
        found = look(cases, *of_spells, settings=Settings(**settings))
        return {name: one.whole[2:] for name, one in found.items() if one.whole}

    def test_spells(self) -> None:
        rows = clean_rows()
        first = {row["id"]: row["complaint"] for row in rows}
        spells = [
            ("LPZ-0001", "lawyer", first["LPZ-0001"], "2019-02-01"),
            ("LPZ-0002", "lawyer", first["LPZ-0002"], None),
            ("LPZ-0003", "lawyer", first["LPZ-0003"], "2012-12-30"),
            ("LPZ-0004", "lawyer", None, "2017-03-01"),
            ("LPZ-0005", "lawyer", "2018-05-01", None),
            ("LPZ-9999", "lawyer", "2017-01-05", None),
            ("LPZ-9998", "lawyer", "2017-01-05", None),
        ]
        cases = self.cases(spells, rows)
        found = self.broken(cases)
        found.pop("support_after_ending", None)
        assert found == {
            "support_of_unknown_case": (2, 7),
            "support_without_start": (1, 7),
            "support_ends_before_start": (1, 2),
            "support_after_cutoff": (1, 6),
        }
        assert offending_units(cases, "support_of_unknown_case")["unit_id"].tolist() == ["LPZ-9998", "LPZ-9999"]

    def test_before_the_complaint_and_after_the_ending(self) -> None:
        rows = clean_rows()
        rejected = [row for row in rows if row["way"] == "rejected"][:3]
        final = next(row for row in rows if row["way"] == "final")
        one, two, three = rejected
        cases = self.cases(
            [
                (one["id"], "lawyer", shifted(one["complaint"], -1), None),
                (one["id"], "lawyer", one["complaint"], None),
                (two["id"], "lawyer", two["ended"], None),
                (two["id"], "lawyer", shifted(two["ended"], 1), None),
                (three["id"], "lawyer", None, None),
                (final["id"], "lawyer", shifted(final["ended"], 1), None),
            ],
            rows,
        )
        found = self.broken(cases)
        assert found["support_before_complaint"] == (1, 5)
        assert found["support_after_ending"] == (2, 5)
        assert offending_units(cases, "support_before_complaint")["unit_id"].tolist() == [one["id"]]

    def test_a_verdict_that_can_be_appealed_closes_nothing(self) -> None:
        rows = clean_rows()
        convicted = next(row for row in rows if row["way"] == "convicted")
        cases = self.cases([(convicted["id"], "lawyer", shifted(convicted["ended"], 30), None)], rows)
        assert "support_after_ending" not in self.broken(cases)

    def test_written_down_late(self) -> None:
        rows = clean_rows()
        rejected = next(row for row in rows if row["way"] == "rejected")
        start, ended = rejected["complaint"], rejected["ended"]
        spells = [
            (rejected["id"], "lawyer", start, None, shifted(start, 30)),
            (rejected["id"], "lawyer", start, None, shifted(start, 31)),
            (rejected["id"], "lawyer", start, None, ended),
            (rejected["id"], "lawyer", start, None, shifted(ended, 1)),
            (rejected["id"], "lawyer", None, None, shifted(ended, 1)),
            (rejected["id"], "lawyer", start, None, None),
        ]
        cases = self.cases(spells, rows, recorded="written")
        found = self.broken(cases)
        assert found["support_recorded_late"] == (3, 4)
        assert found["support_recorded_after_ending"] == (2, 5)
        assert self.broken(cases, late_recording_days=29)["support_recorded_late"] == (4, 4)

    @pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
    def test_every_engine_counts_alike(self, engine: Any) -> None:
        rows = clean_rows(4)
        first = rows[0]["complaint"]
        spells = [
            (rows[0]["id"], "lawyer", shifted(first, -3), None, "DNA", first),
            (rows[0]["id"], "lawyer", shifted(first, 9), "2017-08-01", "SLIM", None),
            (rows[0]["id"], "psychologist", None, None, "SLIM", "2018-01-01"),
            (rows[3]["id"], "psychologist", "2018-02-01", "2018-01-01", None, "2018-04-01"),
            ("nobody", None, "2018-06-01", None, None, None),
        ]
        columns = {"institution": "where", "recorded": "written"}
        found = self.broken(self.cases(spells, rows, engine.frame, **columns))
        assert found == self.broken(self.cases(spells, rows, **columns))
        assert set(found) == {one.id for one in RULES if one.counts == "spells"}

    def test_without_a_date_by_actor(self) -> None:
        spells = [
            ("LPZ-0001", "lawyer", None, None),
            ("LPZ-0002", "lawyer", "2017-02-01", None),
            ("LPZ-0002", "psychologist", None, None),
            ("LPZ-0003", None, None, None),
        ]
        found = look(self.cases(spells), "support_without_start")["support_without_start"]
        assert found.whole is not None
        assert found.whole[2:] == (3, 4)
        assert {part.key: part[2:] for part in found.parts} == {
            "lawyer": (1, 2),
            "psychologist": (1, 1),
            "not_recorded": (1, 1),
        }

    def test_two_institutions_at_a_time(self) -> None:
        spells = [
            ("LPZ-0001", "lawyer", "2017-02-01", "2017-03-01", "DNA"),
            ("LPZ-0001", "lawyer", "2017-03-01", None, "SLIM"),
            ("LPZ-0001", "psychologist", "2017-03-01", None, "NGO"),
            ("LPZ-0002", "lawyer", "2017-02-01", "2017-03-01", "DNA"),
            ("LPZ-0002", "lawyer", "2017-03-02", None, "SLIM"),
            ("LPZ-0003", "lawyer", "2017-02-01", None, "DNA"),
            ("LPZ-0003", "lawyer", "2017-03-02", None, "DNA"),
            ("LPZ-0003", "lawyer", "2017-03-02", None, None),
            ("LPZ-0004", "lawyer", "2017-03-02", "2017-03-02", "DNA"),
            ("LPZ-0004", "lawyer", "2017-03-02", "2017-03-02", "DNA"),
            ("LPZ-0004", "lawyer", "2017-02-02", None, "NGO"),
        ]
        cases = self.cases(spells, institution="where")
        # the first two, and all three of the last case: two rows of one content are two spells
        assert self.broken(cases)["support_in_two_institutions"] == (5, 10)
        assert offending_units(cases, "support_in_two_institutions")["unit_id"].tolist() == ["LPZ-0001", "LPZ-0004"]


class TestReliance:
    def test_planted(self) -> None:
        rows = [{**row, "gone": None, "still": "engaged"} for row in clean_rows()]
        rejected = [row for row in rows if row["way"] == "rejected"][:3]
        pending = [row for row in rows if row["way"] == "pending"][:5]
        for row, gone, still in (
            (rejected[0], shifted(rejected[0]["ended"], 1), "disengaged"),
            (rejected[1], rejected[1]["ended"], "disengaged"),
            (rejected[2], shifted(rejected[2]["complaint"], -1), "disengaged"),
            (pending[0], "2018-05-01", "disengaged"),
            (pending[1], None, "disengaged"),
            (pending[2], "2018-04-30", "engaged"),
            (pending[3], None, None),
            (pending[4], "2018-04-30", None),
        ):
            row |= {"gone": gone, "still": still}
        section = {"left": "gone", "status": "still"}
        found = look(cases_of(rows, reliance=section), *(one.id for one in RULES if one.touches == ("reliance",)))
        n = len(rows)
        assert {name: one.whole[2:] for name, one in found.items() if one.whole} == {
            "left_before_start": (1, 6),
            "left_after_cutoff": (1, 6),
            "engaged_but_left": (1, n - 7),
            "left_without_day": (1, 5),
            "left_after_ending": (1, 3),
        }

    def test_not_looked_at_without_the_section(self, found: dict[str, Verdict]) -> None:
        assert not any(one.looked_at for one in found.values() if one.rule.touches == ("reliance",))


class TestEdges:
    def test_no_row(self, cases: CaseData) -> None:
        found = examine(cases.with_(milestones=cases.milestones.filter(nw.col("unit_id") == "nobody")))
        of_units = [one for one in found.verdicts if one.rule.counts == "units" and one.broken]
        assert of_units == []
        assert all(one.base == 0 == one.recorded for one in found.completeness)

    def test_everything_missing(self) -> None:
        rows = clean_rows(3)
        kept = {"id", "complaint", "way", "outcome"}
        empty = [{name: value if name in kept else None for name, value in row.items()} for row in rows]
        for row in empty:
            row["outcome"] = None
        empty[0]["outcome"] = "Rechazo"
        found = by_rule(examine(cases_of(empty)))
        assert {part.key for part in found["never_recorded"].parts} == set(MAPPING["attributes"])
        assert found["outcome_without_date"].n == 1
        assert not found["dates_out_of_order"].broken
        assert not found["year_disagrees"].broken

    def test_child_offences_by_name(self) -> None:
        rows = clean_rows(2)
        rows[0] |= {"age": "30", "offence": "Lesiones"}
        made, rule = cases_of(rows), "adult_victim_of_child_offence"
        assert not look(made, rule)[rule].broken
        assert look(made, rule, settings=Settings(child_offences=("Lesiones",)))[rule].n == 1

    def test_age_of_an_accused_is_no_age_of_a_victim(self) -> None:
        rows = clean_rows(2)
        rows[1] |= {"age": "30"}
        rule = "adult_victim_of_child_offence"
        assert look(cases_of(rows), rule)[rule].n == 1
        accused = cases_of(rows, cases={**MAPPING["cases"], "unit": "accused"})
        assert not look(accused, rule)[rule].looked_at

    def test_enough_recorded(self, cases: CaseData) -> None:
        lenient = look(cases, "poorly_recorded", "never_recorded", settings=Settings(enough_recorded=0.2))
        assert not lenient["poorly_recorded"].broken
        assert lenient["never_recorded"].broken
