"""Made answers are drawn once: their figure depends on few words, and drawing is what takes the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from justice_metrics.publish import files, sections
from tests.publish.answers import Rates


@pytest.fixture(scope="package", autouse=True)
def figures_drawn_once() -> Iterator[None]:
    draw = sections.drawn_as
    kept: dict[tuple[Any, ...], dict[Any, bytes]] = {}

    def drawn_as(result: Any, kinds: Sequence[Any], **how: Any) -> Any:
        if type(result) is not Rates:
            return draw(result, kinds, **how)
        language = how["language"]
        about = result.provenance
        words = (result.heading.text(language), about.simulated, about.cutoff, bool(about.units_in))
        key = (*words, tuple(kinds), *sorted((name, str(value)) for name, value in how.items()))
        if key not in kept:
            kept[key] = dict(draw(result, kinds, **how))
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        for module in (sections, files):
            patch.setattr(module, "drawn_as", drawn_as)
        yield
