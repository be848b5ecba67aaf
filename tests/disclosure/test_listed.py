from __future__ import annotations

import pytest

from justice_metrics.base.errors import DisclosureError
from justice_metrics.base.quantities import SUPPRESSED
from justice_metrics.disclosure.boxes import public_cells
from justice_metrics.disclosure.listed import NOT_LISTED
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import Release, release
from tests.disclosure.gate_answers import answer, by_sex, count, key, stratum, table

POLICY = DisclosurePolicy()
COLUMNS = (stratum("department"), stratum("sex"), count(), count("convicted", fixed={"ending": ("conviction",)}))
LARGE = [["A", "f", 62, 20], ["B", "f", 36, 11], ["C", "f", 29, 12], ["D", "f", 40, 15]]


def listed(made: Release) -> set[tuple[str, str]]:
    main = made.results[0].main
    return set(zip(main["department"].tolist(), main["sex"].tolist(), strict=True))


def test_a_group_that_is_not_there_may_have_none_or_few() -> None:
    """Boys of A, B and D are listed in the file, none of C is: neither may be seen."""
    few = [["A", "m", 3, 1], ["B", "m", 1, 0], ["D", "m", 1, 1]]
    made = release(answer(*COLUMNS, rows=LARGE + few, units=400), POLICY)
    none = release(answer(*COLUMNS, rows=LARGE, units=400), POLICY)
    for one in (made, none):
        assert {sex for _, sex in listed(one)} == {"f"}
        assert NOT_LISTED in one.results[0].notes


def test_the_words_of_a_group_of_one_are_in_no_published_table() -> None:
    rows = [["A", 600], ["court of the girl X", 1], ["B", 200], ["C", 199]]
    made = release(answer(stratum("court"), count(), rows=rows), POLICY)
    assert "court of the girl X" not in str(made.results[0].main.values)
    assert not any("girl" in str(box) for _, box, _, _ in public_cells(made.cells, made.results).cells)
    assert any("girl" in str(box) for _, box, _, _ in made.cells.cells)


def test_a_group_of_which_one_number_is_shown_is_listed_with_the_others_hidden() -> None:
    main = release(by_sex(), DisclosurePolicy(zeros="structural")).results[0].main
    assert main["sex"].tolist() == ["female", "male"]
    assert main.statuses["numerator"] == ("suppressed", "")


def test_the_ledger_counts_only_what_a_reader_can_see() -> None:
    few = [["A", "m", 3, 1], ["B", "m", 1, 0], ["D", "m", 1, 1]]
    made = release(answer(*COLUMNS, rows=LARGE + few, units=400), POLICY)
    assert len(made.results[0].main) < len(LARGE + few)
    seen = sum(one == SUPPRESSED for marks in made.results[0].main.statuses.values() for one in marks)
    assert 0 < seen == sum(n for one in made.ledger.entries for _, n in one.rules)


def test_all_together_is_listed_in_any_case() -> None:
    rows = [["all", "all", 6, 2], ["A", "f", 6, 2]]
    made = release([answer(*COLUMNS, rows=rows, units=6), by_sex()], POLICY)
    assert listed(made) == {("all", "all")}


def test_what_has_no_number_left_is_left_out_with_a_reason() -> None:
    small = table((stratum("court"), count()), [["A", 3], ["B", 4]])
    with pytest.raises(DisclosureError, match="all of its numbers are hidden"):
        release(answer(tables={"main": small}), POLICY)
    large = table((key("kind"), count(keys={"kind": "kind"})), [["a", 400], ["b", 600]])
    made = release(answer(tables={"main": large, "courts": small}), POLICY)
    assert list(made.results[0].tables) == ["main"]
    assert "all of its numbers are hidden" in " ".join(one.text() for one in made.ledger.lines())
