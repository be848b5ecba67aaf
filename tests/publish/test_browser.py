"""Reports in a real browser: nothing loads, nothing fails, the keyboard reaches everything, axe is content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from justice_metrics.base.language import tr
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.release import internal
from justice_metrics.publish import document as document_module
from justice_metrics.publish.report import render, rendered
from tests.publish.answers import naive_table, provenance, rates, rates_table
from tests.publish.test_files import MadeRelease, published
from tests.publish.test_malicious import hostile_result

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (dependency group test)")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

# What Chromium would do on its own account, and not for the page.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-extensions"]  # fmt: skip


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
    """A page that was opened from a file, and all that it said and asked for."""

    def __init__(self, browser: Any, document: str, place: Path) -> None:
        self.file = place / "report.html"
        self.file.write_text(document, encoding="utf-8")
        self.figures = document.count("<figure>")
        self.context = browser.new_context(viewport={"width": 1100, "height": 900})
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(self.file.as_uri())

    def close(self) -> None:
        self.context.close()

    @property
    def left(self) -> list[str]:
        """Requests that go elsewhere than to the file itself and to what it holds."""
        return [url for url in self.asked if url != self.file.as_uri() and not url.startswith("data:")]


def report(language: Any) -> str:
    tables = {
        "main": rates_table([f"Court {n // 2}" for n in range(70)]),
        "more": rates_table(["First", "Second"], title=tr("Reasons")),
        "naive": naive_table(),
    }
    made = rates(tables=tables, provenance=provenance(simulated=True))
    return render(internal([made, rates(heading=tr("Second"))], title="Report 2018"), language=language)


def public_report() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "Release", MadeRelease)
        return rendered(
            document_module.document(MadeRelease(published()), language="en", passport=[("Ethics", "none")])
        )


@pytest.fixture(scope="module", params=["en", "es", "public"])
def visit(request: pytest.FixtureRequest, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    shown = public_report() if request.param == "public" else report(request.param)
    made = Visit(browser, shown, tmp_path_factory.mktemp("page"))
    yield made
    made.close()


def test_no_error_and_no_request_leaves_the_page(visit: Visit) -> None:
    for summary in visit.page.query_selector_all("summary"):
        summary.click()
    assert visit.said == []
    assert visit.left == []
    sizes = visit.page.evaluate("[...document.images].map(one => one.naturalWidth)")
    assert len(sizes) == visit.figures
    assert all(width > 100 for width in sizes)


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    visit.page.evaluate("document.activeElement.blur()")
    wanted = visit.page.evaluate(
        "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')]"
        ".filter(one => one.checkVisibility()).length"
    )
    seen = set()
    for _ in range(wanted + 5):
        visit.page.keyboard.press("Tab")
        place = visit.page.evaluate(
            """() => { const one = document.activeElement;
                if (one === document.body) return null;
                const style = getComputedStyle(one);
                return [[...document.querySelectorAll('*')].indexOf(one), style.outlineStyle !== 'none'
                    || one.classList.contains('skip')]; }"""
        )
        if place is not None:
            seen.add(tuple(place))
    assert len({place for place, _ in seen}) == wanted
    assert all(marked for _, marked in seen)  # who walks with the keyboard sees where


def test_the_first_key_leads_past_the_head(visit: Visit) -> None:
    visit.page.reload()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"


def test_axe_finds_nothing_of_weight(visit: Visit) -> None:
    found = axe_api.Axe().run(visit.page)
    grave = [
        (one["id"], one["nodes"][0]["html"][:120])
        for one in found.response["violations"]
        if one["impact"] in {"moderate", "serious", "critical"}
    ]
    assert grave == []
    assert len(found.response["passes"]) > 10


def test_a_small_screen_does_not_scroll_sideways(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 700})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.page.set_viewport_size({"width": 1100, "height": 900})


def test_hostile_words_do_nothing_in_a_browser(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, render(internal([hostile_result()], title="<script>alert(1)</script>")), tmp_path)
    visit.page.mouse.move(300, 300)
    assert visit.said == []
    assert visit.left == []
    visit.close()


def test_the_policy_stops_what_would_slip_in(browser: Any, tmp_path: Path) -> None:
    """The second wall: were a script or a picture from elsewhere written into the page, it would not run or load."""
    slipped = "<script>document.title = 'ran'</script><img src='http://elsewhere.example/x.png' alt=''>"
    document = render(internal(rates())).replace("</main>", slipped + "</main>")
    visit = Visit(browser, document, tmp_path)
    assert visit.page.title() != "ran"
    assert [one for one in visit.said if "Content Security Policy" in one]
    visit.close()


WIDER = """() => [...document.querySelectorAll('.scroll')]
    .map(one => [one.querySelector('table').offsetWidth - one.clientWidth, getComputedStyle(one).backgroundImage])"""


def wide_table(columns: int) -> Table:
    counts = tuple(
        Column(f"n{place}", tr("Concluded otherwise"), "units", "count", "count") for place in range(columns)
    )
    stage = Column("stage", tr("stage"), "text", "key", "key")
    values = {"stage": np.array(["preparatory stage, from the notification"], dtype=object)}
    return Table((stage, *counts), values | {one.name: np.array([1234]) for one in counts})


def test_tables_of_many_columns_fit_the_sheet_and_the_screen_or_say_that_they_go_on(
    browser: Any, tmp_path: Path
) -> None:
    made = rates(tables={"main": wide_table(6), "more": wide_table(8), "most": wide_table(12)})
    visit = Visit(browser, render(internal(made)), tmp_path)
    visit.page.set_viewport_size({"width": 1000, "height": 900})
    visit.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    on_screen = visit.page.evaluate(WIDER)
    assert [over <= 0 for over, _ in on_screen[:2]] == [True, True]
    assert all("gradient" in shadow for _, shadow in on_screen)  # what does not fit has a shadow at its edge
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size({"width": 672, "height": 900})  # an A4 sheet without its margins
    assert max(over for over, _ in visit.page.evaluate(WIDER)) <= 0
    visit.close()
