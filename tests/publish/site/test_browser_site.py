"""A site in a real browser, from a disk and from a server: filters, keyboard, leaving, paper; and without scripts."""

from __future__ import annotations

import csv
import io
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from justice_metrics.disclosure.classes import map_classes
from justice_metrics.publish.folder import write_folder
from justice_metrics.publish.site.shapes import shapes_of
from tests.publish.site.made_site import HOSTILE, files

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (dependency group test)")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

# What Chromium would do on its own account, and not for the page.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-extensions"]  # fmt: skip
PAGES = ("index", "demand", "territory", "data", "help")
NEUTRAL = "https://example.org/neutral"
WIDE, PHONE = {"width": 1280, "height": 2600}, {"width": 360, "height": 2600}
MAP = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]]},
        }
        for x, name in enumerate(("La Paz", HOSTILE, "Oruro"))
    ],
}


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *said: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = files(shapes=shapes_of(json.dumps(MAP)), key="department")
    return write_folder(made, tmp_path_factory.mktemp("made") / "site", public=True)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder))) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


@pytest.fixture(scope="module")
def disk(folder: Path) -> str:
    return folder.as_uri() + "/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()


class Visit:
    """A page of the site, and all that it said and asked for."""

    def __init__(self, browser: Any, root: str, **settings: Any) -> None:
        self.root = root
        self.context = browser.new_context(**{"viewport": WIDE, **settings})
        self.context.route("https://example.org/**", lambda route: route.fulfill(body="neutral"))
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, name: str, *, charts: bool = True) -> Any:
        """Open a page anew and wait until its filters are filled and its charts drawn."""
        self.page.goto("about:blank")
        self.page.goto(self.root + name)
        if charts:
            self.settled()
        return self.page

    def settled(self) -> None:
        self.page.wait_for_function(
            """() => [...document.querySelectorAll('form[data-filters]')].every(one => !one.hidden)
                && [...document.querySelectorAll('[data-chart]')].every(one => one.querySelector('.chart svg'))"""
        )

    def table(self, figure: str) -> list[list[str]]:
        """Return the cells of the table of a figure, as they are shown."""
        rows: list[list[str]] = self.page.evaluate(
            """id => [...document.querySelectorAll(`#${id} [data-table] tr`)]
                .map(row => [...row.cells].map(one => one.textContent))""",
            figure,
        )
        return rows

    def text(self, selector: str) -> str:
        return str(self.page.text_content(selector))

    def until(self, selector: str, words: str) -> None:
        self.page.wait_for_function(
            "([where, words]) => document.querySelector(where).textContent.includes(words)", arg=[selector, words]
        )

    @property
    def left(self) -> list[str]:
        """Requests that go elsewhere than to the site."""
        return [url for url in self.asked if not url.startswith((self.root, "data:", "blob:", "about:"))]


@pytest.fixture(scope="module")
def visiting(browser: Any) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def visit(root: str, **settings: Any) -> Visit:
        made.append(Visit(browser, root, **settings))
        return made[-1]

    yield visit
    for one in made:
        one.context.close()


@pytest.fixture(scope="module")
def visit(visiting: Callable[..., Visit], disk: str) -> Visit:
    return visiting(disk)


@pytest.mark.parametrize("where", ["disk", "server"])
def test_no_page_says_an_error_or_asks_elsewhere(
    where: str, request: pytest.FixtureRequest, visiting: Callable[..., Visit]
) -> None:
    visit = visiting(request.getfixturevalue(where))
    names = [f"{name}.html" for name in PAGES]
    more = ["figures/demand-month.html", "releases/2024-05-01/index.html", *(f"en/{name}" for name in names)]
    # what a server could do otherwise is the same in every language
    for name in (*names, *(more if where == "disk" else ["en/demand.html", "en/figures/territory-department.html"])):
        page = visit.open(name)
        broken = page.evaluate(
            "[...document.images].filter(one => one.checkVisibility() && one.complete && !one.naturalWidth).length"
        )
        assert not broken, name
        assert page.title() != "ran"
    assert visit.said == []
    assert visit.left == []


