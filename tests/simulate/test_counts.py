"""The simulated ministry table: what is true in it, and that it reads as real ones must."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from justice_metrics.cases.counts.data import CountData
from justice_metrics.cases.counts.reading import read_counts
from justice_metrics.reduce.count_sums import added
from justice_metrics.simulate.counts import MONTHS, Truth, counts_csv, truth


@pytest.fixture(scope="module")
def flows() -> Truth:
    return truth()


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> CountData:
    folder: Path = tmp_path_factory.mktemp("counts")
    (folder / "bolivia_counts.csv").write_bytes(counts_csv())
    mapping = files("justice_metrics.simulate").joinpath("texts", "bolivia_counts_mapping.toml")
    (folder / "mapping.toml").write_bytes(mapping.read_bytes())
    return read_counts(mapping=folder / "mapping.toml")


def test_what_comes_in_and_goes_out_is_what_is_left(flows: Truth) -> None:
    came = flows.new + flows.reopened + flows.transferred_in
    np.testing.assert_array_equal(
        flows.pending_start + came - flows.resolved - flows.transferred_out, flows.pending_end
    )
    np.testing.assert_array_equal(flows.pending_start[:, :, 1:], flows.pending_end[:, :, :-1])
    assert min(int(one.min()) for one in flows) >= 0
    assert (flows.resolved_on_time <= flows.resolved).all()
    assert (flows.old_pending <= flows.pending_end).all()


def test_no_case_is_lost_on_its_way_to_another_court(flows: Truth) -> None:
    assert flows.transferred_out.sum() > 0
    np.testing.assert_array_equal(flows.transferred_in.sum(axis=0), flows.transferred_out.sum(axis=0))


def test_the_table_comes_out_byte_for_byte() -> None:
    assert counts_csv() == counts_csv()


def test_all_six_kinds_of_missing_are_read(counts: CountData) -> None:
    words = {word for one in counts.quantities.values() for word in one.words()}
    assert words == {"", "under_review", "not_applicable", "pending", "not_available", "suppressed"}
    assert (counts.quantities["new"].values == 0).any()
    assert counts.provenance.simulated
    assert str(counts.notes[-1]).startswith("4 rows that are not there count as not available")


def test_a_year_that_everybody_reported_is_that_of_the_simulation(counts: CountData, flows: Truth) -> None:
    table = added(counts, period="year", quantities=("new", "resolved", "judges"))
    assert table.labels == ("2016", "2017", "2018")
    assert table.quantity("new").words() == ["not_available", "", "not_available"]
    assert table.quantity("resolved").words()[0] == "suppressed"
    # where a court hears no feminicide, the simulation counted what nobody reports
    heard = added(counts, by=("office", "offence"), period="year", quantities="new").quantity("new").words()
    assert heard[1::3].count("not_applicable") == 10
    month = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    judges = (flows.judges[:, 12:24] * month).sum() / 365
    assert table.quantity("judges").values[0, 1] == pytest.approx(judges)


def test_sums_by_office_are_those_of_the_simulation(counts: CountData, flows: Truth) -> None:
    rows = counts.selected((counts.level("department") == "La Paz") & (counts.level("offence") == "Abuso sexual"))
    table = added(rows, by="office", period="month", quantities=("new", "pending_end"))
    assert table.strata.levels[0] == ("Tribunal de Sentencia N° 1 de Achacachi",)
    assert table.quantity("new").values.shape == (14, MONTHS)
    first = table.strata.levels.index(("Tribunal de Sentencia N° 1 de La Paz",))
    np.testing.assert_array_equal(table.quantity("new").values[first], flows.new[0, 1])
