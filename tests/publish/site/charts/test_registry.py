"""Charts of answers that came through the gate: each drawn number is a published one."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

import justice_metrics as jm
from justice_metrics.publish.site.charts.pictures import spec_of
from justice_metrics.publish.site.charts.registry import chart_of
from justice_metrics.publish.site.model import Figure, Look

pytest.importorskip("altair")

# question, table, what it lists, dimension, column of the numbers that are drawn
DRAWN = [
    ("attrition", "main", "", None, "reached"),
    ("outcome_shares", "main", "", None, "estimate"),
    ("case_counts", "main", "year", None, "count"),
    ("case_counts", "year_by_sex", "levels", "sex", "count"),
]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    cases = jm.sample_cases()
    asked = [jm.attrition(cases), jm.outcome_shares(cases), jm.case_counts(cases, by="sex", period="year")]
    release = jm.release(asked, jm.DisclosurePolicy(zeros="structural"))
    return {one.provenance.question: one for one in release.results}


@pytest.mark.parametrize(("question", "table", "lists", "by", "column"), DRAWN)
def test_each_drawn_number_is_a_published_one(
    published: dict[str, Any], question: str, table: str, lists: str, by: str | None, column: str
) -> None:
    answer = published[question]
    figure = Figure(
        id="start-x",
        page="start",
        title=answer.heading,
        reads=answer.heading,
        table=answer.tables[table],
        definition=answer.definition,
        unit=answer.provenance.unit,
        cutoff=dt.date(2018, 4, 30),
        by=by,
        answer=answer,
    )
    chart = chart_of(question, lists=lists)
    assert chart is not None
    made = chart(figure, language="es", look=Look())
    assert made is not None
    rows = spec_of(made)["datasets"]["numbers"]
    known = {float(one) for one in figure.table[column] if not math.isnan(one)}
    drawn = [one["n"] for one in rows if one["n"] is not None]
    assert drawn
    assert set(drawn) <= known
    assert all(one["n"] is None for one in rows if one["status"] == "suppressed")
