"""Numbers behind labels: the code 0 of "younger than 1" is an age too, and 99 of "not known" is none."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.readers.text_table import TextTable

LABELS = {"0": "menor de 1 año", "97": "97 y más", "99": "NS"}
SHOWN = ["menor de 1 año", "1", "97 y más", "NS"]


def read(cells: list[str], *, missing: dict[str, str] | None = None, declared: bool = False, **more: Any) -> CaseData:
    table = pa.table({"id": list("1234"), "F": ["2019-03-05"] * 4, "edad": cells})
    gaps = {"edad": ("NS",)} if declared else {}
    file = TextTable(table=table, source="made", n_rows=4, value_labels={"edad": LABELS}, user_missing=gaps)
    return CaseData.from_frame(
        file,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2019-12-31"},
            "dates": {"complaint": "F"},
            "attributes": {"age": {"column": "edad", "type": "integer", **more}},
            "missing": missing or {},
            "data": {"faults": "count"},
        },
    )


@pytest.mark.parametrize("more", [{}, {"type": "number"}, {"bands": [0, 6, 12]}])
def test_labels_in_place_of_numbers_are_refused_also_where_faults_are_counted(more: dict[str, Any]) -> None:
    with pytest.raises(CaseDataError, match="3 cells of 'edad' show labels in place of their numbers") as error:
        read(SHOWN, **more)
    assert 'codes = ["edad"] in [data]' in str(error.value)
    with pytest.raises(CaseDataError, match="2 cells of 'edad'"):
        read(SHOWN, declared=True, **more)


def test_codes_that_are_kept_are_numbers_and_a_named_label_is_missing() -> None:
    cases = read(["0", "1", "97", "99"], missing={"NS": "not_available"})
    assert cases.milestones.collect().get_column("age").to_list() == [0, 1, 97, None]


def test_a_label_that_means_missing_hides_no_number() -> None:
    cases = read(["5", "1", "NS", "3"], declared=True)
    assert cases.milestones.collect().get_column("age").to_list() == [5, 1, None, 3]
