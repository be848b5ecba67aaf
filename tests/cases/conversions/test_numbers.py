"""Points and commas mean what the whole column says, or what was declared."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.conversions.conversion import band_levels, band_of, number_lookup, unreadable_numbers


def read(*texts: str | None, **settings: Any) -> Any:
    return number_lookup(texts, [1] * len(texts), column="Monto", **settings)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567),
        ("1 234,5", 1234.5),
        ("1 234", 1234),
        ("1'234", 1234),
        ("0,250", 0.25),
        ("0.250", 0.25),
        ("12,5", 12.5),
        ("-3", -3),
        ("+3", 3),
        ("−3", -3),
        (" 34 ", 34),
        ("34.0", 34),
        ("1234.567", 1234.567),
    ],
)
def test_numbers_that_leave_no_doubt(text: str, number: float) -> None:
    assert read(text, kind="number").values[text] == number


@pytest.mark.parametrize("text", ["1.000", "999,999", "12.345"])
def test_thousands_or_fractions_are_refused(text: str) -> None:
    with pytest.raises(CaseDataError) as error:
        number_lookup([text, "7"], [12, 3], column="Monto", kind="number")
    message = error.value.text()
    assert "12 numbers" in message
    assert "'Monto'" in message
    assert "decimal" in message
    assert text not in message


def test_declared_or_settled_by_another_value() -> None:
    assert read("1.000", decimal=",").values["1.000"] == 1000
    assert read("1.000", decimal=".").values["1.000"] == 1
    assert read("1.000", "2,5", kind="number").values["1.000"] == 1000
    assert read("1,000", "2.5", kind="number").values["1,000"] == 1000


def test_contradicting_marks_are_refused_with_counts() -> None:
    with pytest.raises(CaseDataError) as error:
        number_lookup(["1,5", "1.5"], [4, 9], column="Monto", kind="number")
    assert "in 4 the comma" in error.value.text()
    assert "in 9 the point" in error.value.text()


@pytest.mark.parametrize(
    "text", ["doce", "12 años", "1,2,3", "1.23.456", ".", "--5", "1e5", "nan", "inf", "5.", "12345678901234567890"]
)
def test_what_is_no_number_is_counted_and_kept_secret(text: str) -> None:
    found = read(text, "7", decimal=".")
    assert found.values[text] is None
    assert found.n_unreadable == 1
    message = unreadable_numbers(found, row=9).text()
    assert text not in message or text == "."
    assert "row 9" in message


def test_a_whole_number_has_no_fraction() -> None:
    found = read("34.5", "34.0")
    assert found.values["34.5"] is None
    assert found.values["34.0"] == 34
    assert isinstance(found.values["34.0"], int)


@given(value=st.integers(-(10**9), 10**9), decimal=st.sampled_from([",", "."]))
@settings(deadline=None)
def test_round_trip_of_grouped_numbers(value: int, decimal: str) -> None:
    text = f"{value:,}".replace(",", "." if decimal == "," else ",")
    assert read(text, decimal=decimal).values[text] == value


@given(
    texts=st.lists(st.text(alphabet="0123456789.,+- ", max_size=12), unique=True, max_size=20),
    decimal=st.sampled_from([",", "."]),
)
@settings(deadline=None)
def test_every_text_is_a_value_missing_or_counted(texts: list[str], decimal: Any) -> None:
    found = number_lookup(texts, [1] * len(texts), column="x", kind="number", decimal=decimal)
    readable = sum(one is not None for one in found.values.values())
    assert readable + found.n_unreadable + found.n_missing == len(texts)


def test_bands() -> None:
    bands = [0, 6, 12, 13, 18]
    assert band_levels(bands) == ("<0", "0-5", "6-11", "12", "13-17", "18+")
    assert [band_of(one, bands) for one in (-1, 0, 5.5, 6, 12, 17, 90)] == [
        "<0",
        "0-5",
        "0-5",
        "6-11",
        "12",
        "13-17",
        "18+",
    ]


class TestTypedNumbers:
    """In files that type their numbers, these say nothing about the texts among them."""

    @staticmethod
    def read(texts: list[str], written: dict[str, bool], **how: Any) -> list[int | float | None]:
        found = number_lookup(texts, [1] * len(texts), column="Monto", kind="number", written=written, **how)
        return [found.values[one] for one in texts]

    def test_typed_numbers_do_not_vote(self) -> None:
        with pytest.raises(CaseDataError, match="1 number in the column 'Monto' looks like 9.999"):
            self.read(["1500.5", "1.234"], {"1.234": False})
        assert self.read(["1500.5", "1.234", "12,5"], {"1.234": False, "12,5": False}) == [1500.5, 1234, 12.5]

    def test_a_declared_mark_is_that_of_texts(self) -> None:
        texts = ["1.235", "1.237", "-2.001", "1e-07", "1.5e+300", "7"]
        assert self.read(texts, {}, decimal=",") == [1.235, 1.237, -2.001, 1e-07, None, 7]
        assert self.read(texts[:3], {}) == [1.235, 1.237, -2.001]
        assert self.read(["1.235", "1.234"], {"1.234": False}, decimal=",") == [1.235, 1234]

    def test_texts_and_numbers_that_look_alike_and_differ_are_refused(self) -> None:
        with pytest.raises(CaseDataError, match="1 cell in the column 'Monto' looks like 9.999"):
            self.read(["1.234", "12,5"], {"1.234": True, "12,5": False})
        assert self.read(["1.234", "12.5"], {"1.234": True, "12.5": False}) == [1.234, 12.5]

    def test_no_other_text_is_a_typed_number(self) -> None:
        assert self.read(["nan", "inf", "1 500", "1_000", "S/D"], {}) == [None, None, 1500, None, None]

    def test_a_whole_number_has_no_fraction(self) -> None:
        found = number_lookup(["1.5", "2"], [1, 1], column="Edad", kind="integer", written={})
        assert dict(found.values) == {"1.5": None, "2": 2}
