"""Pictures and the bundle: the same bytes, no request, words escaped; in a browser under a strict policy."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.language import Label
from justice_metrics.publish.site.charts.bundle import bundle_version, vega_bundle
from justice_metrics.publish.site.charts.levels import by_level
from justice_metrics.publish.site.charts.periods import months
from justice_metrics.publish.site.charts.pictures import NARROW, WIDE, png_of, spec_of, svg
from justice_metrics.publish.site.charts.registry import CHARTS, COUNTS, chart_of
from tests.publish.site.charts.tables import LOOK, figure, rows, table

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    of = table(offence=["rape", HOSTILE, "femicide"], count=[1200, 30, None])
    made = by_level(figure(of, title=Label('A "title" <b>')), language="es", look=LOOK)
    assert made is not None
    return spec_of(made)


def test_the_same_chart_is_the_same_picture(spec: dict[str, Any]) -> None:
    first = svg(spec, language="es"), png_of(svg(spec, language="es"), scale=1)
    other = json.loads(json.dumps(spec)) | {"height": 90}
    svg(other, language="en")  # what was drawn between does not matter
    assert (svg(spec, language="es"), png_of(svg(spec, language="es"), scale=1)) == first
    assert spec["width"] == "container"


def test_names_inside_a_picture_do_not_count_on_from_picture_to_picture() -> None:
    clipped = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"a": 1}]},
        "mark": {"type": "bar", "clip": True},
        "encoding": {"x": {"field": "a", "type": "quantitative"}},
    }
    first, second = svg(clipped, language="en"), svg(clipped, language="en")
    assert first == second
    assert 'id="clip0"' in first


def test_a_picture_is_as_wide_as_asked(spec: dict[str, Any]) -> None:
    for width in (WIDE, NARROW):
        assert f'width="{width}"' in svg(spec, language="es", width=width)[:900]


def test_words_stay_words_and_nothing_of_them_is_markup(spec: dict[str, Any]) -> None:
    drawn = svg(spec, language="es")
    assert "Rape" in drawn
    assert "1.200" in drawn
    assert "<script" not in drawn
    assert 'aria-label="A &quot;title&quot; &lt;b&gt;' in drawn
    assert set(re.findall(r"https?://[^\"'<]+", drawn)) == {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # fmt: skip


def test_a_chart_that_asks_elsewhere_is_not_drawn(spec: dict[str, Any]) -> None:
    asks = {**spec, "data": {"url": "http://127.0.0.1:9/numbers.json"}}
    with pytest.raises(ValueError, match="not allowed"):
        svg(asks, language="es")


def test_the_bundle_is_one_script_for_all() -> None:
    assert vega_bundle() is vega_bundle()
    assert "vegaEmbed" in vega_bundle()
    assert bundle_version().count(",") == 2


def test_every_question_of_a_site_has_its_chart() -> None:
    from justice_metrics.study.questions import QUESTIONS

    assert set(CHARTS) <= set(QUESTIONS)
    assert chart_of("attrition") is CHARTS["attrition"]
    assert chart_of("case_counts", lists="month") is COUNTS["month"]
    assert chart_of("time_to") is None


PAGE = """<!doctype html><html lang="es"><head><meta charset="utf-8"><title>x</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:">
<link rel="stylesheet" href="site.css"></head>
<body><div id="a" class="chart"></div><div id="b" class="chart"></div>
<script src="vega.js"></script><script src="specs.js"></script><script src="draw.js"></script></body></html>"""
DRAW = """Promise.all(["a", "b"].map(id => vegaEmbed(document.getElementById(id), specs[id])))
    .then(made => { window.made = made; });"""
REDRAW = """async () => { const view = window.made[0].view;
    await window.made[1].view.data("numbers", []).runAsync();
    await view.data("numbers", %s).height(104).runAsync();
    return [...document.querySelectorAll("#a text")].map(one => one.textContent); }"""


def test_a_browser_draws_it_under_a_strict_policy_and_redraws_other_rows(spec: dict[str, Any], tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    monthly = table(period=["2024-01", "2025-01", "2025-02"], count=[10, 20, None])
    other = spec_of(months(figure(monthly), language="es", look=LOOK))  # type: ignore[arg-type]
    written = json.dumps({"a": spec, "b": other}).replace("<", "\\u003c")
    files = {"i.html": PAGE, "vega.js": vega_bundle(), "specs.js": f"const specs = {written};", "draw.js": DRAW,
             "site.css": ".chart { width: 100%; }"}  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    said: list[str] = []
    asked: list[str] = []
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = opened.new_page(viewport={"width": 360, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "i.html").as_uri())
        page.wait_for_function("window.made")
        fits = page.evaluate("document.documentElement.scrollWidth")
        mine = {**rows(spec)[0], "label": "Other", "level": "other", "text": "7", "n": 7}
        hidden = {**mine, "level": "zz", "label": "More", "n": None, "text": "reservado", "status": "suppressed"}
        texts = page.evaluate(REDRAW % json.dumps([mine, hidden]))
        opened.close()
    assert said == []
    assert [one for one in asked if not one.startswith(tmp_path.as_uri())] == []
    assert fits <= 360
    assert [one for one in texts if one in {"Other", "More", "7", "reservado", "Rape"}] == [
        "Other", "More", "7", "reservado"]  # fmt: skip
