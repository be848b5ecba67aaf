"""How sure links are, and how far rates hang on them; registers and links made by hand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from justice_metrics.base.errors import QuestionError
from justice_metrics.base.result import Result
from justice_metrics.cases.linkage.review import write_review
from justice_metrics.measures.quality.linkage import LinkageError, linkage_error
from justice_metrics.measures.quality.linkage_sensitivity import LinkageSensitivity, linkage_sensitivity
from tests.register_cases import COURT, NAMES, PAIRS, POLICE, by_hand, mapping_file


@pytest.fixture(scope="module")
def error() -> LinkageError:
    return linkage_error(by_hand(PAIRS, expected=6.0))


@pytest.fixture(scope="module")
def sensitivity(tmp_path_factory: pytest.TempPathFactory) -> LinkageSensitivity:
    return linkage_sensitivity(by_hand(PAIRS), mapping_file(tmp_path_factory.mktemp("mapping")))


def row(answer: Result, table: str = "main", **wanted: object) -> dict[str, object]:
    held = answer.tables[table]
    places = [at for at in range(len(held)) if all(held[name][at] == value for name, value in wanted.items())]
    assert len(places) == 1
    return {name: held[name][places[0]] for name in held.values}


def words_of(answer: Result) -> str:
    """Everything that an answer can say, in both languages."""
    said = [answer.summary("en"), answer.summary("es"), repr(answer), answer._repr_html_(), repr(answer.provenance)]
    for table in answer.tables.values():
        said += [str(table.frame_columns()), str(table.display("es"))]
    return "\n".join(said)


def test_precision_and_recall_by_the_model(error: LinkageError) -> None:
    precision = row(error, threshold=0.95, measure="precision", basis="model")
    assert precision["estimate"] == pytest.approx((0.999 + 0.998 + 0.999) / 3)
    recall = row(error, threshold=0.95, measure="recall", basis="model")
    assert recall["estimate"] == pytest.approx((0.999 + 0.998 + 0.999) / 6)
    assert "model judges itself" in error.summary()


def test_who_is_found(error: LinkageError) -> None:
    found = row(error, "found", threshold=0.8, register="court", group="all")
    assert (found["numerator"], found["denominator"]) == (3, 4)
    assert found["conf_low"] < found["estimate"] < found["conf_high"]
    assert found["expected"] == pytest.approx((1 - 0.07 * 0.002 + 0.999 + 0.85 + 0.02) / 4)
    single = row(error, "found", threshold=0.9, register="court", group="one_surname")
    assert (single["numerator"], single["denominator"]) == (0, 1)
    # Groups stand at the middle threshold only.
    assert error.tables["found"]["threshold"].tolist() == [0.8, *[0.9] * 5, 0.95]


def test_missed_links_by_group(error: LinkageError) -> None:
    one = row(error, "missed", threshold=0.9, group="one_surname")
    assert one["estimate"] == pytest.approx(1.0)
    two = row(error, "missed", threshold=0.9, group="two_surnames")
    assert two["estimate"] == pytest.approx(0.02 / (0.999 + 0.93 + 0.998 + 0.999 + 0.91 + 0.02))
    assert any("100.0 % of those in which one surname" in str(said) for said in error.findings())


def test_pairs_and_persons(error: LinkageError) -> None:
    pairs = row(error, "pairs", threshold=0.9)
    assert (pairs["accepted"], pairs["implied"], pairs["largest"]) == (5, 1, 4)


def test_the_links_of_one_surname_are_told_apart(error: LinkageError) -> None:
    assert any("records with one surname" in str(one) for one in error.findings())


def test_a_reviewed_sample_judges_the_links(tmp_path: Path) -> None:
    linked = by_hand(PAIRS)
    path = write_review(linked, tmp_path, pairs=7)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = {frozenset(("P3", "C3")), frozenset(("P4", "C4"))}
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    for one in rows:
        one["same_person"] = "no" if frozenset((one["id_a"], one["id_b"])) in wrong else "yes"
        writer.writerow(one)
    path.write_text(text.getvalue(), encoding="utf-8")
    answer = linkage_error(linked, review=path)
    precision = row(answer, threshold=0.8, measure="precision", basis="review")
    # All seven were looked at: five of the six pairs from 0.8 on are one person, and none below.
    assert precision["estimate"] == pytest.approx(5 / 6)
    assert (precision["numerator"], precision["denominator"]) == (5, 6)
    assert precision["conf_low"] < 5 / 6 < precision["conf_high"]
    recall = row(answer, threshold=0.95, measure="recall", basis="review")
    assert recall["estimate"] == pytest.approx(3 / 5)
    assert (recall["numerator"], recall["denominator"]) == (3, 5)
    assert "looked at" in str(answer.findings()[0])
    assert any("7 pairs were looked at" in str(one) for one in answer.notes)
    assert "judges itself" not in " ".join(str(one) for one in answer.notes)
    odd = linkage_error(linked, review=path, thresholds=(0.85,))
    assert np.isnan(row(odd, threshold=0.85, measure="precision", basis="review")["estimate"])
    assert any("judges the thresholds" in str(one) for one in odd.notes)


def test_what_became_of_the_records(sensitivity: LinkageSensitivity) -> None:
    records = sensitivity.tables["records"]
    assert records["threshold"].tolist() == [0.8, 0.9, 0.95]
    assert records["in_case"].tolist() == [3, 2, 1]
    assert records["alone"].tolist() == [1, 2, 3]


def test_a_rate_asked_for_moves_with_the_links(tmp_path: Path) -> None:
    answer = linkage_sensitivity(by_hand(PAIRS), mapping_file(tmp_path), of="trial")
    assert answer.main["numerator"].tolist() == [3, 2, 1]
    assert answer.main["denominator"].tolist() == [4, 4, 4]
    spread = row(answer, "spread", rate="trial/complaint")
    assert spread["difference"] == pytest.approx(0.5)
    assert "25.00\xa0% to 75.00\xa0%" in str(answer.findings()[0])


def test_rates_that_never_happen_are_left_out(sensitivity: LinkageSensitivity, tmp_path: Path) -> None:
    assert (sensitivity.main["numerator"] > 0).any()
    for rate in set(sensitivity.main["rate"].tolist()):
        assert sensitivity.main["numerator"][sensitivity.main["rate"] == rate].max() > 0


def test_no_name_and_no_id_in_any_answer(error: LinkageError, sensitivity: LinkageSensitivity) -> None:
    hidden = {cell.strip(".") for line in (*POLICE, *COURT) for cell in line[:5] if cell} | set(NAMES)
    words = re.compile(rf"\b({'|'.join(map(re.escape, sorted(hidden)))})\b", re.IGNORECASE)
    # The pattern does find what it looks for.
    assert words.search("… de Quispe …")
    for answer in (error, sensitivity):
        assert words.search(words_of(answer)) is None


def test_figures_hold_counts_only(error: LinkageError, sensitivity: LinkageSensitivity, tmp_path: Path) -> None:
    for place, draw in enumerate(
        (error.plot, lambda **more: error.draw("found", **more), sensitivity.plot)  # type: ignore[attr-defined]
    ):
        axes = draw(language="es")
        with mpl.rc_context({"svg.fonttype": "none"}):
            axes.figure.savefig(tmp_path / f"{place}.svg")
        plt.close(axes.figure)
        drawn = (tmp_path / f"{place}.svg").read_text(encoding="utf-8").lower()
        assert not any(name.lower() in drawn for name in NAMES)
        assert len(axes.lines[0].get_xdata()) > 0


def test_the_figure_shows_what_lacks(error: LinkageError) -> None:
    axes = error.plot()
    drawn = np.sort(np.asarray(axes.lines[0].get_xdata(), dtype=float))
    expected = np.sort(1 - error.main["estimate"].astype(float))
    plt.close(axes.figure)
    np.testing.assert_allclose(drawn, expected)


def test_registers_without_a_link() -> None:
    answer = linkage_error(by_hand([]))
    assert np.isnan(row(answer, threshold=0.9, measure="precision", basis="model")["estimate"])
    assert row(answer, "found", threshold=0.9, register="court", group="all")["numerator"] == 0
    assert answer.summary("es")


@pytest.mark.parametrize("thresholds", [(), (0.3,), (1.0,)])
def test_thresholds_that_are_none(thresholds: Sequence[float], tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="threshold"):
        linkage_error(by_hand(PAIRS), thresholds=thresholds)
    with pytest.raises(QuestionError, match="threshold"):
        linkage_sensitivity(by_hand(PAIRS), mapping_file(tmp_path), thresholds=thresholds)
