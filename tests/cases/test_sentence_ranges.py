"""Legal ranges: those that are shipped, those of a file, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.sentence_ranges import detention_limits, plain_name, range_of, sentence_ranges

HEAD = "offence,names,minimum_months,maximum_months,article,valid_from,valid_to,certainty\n"


def on(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "own.csv"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("offence", "day", "years"),
    [
        ("Violación de infante, niña, niño o adolescente (art. 308 bis)", "2015-01-01", (20, 25)),
        ("VIOLACION DE INFANTE, NIÑA, NIÑO O ADOLESCENTE", "2013-03-09", (20, 25)),
        ("Violación de infante, niña, niño o adolescente", "2013-03-08", (15, 20)),
        ("Violación (art. 308)", "2016-05-05", (15, 20)),
        ("violación", "2010-05-05", (5, 15)),
        ("Estupro (art. 309)", "2016-05-05", (3, 6)),
        ("Abuso sexual (art. 312)", "2016-05-05", (6, 15)),
        ("Abuso sexual de niña, niño o adolescente", "2016-05-05", (10, 15)),
        ("Feminicidio", "2016-05-05", (30, 30)),
        ("Violencia familiar o doméstica", "2016-05-05", (2, 4)),
        ("rape", "2016-05-05", (15, 20)),
        ("Violación (INNA)", "2016-05-05", (20, 25)),
        ("Abuso sexual (INNA)", "2016-05-05", (10, 15)),
    ],
)
def test_the_ranges_of_bolivia(offence: str, day: str, years: tuple[int, int]) -> None:
    found = range_of(sentence_ranges(None, "BO"), offence, on(day))
    assert found is not None
    assert (found.minimum_months, found.maximum_months) == (years[0] * 12, years[1] * 12)


@pytest.mark.parametrize(
    "offence",
    ["Homicidio (tentativa)", "Feminicidio (en grado de tentativa)", "Violación (agravada)", "Rape [attempt]"],
)
def test_what_a_bracket_adds_makes_another_offence(offence: str) -> None:
    assert range_of(sentence_ranges(None, "BO"), offence, on("2016-05-05")) is None


@pytest.mark.parametrize(
    ("written_name", "plain"),
    [
        ("Homicidio (art. 251)", "homicidio"),
        ("Homicidio (C.P. 251)", "homicidio"),
        ("Estupro (Art. 309 del Código Penal)", "estupro"),
        ("Violencia (art. 7, Decreto 22-2008)", "violencia"),
        ("Homicidio (art. 251, tentativa)", "homicidio art 251 tentativa"),
        # article 8 is that of attempts
        ("Homicidio (arts. 251 y 8)", "homicidio arts 251 y 8"),
    ],
)
def test_only_what_cites_an_article_is_dropped(written_name: str, plain: str) -> None:
    assert plain_name(written_name) == plain


def test_every_shipped_range_says_how_sure_it_is() -> None:
    shipped = sentence_ranges(None, "BO")
    assert {one.certainty for one in shipped} == {"seen", "from_memory"}
    assert all(one.article for one in shipped)
    assert all(one.label.text("es") != one.label.text("en") or one.offence == "homicide" for one in shipped)
    # what the law is called in either language is found by that name
    for one in shipped:
        assert {plain_name(one.label.text("es")), plain_name(one.label.text())} <= set(one.names)


def test_an_offence_whose_range_changed_needs_a_day() -> None:
    shipped = sentence_ranges(None, "BO")
    assert range_of(shipped, "violación", None) is None
    femicide = range_of(shipped, "feminicidio", None)
    assert femicide is not None
    assert femicide.article == "CP 252 bis"
    assert range_of(shipped, "feminicidio", on("2013-03-08")) is None
    assert range_of(shipped, "robo", on("2016-01-01")) is None


def test_the_limits_of_detention() -> None:
    assert [(one.until, one.months, one.certainty) for one in detention_limits("BO")] == [
        ("prosecution", 12, "from_memory"),
        ("verdict", 24, "from_memory"),
    ]
    assert detention_limits("GT") == ()
    assert detention_limits(None) == ()


def test_without_a_file_other_countries_have_none() -> None:
    assert sentence_ranges(None, "GT") == ()
    assert sentence_ranges(None, None) == ()


def test_a_file_of_the_user(tmp_path: Path) -> None:
    path = written(
        tmp_path, "theft_of_cattle,abigeato|hurto de ganado,12,60.5,CP 350,,2015-12-31,seen", "arson,,1,2,X,,,seen"
    )
    ranges = sentence_ranges(path, "BO")
    assert [one.offence for one in ranges] == ["theft_of_cattle", "arson"]
    found = range_of(ranges, "Abigeato (art. 350)", on("2015-12-31"))
    assert found is not None
    assert found.maximum_months == 60.5
    assert range_of(ranges, "abigeato", on("2016-01-01")) is None
    assert range_of(ranges, "Theft of cattle", on("1990-01-01")) is found


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,,10,five,X,,,seen"], "line 2: 'maximum_months' is no number"),
        (["a,,1,2,X,,,seen", "b,,-1,5,X,,,seen"], "line 3: 'minimum_months' is no number"),
        (["a,,nan,5,X,,,seen"], "line 2: 'minimum_months' is no number"),
        (["a,,10,5,X,,,seen"], "line 2: the maximum is below the minimum"),
        (["a,,1,5,X,2015,,seen"], "line 2: 'valid_from' is no date"),
        (["a,,1,5,X,,,perhaps"], "line 2: the certainty is not known"),
        (["a,,1,5,X,,,seen", "a,,1,6,X,2015-01-01,,seen"], "'a' has two ranges at one time"),
        (["a,same,1,5,X,,,seen", "b,same,1,6,X,,,seen"], "'b' has two ranges at one time"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        sentence_ranges(written(tmp_path, *lines), None)


def test_a_file_that_is_not_there_or_lacks_a_column(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no file 'none.csv'"):
        sentence_ranges(tmp_path / "none.csv", None)
    with pytest.raises(SettingsError, match="has no column: article, certainty"):
        sentence_ranges(written(tmp_path, "a,1,2", head="offence,minimum_months,maximum_months\n"), None)
    with pytest.raises(SettingsError, match="is not a file"):
        sentence_ranges(tmp_path, None)
    path = tmp_path / "latin.csv"
    path.write_bytes((HEAD + "rape,Violación,60,120,CP 308,,,seen\n").replace(",", ";").encode("cp1252"))
    assert [one.names for one in sentence_ranges(path, None)] == [("violacion", "rape")]
