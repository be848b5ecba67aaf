"""T12: what the order, the marks, the size or the words of a release tell of what is hidden."""

from __future__ import annotations

import json
from pathlib import Path

from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, made

OFFICES = {("north",): 3, ("south",): 130, ("east",): 7, ("west",): 88, ("all",): 228}


def ordered_by_count(values: dict[tuple[str, ...], int]) -> list[str]:
    """Return the offices as a report lists them that sorts by the true counts before it hides them."""
    return [key[0] for key in sorted(values, key=lambda one: -values[one]) if key != ("all",)]


def test_an_order_by_true_counts_tells_which_hidden_count_is_larger() -> None:
    swapped = {**OFFICES, ("north",): 7, ("east",): 3}
    assert ordered_by_count(OFFICES)[-2:] != ordered_by_count(swapped)[-2:]


def test_releases_that_differ_in_hidden_counts_only_have_the_same_bytes(tmp_path: Path) -> None:
    """Order, marks, sizes, words and ledger are functions of what is shown."""
    swapped = {**OFFICES, ("north",): 7, ("east",): 3}
    one, other = (
        ours(tmp_path / name, made(main=counts(values, ["office"])))
        for name, values in (("a", OFFICES), ("b", swapped))
    )
    assert one.report.passed, words(one.report)
    for name in ("results.json", "boxes.json", "release.json"):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()
    assert json.dumps(one.released.ledger.to_record()) == json.dumps(other.released.ledger.to_record())
    assert json.dumps(one.released.cells.to_record()) == json.dumps(other.released.cells.to_record())


def test_no_word_of_a_release_names_a_small_group(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", made(main=counts(OFFICES, ["office"])))
    told = [one.text() for one in release.released.ledger.lines()]
    told += [one.text() for result in release.released.results for one in (*result.findings(), *result.notes)]
    told += [one.text() for one in release.report.findings + release.report.notices]
    assert told
    assert not any(name in one for one in told for name in ("north", "east"))
