"""A whole site: every page is complete and safe, every link leads somewhere, wrong input builds nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError, OutputError
from justice_metrics.base.language import Label
from justice_metrics.publish.site import build as build_module
from justice_metrics.publish.site import downloads
from justice_metrics.publish.site.build import build_observatory, site_files
from justice_metrics.publish.site.model import Look
from justice_metrics.publish.site.pages import POLICY
from tests.publish.page_reader import Page
from tests.publish.site.made_site import DAY, HOSTILE, INSTITUTION, TITLE, counted, files, release

PAGES = ("index", "demand", "response", "territory", "people", "alerts", "data", "help")
FIGURES = ("start-headline", "demand-month", "demand-offence", "territory-department")
EARLIER = dt.date(2024, 2, 1)


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """Draw nothing here: pictures have tests of their own, and drawing is what takes the time."""
    with pytest.MonkeyPatch.context() as patch:
        drawn = {"svg": b"<svg/>", "narrow.svg": b"<svg/>", "png": b"png", "chart.js": b""}
        patch.setattr(downloads, "pictures_of", lambda *_: drawn)
        patch.setattr(build_module, "vega_bundle", lambda: "vega")
        yield


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return files(earlier=[EARLIER], contact="stat@example.org")


@pytest.fixture(scope="module")
def pages(made: dict[str, bytes]) -> dict[str, Page]:
    return {name: Page(data.decode()) for name, data in made.items() if name.endswith(".html")}


def test_every_page_is_there_in_both_languages_at_the_root_and_frozen(made: dict[str, bytes]) -> None:
    wanted = [f"{name}.html" for name in PAGES] + [f"figures/{name}.html" for name in FIGURES]
    for edition in ("", f"releases/{DAY}/"):
        for folder in ("", "en/"):
            assert {edition + folder + name for name in wanted} <= set(made)
    assert {"feed.xml", "feed.en.xml", "catalogue.jsonld", "release/results.json"} <= set(made)
    assert f"releases/{DAY}/release/results.json" in made
    assert not any(name.startswith(f"releases/{DAY}/assets") for name in made)


def test_every_link_leads_to_a_file_of_the_site(made: dict[str, bytes], pages: dict[str, Page]) -> None:
    there = {*made, *(f"releases/{EARLIER}/{folder}index.html" for folder in ("", "en/"))}
    outside = set()
    for name, page in pages.items():
        anchors = {one["id"] for _, one in page.tags if "id" in one}
        for address in page.addresses:
            if re.match(r"[a-z]+:", address):
                outside.add(address)
                continue
            path, _, anchor = address.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            assert target in there, f"{name}: {address}"
            if anchor and not path:
                assert anchor in anchors, f"{name}: {address}"
            elif anchor and target in pages:
                assert anchor in {one["id"] for _, one in pages[target].tags if "id" in one}, f"{name}: {address}"
    assert outside == {"https://example.org/neutral", "tel:800140348"}


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        policies = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
        assert policies == [POLICY], name
        assert not page.all("style"), name
        assert all(one.get("src") for one in page.all("script")), name
        assert not [one for _, one in page.tags if any(key.startswith("on") or key == "style" for key in one)], name
    assert "unsafe" not in POLICY


def test_labels_with_script_tags_are_words(made: dict[str, bytes], pages: dict[str, Page]) -> None:
    shown = pages["territory.html"]
    assert HOSTILE in shown.text
    for name, data in made.items():
        if name.endswith((".html", ".js")):
            assert b"<script>alert" not in data, name


def test_every_figure_carries_what_a_reader_needs(pages: dict[str, Page]) -> None:
    page = pages["en/demand.html"]
    sections = [one["data-figure"] for one in page.all("section") if "data-figure" in one]
    assert sections == ["demand-month", "demand-offence"]
    links = [one for one in page.all("a") if "data-file" in one]
    assert [one["data-file"] for one in links] == ["csv", "xlsx", "svg", "png", "json"] * 2
    assert [one["href"] for one in links][:2] == ["../data/demand-month.en.csv", "../data/demand-month.en.xlsx"]
    for said in (
        "2023, most of all: rape (492), abuse (372), stalking (0).",
        "Numerator",
        "Denominator",
        "Unit",
        "Basis",
        "31 Mar 2024",
        "2 numbers of this table are hidden.",
        "Link to this figure",
        "Embed this figure",
        "hidden",
        "Provisional",
    ):
        assert said in page.text, said
    assert all(one.get("alt") for one in page.all("img"))
    assert {one.get("scope") for one in page.all("th")} == {"col", "row"}
    assert 'figures/demand-offence.html" title="' in page.text


def test_the_frame_of_every_page(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        language = "en" if "en/" in name else "es"
        (root,) = page.all("html")
        assert (root["lang"], root["data-language"], root["data-release"]) == (language, language, "2024-05-01")
        assert len(page.text_of("h1")) == 1, name
        ids = [one["id"] for _, one in page.tags if "id" in one]
        assert len(ids) == len(set(ids)), name
        if "/figures/" in f"/{name}":
            continue
        assert page.all("a")[0]["class"] == "skip"
        assert len([one for one in page.all("a") if "data-leave" in one]) == 1
        assert [one for one in page.all("a") if one.get("class") == "help-link"]
        (other,) = [one for one in page.all("a") if "data-translation" in one]
        assert posixpath.basename(other["href"]) == posixpath.basename(name)
        assert "stat@example.org" in page.text


def test_the_first_page_shows_this_year_to_date_and_what_changed(pages: dict[str, Page]) -> None:
    text = pages["en/index.html"].text
    for said in ("309", "162", "+90.7 %", "Jan 2024 to Mar 2024", "This is the first release of this study."):
        assert said in text, said


def test_the_frozen_edition_says_so_and_leads_to_the_latest(pages: dict[str, Page]) -> None:
    frozen = pages[f"releases/{DAY}/en/demand.html"]
    assert "This is a frozen release. The latest one may differ." in frozen.text
    assert "../../../en/demand.html" in [one.get("href") for one in frozen.all("a")]
    assert "frozen release" not in pages["en/demand.html"].text


def test_the_data_page_lists_files_rules_and_releases(pages: dict[str, Page]) -> None:
    page = pages["en/data.html"]
    for said in (
        "Data dictionary",
        "Counting rules",
        "What is hidden, and why",
        "Revisions",
        "1 Feb 2024",
        "How to cite",
    ):
        assert said in page.text, said
    assert {"data/cube-case.json", "release/changes.csv"} <= {one.get("href", "")[3:] for one in page.all("a")}


def test_the_same_release_gives_the_same_bytes(made: dict[str, bytes]) -> None:
    again = files(earlier=[EARLIER], contact="stat@example.org")
    assert {name: data for name, data in again.items() if made[name] != data} == {}


def test_a_site_in_one_language_has_no_other(tmp_path: Path) -> None:
    built = site_files(release(), title="Site", institution="Office", published_on=DAY, languages=("en",))
    assert not any("/en/" in name or name.startswith("es/") for name in built)
    assert b"data-translation" not in built["index.html"]
    assert b'<span class="institution">Office</span>' in built["index.html"]


def test_a_logo_is_a_file_of_the_site() -> None:
    look = Look(colour="#003366", logo=b"\x89PNG...", logo_words=Label({"es": "Escudo", "en": "Arms"}))
    built = files(look=look)
    (logo,) = [name for name in built if name.endswith("logo.png")]
    assert logo.encode() in built["index.html"]
    assert b'alt="Escudo"' in built["index.html"]
    (sheet,) = [data for name, data in built.items() if name.endswith("site.css")]
    assert b"--main: #003366" in sheet


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"languages": ()}, "no languages of a site"),
        ({"languages": ("es", "es")}, "no languages of a site"),
        ({"languages": ("es", "xx")}, "no languages of a site: es, xx"),
        ({"hide": ["demand-moth"]}, "no figure 'demand-moth'"),
        ({"title": Label({"es": "Solo español"})}, "1 text of the site is missing in the language 'en'"),
        ({"help": {"note": Label({"en": "Only", "fr": "Seul"})}}, "missing in the language 'es'"),
        ({"help": {"leave": {"url": "javascript:alert(1)"}}}, "no web address"),
        ({"help": {"hotlines": [{"name": "x", "number": "1", "dial": "800 12"}]}}, "cannot be dialled"),
        ({"look": Look(colour="red;}body{")}, "no colour"),
        ({"address": "ftp://example.org"}, "no web address"),
        ({"hide": list(FIGURES)}, "No answer of the release has a figure"),
    ],
)
def test_wrong_input_is_told(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(OutputError, match=re.escape(said)):
        files(**changed)


def test_only_a_release_becomes_a_site_and_nothing_is_built(tmp_path: Path) -> None:
    answer = jm.case_counts(counted())
    for given in (answer, [answer], jm.internal([answer]), counted()):
        with pytest.raises(DisclosureError, match="made from a public release"):
            build_observatory(given, tmp_path / "site", title="Site", institution="Office")  # type: ignore[arg-type]
    with pytest.raises(OutputError):
        build_observatory(release(), tmp_path / "site", title=Label({"es": "Uno"}), institution="Office")
    assert list(tmp_path.iterdir()) == []


def test_a_site_is_written_whole_and_replaced_whole(tmp_path: Path) -> None:
    place = tmp_path / "site"
    given: dict[str, Any] = {"title": TITLE, "institution": INSTITUTION}
    assert build_observatory(release(), place, **given) == place
    assert (place / "releases" / "2024-03-31" / "en" / "index.html").is_file()
    assert (place / "release" / "boxes.json").is_file()
    (place / "index.html").write_text("changed")
    with pytest.raises(OutputError, match="added or changed"):
        build_observatory(release(), place, **given)
    assert (place / "index.html").read_text() == "changed"


def test_an_answer_without_a_day_needs_one() -> None:
    (answer,) = release().results
    bare = dataclasses.replace(answer, provenance=dataclasses.replace(answer.provenance, cutoff=None))
    with pytest.raises(OutputError, match="The release has no day"):
        build_observatory(dataclasses.replace(release(), results=(bare,)), "site", title="Site", institution="Office")
