"""The tables of two groups of people side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.table import Column, Table
from ...base.types import Floats, Tallies, Values
from ...cases.surveys.parts import Item, Scale
from ...cases.surveys.survey import Survey
from .asked import group_columns, item_labels, level_labels
from .compared import ItemDifferences, ScaleDifferences, Sides
from .tables import answered_cell, scored_cell, share_of


def item_table(
    survey: Survey, items: Sequence[Item], sides: Sides, found: Sequence[ItemDifferences], *, between: str, level: float
) -> Table:
    """Make the table of statements: who agrees on either side, the difference with its limits."""
    agree, answered = (answered_cell(survey, items, which) for which in ("agree", "all"))
    four = ("numerator", "denominator", "numerator_before", "denominator_before")
    formula = "" if survey.design.declared else "share_difference"

    def of(side: str) -> Of:
        return Of(inputs=four, formula=f"{formula}_{side}" if formula else "", level=level if formula else None)

    columns = (
        *_pair_columns(sides),
        Column("item", tr("statement"), "text", "key", "key"),
        Column("numerator_before", tr("agree, compared group"), "units", "count", "count",
               cell=_side(agree, "before", between)),
        Column("denominator_before", tr("answered, compared group"), "units", "count", "count",
               cell=_side(answered, "before", between)),
        Column("numerator", tr("agree"), "units", "count", "count", cell=_side(agree, "after", between)),
        Column("denominator", tr("answered"), "units", "count", "count", cell=_side(answered, "after", between)),
        Column("share_before", tr("share that agrees, compared group"), "share", "estimate", "share",
               of=share_of(survey, ("numerator_before", "denominator_before"))),
        Column("share", tr("share that agrees"), "share", "estimate", "share",
               of=share_of(survey, ("numerator", "denominator"))),
        Column("estimate", tr("difference, percentage points"), "points", "estimate", "difference",
               of=share_of(survey, four, "share_difference")),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", of=of("low")),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", of=of("high")),
    )  # fmt: skip
    values: dict[str, Any] = {
        **_pairs(sides, len(items)),
        "item": _objects([one.id for one in items] * len(sides.pairs)),
        "numerator_before": _stacked([one.agree_before for one in found]),
        "denominator_before": _stacked([one.answered_before for one in found]),
        "numerator": _stacked([one.agree for one in found]),
        "denominator": _stacked([one.answered for one in found]),
        "share_before": _stacked([one.share_before for one in found]),
        "share": _stacked([one.share for one in found]),
        "estimate": _stacked([one.difference for one in found]),
        "conf_low": _stacked([one.conf_low for one in found]),
        "conf_high": _stacked([one.conf_high for one in found]),
    }
    labels = {**_pair_labels(survey, sides, between), "item": item_labels(tuple(items))}
    return Table(columns, values, labels=labels, title=tr("Differences in agreement"))


def height_table(
    survey: Survey,
    items: Sequence[Item],
    sides: Sides,
    found: Sequence[ItemDifferences],
    p_adjusted: Floats,
    *,
    between: str,
) -> Table:
    """Make the table of tests: whether the answers of one side lie higher, on all points."""
    answered = answered_cell(survey, items)
    both = Of(inputs=("denominator", "denominator_before"))

    def number(name: str, words: Readable, decimals: int = 2) -> Column:
        return Column(name, words, "number", "estimate", "mean", decimals, of=both)

    columns = (
        *_pair_columns(sides),
        Column("item", tr("statement"), "text", "key", "key"),
        Column("denominator_before", tr("answered, compared group"), "units", "count", "count",
               cell=_side(answered, "before", between)),
        Column("denominator", tr("answered"), "units", "count", "count", cell=_side(answered, "after", between)),
        number("mean_before", tr("mean point, compared group")),
        number("mean", tr("mean point")),
        Column("effect", tr("chance to stand higher"), "share", "estimate", "mean", 0, of=both),
        number("p_value", tr("p value"), 3),
        number("p_adjusted", tr("p value, adjusted (Holm)"), 3),
    )  # fmt: skip
    values: dict[str, Any] = {
        **_pairs(sides, len(items)),
        "item": _objects([one.id for one in items] * len(sides.pairs)),
        "denominator_before": _stacked([one.answered_before for one in found]),
        "denominator": _stacked([one.answered for one in found]),
        "mean_before": _stacked([one.mean_before for one in found]),
        "mean": _stacked([one.mean for one in found]),
        "effect": _stacked([one.effect for one in found]),
        "p_value": _stacked([one.p_value for one in found]),
        "p_adjusted": p_adjusted.ravel(),
    }
    labels = {**_pair_labels(survey, sides, between), "item": item_labels(tuple(items))}
    return Table(columns, values, labels=labels, title=tr("Do answers lie higher?"))


def scale_table(
    survey: Survey,
    scales: Sequence[Scale],
    sides: Sides,
    found: Sequence[ScaleDifferences],
    p_adjusted: Floats,
    *,
    between: str,
) -> Table:
    """Make the table of scales: mean scores on either side, the difference with its limits, and its test."""
    scored = scored_cell(scales, "yes")
    both = Of(inputs=("people", "people_before"))

    def number(name: str, words: Readable, role: Any = "estimate", decimals: int = 2) -> Column:
        return Column(name, words, "number", role, "mean", decimals, of=both)

    columns = (
        *_pair_columns(sides),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("people_before", tr("people with a score, compared group"), "units", "count", "count",
               cell=_side(scored, "before", between)),
        Column("people", tr("people with a score"), "units", "count", "count", cell=_side(scored, "after", between)),
        number("mean_before", tr("mean score, compared group")),
        number("mean", tr("mean score")),
        number("estimate", tr("difference of the means")),
        number("conf_low", tr("lower limit"), "interval"),
        number("conf_high", tr("upper limit"), "interval"),
        Column("effect", tr("chance to stand higher"), "share", "estimate", "mean", 0, of=both),
        number("p_value", tr("p value"), decimals=3),
        number("p_adjusted", tr("p value, adjusted (Holm)"), decimals=3),
    )  # fmt: skip
    values: dict[str, Any] = {
        **_pairs(sides, len(scales)),
        "scale": _objects([one.id for one in scales] * len(sides.pairs)),
        "people_before": _stacked([one.scored_before for one in found]),
        "people": _stacked([one.scored for one in found]),
        "mean_before": _stacked([one.mean_before for one in found]),
        "mean": _stacked([one.mean for one in found]),
        "estimate": _stacked([one.difference for one in found]),
        "conf_low": _stacked([one.conf_low for one in found]),
        "conf_high": _stacked([one.conf_high for one in found]),
        "effect": _stacked([one.effect for one in found]),
        "p_value": _stacked([one.p_value for one in found]),
        "p_adjusted": p_adjusted.ravel(),
    }
    labels = {**_pair_labels(survey, sides, between), "scale": {one.id: one.text for one in scales}}
    return Table(columns, values, labels=labels, title=tr("Differences in mean scores"))


def _side(cell: CellOf, side: str, between: str) -> CellOf:
    """Declare a count of one side: its level is a level of what the sides are told apart by."""
    return replace(cell, keys={side: between})


def _pair_columns(sides: Sides) -> tuple[Column, ...]:
    return (
        *group_columns(sides.strata.names),
        Column("before", tr("compared with"), "text", "key", "key"),
        Column("after", tr("group"), "text", "key", "key"),
    )


def _pairs(sides: Sides, repeat: int) -> dict[str, Any]:
    levels = [sides.strata.levels[one.stratum] for one in sides.pairs for _ in range(repeat)]
    return {
        **{name: _objects([level[place] for level in levels]) for place, name in enumerate(sides.strata.names)},
        "before": _objects([one.before for one in sides.pairs for _ in range(repeat)]),
        "after": _objects([one.after for one in sides.pairs for _ in range(repeat)]),
    }


def _pair_labels(survey: Survey, sides: Sides, between: str) -> dict[str, dict[str, Readable]]:
    words = dict(survey.group_words.get(between, {}))
    return {**level_labels(survey, sides.strata.names), **({"before": words, "after": words} if words else {})}


def _stacked(columns: Sequence[Tallies]) -> Values:
    return np.stack(columns, axis=1).ravel()


def _objects(texts: Sequence[str]) -> Values:
    return np.array([*texts, None], dtype=object)[:-1]
