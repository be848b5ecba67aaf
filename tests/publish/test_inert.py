from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.language import Label
from justice_metrics.publish.inert import csv_text, plain, setting_text, without_folder
from tests.publish.answers import HOSTILE


@given(st.text(alphabet=st.characters(), max_size=200))
def test_plain_text_holds_no_control_and_turns_no_direction(text: str) -> None:
    shown = plain(text)
    assert all(unicodedata.category(letter) not in {"Cc", "Cs"} for letter in shown)
    assert not any(unicodedata.bidirectional(letter) in {"RLE", "LRE", "RLO", "LRO", "PDF", "RLI"} for letter in shown)
    assert plain(shown) == shown
    shown.encode("utf-8")


@given(st.text(max_size=200), st.integers(1, 50))
def test_plain_text_is_no_longer_than_asked(text: str, longest: int) -> None:
    assert len(plain(text, longest=longest)) <= longest


def test_ordinary_words_stay_as_they_are() -> None:
    for words in ("Juzgado 1.º de Niñez", "Ñuflo de Chávez", "3–5 años", "Ana’s"):
        assert plain(words) == csv_text(words) == words


@pytest.mark.parametrize("name", ["formula", "plus", "minus", "at", "tab", "return", "full_width"])
def test_what_a_spreadsheet_would_run_gets_a_mark(name: str) -> None:
    assert csv_text(HOSTILE[name]).startswith("'")


@pytest.mark.parametrize("number", ["-3", "+4", "-1.234,5", "-0.5", "+1e-5", "-12 %"])
def test_numbers_written_as_text_stay_numbers(number: str) -> None:
    assert csv_text(number) == number


@given(st.text(max_size=50))
def test_a_csv_cell_never_begins_a_formula(text: str) -> None:
    cell = csv_text(text)
    file = io.StringIO(newline="")
    csv.writer(file).writerow([cell, "x"])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert row == [cell, "x"]
    assert not cell.lstrip().startswith(("=", "@", "＝", "＠"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/home/ana/casos.csv", "casos.csv"),
        ("~/casos.csv", "casos.csv"),
        ("C:\\Users\\ana\\casos.csv", "casos.csv"),
        ("\\\\server\\share\\casos.csv", "casos.csv"),
        ("postgresql://ana:pw@server/cases", "cases"),
        ("casos 2016/17.csv", "casos 2016/17.csv"),
        ("pandas", "pandas"),
    ],
)
def test_folders_and_hosts_are_left_out(given: str, shown: str) -> None:
    assert without_folder(given) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        ((), "–"),
        (True, "yes"),
        (0.95, "0.95"),
        (730, "730"),
        (("complaint", "trial"), "complaint, trial"),
        ({"b": 1}, "b: 1"),
        (frozenset({"b", "a"}), "a, b"),
        (dt.date(2018, 4, 30), "30 Apr 2018"),
        (Label("words"), "words"),
        (object(), "object"),
    ],
)
def test_settings_are_shown_in_words(value: object, shown: str) -> None:
    assert setting_text(value) == shown
