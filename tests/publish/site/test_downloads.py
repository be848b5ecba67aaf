"""Files of a figure: they open, and hold the numbers that are shown."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from xml.etree import ElementTree

import openpyxl
import pytest

from justice_metrics.base.language import Label, tr
from justice_metrics.publish.site import downloads
from justice_metrics.publish.site.catalogue import catalogue
from justice_metrics.publish.site.charted import charted
from justice_metrics.publish.site.downloads import dictionary, figure_files, local_csv, pictures_of, script
from justice_metrics.publish.site.feed import feed_bytes
from justice_metrics.publish.site.figures import figures_of
from justice_metrics.publish.site.model import Look, Site
from tests.publish.site.made_site import DAY, HOSTILE, INSTITUTION, TITLE, release


@pytest.fixture(scope="module")
def site() -> Site:
    figures = charted(figures_of(release()), None, None)
    return Site(title=TITLE, institution=INSTITUTION, published_on=DAY, languages=("es", "en"), figures=figures)


@pytest.fixture(scope="module")
def made(site: Site) -> Iterator[dict[str, bytes]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(downloads, "pictures_of", lambda *_: {"svg": b"<svg/>"})
        yield {name: data for one in site.figures for name, data in figure_files(one, site).items()}


def test_csv_opens_in_a_spreadsheet_of_its_readers(made: dict[str, bytes]) -> None:
    assert made["start-headline.csv"].startswith(b"\xef\xbb\xbf")
    spanish = list(csv.reader(io.StringIO(made["start-headline.csv"].decode("utf-8-sig")), delimiter=";"))
    english = list(csv.reader(io.StringIO(made["start-headline.en.csv"].decode("utf-8-sig"))))
    at = english[0].index("estimate")
    # 309 to 162
    assert english[2][at] == repr(309 / 162 - 1)
    assert spanish[2][at] == english[2][at].replace(".", ",")
    assert spanish[2][english[0].index("period")] == "2024"


def test_hidden_numbers_are_empty_and_say_so(made: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["demand-offence.en.csv"].decode("utf-8-sig"))))
    hidden = [(one["offence"], one["count"]) for one in rows if one["count__status"] == "suppressed"]
    assert hidden == [("abuse", ""), ("stalking", "")]


def test_a_workbook_holds_the_table_the_columns_and_the_definition(made: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made["demand-offence.xlsx"]))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert any("rape" in row and 492 in row for row in cells)
    assert any("reservado" in row for row in cells)
    assert len(book.worksheets) == 4  # the table, the months to date, columns, about
    about = [str(cell.value) for row in book.worksheets[-1].iter_rows() for cell in row]
    assert any("2023" in one and "492" in one for one in about)


def test_json_says_everything_in_every_language(made: dict[str, bytes]) -> None:
    figure = json.loads(made["territory-department.json"])
    assert set(figure["title"]) == {"es", "en"}
    assert (figure["published_on"], figure["cutoff"], figure["hidden"]) == ("2024-05-01", "2024-03-31", 0)
    rows = {(one["department"], one["period"]): one["count"] for one in figure["table"]["rows"]}
    assert rows == {(HOSTILE, "2023"): 252, (HOSTILE, "2024"): 108, ("La Paz", "2023"): 612, ("La Paz", "2024"): 201}
    assert set(figure["definition"]) >= {"answers", "numerator", "denominator", "basis", "pending"}


def test_a_script_holds_no_tag_and_sets_one_name() -> None:
    text = script("cubes", "a", {"x": HOSTILE + "\u2028"}).decode()
    assert not {"<", "\u2028"} & set(text)
    assert text.startswith("window.justiceMetrics=window.justiceMetrics||{};")
    assert json.loads(text[text.index("]=") + 2 : -2]) == {"x": HOSTILE + "\u2028"}


def test_a_chart_is_a_picture_of_two_widths_and_a_script(site: Site) -> None:
    pytest.importorskip("vl_convert")
    made = pictures_of(site.figures[0], Look(), "es")
    assert set(made) == {"svg", "narrow.svg", "png", "chart.js"}
    assert made["png"].startswith(b"\x89PNG")
    assert ElementTree.fromstring(made["svg"]).tag.endswith("svg")
    assert b"start-headline" in made["chart.js"]


def test_the_dictionary_lists_every_column(site: Site) -> None:
    table = dictionary(site.figures, "es").main
    assert len(table) == sum(len(one.table.columns) for one in site.figures)
    assert "denuncias" in set(table["meaning"])


def test_a_table_without_a_decimal_comma_is_written_as_everywhere(site: Site) -> None:
    assert b";" not in local_csv(site.figures[0].table, "en").splitlines()[0]


def test_the_feed_is_atom_with_the_latest_release_first(site: Site) -> None:
    earlier = [dt.date(2024, 2, 1), dt.date(2023, 11, 1)]
    told = [tr("Key findings")]
    data = feed_bytes(site, language="es", name="feed.xml", page="index.html", changes=told, earlier=earlier)
    root = ElementTree.fromstring(data)
    ns = {"a": "http://www.w3.org/2005/Atom"}
    links = [one.find("a:link", ns).get("href") for one in root.findall("a:entry", ns)]  # type: ignore[union-attr]
    assert links == [f"releases/{day}/index.html" for day in ("2024-05-01", "2024-02-01", "2023-11-01")]
    assert root.findtext("a:updated", namespaces=ns) == "2024-05-01T00:00:00Z"
    ids = [one.text for one in root.iter("{http://www.w3.org/2005/Atom}id")]
    assert len(set(ids)) == 4
    again = feed_bytes(
        site, language="es", name="feed.xml", page="index.html", earlier=earlier, address="https://example.org/o/"
    )
    assert [one.text for one in ElementTree.fromstring(again).iter("{http://www.w3.org/2005/Atom}id")] == ids
    assert b"https://example.org/o/releases/2024-05-01/index.html" in again


def test_the_catalogue_describes_every_figure(site: Site) -> None:
    found = catalogue(site)
    assert found["@type"] == ["DataCatalog", "dcat:Catalog"]
    assert [one["identifier"] for one in found["dataset"]] == [one.id for one in site.figures]
    for one in found["dataset"]:
        assert all(len(said["@value"]) >= 50 for said in one["description"])
        assert len(one["distribution"]) == 5
    first = catalogue(site, address="https://example.org/")["dataset"][0]
    assert first["distribution"][0]["contentUrl"] == "https://example.org/data/start-headline.csv"


def test_licence_goes_with_the_data(site: Site) -> None:
    import dataclasses

    licensed = dataclasses.replace(site, licence=Label("CC BY 4.0"))
    assert {one["license"] for one in catalogue(licensed)["dataset"]} == {"CC BY 4.0"}
