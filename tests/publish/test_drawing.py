from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from justice_metrics.base.language import Label
from justice_metrics.publish.drawing import drawn
from justice_metrics.publish.sections import section
from tests.publish.answers import HOSTILE, Rates, provenance, rates


class Named(Rates):
    """An answer whose figure shows the names in the data on its axis."""

    def plot(self, ax: Any = None, *, language: Any = "en") -> Any:
        axes = super().plot(ax, language=language)
        axes.set_yticks([0, 1], [self.heading.text(language), "other"])
        return axes


def named(words: str) -> Named:
    one = rates()
    return Named(
        heading=Label(words), tables=one.tables, definition=one.definition, provenance=one.provenance, said=one.said
    )


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_malicious_names_are_drawn_as_words(name: str, kind: Any) -> None:
    data = drawn(named(HOSTILE[name]), kind)
    assert len(data) > 1_000
    if kind == "svg":
        tags = {element.tag.rsplit("}")[-1] for element in ET.fromstring(data).iter()}
        assert not tags & {"script", "foreignObject", "a", "image", "iframe", "animate", "set"}
        assert "onmouseover=" not in {name for element in ET.fromstring(data).iter() for name in element.attrib}
        assert len(data) < 100_000


def test_words_stay_in_the_figure() -> None:
    assert "Juzgado 1.º" in drawn(named("Juzgado 1.º"), "svg").decode()


def test_the_figure_is_in_the_language_asked_for() -> None:
    two = rates(heading=Label({"en": "Rates", "es": "Tasas"}))
    assert "Tasas" in drawn(two, "svg", language="es").decode()
    assert "Tasas" not in drawn(two, "svg", language="en").decode()


def test_a_picture_that_stands_alone_says_that_it_is_internal() -> None:
    marked, plain_one = (drawn(rates(), "svg", marked=one).decode() for one in (True, False))
    assert "INTERNAL: not for publication · data complete to 30 Apr 2018" in marked
    assert "INTERNAL" not in plain_one


@pytest.mark.parametrize(("language", "said"), [("en", "simulated data"), ("es", "datos simulados")])
def test_a_figure_cut_out_of_a_page_still_says_that_it_is_simulated(language: Any, said: str) -> None:
    def picture(*, simulated: bool) -> str:
        result = rates(provenance=provenance(simulated=simulated))
        return base64.b64decode(section(result, 1, language).figures[0].picture.split(",", 1)[1]).decode()

    assert picture(simulated=True).count(said) == 1
    assert said not in picture(simulated=False)
    # The page says once, at its head and on every sheet, that it is internal.
    assert "INTERN" not in picture(simulated=True)
