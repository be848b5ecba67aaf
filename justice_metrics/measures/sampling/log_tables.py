"""The tables of a sampling log: how far files came, what became of them, response rates, weights and classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Message, tr
from ...base.levels import ALL
from ...base.table import Column, Table
from ...base.types import Floats
from ...cases.intake import FILE_STATUSES
from ...cases.sampling_weights import Adjusted, factors
from ...estimate.response import kish_size, response_rate
from ..declared import strata_columns
from .log_rows import DrawnRows

# What a file came to, and the statuses that say so.
STEPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "drawn": FILE_STATUSES,
        "found": ("found", "sealed", "not_eligible", "eligible", "coded"),
        "read": ("not_eligible", "eligible", "coded"),
        "eligible": ("eligible", "coded"),
        "coded": ("coded",),
    }
)
# Everything that may be in scope, as far as anybody knows.
POSSIBLE: Final = tuple(one for one in FILE_STATUSES if one != "not_eligible")

_STEP_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "drawn": tr("drawn"),
        "found": tr("found"),
        "read": tr("read"),
        "eligible": tr("in scope"),
        "coded": tr("coded"),
    }
)
STATUS_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "drawn": tr("not searched yet"),
        "found": tr("found, not read yet"),
        "lost": tr("lost"),
        "sealed": tr("sealed (access refused)"),
        "not_eligible": tr("out of scope"),
        "eligible": tr("in scope, not coded"),
        "coded": tr("coded"),
    }
)
_DIMENSION: Final = "what became of the file"


def steps_table(rows: DrawnRows) -> Table:
    """Return how many files came to each step."""
    steps = list(STEPS)
    n = np.stack([rows.files(*STEPS[one]) for one in steps], axis=1)
    before = np.concatenate([n[:, :1], n[:, :-1]], axis=1)
    # what every drawn file is, is no restriction
    levels = {**STEPS, "drawn": (ALL,)}
    earlier = {one: levels[steps[max(place - 1, 0)]] for place, one in enumerate(steps)}
    columns = (
        *strata_columns(rows.groups.names),
        Column("step", tr("step"), "text", "key", "key"),
        Column("n", tr("files that came so far"), "units", "count", "count",
               cell=CellOf(sets={"step": (_DIMENSION, levels)})),
        Column("denominator", tr("files that were drawn"), "units", "count", "count", cell=CellOf()),
        Column("estimate", tr("share of the files that were drawn"), "share", "estimate", "share",
               of=Of(inputs=("n", "denominator"), formula="share")),
        Column("before", tr("files of the step before"), "units", "count", "count",
               cell=CellOf(sets={"step": (_DIMENSION, earlier)})),
        Column("of_before", tr("share of the step before"), "share", "estimate", "share",
               of=Of(inputs=("n", "before"), formula="share")),
    )  # fmt: skip
    drawn = np.repeat(n[:, 0], len(steps))
    values = {
        **_groups(rows, len(steps)),
        "step": steps * len(n),
        "n": n.ravel(),
        "denominator": drawn,
        "estimate": _over(n.ravel(), drawn),
        "before": before.ravel(),
        "of_before": _over(n.ravel(), before.ravel()),
    }
    return _table(columns, values, {"step": _STEP_WORDS}, tr("How far the drawn files came"))


def status_table(rows: DrawnRows) -> Table:
    """Return how many files have each status."""
    n = np.stack([rows.files(one) for one in FILE_STATUSES], axis=1)
    drawn = np.repeat(n.sum(axis=1), len(FILE_STATUSES))
    columns = (
        *strata_columns(rows.groups.names),
        Column("status", tr("what became of the file"), "text", "key", "key"),
        Column("n", tr("files"), "units", "count", "count", cell=CellOf(keys={"status": _DIMENSION})),
        Column("denominator", tr("files that were drawn"), "units", "count", "count", cell=CellOf()),
        Column("estimate", tr("share of the files that were drawn"), "share", "estimate", "share",
               of=Of(inputs=("n", "denominator"), formula="share")),
    )  # fmt: skip
    values = {
        **_groups(rows, len(FILE_STATUSES)),
        "status": list(FILE_STATUSES) * len(n),
        "n": n.ravel(),
        "denominator": drawn,
        "estimate": _over(n.ravel(), drawn),
    }
    return _table(columns, values, {"status": STATUS_WORDS}, tr("What became of the drawn files"))


def rates_table(rows: DrawnRows) -> Table:
    """Return the response rate of each group, with its limits."""
    found = {
        "coded": rows.files("coded"),
        "eligible": rows.files(*STEPS["eligible"]),
        "read": rows.files(*STEPS["read"]),
        "drawn": rows.files(*FILE_STATUSES),
        "possible": rows.files(*POSSIBLE),
    }
    counted = {**STEPS, "possible": POSSIBLE, "drawn": ()}
    words = {**_STEP_WORDS, "possible": tr("in scope, or not known")}
    columns = (
        *strata_columns(rows.groups.names),
        *(
            Column(name, words[name], "units", "count", "count",
                   cell=CellOf(fixed={_DIMENSION: counted[name]}) if counted[name] else CellOf())
            for name in found
        ),
        Column("response_low", tr("response rate if all unread files are in scope"), "share", "estimate", "share",
               of=Of(inputs=("coded", "possible"), formula="share")),
        Column("response", tr("response rate"), "share", "estimate", "share",
               of=Of(inputs=("coded", "eligible", "read", "drawn"))),
        Column("response_high", tr("response rate if no unread file is in scope"), "share", "estimate", "share",
               of=Of(inputs=("coded", "eligible"), formula="share")),
    )  # fmt: skip
    values = {
        **_groups(rows, 1),
        **found,
        "response_low": _over(found["coded"], found["possible"]),
        "response": response_rate(found["coded"], found["eligible"], found["read"], found["drawn"]),
        "response_high": _over(found["coded"], found["eligible"]),
    }
    return _table(columns, values, {}, tr("Response rates"))


def weights_table(rows: DrawnRows) -> Table:
    """Return for how many files the coded ones stand, and what unequal weights cost."""
    coded = rows.has("coded")
    groups = range(len(rows.groups))
    inside = [coded & (rows.group == one) for one in groups]
    final = rows.weight * rows.factor
    raised = np.array([rows.factor[one].max() if one.any() else np.nan for one in inside])
    number = rows.files("coded")
    effective = np.array([kish_size(final[one], rows.n[one]) for one in inside])
    weighted = [rows.weighted(*STEPS[one]) for one in ("coded", "eligible", "read", "drawn")]
    columns = (
        *strata_columns(rows.groups.names),
        _inner("coded", tr("files coded"), "units", "count"),
        _inner("drawn_weight", tr("files of the frame, by the drawn ones"), "number", "count", 0),
        _inner("stands_for", tr("files in scope, by the coded ones"), "number", "count", 0),
        _inner("response", tr("response rate, weighted"), "share", "share"),
        _inner("raised_most", tr("weights raised by, at the most"), "number", "mean", 2),
        _inner("effective", tr("files of one weight that tell as much"), "number", "count", 0),
        _inner("design_effect", tr("design effect of unequal weights"), "number", "mean", 2),
    )
    values = {
        **_groups(rows, 1),
        "coded": number,
        # sums of weights that were divided before: what is less than a millionth of a file is dust
        "drawn_weight": weighted[3].round(6),
        "stands_for": rows.weighted("coded", raised=True).round(6),
        "response": response_rate(*weighted),
        "raised_most": raised,
        "effective": effective,
        "design_effect": _over(number, effective),
    }
    return Table(columns, values, title=tr("What the coded files stand for"), guard="internal")


def class_table(adjusted: Adjusted) -> Table:
    """Return how the weights of each class were raised."""
    raised, totals = factors(adjusted.totals), adjusted.totals
    several = tr("several, put together")
    named = [" · ".join(one for one in name if one) for name in adjusted.names]
    ids = [name or f"class {place + 1}" for place, name in enumerate(named)]
    columns = (
        Column("files", tr("class of files"), "text", "key", "key"),
        _inner("coded", tr("files coded"), "units", "count"),
        _inner("drawn_weight", tr("files of the frame, by the drawn ones"), "number", "count", 0),
        _inner("for_unread", tr("raised for unread files by"), "number", "mean", 3),
        _inner("for_uncoded", tr("raised for uncoded files in scope by"), "number", "mean", 3),
        _inner("raised", tr("raised by, in all"), "number", "mean", 3),
    )
    values = {
        "files": ids,
        "coded": totals.n_coded,
        "drawn_weight": totals.weight.round(6),
        "for_unread": raised.unknown,
        "for_uncoded": raised.uncoded,
        "raised": raised.whole,
    }
    labels = {
        one: several if len(ids) > 1 else tr("all files") for one, name in zip(ids, named, strict=True) if not name
    }
    title = tr("How the weights of each class were raised")
    return Table(columns, values, labels={"files": labels}, title=title, guard="internal")


def _table(
    columns: Sequence[Column], values: Mapping[str, Any], labels: Mapping[str, Mapping[str, Message]], title: Message
) -> Table:
    """Return a table of counts; of all files together it leaves as it is.

    Whether a file was found says nothing of the case in it. By groups, though, numbers of coded files are numbers of
    cases of these groups, and tell what other tables hide.
    """
    if any(one.role == "stratum" for one in columns):
        return Table(columns, values, labels=labels, title=title)
    told = [one if one.kind == "key" else replace(one, kind="setting", cell=None, of=None) for one in columns]
    return Table(told, values, labels=labels, title=title, guard="words")


def _inner(name: str, words: Message, unit: Any, kind: Any, decimals: int = 1) -> Column:
    """Declare a column of a table that stays inside."""
    return Column(name, words, unit, "count" if kind == "count" else "estimate", kind, decimals)


def _groups(rows: DrawnRows, times: int) -> dict[str, Sequence[str]]:
    return {
        name: [level[place] for level in rows.groups.levels for _ in range(times)]
        for place, name in enumerate(rows.groups.names)
    }


def _over(part: Any, whole: Any) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part / np.where(np.asarray(whole) > 0, whole, np.nan), np.float64)
