"""Labels are compared by one spelling; what no label covers is counted, and printed only when many cells hold it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.cases.conversions.conversion import label_lookup, level_lookup, normalise, unmatched_error

LABELS = {"Rechazo de denuncia": "rejected", "Sentencia condenatoria": "convicted", "En trámite": "pending"}


def test_capitals_accents_and_spaces_make_no_difference() -> None:
    texts = ["RECHAZO  DE DENUNCIA", "en tramite", "Sentencia\tcondenatoria ", "En trámite"]
    found = label_lookup(texts, [1, 2, 3, 4], column="Fin", labels=LABELS)
    assert [found.states[text] for text in texts] == ["rejected", "pending", "convicted", "pending"]
    assert (found.n_matched, found.n_unmatched) == (10, 0)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert normalise(f"  {text} \u00a0") == once


def test_start_matches_whole_words_and_the_longest_label_wins() -> None:
    labels = {"Convicted": "convicted", "Convicted - Probation": "probation", "No": "none"}
    texts = ["Convicted - Fined", "Convicted - Probation of two years", "Convictedness", "Notificado", "CONVICTED"]
    found = label_lookup(texts, [1] * 5, column="x", labels=labels, match="start")
    assert dict(found.states) == {texts[0]: "convicted", texts[1]: "probation", texts[4]: "convicted"}
    assert set(found.unmatched) == {"Convictedness", "Notificado"}


def test_otherwise_takes_what_is_neither_labelled_nor_missing() -> None:
    found = label_lookup(
        ["Acumulado", None, " ", "S/D", "Rechazo de denuncia"],
        [3, 4, 5, 6, 7],
        column="Fin",
        labels=LABELS,
        otherwise="other",
        missing={"s/d": "not_available"},
    )
    assert found.states["Acumulado"] == "other"
    assert found.n_otherwise == 3
    assert found.n_missing == 15
    assert dict(found.missing_codes) == {"not_recorded": 9, "not_available": 6}
    assert found.levels["S/D"] == "not_available"


def test_a_label_goes_before_a_code_for_missing() -> None:
    found = label_lookup(["S/D"], [2], column="Fin", labels={"S/D": "pending"}, missing={"s/d": "not_available"})
    assert found.states["S/D"] == "pending"
    assert found.n_missing == 0


def test_ignored_labels_are_counted_apart() -> None:
    found = label_lookup(
        ["Nota interna", "Rechazo de denuncia"], [8, 1], column="x", labels=LABELS, ignore=["NOTA INTERNA"]
    )
    assert (found.n_ignored, found.n_unmatched, found.n_matched) == (8, 0, 1)


def test_without_labels_the_texts_are_ids() -> None:
    found = label_lookup(["lawyer ", None], [2, 1], column="actor", labels={})
    assert found.states["lawyer "] == "lawyer"


def test_unmatched_labels_are_printed_only_when_many_cells_hold_them() -> None:
    found = label_lookup(
        ["Sentencia condenatora", "Rechazo por Ana Quispe", "Otra cosa", "OTRA COSA"],
        [12, 9, 7, 3],
        column="Fin",
        labels=LABELS,
    )
    message = unmatched_error(found, labels=LABELS, key="outcome.labels").text()
    assert "31 cells of 31" in message
    assert "'Sentencia condenatora', 12 cells; did you mean 'Sentencia condenatoria' (convicted)?" in message
    assert "'Otra cosa', 10 cells" in message  # its two spellings together
    assert "Quispe" not in message
    assert "1 label that fewer than 10 cases have, in 9 cells altogether" in message
    assert "Quispe" not in repr(found)


def test_very_many_unmatched_labels_do_not_flood_the_message() -> None:
    texts = [f"label {number:03d}" for number in range(200)]
    found = label_lookup(texts, [20] * 200, column="Fin", labels=LABELS)
    message = unmatched_error(found, labels=LABELS, key="outcome.labels").text()
    assert message.count("\n") < 30
    assert "and 180 more labels" in message


def test_levels_share_the_usual_spelling() -> None:
    found = level_lookup(
        ["La Paz", "LA PAZ", "la  paz ", None, "N/C"], [9, 4, 1, 2, 3], column="D", missing={"N/C": "not_applicable"}
    )
    assert {found.levels[text] for text in ("La Paz", "LA PAZ", "la  paz ")} == {"La Paz"}
    assert found.n_respelled == 5
    assert found.levels["N/C"] == "not_applicable"
    assert (found.n_values, found.n_missing) == (14, 5)


def test_ties_between_spellings_do_not_depend_on_the_order_of_rows() -> None:
    one = level_lookup(["LA PAZ", "La Paz"], [5, 5], column="D").levels
    other = level_lookup(["La Paz", "LA PAZ"], [5, 5], column="D").levels
    assert dict(one) == dict(other)


def test_given_levels_and_bands() -> None:
    found = level_lookup(["f", "M", "x"], [1, 2, 3], column="S", labels={"F": "female", "m": "male"})
    assert dict(found.levels) == {"f": "female", "M": "male", "x": "x"}
    assert found.n_unlabelled == 3
    banded = level_lookup(["5", "17", "viejo", None], [1, 1, 1, 1], column="Edad", bands=[0, 6, 12, 18])
    assert dict(banded.levels) == {"5": "0-5", "17": "12-17", "viejo": "not_recorded"}
    assert banded.n_unreadable == 1
