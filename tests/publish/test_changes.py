"""What a release says other than the one before."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from justice_metrics.publish.changes import changes_between


def release(*tables: dict[str, Any], question: str = "attrition", **settings: str) -> dict[str, Any]:
    columns = [{"name": "court", "role": "stratum"}, {"name": "n", "role": "count"}, {"name": "note", "role": "key"}]
    return {
        "results": [
            {
                "question": question,
                "provenance": {"settings": settings},
                "tables": {
                    "main": {
                        "columns": columns,
                        "rows": [{"court": key, "n": n, "note": "x"} for key, n in rows.items()],
                    }
                },
            }
            for rows in tables
        ]
    }


def test_the_first_release_has_changed_nothing() -> None:
    log = changes_between(None, release({"A": 20}), None)
    assert (log.against, log.changes, log.same) == (None, (), 0)
    assert [one.text() for one in log.lines()] == ["This is the first release of this study."]


def test_revised_shown_hidden_new_and_gone() -> None:
    before = release({"A": 20.0, "B": 40.0, "C": None, "D": 7.0, "E": 1.0})
    now = release({"A": 20.0, "B": 50.0, "C": 12.0, "D": None, "F": 3.0})
    log = changes_between(before, now, 4)
    told = {one.row: (one.kind, one.before, one.now, one.difference, one.relative) for one in log.changes}
    assert told == {
        "B · x": ("revised", 40.0, 50.0, 10.0, 0.25),
        "C · x": ("shown now", None, 12.0, None, None),
        "D · x": ("hidden now", 7.0, None, None, None),
    }
    assert (log.same, log.added, log.gone) == (1, 1, 1)
    lines = [one.text() for one in log.lines()]
    assert lines == [
        "1 figure is not what it was in release 4; 1 are.",
        "The largest revision is 25.0\xa0% of what was published.",
        "2 figures are shown in one of the two releases and hidden in the other.",
    ]


def test_answers_are_told_apart_by_their_settings_and_by_how_often_they_are_asked() -> None:
    before = {"results": release({"A": 1.0}, by="court")["results"] + release({"A": 2.0}, {"A": 3.0})["results"]}
    now = {"results": release({"A": 2.0}, {"A": 4.0})["results"] + release({"A": 1.0}, by="court")["results"]}
    (change,) = changes_between(before, now, 1).changes
    assert (change.section, change.before, change.now) == (2, 3.0, 4.0)


def test_a_zero_has_no_relative_revision() -> None:
    (change,) = changes_between(release({"A": 0.0}), release({"A": 5.0}), 1).changes
    assert (change.difference, change.relative) == (5.0, None)


@pytest.mark.parametrize("name", ["=1+1", "@court", 'A", "B'])
def test_the_csv_file_is_inert(name: str) -> None:
    log = changes_between(release({name: 1.0}), release({name: 2.0}), 1)
    rows = list(csv.DictReader(io.StringIO(log.csv_bytes().decode("utf-8-sig"))))
    assert [one["difference"] for one in rows] == ["1.0"]
    assert rows[0]["row"].lstrip("'").startswith(name)
    assert not rows[0]["row"].startswith(("=", "@"))
