from __future__ import annotations

from typing import Any

import numpy as np

from justice_metrics.base.table import Table
from justice_metrics.publish.changes import changes_between
from justice_metrics.publish.record import as_json
from justice_metrics.publish.revisions import LISTED, revision_lines
from tests.publish.answers import COURT, ESTIMATE, LOW, NUMERATOR, STAGE, STAGES, provenance, rates


def answer(numbers: list[int], units: int = 1200) -> Any:
    n = len(numbers)
    table = Table(
        (COURT, STAGE, NUMERATOR, ESTIMATE, LOW),
        {
            "court": np.array([f"Court {at}" for at in range(n)], dtype=object),
            "stage": np.array(["trial"] * n, dtype=object),
            "numerator": np.array(numbers),
            "estimate": np.array(numbers) / 1000,
            "conf_low": np.array(numbers) / 2000,
        },
        labels={"stage": STAGES},
    )
    return rates(tables={"main": table}, provenance=provenance(units_in=units))


def lines(before: Any, now: Any, language: Any = "en") -> list[str]:
    old, new = (as_json((one,), "en") for one in (before, now))
    return [one.text(language) for one in revision_lines(changes_between(old, new, 3), (now,), before=old, now=new)]


def test_revised_figures_are_listed_by_the_names_of_the_report() -> None:
    told = [one.replace("\xa0", "").replace(" %", "%") for one in lines(answer([20, 30]), answer([20, 45], units=1240))]
    assert told[-4:] == [
        "The data are others than those of release 3: 1,240 units, and 1,200 then.",
        "Every change is in the file changes.csv.",
        "Section 1, Conviction rates by court: Court 1, trial: convicted: 45; 30 before.",
        "Section 1, Conviction rates by court: Court 1, trial: conviction rate: 4.5%; 3.0% before.",
    ]
    assert "juicio" in lines(answer([20, 30]), answer([20, 45]), "es")[-1]
    assert not [one for one in lines(answer([20, 30]), answer([20, 45])) if "others than" in one]


def test_a_report_lists_some_and_the_file_all() -> None:
    many = lines(answer([20] * 80), answer([30] * 80))
    assert sum(one.startswith("Section 1") for one in many) == LISTED


def test_the_first_release_lists_nothing() -> None:
    now = as_json((answer([20]),), "en")
    log = changes_between(None, now, None)
    assert [one.text() for one in revision_lines(log, (), before=None, now=now)] == [
        "This is the first release of this study."
    ]
