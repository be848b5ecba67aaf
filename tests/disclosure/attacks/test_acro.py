"""A1-A6: the gaps of the checker that social scientists use today, tried on ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from justice_metrics.base.cells import Count, box
from justice_metrics.base.errors import DisclosureError
from justice_metrics.base.language import tr
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.audit import audit
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, hiding, made, shares, small, write_release

CELLS = {("north", "rape"): 4, ("north", "other"): 193, ("south", "rape"): 61, ("south", "other"): 240}
MARGINS = {
    **CELLS,
    ("north", "all"): 197,
    ("south", "all"): 301,
    ("all", "rape"): 65,
    ("all", "other"): 433,
    ("all", "all"): 498,
}
NAMES = ("office", "offence")


def test_a1_one_small_cell_in_a_table_with_margins(tmp_path: Path) -> None:
    """Hiding the cell alone, even with margins computed without it, gives it back beside the true total."""
    recomputed = {**MARGINS, ("north", "all"): 193, ("all", "rape"): 61, ("all", "all"): 494}
    official = made(main=counts({("north",): 197, ("south",): 301, ("all",): 498}, ["office"]))
    naive = [official, made(main=hiding(counts(MARGINS, NAMES), small))]
    assert recomputed["north", "all"] - MARGINS["north", "all"] == -CELLS["north", "rape"]
    assert "can be recovered exactly" in words(audit(write_release(tmp_path / "naive", naive)))
    release = ours(tmp_path / "ours", official, made(main=counts(MARGINS, NAMES)))
    assert release.report.passed, words(release.report)
    shown = [(row["office"], row["offence"]) for row in release.rows(1) if row["n"] is not None]
    assert len(set(MARGINS) - set(shown)) >= 4
    assert shown


def model(n: int) -> Table:
    """Return a saturated logistic model: a dummy for each office, with full precision."""
    p = np.array([1 / n, 0.3])
    sizes = np.array([n, 2000])
    logit = np.log(p / (1 - p))
    columns = (
        Column("term", tr("term"), "text", "key", "key"),
        Column("estimate", tr("log odds"), "number", "estimate", "coefficient"),
        Column("std_error", tr("standard error"), "number", "interval", "std_error"),
    )
    return Table(
        columns,
        {
            "term": np.array(["north", "south"], dtype=object),
            "estimate": logit,
            "std_error": 1 / np.sqrt(sizes * p * (1 - p)),
        },
        guard="model",
        cells=[
            Count(box({"office": name, **more}), float(value), ("", "", place), False)
            for place, (name, more, value) in enumerate(
                (
                    ("north", {}, n),
                    ("north", {"ending": "conviction"}, 1),
                    ("south", {}, 2000),
                    ("south", {"ending": "conviction"}, 600),
                )
            )
        ],
    )


def test_a2_a_saturated_model_of_a_small_office(tmp_path: Path) -> None:
    """Coefficient and standard error give the number of cases and the share, exactly."""
    raw = model(9)
    p = 1 / (1 + np.exp(-raw["estimate"][0]))
    assert round(1 / (raw["std_error"][0] ** 2 * p * (1 - p)), 6) == 9.0
    whole = made(main=counts({("all",): 2009}, ["office"]), model=raw)
    release = ours(tmp_path / "ours", whole)
    assert release.report.passed, words(release.report)
    table = release.published["results"][0]["tables"].get("model")
    assert table is None or all(row["estimate"] is None and row["std_error"] is None for row in table["rows"])


def test_a4_percentages_are_not_judged_as_counts(tmp_path: Path) -> None:
    """Shares of large groups stay, though no share is ten or more."""
    parts = {"north": (40, 121), "south": (38, 240), "east": (51, 190), "all": (129, 551)}
    release = ours(tmp_path / "ours", made(main=shares(parts)))
    assert release.report.hidden == 0
    assert [row["estimate"] for row in release.rows() if row["office"] == "north"] == [40 / 121]


def test_a5_rounding_hides_what_is_below_the_threshold_first(tmp_path: Path) -> None:
    cells = {("north", "a"): 1, ("north", "b"): 2, ("north", "c"): 6, ("north", "d"): 0, ("north", "all"): 9}
    cells |= {("all", one): 40 + place for place, one in enumerate("abcd")} | {("all", "all"): 166}
    rounded = {key: 5 * round(one / 5) for key, one in cells.items()}
    assert [rounded["north", one] for one in "abcd"] == [0, 0, 5, 0]
    naive = write_release(tmp_path / "naive", [made(main=counts(rounded, NAMES))], policy={"mode": "round"})
    assert not audit(naive).passed
    release = ours(tmp_path / "ours", made(main=counts(cells, NAMES)), mode="round")
    assert release.report.passed, words(release.report)
    assert all(row["n"] is None for row in release.rows() if row["office"] == "north")


def test_a6_tables_that_share_cells_are_attacked_together(tmp_path: Path) -> None:
    """Each table is safe by itself: the hidden cells of one follow from the cells of the other."""
    first = counts({("north",): 6, ("south",): 7, ("east",): 90, ("all",): 103}, ["office"])
    second = counts({("south", "all"): 7, ("east", "x"): 41, ("east", "y"): 49, ("all", "all"): 103}, NAMES)
    one, other = made(main=hiding(first, small)), made(main=second, units=103)
    assert not audit(write_release(tmp_path / "naive", [one, other])).passed
    try:
        release = ours(tmp_path / "ours", made(main=first), other)
    except DisclosureError:
        return
    assert release.report.passed, words(release.report)
