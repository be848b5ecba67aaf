"""The figures of an effect of support: differences, curves, likeness, overlap, weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...base.language import Language, Readable, format_number, format_share, tr
from ...base.levels import LEVEL_WORDS
from ...base.table import Table
from ...cases.attributes import attribute_words
from ...figures.balance import love_plot, overlap_plot
from ...figures.curves import step_curves
from ...figures.forest import forest_of_differences
from ...figures.spreads import spreads
from ..curve_tables import limits_words
from ..declared import Points
from ..shown import of_words
from .balance import AS_NUMBER, Likeness
from .runs import Part
from .strategies import Strategies, period_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Drawn(NamedTuple):
    """What the figures show."""

    tables: Mapping[str, Table]
    strategies: Strategies
    words: Mapping[str, Readable]
    parts: tuple[Part, ...]
    likeness: Likeness


def forest_figure(main: Table, words: Mapping[str, Readable], language: Language, ax: Axes | None) -> Axes:
    """Draw the differences with what stands behind each of them."""
    several = len(set(main["days"].tolist())) > 1
    outcomes = [_capital(words[one].text(language)) for one in main["outcome"]]
    periods = [_within(int(one), language) for one in main["days"]]
    low, high = main["conf_low"], main["conf_high"]
    limits = [
        tr("{low} to {high}", low=Points(a), high=Points(b)).text(language)
        if np.isfinite(a) and np.isfinite(b)
        else "–"
        for a, b in zip(low, high, strict=True)
    ]
    events = of_words(main, "events_started", "events_not_started", language)
    return forest_of_differences(
        labels=periods if several else outcomes,
        groups=outcomes if several else [""] * len(main),
        estimate=main["estimate"] * 100,
        conf_low=low * 100,
        conf_high=high * 100,
        columns=[
            (tr("difference").text(language), [Points(one).text(language) for one in main["estimate"]]),
            (tr("interval").text(language), limits),
            (tr("came to it:\nwith / without").text(language), events),
            (
                tr("smallest detectable").text(language),
                [Points(one, signed=False).text(language) for one in main["detectable"]],
            ),
        ],
        x_label=(
            tr("difference in percentage points")
            if several
            else tr("difference in percentage points within {period}", period=period_words(int(main["days"][0])))
        ).text(language),
        less_label=tr("fewer").text(language),
        more_label=tr("more").text(language),
        number=lambda one: format_number(one, language, decimals=_decimals(one)).replace("-", "\N{MINUS SIGN}"),
        ax=ax,
    )


def curves_figure(of: Drawn, language: Language, ax: Axes | None) -> Axes:
    """Draw the first outcome under both strategies, with limits and the clones still followed."""
    part = of.parts[0]
    found, effects = part.emulation, part.effects
    last = of.strategies.horizons[-1]
    ticks = list(range(0, last + 1, next((one for one in (30, 60, 90, 180, 365) if last / one <= 6), 730)))
    # Limits are told on a grid of days and drawn straight between them.
    low, high = (
        np.stack([np.interp(found.days, found.horizons, arm) for arm in limit[:, 0]])
        for limit in (effects.incidence.low, effects.incidence.high)
    )
    return step_curves(
        days=found.days,
        estimate=found.incidence[:, 0],
        conf_low=low,
        conf_high=high,
        groups=[one.text(language) for one in of.strategies.arms.values()],
        at_risk_days=ticks,
        at_risk=found.at_risk[:, ticks],
        at_risk_label=tr("still open and keeping to it").text(language),
        x_label=tr("days since {start}", start=of.strategies.start).text(language),
        y_label=tr("share that came to: {outcome}", outcome=of.words[part.outcomes[0]]).text(language),
        limits_label=limits_words(of.strategies.level, groups=2, band=False, language=language),
        number=lambda n: format_number(round(n), language),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )


def balance_figure(of: Drawn, language: Language, ax: Axes | None) -> Axes:
    """Draw the standardised differences on the last day of grace before weighting, and after it on the way."""
    attributes, means = of.likeness.attribute, of.likeness.means
    two = {one for one in attributes if attributes.count(one) == 2}
    shown = [
        place
        for place, one in enumerate(attributes)
        # Of two levels one says what the other does.
        if one not in two or place == len(attributes) - 1 - attributes[::-1].index(one)
    ]
    last = int(means.days[-1])
    series = [
        tr("day {day}, before weighting", day=last),
        *(tr("day {day}, weighted", day=int(one)) for one in means.days),
    ]
    return love_plot(
        labels=[_level(of.likeness.level[one], language) for one in shown],
        groups=[attribute_words(attributes[one]).text(language) for one in shown],
        differences=np.concatenate([means.difference[-1:], means.weighted_difference])[:, shown],
        series=[one.text(language) for one in series],
        threshold_label=tr("within 0.1: alike").text(language),
        x_label=tr("first less second strategy, in standard deviations").text(language),
        number=lambda one: format_number(one, language, decimals=2).replace("-", "\N{MINUS SIGN}"),
        ax=ax,
    )


def overlap_figure(of: Drawn, language: Language, ax: Axes | None) -> Axes:
    """Draw how likely support in time was, for cases in which it started in time and for those in which it did not."""
    table = of.tables["overlap"]
    counts = np.stack([table["started"], table["not_started"]]).astype(np.float64)
    return overlap_plot(
        edges=[*table["from_share"], table["to_share"][-1]],
        shares=counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        groups=[
            tr("support started within {days} days", days=of.strategies.within).text(language),
            tr("it did not").text(language),
        ],
        x_label=tr("probability of support within {days} days, by the model", days=of.strategies.within).text(language),
        y_label=tr("share of these cases").text(language),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )


def weights_figure(of: Drawn, language: Language, ax: Axes | None) -> Axes:
    """Draw how the weights of both strategies are spread."""
    table = of.tables["weights"]
    effective = [format_number(float(one), language) for one in table["effective"]]
    return spreads(
        labels=[
            tr("{arm} (worth {n} cases)", arm=of.strategies.arms[arm], n=n).text(language)
            for arm, n in zip(table["arm"], effective, strict=True)
        ],
        smallest=table["smallest"],
        lower=table["q25"],
        middle=table["q50"],
        upper=table["q75"],
        largest=table["largest"],
        x_label=tr("weight: from the smallest to the largest; thick: middle half of the cases; mark: median").text(
            language
        ),
        number=lambda one: format_number(one, language, decimals=0 if one >= 1 else 2),
        ax=ax,
    )


def _within(days: int, language: Language) -> str:
    return tr("within {period}", period=period_words(days)).text(language)


def _decimals(value: float) -> int:
    return next((one for one in (0, 1, 2) if abs(value - round(value, one)) < 1e-9), 2)


def _level(level: str, language: Language) -> str:
    if level == AS_NUMBER:
        return tr("mean").text(language)
    words = LEVEL_WORDS.get(level)
    return words.text(language) if words else level


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
