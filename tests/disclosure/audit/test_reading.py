from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.cells import Signed, box
from justice_metrics.base.errors import ReadError
from justice_metrics.disclosure.audit import audit, truth_of
from justice_metrics.disclosure.audit.reading import Key, read_publication
from justice_metrics.disclosure.boxes import boxes_record, read_box, written_box
from tests.disclosure.audit.made_release import counts, hiding, made, shares, small, write_release

TABLE = counts({("north",): 4, ("south",): 93, ("all",): 97}, ["office"])


def test_cells_are_read_with_what_they_count(tmp_path: Path) -> None:
    read = read_publication(write_release(tmp_path / "r", [made(main=hiding(TABLE, small))]))
    north, whole = (Key("case of a", False, box({"office": one})) for one in ("north", "all"))
    assert (read.cells[north].shown, len(read.cells[north].hidden)) == ([], 1)
    # the number of all units stands in the table and in the account of the data
    assert [value for value, _ in read.cells[whole].shown] == [97, 97]
    assert read.rules.minimum == 10


def test_computed_numbers_name_their_inputs(tmp_path: Path) -> None:
    read = read_publication(write_release(tmp_path / "r", [made(main=shares({"all": (40, 100)}, limits=True))]))
    assert (read.derived[0].value, read.derived[0].formula, len(read.derived[0].inputs)) == (0.4, "share", 2)
    assert {one.formula for one in read.derived} == {"share", "wilson_low", "wilson_high"}


def test_a_record_of_boxes_holds_no_number_and_no_row_that_is_not_published() -> None:
    record = json.dumps(boxes_record([made(main=TABLE)]))
    assert not any(number in record for number in ("93", "97"))
    assert "south" in record
    assert read_box(json.loads(json.dumps(written_box(box({"a": ("y", "x")}))))) == box({"a": ("x", "y")})


def test_sums_that_no_box_tells_are_attacked(tmp_path: Path) -> None:
    """The stock at the end is what came in less what went out."""
    units = [box({"stock": one}) for one in ("in", "out", "end")]
    tie = tuple(Signed(one, False, sign) for one, sign in zip(units, (1, -1, -1), strict=True))
    table = counts({("in",): 93, ("out",): 89, ("end",): 4}, ["stock"])
    hidden = made(main=hiding(table, small), units=400)
    truth = {("case of a", False, one): value for one, value in zip(units, (93.0, 89.0, 4.0), strict=True)}
    truth["case of a", False, frozenset()] = 400.0
    assert audit(write_release(tmp_path / "a", [hidden]), truth=truth).passed
    found = audit(write_release(tmp_path / "b", [hidden], ties={"case of a": [tie]}), truth=truth)
    assert [one.kind for one in found.findings] == ["exact"]
    # one that the numbers do not keep is nothing that anybody knows
    wrong = tuple(one._replace(sign=1) for one in tie)
    assert audit(write_release(tmp_path / "c", [hidden], ties={"case of a": [wrong]}), truth=truth).passed


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("boxes.json", "[]"),
        ("boxes.json", "{"),
        ("boxes.json", '{"format": "something else"}'),
        ("boxes.json", '{"format": "justice_metrics boxes 1", "exact": [], "results": [{"population": "x"}]}'),
        ("results.json", '{"results": []}'),
        ("release.json", "{}"),
        ("release.json", '{"policy": {"minimum": "many"}}'),
    ],
)
def test_files_that_are_something_else_are_refused(tmp_path: Path, name: str, content: str) -> None:
    folder = write_release(tmp_path / "r", [made(main=TABLE)])
    (folder / name).write_text(content)
    with pytest.raises(ReadError, match="not what the library writes"):
        audit(folder)


def test_a_dossier_gives_the_true_counts() -> None:
    dossier: dict[str, Any] = {
        "results": [
            {
                "population": "p",
                "counts": [{"units": {"x": ["a"]}, "events": True, "count": 3}, {"units": {}, "count": 9}],
            }
        ]
    }
    assert truth_of(dossier) == {("p", True, box({"x": "a"})): 3.0, ("p", False, frozenset()): 9.0}
    assert truth_of({}) == {}


def test_true_counts_measure_the_promise_on_both_sides(tmp_path: Path) -> None:
    """Nine of at most eleven: an outsider knows that it is between nought and eleven, which is narrower on one side."""
    values = {("north",): 9, ("south",): 2, ("east",): 89, ("all",): 100}
    folder = write_release(tmp_path / "r", [made(main=hiding(counts(values, ["office"]), small))])
    assert audit(folder).passed
    truth = {("case of a", False, box({"office": name})): float(value) for (name,), value in values.items()}
    found = audit(folder, truth=truth)
    assert [one.kind for one in found.findings] == ["bounded"]


def test_a_group_that_is_not_listed_is_looked_for_by_its_name(tmp_path: Path) -> None:
    """Without the row of the east, west and north still leave over its 7 cases."""
    table = counts({("north",): 44, ("west",): 50, ("all",): 101}, ["office"])
    folder = write_release(tmp_path / "a", [made("a", main=table)])
    truth = {("case of a", False, box({})): 101.0}
    truth |= {
        ("case of a", False, box({"office": one})): n for one, n in (("north", 44.0), ("west", 50.0), ("east", 7.0))
    }
    found = audit(folder, truth=truth)
    assert [one.kind for one in found.findings] == ["exact"]
    # two groups that cover for each other are safe, whoever knows their names
    truth = truth | {("case of a", False, box({"office": "east"})): 40.0, ("case of a", False, box({})): 150.0}
    truth["case of a", False, box({"office": "south"})] = 16.0
    table = counts({("north",): 44, ("west",): 50, ("all",): 150}, ["office"])
    assert audit(write_release(tmp_path / "b", [made("a", main=table)]), truth=truth).passed
