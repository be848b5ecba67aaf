"""A result with several figures: each is published with its title, and has a file of its own in a study's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.language import Language, Readable, tr
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Table
from justice_metrics.publish.drawing import drawn
from justice_metrics.publish.sections import section

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class Two(Result):
    """An answer with a further view."""

    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"curves": tr("year")})

    def findings(self) -> tuple[Readable, ...]:
        return (tr("{n} year", n=3),)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        return _dots(ax, "main")

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        return _dots(ax, view)


def _dots(ax: Axes | None, title: str) -> Axes:
    import matplotlib.pyplot as plt

    axes = ax if ax is not None else plt.figure().add_subplot()
    axes.plot([0, 1], [0, 1])
    axes.set_title(title)
    return axes


@pytest.fixture
def two() -> Two:
    provenance: Provenance = jm.sample_cases().provenance
    return Two(
        heading=tr("age"),
        tables={"main": Table((Column("n", tr("cases"), "units", "count", "count"),), {"n": np.array([3])})},
        definition=Definition(
            answers=tr("age"), numerator=tr("cases"), denominator=tr("cases"), basis="cohort", pending=tr("cases")
        ),
        provenance=provenance,
    )


def test_each_view_is_a_figure_of_the_section(two: Two) -> None:
    made = section(two, 4, "en")
    assert [one.number for one in made.figures] == ["4a", "4b"]
    assert [one.title for one in made.figures] == ["age", "year"]
    assert made.figures[0].picture != made.figures[1].picture
    assert made.figures[1].alt == "Figure: year."


def test_a_result_with_one_figure_has_no_letters() -> None:
    made = section(jm.attrition(jm.sample_cases()), 2, "en")
    assert [one.number for one in made.figures] == ["2"]


def test_a_view_is_drawn_as_a_file_of_its_own(two: Two) -> None:
    assert drawn(two, "svg") != drawn(two, "svg", view="curves")
    assert drawn(two, "svg", view="curves") == drawn(two, "svg", view="curves")


def test_an_unknown_view_is_refused_in_words(two: Two) -> None:
    with pytest.raises(QuestionError, match=r"(?s)no view 'curve'.*Did you mean 'curves'"):
        two.draw("curve")
    with pytest.raises(QuestionError, match="one figure"):
        jm.attrition(jm.sample_cases()).draw("curves")
    with pytest.raises(QuestionError, match="no language"):
        two.draw("curves", language="fr")  # type: ignore[arg-type]
