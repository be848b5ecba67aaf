"""Declared parts of a whole: their shares, what they leave over, and whether they are more than the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.cells import Guard, Of, Tie
from ...base.language import Language, Readable, format_share, tr, trn
from ...base.levels import ALL
from ...base.quantities import Quantity, differences, ratio, sums
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...figures.dots import dots
from ..boxes import span_of, tie
from ..declared import Share, strata_columns
from ..shown import numbers, undefined_words, words_of, written
from ..shown import whole as whole_number
from .period_numbers import (
    PeriodNumbers,
    all_together,
    alone_notes,
    counted_in,
    last_whole,
    partial_of,
    partial_periods,
    period_numbers,
    set_against,
    ties_of,
)
from .period_ratios import in_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REST: Final = "rest"
# What a reader's rounding of parts can add up to without meaning anything.
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class PartsOfWhole(Result):
    """Share of each declared part in its whole, all parts together, and the rest.

    Tables
    ------
    main
        One row per stratum, period and part: ``part``, ``numerator``, ``denominator``, ``estimate``. After the parts
        come all of them together (``all``) and what they leave over (``rest``, below 0 where they are too many).
    """

    question: ClassVar[str] = "parts_of_whole"

    part_words: Mapping[str, Readable]
    partial: tuple[str, ...] = ()

    def findings(self) -> tuple[Readable, ...]:
        """Return the parts of all together in the last whole period that has numbers."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the parts that are shown of all together, in the last whole period that has any."""
        main = shown.main
        return tuple(
            tr(
                "{period}, {part}: {n} of {all} ({share}).",
                period=period_words(str(main["period"][row])),
                part=words_of(main, "part", main["part"][row]),
                n=whole_number(main["numerator"][row]),
                all=whole_number(main["denominator"][row]),
                share=Share(main["estimate"][row]),
            )
            for row in _last_rows(shown)
            if np.isfinite(numbers(main, "estimate")[row])
        )

    def context(self) -> Mapping[str, object]:
        """Return the periods of which the data hold a part only."""
        return {"partial": self.partial}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the parts of all together in the last whole period that has numbers."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the parts of all together in the last whole period that has numbers; a hidden one says so."""
        main = shown.main
        rows = _last_rows(shown)
        nothing = np.full(len(rows), np.nan)
        beside = written(main, "numerator", language)
        undefined = undefined_words(main, "estimate", language)
        return dots(
            labels=[words_of(main, "part", main["part"][row]).text(language) for row in rows],
            estimate=numbers(main, "estimate")[rows],
            conf_low=nothing,
            conf_high=nothing,
            annotations=[beside[row] for row in rows],
            undefined_label=[undefined[row] for row in rows],
            x_label=tr("share of the whole, {period}", period=period_words(str(main["period"][rows[0]]))).text(
                language
            ),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


def _last_rows(shown: Result) -> list[int]:
    """Return the rows of all together in the last whole period that has a number, else in the last period."""
    main = shown.main
    together = all_together(main)
    row = last_whole(main, together & np.isfinite(numbers(main, "estimate")), partial_of(shown))
    period = main["period"][-1 if row is None else row]
    return [int(one) for one in np.flatnonzero(together & (main["period"] == period))]


def parts_of_whole(
    data: CaseData | CountData, *, parts: Names, whole: str, period: Period | None = None, by: Names = ()
) -> PartsOfWhole:
    """Shares of declared parts in their whole, with a note where they add up to more than it.

    Parameters
    ----------
    data : CaseData or CountData
    parts : str or tuple of str
        Quantities that are said to be parts, none inside another.
    whole : str
        The quantity that they are parts of.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default years for cases, and the periods of the rows for a table of counts.
    by : str or tuple of str
        What splits the numbers.

    Returns
    -------
    PartsOfWhole

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> table = pd.DataFrame({"Year": [2021], "All": [2648], "Physical": [998], "Psychological": [1459]})
    >>> counts = jm.CountData.from_frame(table, {"counts": {"period": "Year", "quantities": {
    ...     "complaint": "All",
    ...     "physical": {"column": "Physical", "label": "physical"},
    ...     "psychological": {"column": "Psychological", "label": "psychological"},
    ... }}})
    >>> jm.parts_of_whole(counts, parts=("physical", "psychological"), whole="complaint").main["numerator"].tolist()
    [998.0, 1459.0, 2457.0, 191.0]
    """
    asked = names(parts)
    counted = period_numbers(data, (*asked, whole), period=period, by=names(by))
    found, alone = set_against(data, counted, asked, (whole,), period=period, by=names(by))
    words = {
        **{one: found.words[one] for one in asked},
        ALL: tr("all these parts together"),
        REST: tr("the rest of the whole"),
    }
    parted = _numbers(found, asked, whole)
    return PartsOfWhole(
        heading=tr("Parts of: {whole}", whole=found.words[whole]),
        tables={"main": _table(found, parted, whole, words)},
        definition=Definition(
            answers=tr("What share of the whole is each part, and do the parts add up?"),
            numerator=tr("the part that a row names"),
            denominator=tr("the whole: {whole}", whole=found.words[whole]),
            basis="flow",
            pending=tr("a part of their own where the table counts them; otherwise in the rest"),
            method=tr("Sums over sums; no interval, because everything was counted."),
        ),
        provenance=data.provenance.add("parts_of_whole", parts=asked, whole=whole, period=period, by=names(by)),
        notes=(*found.notes, *alone_notes(alone), *_notes(found, parted, whole)),
        frame_library=data.frame_library,
        weighted=found.weighted,
        ties=(*ties_of(counted, (*asked, whole)), *_ties(found, asked, whole)),
        part_words=words,
        partial=partial_periods(found),
    )


def _numbers(found: PeriodNumbers, parts: tuple[str, ...], whole: str) -> dict[str, Quantity]:
    together = added_up([found.quantities[one] for one in parts])
    rest = differences(found.quantities[whole], together)
    return {**{one: found.quantities[one] for one in parts}, ALL: together, REST: rest}


def added_up(several: list[Quantity]) -> Quantity:
    """Return the sum of quantities of one shape, cell by cell; missing where a part that applies is missing."""
    shape = several[0].values.shape
    cells = several[0].values.size
    stacked = Quantity(
        np.concatenate([one.values.ravel() for one in several]),
        np.concatenate([one.status.ravel() for one in several]),
    )
    total = sums(stacked, np.tile(np.arange(cells), len(several)), cells)
    return Quantity(total.values.reshape(shape), total.status.reshape(shape))


def _table(found: PeriodNumbers, numbers: dict[str, Quantity], whole: str, words: Mapping[str, Readable]) -> Table:
    base = found.quantities[whole]
    parts = [one for one in numbers if one not in (ALL, REST)]
    things = {**{one: (one,) for one in parts}, ALL: parts, REST: (_rest_name(parts, whole),)}
    flat = {
        "numerator": in_rows(list(numbers.values())),
        "denominator": in_rows([base] * len(numbers)),
        "estimate": in_rows([ratio(one, base) for one in numbers.values()]),
    }
    columns = (
        *strata_columns(found.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("part", tr("part"), "text", "key", "key"),
        Column("numerator", tr("number"), "units", "count", "count", cell=counted_in(found, things, "part")),
        Column("denominator", tr("of all"), "units", "count", "count", cell=counted_in(found, (whole,))),
        Column(
            "estimate",
            tr("share of the whole"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="ratio"),
        ),
    )
    with np.errstate(invalid="ignore"):
        # parts that are more than their whole are none: what they leave over is no number of cases
        overlap = bool((numbers[REST].values < 0).any())
    p, k = len(found.labels), len(numbers)
    values = {
        **found.strata.columns(p * k),
        "period": [label for _ in range(len(found.strata)) for label in found.labels for _ in range(k)],
        "part": list(numbers) * (len(found.strata) * p),
        **{name: one.values for name, one in flat.items()},
    }
    labels = {"part": words, "period": {one: period_words(one) for one in found.labels}}
    statuses = {name: one.words() for name, one in flat.items()}
    guard: Guard = "internal" if overlap else "counts"
    return Table(columns, values, labels=labels, title=tr("Parts of the whole"), statuses=statuses, guard=guard)


def _rest_name(parts: Sequence[str], whole: str) -> str:
    return f"{whole} without {'+'.join(parts)}"


def _ties(found: PeriodNumbers, parts: tuple[str, ...], whole: str) -> tuple[Tie, ...]:
    """Return that the parts and the rest are the whole, in each group and period."""
    span = span_of(found.labels[0]) if found.labels else "year"
    made: list[Tie] = []
    for levels in found.strata.levels:
        group = {name: (level,) for name, level in zip(found.strata.names, levels, strict=True)}
        for label in found.labels:
            at = {**group, f"{span}_of_it": (label,)}
            counted = [{**at, "unit": (found.things[one],)} for one in parts]
            rest = {**at, "unit": (_rest_name(parts, whole),)}
            made.append(tie([*counted, rest], [{**at, "unit": (found.things[whole],)}]))
    return tuple(made)


def _notes(found: PeriodNumbers, numbers: dict[str, Quantity], whole: str) -> list[Readable]:
    share = ratio(numbers[ALL], found.quantities[whole]).values
    with np.errstate(invalid="ignore"):
        over = int((share > 1 + _TOLERANCE).sum())
    if not over:
        return []
    return [
        trn(
            "The parts add up to more than the whole in {n} place (at most {most}): they overlap, count another unit, "
            "or one of the figures is wrong.",
            "The parts add up to more than the whole in {n} places (at most {most}): they overlap, count another unit, "
            "or one of the figures is wrong.",
            over,
            most=Share(float(np.nanmax(share))),
        )
    ]
