"""Texts become days only where the column itself leaves no doubt about day and month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.conversions.conversion import day_lookup, precision_lookup, unreadable_days

MONTHS_ES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
MONTHS_EN = "January February March April May June July August September October November December".split()
SHORT_ES = "ene feb mar abr may jun jul ago sep oct nov dic".split()

A_DAY = day_number(dt.date(2018, 4, 30))
DATES = st.dates(dt.date(1900, 3, 1), dt.date(2099, 12, 31))


def read(*texts: str | None, **settings: Any) -> Any:
    return day_lookup(texts, [1] * len(texts), column="Fecha", **settings)


@pytest.mark.parametrize(
    "text",
    [
        "30/04/2018",
        "30-04-2018",
        "30.04.2018",
        "30 04 2018",
        " 30/4/2018 ",
        "2018-04-30",
        "2018/4/30",
        "20180430",
        "30042018",
        "30/04/2018 14:05",
        "30/04/2018 2:05:59 PM",
        "30/04/2018 02:05 p. m.",
        "30/04/2018, 14:05 hrs",
        "30/04/2018 24:00",
        "2018-04-30T23:59:59.999Z",
        "2018-04-30 23:59:59-04:00",
        "30 de abril de 2018",
        "lunes, 30 de abril del 2018",
        "Monday 30 April 2018",
        "Monday, April 30, 2018",
        "lun. 30 abr. 2018",
        "April 30, 2018",
        "30-abr-18",
        "30/abr/2018",
        "３０/０４/２０１８",
    ],
)
def test_one_day_in_many_writings(text: str) -> None:
    found = read(text)
    assert found.days[text] == A_DAY
    assert found.precision[text] == "day"
    assert found.n_unreadable == 0


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2016-03", dt.date(2016, 3, 15), "month"),
        ("03/2016", dt.date(2016, 3, 15), "month"),
        ("mar-16", dt.date(2016, 3, 15), "month"),
        ("Marzo de 2016", dt.date(2016, 3, 15), "month"),
        ("2016", dt.date(2016, 7, 1), "year"),
    ],
)
def test_imprecise_dates_stand_in_the_middle(text: str, day: dt.date, precision: str) -> None:
    found = read(text)
    assert found.days[text] == day_number(day)
    assert found.precision[text] == precision
    assert (found.n_month_only, found.n_year_only) == ((1, 0) if precision == "month" else (0, 1))


@pytest.mark.parametrize(
    "text",
    [
        "30/02/2018",
        "2018-13-01",
        "31/04/2018",
        "29/02/2017",
        "00/01/1900",
        "0/1/1900",
        "13/13/2018",
        "30/04/0018",
        "30/04/18",
        "43220",
        "no consta",
        "30/04/2018 25:00",
        "30/04/2018 13:05 PM",
        "30/04/2018 14:61",
        "30 brumario 2018",
        "12345678901234567890",
        "2018-04-30-",
        "dic-73",
        "mar 30",
        "Jan. 12",
        "may 18",
    ],
)
def test_what_is_no_date_is_counted_and_kept_secret(text: str) -> None:
    found = read(text, "30/04/2018")
    assert found.days[text] is None
    assert found.n_unreadable == 1
    assert text not in repr(found)
    message = unreadable_days(found).text()
    assert text not in message
    assert "1 value of 2" in message


@given(
    days=st.lists(DATES, min_size=1, unique=True), order=st.sampled_from(["dmy", "mdy"]), mark=st.sampled_from("/-.")
)
@settings(deadline=None)
def test_round_trip_of_numeric_dates(days: list[dt.date], order: str, mark: str) -> None:
    pattern = mark.join(("%d", "%m", "%Y") if order == "dmy" else ("%m", "%d", "%Y"))
    texts = [day.strftime(pattern) for day in days]
    declared = read(*texts, order=order)
    assert [declared.days[text] for text in texts] == [day_number(day) for day in days]
    try:
        found = read(*texts)
    except CaseDataError:
        assert all(day.day <= 12 for day in days)
    else:
        assert found.days == declared.days


@given(day=DATES, time=st.times(), writing=st.integers(0, 7))
@settings(deadline=None)
def test_round_trip_of_unambiguous_dates(day: dt.date, time: dt.time, writing: int) -> None:
    texts = [
        day.isoformat(),
        f"{day.isoformat()}T{time.isoformat('milliseconds')}Z",
        f"{day:%Y/%m/%d} {time:%H:%M}",
        f"{day.day} de {MONTHS_ES[day.month - 1]} de {day.year}",
        f"{day.day} {MONTHS_ES[day.month - 1].upper()} {day.year}",
        f"{MONTHS_EN[day.month - 1]} {day.day}, {day.year}",
        f"{day.day:02d}-{SHORT_ES[day.month - 1]}-{day.year}",
        f"{day:%Y%m%d}",
    ]
    assert read(texts[writing]).days[texts[writing]] == day_number(day)


@given(day=st.dates(dt.date(1900, 3, 1), dt.date(2090, 1, 1)))
@settings(deadline=None)
def test_round_trip_of_day_counts(day: dt.date) -> None:
    since_1900 = str((day - dt.date(1899, 12, 30)).days)
    since_1904 = str((day - dt.date(1904, 1, 1)).days)
    assert read(since_1900, order="excel_1900").days[since_1900] == day_number(day)
    if day > dt.date(1904, 1, 1):
        assert read(since_1904 + ".75", order="excel_1904").days[since_1904 + ".75"] == day_number(day)


def test_day_counts_only_when_told() -> None:
    found = read("43220")
    assert found.n_serial == 1
    assert "excel_1900" in unreadable_days(found).text()
    # the leap day of 1900 that a spreadsheet invented, and everything before it, is refused
    assert read("60", "43220", order="excel_1900").n_unreadable == 1


def test_one_value_settles_the_column() -> None:
    assert read("01/02/2018", "13/02/2018").days["01/02/2018"] == day_number(dt.date(2018, 2, 1))
    assert read("01/02/2018", "02/13/2018").days["01/02/2018"] == day_number(dt.date(2018, 1, 2))
    assert read("4/8/2019 12:00:00 AM", "4/28/2019 12:00:00 AM").order == "mdy"


def test_ambiguous_dates_are_refused_with_a_number_and_a_format() -> None:
    with pytest.raises(CaseDataError) as error:
        day_lookup(["01/02/2018", "03/04/2017"], [1500, 2], column="Fecha de denuncia")
    message = error.value.text()
    assert "1,502 dates" in message
    assert "'Fecha de denuncia'" in message
    assert "dd/mm/yyyy or mm/dd/yyyy" in message
    assert "date_order" in message
    assert "01/02" not in message
    assert "2018" not in message


def test_day_equal_to_month_is_not_ambiguous() -> None:
    found = read("05/05/2018", "2018-01-31")
    assert found.days["05/05/2018"] == day_number(dt.date(2018, 5, 5))
    assert found.order is None


def test_contradicting_dates_are_refused_with_counts_per_order() -> None:
    with pytest.raises(CaseDataError) as error:
        day_lookup(["13/02/2018", "02/13/2018", "01/02/2018"], [40, 2, 7], column="Fecha")
    message = error.value.text()
    assert "40 can only be dd/mm/yyyy" in message
    assert "2 can only be mm/dd/yyyy" in message
    assert "7 could be either" in message


def test_a_declared_order_never_flips() -> None:
    found = read("13/02/2018", "02/13/2018", order="dmy")
    assert found.days["02/13/2018"] is None
    assert found.n_unreadable == 1
    assert read("13/02/2018", order="ymd").n_unreadable == 1


def test_missing_is_not_unreadable() -> None:
    found = read(None, "", "  ", "S/D", "s/d ", "30/04/2018", missing={"S/D": "not_available"})
    assert found.n_missing == 5
    assert dict(found.missing_codes) == {"not_recorded": 3, "not_available": 2}
    assert (found.n_values, found.n_unreadable) == (1, 0)
    assert found.days["s/d "] is None


def test_all_missing_has_no_order() -> None:
    found = read(None, "")
    assert (found.order, found.n_values, found.n_missing) == (None, 0, 2)
    assert read().n_values == 0


def test_messages_say_how_dates_look_and_where() -> None:
    found = day_lookup(["31/12/16", "1/2/17", "30/04/2018"], [7, 1, 3], column="Fecha")
    message = unreadable_days(found, row=70000).text()
    assert "8 values of 11" in message
    assert "row 70,000" in message
    assert "99/99/99" in message
    assert "four digits" in message


def test_precision_words() -> None:
    assert dict(precision_lookup(["Día", "MES", "año", "Year", None, "?"])) == {
        "Día": "day",
        "MES": "month",
        "año": "year",
        "Year": "year",
    }


@given(texts=st.lists(st.text(max_size=30), unique=True, max_size=20))
@settings(deadline=None)
def test_no_text_breaks_the_lookup(texts: Sequence[str]) -> None:
    found = day_lookup(texts, [1] * len(texts), column="x", order="dmy")
    assert found.n_values + found.n_missing == len(texts)
    assert set(found.days) == set(texts)
    assert len(found.precision) + found.n_unreadable == found.n_values


def test_words_have_no_shape_to_show() -> None:
    """Nothing stood behind "they look like"."""
    said = str(unreadable_days(day_lookup(["31/12/2016", "Total"], [5, 1], column="D")).problem)
    assert said.endswith("; they hold letters or other signs.")
    mixed = str(unreadable_days(day_lookup(["31/12/2016", "Total", "99/99/2016"], [5, 1, 2], column="D")).problem)
    assert mixed.endswith("; they look like 99/99/9999, ….")


class TestSwapped:
    """A program of another country turned day and month round in the dates that it could read."""

    @staticmethod
    def opened_elsewhere(days: list[dt.date]) -> list[str]:
        return [
            dt.date(one.year, one.day, one.month).isoformat() if one.day <= 12 else one.strftime("%d/%m/%Y")
            for one in days
        ]

    @pytest.mark.parametrize("order", [None, "dmy"])
    def test_the_trace_is_refused(self, order: Any) -> None:
        days = [dt.date(2018, 1, 1) + dt.timedelta(days=9 * one) for one in range(30)]
        texts = self.opened_elsewhere(days)
        with pytest.raises(CaseDataError, match="none of 26 typed dates has a day above 12, and each of 34") as error:
            day_lookup(texts, [2] * 30, column="Denuncia", order=order)
        assert '{ column = "Denuncia", order = "dmy" }' in error.value.text()
        assert day_lookup(texts, [2] * 30, column="Denuncia", order="dmy", sure=True).n_unreadable == 0

    def test_day_counts_too(self) -> None:
        days = [dt.date(2018, 1, 1) + dt.timedelta(days=9 * one) for one in range(30)]
        texts = [
            str((dt.date.fromisoformat(one) - dt.date(1899, 12, 30)).days) if "-" in one else one
            for one in self.opened_elsewhere(days)
        ]
        with pytest.raises(CaseDataError, match="none of 13 typed dates"):
            day_lookup(texts, [1] * 30, column="Denuncia", order="excel_1900", text_order="dmy")

    @pytest.mark.parametrize("more", ["2018-05-13", "05/03/2018", "05/05/2018"])
    def test_one_date_that_does_not_fit_is_enough(self, more: str) -> None:
        days = [dt.date(2018, 1, 1) + dt.timedelta(days=9 * one) for one in range(30)]
        texts = [*self.opened_elsewhere(days), more]
        assert day_lookup(texts, [1] * 31, column="Denuncia").order == "dmy"

    def test_few_dates_may_fit_by_chance(self) -> None:
        texts = ["2018-05-03", "2018-09-01", "19/03/2018", "30/04/2018"]
        assert day_lookup(texts, [90] * 4, column="Denuncia").order == "dmy"

    def test_months_in_words_are_not_typed(self) -> None:
        texts = [*(f"{day} de mayo de 2018" for day in range(1, 13)), *(f"{day}/05/2018" for day in range(13, 31))]
        assert day_lookup(texts, [1] * 30, column="Denuncia").n_unreadable == 0

    @given(days=st.lists(st.dates(dt.date(2010, 1, 1), dt.date(2020, 1, 1)), min_size=40, unique=True))
    def test_sound_dates_are_not_refused(self, days: list[dt.date]) -> None:
        """Texts are those from one day on, as when somebody began to type in another way."""
        texts = [one.isoformat() if place % 2 else one.strftime("%d/%m/%Y") for place, one in enumerate(days)]
        try:
            day_lookup(texts, [1] * len(texts), column="Denuncia", order="dmy")
        except CaseDataError:
            assert all(one.day <= 12 for one in days[1::2])
            assert all(one.day > 12 for one in days[::2])
