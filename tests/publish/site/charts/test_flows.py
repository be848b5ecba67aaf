"""Stock and flow, and legal limits."""

from __future__ import annotations

from typing import Any

import pytest

from justice_metrics.publish.site.charts.flows import flows
from justice_metrics.publish.site.charts.limits import limits
from justice_metrics.publish.site.charts.pictures import spec_of
from tests.publish.site.charts.tables import LOOK, figure, rows, table

pytest.importorskip("altair")


def test_flows_hidden_and_provisional() -> None:
    of = table(period=["2023", "2024"], state=["complete", "provisional"], pending_start=[0, 40], incoming=[100, 50],
               resolved=[60, None], pending_end=[40, None])  # fmt: skip
    spec = spec_of(flows(figure(of), language="en", look=LOOK))  # type: ignore[arg-type]
    assert [(one["label"], one["n"]) for one in rows(spec, series="resolved")] == [("2023", 60), ("2024*", None)]
    assert spec["title"]["text"] == "Cases (* provisional)"
    assert spec["usermeta"]["series"]["hidden"].endswith(": hidden")
    line = next(one["mark"] for one in spec["layer"] if one["mark"]["type"] == "line")
    assert line["invalid"] == "break-paths-show-path-domains"


def test_flows_by_groups_are_not_drawn() -> None:
    of = table(offence=["a"], period=["2023"], incoming=[1], resolved=[1], pending_end=[0])
    assert flows(figure(of), language="en", look=LOOK) is None


def clocks(**parts: list[Any]) -> Any:
    return table(limit=["whole"], length=["36 months"], clocks=[100], **parts)


def test_parts_of_a_limit_add_up_and_several_hidden_ones_are_one_empty_part() -> None:
    of = clocks(kept=[50], missed=[20], running=[None], ended_otherwise=[0], cannot_be_told=[None])
    spec = spec_of(limits(figure(of), language="en", look=LOOK))  # type: ignore[arg-type]
    drawn = {one["series"]: (one["x0"], one["x1"], one["n"]) for one in spec["datasets"]["numbers"]}
    assert drawn["kept"] == (0, 0.5, 50)
    assert drawn["missed"] == (0.5, 0.7, 20)
    assert drawn["running"] == drawn["cannot_be_told"] == (None, None, None)
    assert drawn["rest"] == (0.7, 1.0, None)


def test_a_part_that_is_hidden_alone_has_no_length() -> None:
    of = clocks(kept=[50], missed=[20], running=[None], ended_otherwise=[0], cannot_be_told=[0])
    spec = spec_of(limits(figure(of), language="en", look=LOOK))  # type: ignore[arg-type]
    assert rows(spec, series="rest") == []


def test_a_limit_without_clocks_is_not_drawn() -> None:
    of = table(limit=["whole"], length=["x"], clocks=[0], kept=[0], missed=[0], running=[0], ended_otherwise=[0],
               cannot_be_told=[0])  # fmt: skip
    assert limits(figure(of), language="en", look=LOOK) is None
