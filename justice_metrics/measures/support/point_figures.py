"""The figures of supported and other cases compared at one point: ratios, likeness, overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...base.language import Language, format_number, format_share, tr
from ...base.table import Table
from ...cases.attributes import attribute_words
from ...figures.balance import love_plot, overlap_plot
from ...figures.forest import forest
from ..declared import levels_words
from .point_tables import SCALES
from .points import AS_NUMBER, ESTIMATOR_WORDS, Likeness

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axis_number(value: float, language: Language, *, decimals: int) -> str:
    """Write a number at an axis; a whole one without decimals, a negative one with a minus sign."""
    written = format_number(value, language, decimals=0 if float(value).is_integer() else decimals)
    return written.replace("-", "\N{MINUS SIGN}")


def ratios_drawn(table: Table, ax: Axes | None, language: Language) -> Axes:
    """Draw the ratios of each estimator with their intervals."""
    order = np.argsort([list(SCALES).index(str(one)) for one in table["scale"]], kind="stable")

    def column(name: str) -> list[float]:
        return [float(table[name][row]) for row in order]

    return forest(
        labels=[ESTIMATOR_WORDS[str(table["estimator"][row])].text(language) for row in order],
        groups=[SCALES[str(table["scale"][row])].text(language) for row in order],
        estimate=column("estimate"),
        conf_low=column("conf_low"),
        conf_high=column("conf_high"),
        reference=[False] * len(table),
        x_label=tr("ratio, supported before against not").text(language),
        number=lambda one: axis_number(one, language, decimals=2),
        ax=ax,
    )


def likeness_drawn(alike: Likeness, ax: Axes | None, language: Language) -> Axes:
    """Draw the standardised differences of means, before weighting and after it."""
    numbers = [one == AS_NUMBER for one in alike.level]
    words = [attribute_words(one).text(language) for one in alike.attribute]
    levels = [one.text(language) for one in levels_words(alike.level)]
    return love_plot(
        labels=[word if number else level for word, level, number in zip(words, levels, numbers, strict=True)],
        groups=["" if number else word for word, number in zip(words, numbers, strict=True)],
        differences=np.stack([alike.balance.difference, alike.balance.weighted_difference]),
        series=[tr("before weighting").text(language), tr("after weighting").text(language)],
        x_label=tr("difference of means, in standard deviations").text(language),
        number=lambda one: axis_number(one, language, decimals=2),
        ax=ax,
    )


def overlap_drawn(alike: Likeness, ax: Axes | None, language: Language) -> Axes:
    """Draw how the probabilities of support are spread in both groups."""
    seen = alike.overlap
    return overlap_plot(
        edges=seen.edges,
        shares=seen.shares,
        groups=[tr("supported before").text(language), tr("not supported before").text(language)],
        weighted=seen.weighted_shares,
        weighted_label=tr("after weighting").text(language),
        x_label=tr("probability of support, by what was adjusted for").text(language),
        y_label=tr("share of the group").text(language),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )
