"""The figures of an effect of support, and spreads: legible in both languages, with the longest words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from justice_metrics.base.language import Language
from justice_metrics.figures.spreads import spreads
from tests.support_cases import asked, many

Legible = Callable[..., None]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_view_of_an_effect_is_legible(language: Language, assert_legible: Legible) -> None:
    answer = asked(many(), adjust=("area", "court"), horizon_days=(200, 365), resamples=20)
    assert_legible(answer.plot(language=language))
    for view in answer.views:
        assert_legible(answer.draw(view, language=language))


class TestSpreads:
    def test_medians_lie_where_they_are(self) -> None:
        axes = spreads(
            labels=["one", "other"], smallest=[0.01, 1], lower=[0.2, 1], middle=[0.5, 1.1], upper=[3, 1.2],
            largest=[212, 2], x_label="weight", number="{:g}".format,
        )  # fmt: skip
        assert np.asarray(axes.lines[0].get_xdata()).tolist() == [0.5, 1.1]
        left, right = axes.get_xlim()
        assert left < 0.01
        assert right > 212

    @pytest.mark.parametrize("largest", [1.0, 4.0, 1e6])
    def test_legible(self, largest: float, assert_legible: Legible) -> None:
        nan = float("nan")
        assert_legible(
            spreads(
                labels=["acompañamiento dentro de 90 días (vale por 1.308 casos)", "nadie"], smallest=[0.9, nan],
                lower=[1, nan], middle=[1, nan], upper=[1, nan], largest=[largest, nan], x_label="peso",
                number="{:.0f}".format,
            )
        )  # fmt: skip