def test_axe_finds_nothing_serious(visit: Visit) -> None:
    grave = []
    for name in ("index.html", "en/territory.html", "data.html", "help.html"):
        page = visit.open(name)
        # preloading would fetch the style sheet, which the policy of the page forbids
        found = axe_api.Axe().run(page, options={"preload": False}).response
        assert len(found["passes"]) > 10
        grave += [
            (name, one["id"], one["nodes"][0]["html"][:120])
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
    assert grave == []


@pytest.mark.parametrize("name", ["index", "demand", "data", "help"])
def test_a_phone_does_not_scroll_sideways(name: str, visit: Visit) -> None:
    page = visit.open(f"{name}.html#offence=rape&department=La+Paz", charts=False)
    page.set_viewport_size(PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(WIDE)


def test_without_scripts_every_figure_is_a_picture_and_a_table(visiting: Callable[..., Visit], disk: str) -> None:
    visit = visiting(disk, java_script_enabled=False)
    found = 0
    for name in ("index", "demand", "territory", "en/demand", "figures/demand-offence"):
        page = visit.open(f"{name}.html", charts=False)
        for figure in page.query_selector_all("[data-figure]"):
            picture = figure.query_selector("img")
            picture.scroll_into_view_if_needed()
            assert picture.is_visible()
            assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
            assert len(figure.query_selector_all("[data-table] tr")) > 1
            found += 1
        assert not page.is_visible("form[data-filters]")
        assert page.query_selector("[data-no-script]") is None or page.is_visible("[data-no-script]")
        assert not [one for one in page.query_selector_all("button") if one.is_visible()]
    assert found == 7
    assert visit.said == []


def test_the_keyboard_reaches_every_control_and_can_use_it(visit: Visit) -> None:
    page = visit.open("demand.html")
    page.evaluate("document.activeElement.blur()")
    shown = "[...document.querySelectorAll('a[href], summary, select, button, textarea, [tabindex=\"0\"]')]"
    wanted = page.evaluate(f"{shown}.filter(one => one.checkVisibility()).length")
    seen = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => { const one = document.activeElement;
                if (one === document.body) return null;
                return [[...document.querySelectorAll('*')].indexOf(one),
                    getComputedStyle(one).outlineStyle !== 'none' || one.classList.contains('skip')]; }"""
        )
        if place is not None:
            seen.add(tuple(place))
    assert len({place for place, _ in seen}) == wanted
    assert all(marked for _, marked in seen)  # who walks with the keyboard sees where
    page.focus("select[name=offence]")
    page.keyboard.press("ArrowDown")
    visit.until("#demand-month [data-reads]", "abuse")
    page.focus("button[data-reset]")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.hash")
    assert "abuse" not in visit.text("#demand-month [data-reads]")
    page.focus("#demand-month details.about summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('#demand-month details.about').open")
    assert visit.said == []


@pytest.mark.parametrize("where", ["disk", "server"])
def test_what_is_chosen_stands_in_the_address_and_comes_back(
    where: str, request: pytest.FixtureRequest, visiting: Callable[..., Visit]
) -> None:
    visit = visiting(request.getfixturevalue(where))
    page = visit.open("demand.html")
    whole = visit.table("demand-month")
    assert whole[1:3] == [["enero", "50", "98"], ["febrero", "54", "102"]]
    page.select_option("select[name=offence]", "rape")
    visit.until("#demand-month [data-reads]", "rape")
    assert page.url.endswith("#offence=rape")
    assert [row[1] for row in visit.table("demand-month")[1:4]] == ["30", "32", "34"]
    page.select_option("select[name=period]", "2023")
    visit.until("#demand-month [data-reads]", "2023")
    assert page.url.endswith("#period=2023&offence=rape")
    assert visit.table("demand-offence")[1:] == [["rape", "492"]]
    assert "rape" in visit.text("[data-selection]")
    shared = page.get_attribute("#demand-month [data-permalink]", "href")
    translated = page.get_attribute("a[data-translation]", "href")
    page.go_back()
    page.wait_for_function("() => location.hash === '#offence=rape'")
    visit.until("#demand-offence [data-reads]", "2023: 492")
    assert page.input_value("select[name=period]") == ""
    page.go_back()
    page.wait_for_function("() => !location.hash")
    page.wait_for_function("() => document.querySelector('select[name=offence]').value === ''")
    assert visit.table("demand-month") == whole
    page = visit.open(str(shared))
    visit.until("[data-reads]", "rape")
    assert [row[1:] for row in visit.table("demand-month")[1:3]] == [["30"], ["32"]]
    page = visit.open(str(translated))
    visit.until("#demand-month [data-reads]", "rape")
    assert (page.input_value("select[name=offence]"), page.input_value("select[name=period]")) == ("rape", "2023")
    assert visit.table("demand-month")[1] == ["January", "30"]
    assert visit.said == []


def test_hidden_and_not_published_are_said_and_are_never_zero(visit: Visit) -> None:
    page = visit.open("en/demand.html#offence=stalking", charts=False)
    visit.until("#demand-month [data-reads]", "hidden")
    assert visit.table("demand-month")[1] == ["January", "0", "hidden"]
    assert visit.table("demand-offence")[1] == ["stalking", "0", "hidden"]
    assert page.evaluate("document.querySelector('#demand-month td.hidden').textContent") == "hidden"
    # months of an offence in a place are in no table of the release
    page.evaluate("location.hash = '#offence=rape&department=La+Paz'")
    visit.until("#demand-month [data-table]", "ot published")
    assert not page.is_visible("#demand-month .picture img, #demand-month .picture svg")
    assert not page.is_visible("#demand-month a[data-file=csv]")
    assert "offence; department" in visit.text("#demand-month [data-table]")  # by what it may be chosen
    assert "1 of 2" in visit.text("[data-selection]")
    assert visit.table("demand-offence")[1] == ["rape", "366", "114"]
    # what the release does not know is not shown as it stands in the address
    page.evaluate("location.hash = '#offence=' + encodeURIComponent('<img src=x onerror=alert(1)>Call 555')")
    visit.until("#demand-offence [data-table]", "ot published")
    assert "555" not in page.inner_text("body")
    assert visit.said == []


def test_a_place_with_a_hostile_name_is_words(visit: Visit) -> None:
    page = visit.open("territory.html")
    page.select_option("select[name=department]", HOSTILE)
    visit.until("#territory-department [data-reads]", "alert(1)")
    assert visit.table("territory-department")[1][:2] == [HOSTILE, "252"]
    assert page.evaluate("document.querySelectorAll('script:not([src])').length") == 0
    assert visit.said == []


def test_downloads_hold_what_is_shown(visiting: Callable[..., Visit], server: str) -> None:
    visit = visiting(server)
    page = visit.open("en/demand.html")

    def downloaded(figure: str, kind: str) -> bytes:
        with page.expect_download() as waiting:
            page.click(f"#{figure} a[data-file={kind}]")
        content = Path(waiting.value.path()).read_bytes()
        assert waiting.value.suggested_filename.endswith(f".{kind}")
        return content

    rows = list(csv.DictReader(io.StringIO(downloaded("demand-month", "csv").decode("utf-8-sig"))))
    assert [float(one["count"]) for one in rows] == [50 + 4 * n for n in range(14)] + [109]
    assert downloaded("demand-month", "xlsx")[:2] == b"PK"
    assert downloaded("demand-month", "png")[1:4] == b"PNG"
    page.select_option("select[name=offence]", "rape")
    visit.until("#demand-month [data-reads]", "rape")
    rows = list(csv.DictReader(io.StringIO(downloaded("demand-month", "csv").decode("utf-8-sig"))))
    assert [int(one["count"]) for one in rows] == [30 + 2 * n for n in range(15)]
    assert {one["offence"] for one in rows} == {"rape"}
    record = json.loads(downloaded("demand-month", "json"))
    assert [one["count"] for one in record["rows"]] == [30 + 2 * n for n in range(15)]
    assert record["selection"] == {"offence": "rape"}
    page.wait_for_selector("#demand-month a[data-file=svg]", state="visible")
    assert b"<svg" in downloaded("demand-month", "svg")
    assert not page.is_visible("#demand-month a[data-file=png]")
    page.click("button[data-reset]")
    page.wait_for_selector("#demand-month a[data-file=png]", state="visible")
    assert downloaded("demand-month", "csv").count(b"\n") == 16
    assert visit.said == []


def test_the_chosen_year_on_the_map_is_in_the_classes_of_the_release(visit: Visit) -> None:
    """Python made the first map, of the last whole year; the script makes the same one when that year is chosen."""
    page = visit.open("territory.html")
    drawn = "[...document.querySelectorAll('.chart svg [role=graphics-symbol]')].map(one => one.ariaLabel).sort()"
    first = page.evaluate(drawn)
    page.evaluate("document.querySelector('.chart').classList.add('first')")
    page.select_option("select[name=period]", "2023")
    page.wait_for_selector(".chart:not(.first) svg")
    assert page.evaluate(drawn) == first
    assert any("La Paz" in one for one in first)
    assert visit.said == []


def test_the_script_makes_the_classes_that_python_makes(visit: Visit, folder: Path) -> None:
    script = next(folder.glob("assets/*/site.js")).read_text(encoding="utf-8")
    begins = script.index("  function mapClasses")
    kernel = script[begins : script.index("  /** Draw the chart", begins)]
    draws = np.random.default_rng(5)
    made = [np.floor(np.exp(draws.normal(draws.uniform(0, 7), draws.uniform(0.1, 2), n))) for n in range(2, 60)]
    hidden = [np.where(draws.random(len(one)) < 0.15, np.nan, one) for one in made]
    given = [[None if np.isnan(one) else one for one in numbers] for numbers in hidden]
    visit.page.goto("about:blank")
    found = visit.page.evaluate(f"given => {{ {kernel} return given.map(one => mapClasses(one, 10)); }}", given)
    for numbers, one in zip(hidden, found, strict=True):
        wanted = map_classes(numbers, numbers, minimum=10)
        assert one["breaks"] == pytest.approx(wanted.breaks.tolist())
        assert [-1 if place is None else place for place in one["of"]] == wanted.of.tolist()


def test_where_the_drawing_fails_the_picture_stays(visiting: Callable[..., Visit], disk: str) -> None:
    visit = visiting(disk)
    visit.context.route("**/vega.js", lambda route: route.abort())
    page = visit.open("demand.html", charts=False)
    page.wait_for_selector("form[data-filters]", state="visible")
    page.select_option("select[name=offence]", "rape")
    visit.until("#demand-month [data-reads]", "rape")
    page.wait_for_selector("#demand-month .picture img", state="hidden")  # it would tell other numbers than the table
    page.click("button[data-reset]")
    page.wait_for_selector("#demand-month .picture img", state="visible")


def test_who_leaves_is_gone_at_once_and_back_does_not_return(visiting: Callable[..., Visit], server: str) -> None:
    visit = visiting(server)
    page = visit.open("help.html")
    page.click("a[data-leave]")
    page.wait_for_url(NEUTRAL)
    page = visit.open("demand.html", charts=False)
    page.wait_for_selector("form[data-filters]", state="visible")
    page.select_option("select[name=offence]", "rape")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.url != NEUTRAL  # three times one after another, not any three
    for _ in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url(NEUTRAL)
    with page.expect_request(NEUTRAL):
        page.evaluate("() => { window.setTimeout(() => window.history.back(), 300); }")
    page.wait_for_url(NEUTRAL)
    # who opens the site anew may stay
    visit.open("help.html")
    assert page.is_visible("h1")


def test_links_and_embed_codes_are_copied(visiting: Callable[..., Visit], server: str) -> None:
    visit = visiting(server, permissions=["clipboard-read", "clipboard-write"])
    page = visit.open("demand.html#offence=rape", charts=False)
    visit.until("#demand-month [data-reads]", "rape")
    page.click("#demand-month button.copy-link")
    page.wait_for_function("() => document.querySelector('[role=status]').textContent")
    assert page.evaluate("navigator.clipboard.readText()") == f"{server}figures/demand-month.html#offence=rape"
    page.click("#demand-month details.embed summary")
    page.click("#demand-month button[data-copy]")
    page.wait_for_function("() => navigator.clipboard.readText().then(text => text.startsWith('<iframe'))")
    assert f'src="{server}figures/demand-month.html#offence=rape"' in page.evaluate("navigator.clipboard.readText()")
    page.evaluate("document.querySelector('a.skip').click()")
    assert page.evaluate("document.activeElement.id") == "content"
    assert page.url.endswith("#offence=rape")  # a link within the page leaves the choice as it is


def test_the_first_page_asks_for_the_counts_only_when_somebody_chooses(
    visiting: Callable[..., Visit], disk: str
) -> None:
    visit = visiting(disk)
    page = visit.open("index.html")
    assert not [url for url in visit.asked if "cube-" in url]
    page.click("form[data-filters] button.offer")
    page.wait_for_selector("select[name=offence]:not(:focus) >> nth=0", state="attached")
    page.select_option("select[name=offence]", "rape")
    visit.until("#start-headline [data-reads]", "168")
    assert visit.table("start-headline")[1:] == [["2023", "96"], ["2024", "168"]]
    assert visit.said == []


def test_on_paper_all_is_open(visit: Visit) -> None:
    page = visit.open("index.html", charts=False)
    closed = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(closed)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert (before > 0, page.evaluate(closed)) == (True, 0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == before
