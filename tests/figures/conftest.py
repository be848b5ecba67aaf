"""What every figure must keep: words inside the page, none over another, none too small to read."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

SMALLEST_TYPE = 7.0


def words_of(axes: Axes) -> list[Text]:
    """Return every text that is seen."""
    figure = axes.figure.figure
    figure.draw_without_rendering()
    hidden: set[Text] = set()
    for axis in (axes.xaxis, axes.yaxis):
        if not axis.get_visible() or not axes.axison:
            hidden |= {one for one in axis.findobj(Text) if isinstance(one, Text)}
    seen = [one for one in figure.findobj(Text) if isinstance(one, Text) and one.get_visible() and one not in hidden]
    return [one for one in seen if one.get_text().strip()]


@pytest.fixture(name="words_of")
def _words_of() -> Callable[[Axes], list[Text]]:
    return words_of


@pytest.fixture
def assert_legible() -> Callable[..., None]:
    """Return a check that all words lie inside the page, apart from each other, and are large enough."""

    def check(axes: Axes, *, own: bool = True) -> None:
        # The frame of an annotation holds its leader too; what must stay free is the words.
        words = [(one.get_text(), Text.get_window_extent(one), one.get_fontsize()) for one in words_of(axes)]
        assert words
        page = axes.figure.figure.bbox
        for text, box, size in words:
            if own:
                assert size >= SMALLEST_TYPE, (text, size)
                inside = box.x0 >= page.x0 and box.y0 >= page.y0 and box.x1 <= page.x1 and box.y1 <= page.y1
                assert inside, (text, box, page)
        for (one, first, _), (other, second, _) in itertools.combinations(words, 2):
            across = min(first.x1, second.x1) - max(first.x0, second.x0)
            down = min(first.y1, second.y1) - max(first.y0, second.y0)
            # A frame reaches as far as the font may; a pixel of overlap is air.
            assert across <= 1 or down <= 1, (one, other, across, down)

    return check
