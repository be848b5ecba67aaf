"""Words, numbers and dates by the customs of each language."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.language import (
    LANGUAGES,
    Label,
    Language,
    Message,
    Readable,
    catalogue,
    format_date,
    format_number,
    format_share,
    tr,
    trn,
)

NBSP = "\u00a0"


class TestMessages:
    def test_values_and_thousands(self) -> None:
        assert str(tr("{n} cases have no date", n=1200)) == "1,200 cases have no date"

    def test_a_translation_keeps_the_values(self) -> None:
        message = tr("There is no file '{name}'.", name="casos.csv")
        assert message.text("es") == "No existe el archivo 'casos.csv'."

    def test_what_is_not_translated_stays_english(self) -> None:
        assert tr("a sentence that nobody translated {n}", n=7).text("es") == "a sentence that nobody translated 7"

    @pytest.mark.parametrize(("n", "english"), [(0, "0 rows have no id."), (1, "1 row has no id."),
                                                (1200, "1,200 rows have no id.")])  # fmt: skip
    def test_plurals(self, n: int, english: str) -> None:
        message = trn("{n} row has no id.", "{n} rows have no id.", n)
        assert message.text("en") == english
        assert message.text("es").startswith(format_number(n, "es"))
        assert ("fila no tiene" in message.text("es")) == (n == 1)

    def test_messages_inside_messages_are_translated_too(self) -> None:
        inner = tr("'{key}' is missing.", key="unit")
        outer = tr("{key} in {source}: {problem}", key="cases", source="mapping.toml", problem=inner)
        assert "'unit' is missing." in outer.text("en")
        assert inner.text("es") in outer.text("es")
        assert inner.text("es") != inner.text("en")

    def test_lists_are_joined_with_their_customs(self) -> None:
        message = tr("Name one of: {states}.", states=["a", 1200, dt.date(2018, 4, 30)])
        assert message.text("en") == "Name one of: a, 1,200, 30 Apr 2018."
        assert "1.200, 30 abr 2018" in message.text("es")

    def test_braces_in_a_value_are_no_places(self) -> None:
        assert str(tr("There is no file '{name}'.", name="{secret}")) == "There is no file '{secret}'."

    def test_truth_is_no_number(self) -> None:
        assert str(tr("{key}", key=True)) == "True"

    def test_messages_compare_by_what_they_say(self) -> None:
        assert tr("{n} cases have no date", n=1) == tr("{n} cases have no date", n=1)
        assert tr("{n} cases have no date", n=1) != tr("{n} cases have no date", n=2)
        assert isinstance(tr("{n} cases have no date", n=1), Message)

    @given(n=st.integers(-(10**9), 10**9), language=st.sampled_from(LANGUAGES))
    def test_every_number_is_readable_again(self, n: int, language: Language) -> None:
        said = tr("{n} of something nobody translated", n=n).text(language)
        digits = said.split(" ")[0].replace(",", "").replace(".", "").replace(NBSP, "").replace("\u2212", "-")
        assert int(digits) == n


class TestLabels:
    def test_language_then_english_then_any(self) -> None:
        both = Label({"en": "charge", "es": "imputación"})
        assert (both.text("es"), both.text("en"), str(both)) == ("imputación", "charge", "charge")
        assert Label({"en": "charge"}).text("es") == "charge"
        assert Label({"es": "imputación"}).text("en") == "imputación"
        assert Label("charge").text("es") == "charge"

    def test_equal_words_are_equal_labels(self) -> None:
        assert Label("charge") == Label({"en": "charge"})
        assert len({Label("charge"), Label({"en": "charge"}), Label("trial")}) == 2
        assert Label("charge") != "charge"
        assert repr(Label("charge")) == "Label({'en': 'charge'})"

    def test_both_can_be_read(self) -> None:
        assert isinstance(Label("charge"), Readable)
        assert isinstance(tr("{n} cases have no date", n=1), Readable)


class TestFormats:
    @pytest.mark.parametrize(
        ("value", "decimals", "english", "spanish"),
        [
            (0, 0, "0", "0"),
            (999, 0, "999", "999"),
            (1234.5, 1, "1,234.5", "1.234,5"),
            (1_234_567, 0, "1,234,567", "1.234.567"),
            (-3.25, 2, "-3.25", "-3,25"),
            (2.0, 2, "2.00", "2,00"),
            (math.nan, 1, "–", "–"),
            (math.inf, 1, "–", "–"),
        ],
    )
    def test_numbers(self, value: float, decimals: int, english: str, spanish: str) -> None:
        assert format_number(value, "en", decimals=decimals) == english
        assert format_number(value, "es", decimals=decimals) == spanish

    def test_shares(self) -> None:
        assert format_share(0.0249, "en", decimals=2) == f"2.49{NBSP}%"
        assert format_share(0.0249, "es", decimals=2) == f"2,49{NBSP}%"
        assert format_share(1) == f"100.0{NBSP}%"
        assert format_share(math.nan) == "–"

    def test_dates_tell_the_day_from_the_month(self) -> None:
        day = dt.date(2018, 4, 5)
        assert (format_date(day, "en"), format_date(day, "es")) == ("5 Apr 2018", "5 abr 2018")


def test_the_english_catalogue_is_empty() -> None:
    assert catalogue("en") == {}
    assert len(catalogue("es")) > 500
