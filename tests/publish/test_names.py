from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import OutputError
from justice_metrics.publish.names import checked_names, file_stem


def test_plain_words_stay_as_they_are() -> None:
    assert file_stem("attrition") == "attrition"
    assert file_stem("table-2") == "table-2"


def test_names_that_lose_something_are_told_apart_by_a_digest() -> None:
    assert file_stem("Juzgado 1") != file_stem("juzgado-1")
    assert file_stem("Juzgado 1").startswith("juzgado-1-")
    assert file_stem("con") != "con"


@given(st.text(max_size=400))
def test_any_text_becomes_a_harmless_name(words: str) -> None:
    stem = file_stem(words)
    assert 1 <= len(stem) <= 80
    assert checked_names([f"{stem}.csv"], reserved="manifest.json") == (f"{stem}.csv",)


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_texts_never_share_a_name(one: str, other: str) -> None:
    assert (file_stem(one) == file_stem(other)) == (one == other)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "./a",
        "C:evil",
        "C:\\evil",
        "a\\b",
        "nul",
        "Aux.txt",
        "a\x00b",
        "a\nb",
        "a.",
        "a ",
        " a",
        "x" * 200,
        "MANIFEST.JSON",
        "a|b",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(OutputError):
        checked_names([name], reserved="manifest.json")


def test_the_same_name_but_for_capitals_is_refused() -> None:
    with pytest.raises(OutputError):
        checked_names(["Report.html", "report.HTML"], reserved="manifest.json")


def test_a_folder_inside_is_allowed() -> None:
    names = ("report.html", "figures/1-attrition.svg", "datos/año.csv")
    assert checked_names(names, reserved="manifest.json") == names
