"""The tables of what people answered: items, single answers, scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.table import Column, Table
from ...base.types import Tallies, Values
from ...cases.surveys.parts import Item, Scale
from ...cases.surveys.survey import Survey
from ...reduce.perceptions import People
from .asked import group_columns, item_labels, level_labels
from .estimates import ItemNumbers, ScaleNumbers

# Kinds of answer off the scale that are one column together: nobody can tell a refusal from an empty cell.
_SILENT = ("no_answer", "not_recorded")


def answered_cell(survey: Survey, items: Sequence[Item], which: str = "all") -> CellOf:
    """Declare which answers are counted: those on any point, or those of one class of opinions.

    Answers to a statement are things of their own: that somebody left one out is not what is protected, so their
    number hangs together with the points of that statement, and not with the number of people.
    """
    return CellOf(
        each={
            "item": {
                one.id: {
                    "unit": (f"answer to {one.id}",),
                    **({} if which == "all" else {f"answer_{one.id}": _points(survey, one, which)}),
                }
                for one in items
            }
        }
    )


def point_cell(survey: Survey, items: Sequence[Item]) -> CellOf:
    """Declare which answers lie on one point."""
    return CellOf(
        each={
            "item, answer": {
                f"{one.id}, {point}": {"unit": (f"answer to {one.id}",), f"answer_{one.id}": (str(point),)}
                for one in items
                for point in range(1, survey.points(one) + 1)
            }
        }
    )


def _points(survey: Survey, item: Item, which: str) -> tuple[str, ...]:
    return tuple(map(str, survey.answer_sets[item.answers].classes()[which]))


def item_table(
    survey: Survey, items: Sequence[Item], people: People, found: Sequence[ItemNumbers], *, formula: str, level: float
) -> Table:
    """Make the table of items: who agrees among those who answered, and who did not answer.

    Parameters
    ----------
    formula : str
        How the limits are made of the two counts; "" where the sampling design makes them.
    """
    by = people.strata.names
    both = ("numerator", "denominator")

    def of(side: str) -> Of:
        return Of(inputs=both, formula=f"{formula}_{side}" if formula else "", level=level if formula else None)

    def off(*kinds: str) -> CellOf:
        return CellOf(sets={"item": ("answer_{item}", {one.id: kinds for one in items})}, internal=True)

    columns = (
        *group_columns(by),
        Column("item", tr("statement"), "text", "key", "key"),
        Column("numerator", tr("agree"), "units", "count", "count", cell=answered_cell(survey, items, "agree")),
        Column("denominator", tr("answered"), "units", "count", "count", cell=answered_cell(survey, items)),
        Column("estimate", tr("share that agrees"), "share", "estimate", "share", of=share_of(survey, both)),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval", of=of("low")),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval", of=of("high")),
        Column("mean", tr("mean point"), "number", "estimate", "mean", 2, of=Of(inputs=("denominator",))),
        Column("neither", tr("neither"), "units", "count", "count", cell=answered_cell(survey, items, "neither")),
        Column("disagree", tr("disagree"), "units", "count", "count", cell=answered_cell(survey, items, "disagree")),
        Column(
            "share_neither",
            tr("share in the middle"),
            "share",
            "estimate",
            "share",
            of=share_of(survey, ("neither", "denominator")),
        ),
        Column(
            "share_disagree",
            tr("share that disagrees"),
            "share",
            "estimate",
            "share",
            of=share_of(survey, ("disagree", "denominator")),
        ),
        Column("dont_know", tr("do not know"), "units", "count", "count", cell=off("dont_know")),
        Column("no_answer", tr("no answer"), "units", "count", "count", cell=off(*_SILENT)),
        Column("not_applicable", tr("not applicable"), "units", "count", "count", cell=off("not_applicable")),
    )
    values: dict[str, Any] = {
        **people.strata.columns(len(items)),
        "item": _objects([one.id for one in items] * len(people.strata)),
        "numerator": _stacked([one.agree for one in found]),
        "denominator": _stacked([one.answered for one in found]),
        "estimate": _stacked([one.share.estimate for one in found]),
        "conf_low": _stacked([one.share.conf_low for one in found]),
        "conf_high": _stacked([one.share.conf_high for one in found]),
        "mean": _stacked([one.mean for one in found]),
        **{name: _stacked([one.classes[name] for one in found]) for name in ("neither", "disagree")},
        **{f"share_{name}": _stacked([one.class_shares[name] for one in found]) for name in ("neither", "disagree")},
        "dont_know": _stacked([one.off["dont_know"] for one in found]),
        "no_answer": _stacked([one.off["no_answer"] + one.off["not_recorded"] for one in found]),
        "not_applicable": _stacked([one.off["not_applicable"] for one in found]),
    }
    nothing = ["not_defined" if one <= 0 else "" for one in values["denominator"].tolist()]
    return Table(
        columns,
        values,
        labels={**level_labels(survey, by), "item": item_labels(tuple(items))},
        title=tr("Who agrees"),
        statuses={"estimate": nothing, "mean": nothing},
    )


def answer_table(survey: Survey, items: Sequence[Item], people: People, found: Sequence[ItemNumbers]) -> Table:
    """Make the table of single answers: how many chose each point, of those who chose any.

    Of groups it stays inside: few people choose the same point, and what hides them would hide most of what groups
    agree with.
    """
    by = people.strata.names
    points = [survey.points(one) for one in items]
    rows = [(place, point) for place, k in enumerate(points) for point in range(1, k + 1)]
    columns = (
        *group_columns(by),
        Column("item", tr("statement"), "text", "key", "key"),
        Column("answer", tr("answer"), "text", "key", "key"),
        Column(
            "numerator", tr("people"), "units", "count", "count", cell=point_cell(survey, items)
        ),
        Column("denominator", tr("answered"), "units", "count", "count", cell=answered_cell(survey, items)),
        Column(
            "estimate", tr("share"), "share", "estimate", "share",
            of=share_of(survey, ("numerator", "denominator")),
        ),
    )  # fmt: skip
    numerator = np.concatenate([one.counts for one in found], axis=1)
    denominator = np.concatenate(
        [np.repeat(one.answered[:, None], k, axis=1) for one, k in zip(found, points, strict=True)], axis=1
    )
    values: dict[str, Any] = {
        **people.strata.columns(len(rows)),
        "item": _objects([items[place].id for place, _ in rows] * len(people.strata)),
        "answer": _objects([str(point) for _, point in rows] * len(people.strata)),
        "numerator": numerator.ravel(),
        "denominator": denominator.ravel(),
        "estimate": np.concatenate([one.shares for one in found], axis=1).ravel(),
    }
    return Table(
        columns,
        values,
        labels={**level_labels(survey, by), "item": item_labels(tuple(items)), "answer": point_words(survey, items)},
        title=tr("How people answered"),
        guard="internal" if by else "counts",
        statuses={"estimate": ["not_defined" if one <= 0 else "" for one in values["denominator"].tolist()]},
    )


def share_of(survey: Survey, columns: tuple[str, ...], formula: str = "share") -> Of:
    """Declare how a share is made of two counts; a weighted one is not."""
    return Of(inputs=columns, formula="" if survey.design.weight is not None else formula)


def point_words(survey: Survey, items: Sequence[Item]) -> dict[str, Readable]:
    """Return the words of points, where all items have the same; else points are told by their number."""
    sets = {one.answers for one in items}
    if len(sets) != 1:
        return {}
    return {str(place): words for place, words in enumerate(survey.answer_sets[sets.pop()].points, start=1)}


def scale_table(survey: Survey, scales: Sequence[Scale], people: People, found: Sequence[ScaleNumbers]) -> Table:
    """Make the table of scales: mean and median score of each group."""
    by, g = people.strata.names, len(people.strata)
    of = Of(inputs=("people",))

    def number(name: str, words: Readable, kind: Any = "mean", role: Any = "estimate") -> Column:
        return Column(name, words, "number", role, kind, 2, of=of)

    columns = (
        *group_columns(by),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("people", tr("people with a score"), "units", "count", "count", cell=scored_cell(scales, "yes")),
        number("mean", tr("mean score")),
        number("conf_low", tr("lower limit"), role="interval"),
        number("conf_high", tr("upper limit"), role="interval"),
        number("std_dev", tr("standard deviation")),
        number("median", tr("median"), "quantile"),
        number("median_low", tr("lower limit of the median"), "quantile", "interval"),
        number("median_high", tr("upper limit of the median"), "quantile", "interval"),
        Column("highest", tr("highest score possible"), "number", "estimate", "setting", 0),
        Column("unscored", tr("too few items answered"), "units", "count", "count", cell=scored_cell(scales, "no")),
    )
    highest = [survey.points(survey.items_of(one)[0]) for one in scales]
    values: dict[str, Any] = {
        **people.strata.columns(len(scales)),
        "scale": _objects([one.id for one in scales] * g),
        "people": _stacked([one.scored for one in found]),
        **{
            name: _stacked([getattr(one, name) for one in found])
            for name in ("mean", "conf_low", "conf_high", "std_dev", "median", "median_low", "median_high")
        },
        "highest": np.array(highest * g, np.float64),
        "unscored": _stacked([one.unscored for one in found]),
    }
    nothing = ["not_defined" if one <= 0 else "" for one in values["people"].tolist()]
    return Table(
        columns,
        values,
        labels={**level_labels(survey, by), "scale": {one.id: one.text for one in scales}},
        title=tr("Scores of the scales"),
        statuses={"mean": nothing, "median": nothing},
    )


def scored_cell(scales: Sequence[Scale], level: str) -> CellOf:
    """Declare which people have a score, or have none."""
    return CellOf(sets={"scale": ("scored_{scale}", {one.id: (level,) for one in scales})}, internal=True)


def _stacked(columns: Sequence[Tallies]) -> Values:
    """Return the numbers of each row in the order of the table: group by group, item by item."""
    return np.stack(columns, axis=1).ravel()


def _objects(texts: Sequence[str]) -> Values:
    return np.array([*texts, None], dtype=object)[:-1]
