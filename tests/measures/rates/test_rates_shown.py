"""Answers on rates as they are read: figures, sentences and commands, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cli.app import main
from tests.made_cases import log, wide

EVENTS = [
    *(("a", "complaint", 0), ("a", "charged", 10), ("a", "trial", 50), ("a", "convicted", 300)),
    *(("b", "complaint", 20), ("b", "charged", 30), ("b", "withdrawn", 400)),
    ("c", "complaint", 500),
]
STEPS = [{"name": "told", "numerator": 12, "denominator": 100}, {"name": "opened", "share": 0.5, "std_error": 0.05}]
PEOPLE = pd.DataFrame({"told": [1, 0, 1, 0], "hit": [1, 1, 1, 1], "place": ["n", "n", "s", "s"]})


def counts() -> jm.CountData:
    table = pd.DataFrame(
        {"year": ["2021", "2022"] * 2, "office": ["a", "a", "b", "b"], "complaint": [90, 100, 40, 0],
         "conviction": [9, 7, 50, 3], "rejection": [40, 50, 10, "*"]}
    )  # fmt: skip
    mapping = {
        "counts": {"period": "year", "office": "office",
                   "quantities": {one: one for one in ("complaint", "conviction", "rejection")}},
        "missing": {"*": "suppressed"},
    }  # fmt: skip
    return jm.CountData.from_frame(table, mapping)


@pytest.fixture(scope="module")
def answers() -> Mapping[str, jm.Result]:
    cases = log(EVENTS)
    rows = [{"id": str(one), "complaint": 0, "sex": "fm"[one % 2]} for one in range(12)]
    groups = wide([one | ({"outcome": "rejected", "ended": 90} if place % 3 else {"outcome": "pending", "ended": None})
                   for place, one in enumerate(rows)])  # fmt: skip
    table = counts()
    return {
        "cohort_rates": jm.cohort_rates(cases, of=("charge", "withdrawal", "pending")),
        "rate_contrasts": jm.rate_contrasts(groups, by="sex", of="rejection"),
        "impunity": jm.impunity(cases, months=(6, 12)),
        "effectiveness": jm.effectiveness(table, by="office"),
        "period_ratios": jm.period_ratios(table, of=("conviction", "rejection"), by="office"),
        "conviction_ratio": jm.conviction_ratio(table, per="complaint"),
        "parts_of_whole": jm.parts_of_whole(table, parts=("conviction", "rejection"), whole="complaint"),
        "count_changes": jm.count_changes(table, of=("complaint", "conviction"), by="office"),
        "ratio_changes": jm.ratio_changes(table, of="conviction", per="complaint"),
        "share_change": jm.share_change(before=(20, 100), after=(30, 100)),
        "rate_chain": jm.rate_chain(STEPS),
        "dark_figure": jm.dark_figure(reported=0.1, opened={"share": 0.7, "std_error": 0.02}),
        "survey_shares": jm.survey_shares(PEOPLE, of="told", by="place"),
        "reporting_rate": jm.reporting_rate(PEOPLE, forms={"physical": ("hit", "told")}),
    }


NAMES = (
    *("cohort_rates", "rate_contrasts", "impunity", "effectiveness", "period_ratios", "conviction_ratio"),
    *("parts_of_whole", "count_changes", "ratio_changes", "share_change", "rate_chain", "dark_figure"),
    *("survey_shares", "reporting_rate"),
)


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_is_drawn_and_told(name: str, answers: Mapping[str, jm.Result]) -> None:
    answer = answers[name]
    assert answer.question == name
    for language in ("en", "es"):
        axes = answer.plot(language=language)  # type: ignore[arg-type]
        assert axes.get_xlabel()
        plt.close(axes.figure)
        assert not re.search(r"\{\w+\}|nan|None", answer.summary(language))  # type: ignore[arg-type]
    for table in answer.tables:
        assert len(answer.to_frame(table)) == len(answer.tables[table])


@pytest.mark.parametrize(("language", "told"), [("en", "\N{MINUS SIGN}7.5"), ("es", "\N{MINUS SIGN}7,5")])
def test_the_labels_of_an_axis_say_where_its_ticks_are(language: Literal["en", "es"], told: str) -> None:
    """Ticks come every 2.5 points too; rounded, they would be labelled -10, -8, -5, -2."""
    table = pd.DataFrame({"year": ["2020", "2021", "2022"], "complaint": [100] * 3, "conviction": [20, 10, 11]})
    data = jm.CountData.from_frame(
        table, {"counts": {"period": "year", "quantities": {one: one for one in ("complaint", "conviction")}}}
    )
    axes = jm.ratio_changes(data, of="conviction", per="complaint").plot(language=language)
    assert -7.5 in axes.get_xticks().tolist()
    assert told in [one.get_text() for one in axes.get_xticklabels()]
    plt.close(axes.figure)


@pytest.mark.parametrize("name", NAMES)
def test_points_and_per_cent_never_share_a_column_or_a_heading(name: str, answers: Mapping[str, jm.Result]) -> None:
    for table in answers[name].tables.values():
        headings = table.display()[0]
        assert len(set(headings)) == len(headings)
        units = {one.unit for one in table.columns if one.name in ("estimate", "conf_low", "conf_high")}
        assert len(units) <= 1
        for one in table.columns:
            if one.unit == "points":
                assert "change" not in str(one.meaning)
            if one.unit == "change":
                assert "point" not in str(one.meaning)


def test_a_withheld_number_is_called_so(answers: Mapping[str, jm.Result]) -> None:
    cells = [" ".join(row) for row in answers["period_ratios"].main.display()[1]]
    assert any("hidden" in one for one in cells)
    frame = answers["period_ratios"].to_frame()
    assert "suppressed" in set(frame["estimate__status"])


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (lambda: jm.cohort_rates(log(EVENTS), interval="wald"), "'wald' is not known here"),  # type: ignore[arg-type]
        (lambda: jm.period_ratios(counts(), of="conviction", period="week"), "'week' is not known"),  # type: ignore[arg-type]
        (lambda: jm.count_changes(counts(), of="conviction", against="next"), "'next' is not known"),  # type: ignore[arg-type]
        (lambda: jm.count_changes(counts(), of="conviction", rounding="up"), "'up' is not known"),  # type: ignore[arg-type]
    ],
)
def test_words_that_a_setting_does_not_know(question: Callable[[], jm.Result], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        question()


MAPPING = """
[data]
file = "counts.csv"
kind = "counts"
language = "en"
[counts]
period = "year"
[counts.quantities]
complaint = "complaint"
conviction = "conviction"
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ratios", "MAPPING", "--of", "conviction"], "Ratios of numbers of the same period"),
        (["effectiveness", "MAPPING"], "Effectiveness of the period"),
        (["changes", "MAPPING", "--of", "complaint"], "Changes of numbers"),
        (["changes", "MAPPING", "--of", "conviction", "--per", "complaint"], "percentage points"),
        (["parts", "MAPPING", "--part", "conviction", "--whole", "complaint"], "Parts of: complaint"),
        (["dark-figure", "--reported", "0.104", "--opened", "0.68"], "Dark figure: 92.9"),
        (["survey", "FILE", "--of", "told"], "Shares of a survey"),
    ],
)
def test_commands(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "counts.csv").write_text("year,complaint,conviction\n2021,90,9\n2022,100,7\n", encoding="utf-8")
    (tmp_path / "counts.toml").write_text(MAPPING, encoding="utf-8")
    PEOPLE.to_csv(tmp_path / "answers.csv", index=False)
    places = {"MAPPING": str(tmp_path / "counts.toml"), "FILE": str(tmp_path / "answers.csv")}
    with pytest.raises(SystemExit) as left:
        main([places.get(one, one) for one in words])
    assert not left.value.code
    assert said in capsys.readouterr().out
