"""T10: a filtered table still holds the label of the person who was filtered out."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from justice_metrics.disclosure.audit import audit, check_release
from justice_metrics.disclosure.audit.contents.tables import look_at_parquet
from justice_metrics.publish.files import release_files
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, made, write_release

# frequent names drawn by chance; nobody is meant
PERSON = "Marisol Quispe Fernández"


def filtered() -> bytes:
    """Return a table of cases as a program writes it after it dropped one person."""
    frame = pd.DataFrame({"victim": pd.Categorical(["Case A", PERSON, "Case B"]), "days": [1, 2, 3]})
    file = io.BytesIO()
    frame[frame["victim"] != PERSON].to_parquet(file)
    return file.getvalue()


def test_it_succeeds_on_a_filtered_table_of_categories() -> None:
    data = filtered()
    assert PERSON.encode() in data
    assert {kind for kind, _ in look_at_parquet(data)} >= {"hidden_part", "metadata"}


def test_the_checker_finds_the_label_and_refuses_the_kind_of_file(tmp_path: Path) -> None:
    folder = write_release(
        tmp_path / "naive", [made(main=counts({("all",): 50}, ["office"]))], files={"tables/cases.parquet": filtered()}
    )
    found = check_release(folder, canaries=[PERSON])
    assert {one.kind for one in found.findings} >= {"file", "canary", "hidden_part", "metadata"}
    assert PERSON not in words(found)


@pytest.mark.parametrize("language", ["en"])
def test_no_file_of_ours_holds_a_label_that_no_row_has(tmp_path: Path, language: str) -> None:
    values = {("north",): 44, ("south",): 93, ("all",): 137}
    table = counts(values, ["office"])
    labelled = type(table)(
        table.columns,
        dict(table.values),
        labels={"office": {"north": made(main=table).heading, PERSON: made(main=table).heading}},
        title=None,
    )
    release = ours(tmp_path / "gate", made(main=labelled))
    files = release_files(
        release.released, stems=["made"], languages=[language], formats=("html", "csv", "xlsx", "docx", "svg", "png")
    )
    folder = write_release(tmp_path / "ours", release.released.results, files=files, exact=release.released.exact)
    found = audit(folder, canaries=[PERSON])
    assert found.passed, words(found)
    assert found.files > 6
