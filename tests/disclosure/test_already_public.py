"""Tables of counts that were published before pass as they are, and say so; nothing else does."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError, SettingsError
from justice_metrics.disclosure.already_public import AlreadyPublic
from justice_metrics.disclosure.policy import DisclosurePolicy, policy_schema, read_policy

WORDS = {"source": "Example ministry, open data", "reason": "monthly since 2015", "legal_basis": "statistics act, 12"}
MAPPING = {
    "counts": {
        "period": "month",
        "keys": {"place": "place"},
        "quantities": {"femicides": {"column": "n", "label": "femicides"}},
    }
}


@pytest.fixture(scope="module")
def counts() -> jm.CountData:
    """Two years of a table with small numbers in it."""
    rows = [
        (f"{year}-{month:02d}", place, n)
        for year in (2023, 2024)
        for month in range(1, 13)
        for place, n in (("North", month % 3), ("South", 12 + month))
    ]
    return jm.CountData.from_frame(pd.DataFrame(rows, columns=["month", "place", "n"]), MAPPING)


@pytest.fixture(scope="module")
def policy() -> DisclosurePolicy:
    """A policy that says that all of it is public."""
    return DisclosurePolicy(already_public=AlreadyPublic(**WORDS))


def test_every_number_passes_and_the_release_says_why(counts: jm.CountData, policy: DisclosurePolicy) -> None:
    """The same table loses its small numbers without the declaration."""
    answer = jm.case_counts(counts, by="place")
    whole, hidden = jm.release(answer, policy), jm.release(answer, DisclosurePolicy())
    table = whole.results[0].tables["month_by_place"]
    assert table["count"].tolist() == answer.tables["month_by_place"]["count"].tolist()
    assert "month_by_place" not in hidden.results[0].tables  # nothing of it is left to show
    said = [one.text("en") for one in whole.ledger.lines()]
    assert len(said) == 1
    assert all(one in said[0] for one in WORDS.values())
    assert whole.results[0].notes[0].text("en") == said[0]
    assert whole.policy.to_record()["already_public"] == WORDS
    assert "already_public" not in hidden.policy.to_record()
    assert whole.results[0].findings()
    assert not whole.cells.cells


def test_its_counts_are_no_cells_and_their_source_has_no_folder(counts: jm.CountData, policy: DisclosurePolicy) -> None:
    """No box is written for a number that nobody hides."""
    shown = jm.release(jm.case_counts(counts, by="place"), policy).results[0]
    assert all(column.cell is None and column.of is None for one in shown.tables.values() for column in one.columns)
    assert "/" not in shown.provenance.source
    assert shown.provenance.units_in == counts.provenance.units_in


def test_case_files_are_refused(policy: DisclosurePolicy) -> None:
    """Also beside a table of counts."""
    with pytest.raises(DisclosureError, match=r"Answer 1 \('.*'\) does not come from a table of counts"):
        jm.release(jm.attrition(jm.sample_cases()), policy)


def test_the_second_answer_is_named(counts: jm.CountData, policy: DisclosurePolicy) -> None:
    """A release is public as a whole, or protected as a whole."""
    with pytest.raises(DisclosureError, match="Answer 2"):
        jm.release([jm.case_counts(counts), jm.case_counts(jm.sample_cases())], policy)


def test_shares_of_others_are_refused(policy: DisclosurePolicy) -> None:
    """What was typed in from a report, or answered in a survey, is no table of counts."""
    chain = jm.rate_chain([{"name": "reported", "share": 0.1}, {"name": "convicted", "share": 0.5}])
    with pytest.raises(DisclosureError, match="does not come from a table of counts"):
        jm.release(chain, policy)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_each_word_is_needed(name: str, tmp_path: Path) -> None:
    """A declaration without a source, a reason or a legal basis is none."""
    with pytest.raises(SettingsError, match=name):
        AlreadyPublic(**{**WORDS, name: " "})
    lines = [f'{key} = "{word}"' for key, word in WORDS.items() if key != name]
    path = tmp_path / "policy.toml"
    path.write_text("\n".join(["[already_public]", *lines]), encoding="utf-8")
    with pytest.raises(SettingsError, match=name):
        read_policy(path)


def test_it_is_read_from_the_policy_file(tmp_path: Path) -> None:
    """And it is in the schema."""
    path = tmp_path / "policy.toml"
    path.write_text(
        "\n".join(["minimum = 12", "[already_public]", *(f'{key} = "{word}"' for key, word in WORDS.items())]),
        encoding="utf-8",
    )
    found = read_policy(path)
    assert found.already_public == AlreadyPublic(**WORDS)
    assert found.minimum == 12
    assert "already_public" in policy_schema()["properties"]
