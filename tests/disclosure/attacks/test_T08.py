"""T8: the median of an odd small group is the time of one person."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from justice_metrics.base.cells import CellOf, Of
from justice_metrics.base.language import tr
from justice_metrics.base.table import Column, Table
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import made

DAYS = {
    "north": [12, 40, 95, 131, 222, 301, 377],
    "west": [15, 77, 80, 122, 160, 250, 254, 333, 400],
    "south": list(range(31, 114, 2)),
    "east": list(range(400, 900, 9)),
}


def medians() -> Table:
    columns = (
        Column("office", tr("group"), "text", "stratum", "stratum"),
        Column("n", tr("cases"), "units", "count", "count", cell=CellOf()),
        Column("median", tr("median"), "days", "estimate", "quantile", of=Of(inputs=("n",))),
    )
    return Table(
        columns,
        {
            "office": np.array(list(DAYS), dtype=object),
            "n": np.array([float(len(one)) for one in DAYS.values()]),
            "median": np.array([float(np.median(one)) for one in DAYS.values()]),
        },
    )


def test_it_succeeds_on_the_plain_median() -> None:
    for name, row in zip(DAYS, medians()["median"], strict=True):
        assert (row in DAYS[name]) == (len(DAYS[name]) % 2 == 1)
    assert medians()["median"][0] == 131


def test_it_fails_on_ours(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", made(main=medians(), units=114))
    assert release.report.passed, words(release.report)
    shown = {row["office"]: row["median"] for row in release.rows()}
    assert "north" not in shown
    assert shown["south"] % 7 == 0
    assert shown["east"] % 30 == 0
    assert abs(shown["south"] - 72) <= 7
