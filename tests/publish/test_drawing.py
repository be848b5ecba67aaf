from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from justice_metrics.base.language import Label
from justice_metrics.publish.drawing import drawn
from tests.publish.answers import HOSTILE, Rates, rates


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
