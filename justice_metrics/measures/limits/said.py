"""How legal limits were kept, in words and in drawings, from the tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...base.language import Language, Readable, Setting, format_number, format_share, tr
from ...base.result import Result
from ...base.table import Table
from ...figures.dots import dots
from ...figures.standing_bars import standing_bars
from ..declared import FEW_UNITS, Share, days_words
from ..shown import (
    HIDDEN,
    among_shown,
    group_names,
    group_of,
    hidden,
    known,
    lowest_and_highest,
    numbers,
    of_words,
    strata_of,
    undefined_words,
    words_of,
)
from .tables import STANDING_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def limit_findings(shown: Result) -> tuple[Readable, ...]:
    """Return how each limit stands; by groups, the lowest and the highest share in time.

    Parameters
    ----------
    shown : Result
        Time limits, or what is published of them.
    """
    main = shown.main
    limits = list(dict.fromkeys(main["limit"].tolist()))
    if strata_of(main):
        said = [_by_group(main, one) for one in limits]
    else:
        said = [_whole(main, one, shown.tables.get("over")) for one in limits]
    return tuple(one for some in said for one in some)


def _whole(main: Table, limit: str, over: Table | None) -> tuple[Readable, ...]:
    row = int(np.flatnonzero(main["limit"] == limit)[0])
    told: dict[str, Any] = {
        "limit": words_of(main, "limit", limit),
        "length": words_of(main, "length", main["length"][row]),
    }
    counts = {name: float(main[name][row]) for name in ("clocks", *STANDING_WORDS)}
    whole = {name: round(n) for name, n in counts.items() if known(n)}
    stands: tuple[Readable, ...] = ()
    if len(whole) == len(counts):
        stands = (
            tr(
                "{limit} ({length}): of {clocks} clocks {kept} were kept and {missed} missed, {running} were running "
                "at the cut-off, {ended_otherwise} had ended otherwise in time, and of {cannot_be_told} it cannot be "
                "told.",
                **told,
                **whole,
            ),
        )
    elif {"clocks", "kept"} <= set(whole):
        stands = (
            tr(
                "{limit} ({length}): of {clocks} clocks {kept} were kept.",
                clocks=whole["clocks"],
                kept=whole["kept"],
                **told,
            ),
        )
    if not stands:
        return ()
    return (*stands, *_share(main, row), *(() if over is None else _over(over, limit)))


def _share(main: Table, row: int) -> tuple[Readable, ...]:
    estimate, most, low, high = (float(main[one][row]) for one in ("estimate", "at_most", "conf_low", "conf_high"))
    if not np.isfinite(estimate):
        return ()
    if most > estimate:
        return (
            tr(
                "Done in time: at least {low}, at most {high}, since days cannot tell hours.",
                low=Share(estimate),
                high=Share(most),
            ),
        )
    if not np.isfinite(low):
        return (tr("With pending cases as censored, {share} were done in time.", share=Share(estimate)),)
    return (
        tr(
            "With pending cases as censored, {share} were done in time (interval {low} to {high}).",
            share=Share(estimate),
            low=Share(low),
            high=Share(high),
        ),
    )


def _over(over: Table, limit: str) -> tuple[Readable, ...]:
    rows = np.flatnonzero(over["limit"] == limit)
    # a median of a few days is told in weeks, as 0
    if not len(rows) or not float(over["estimate"][rows[0]]) > 0:
        return ()
    days = days_words(float(over["estimate"][rows[0]]))
    return (tr("Of those missed, half were over by at most {days}.", days=days),)


def _by_group(main: Table, limit: str) -> tuple[Readable, ...]:
    shares, rows = numbers(main, "estimate"), main["limit"] == limit
    found = lowest_and_highest(shares, rows & (numbers(main, "clocks") >= FEW_UNITS))
    if found is None:
        return ()
    low, high = found
    sentence = tr(
        "{limit}: done in time from {low} ({group_low}) to {high} ({group_high}), among groups of {few} clocks "
        "or more.",
        limit=words_of(main, "limit", limit),
        low=Share(shares[low]),
        group_low=group_of(main, low),
        high=Share(shares[high]),
        group_high=group_of(main, high),
        few=Setting(FEW_UNITS),
    )
    return (among_shown(sentence, some_hidden=bool(hidden(main, "estimate")[rows].any())),)


def draw_kept(main: Table, ax: Axes | None, language: Language) -> Axes:
    """Draw the share of each limit done in time, with kept and missed beside it; what is hidden is said to be so."""
    estimate, most = numbers(main, "estimate"), numbers(main, "at_most")
    beside = of_words(main, "kept", "missed", language)
    for row in np.flatnonzero(most > estimate):
        beside[row] += " " + tr("(share at most {most})", most=Share(float(most[row]), 0)).text(language)
    return dots(
        labels=_row_names(main, language),
        groups=group_names(main, language),
        estimate=estimate,
        conf_low=numbers(main, "conf_low"),
        conf_high=numbers(main, "conf_high"),
        annotations=beside,
        annotation_label=tr("kept / missed").text(language),
        undefined_label=undefined_words(main, "estimate", language, tr("not observed up to the limit")),
        x_label=tr("done within the limit, pending as censored").text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )


def draw_standing(main: Table, ax: Axes | None, language: Language) -> Axes:
    """Draw how the clocks of each limit stand, as bars of parts; the parts that are hidden are one."""
    groups, rows = group_names(main, language), _row_names(main, language)
    counts = np.stack([numbers(main, name) for name in STANDING_WORDS], axis=1)
    rest = np.where(np.isnan(counts).any(axis=1), numbers(main, "clocks") - np.nansum(counts, axis=1), 0.0)
    # of a bar whose length is hidden nothing is drawn
    counts = np.where(np.isnan(rest)[:, None], 0.0, np.nan_to_num(counts))
    parts = [words.text(language) for words in STANDING_WORDS.values()]
    if rest.any():
        parts, counts = [*parts, HIDDEN.text(language)], np.column_stack([counts, np.nan_to_num(rest)])
    return standing_bars(
        labels=rows if groups is None else [f"{one} · {row}" for one, row in zip(groups, rows, strict=True)],
        parts=parts,
        counts=counts,
        open_parts=(2,),
        x_label=tr("share of the clocks that began").text(language),
        number=lambda n: format_number(round(n), language),
        percent=lambda share: format_share(share, language, decimals=0),
        empty_label=HIDDEN.text(language) if np.isnan(rest).any() else "–",
        ax=ax,
    )


def _row_names(main: Table, language: Language) -> list[str]:
    return [
        f"{words_of(main, 'limit', one).text(language)} ({words_of(main, 'length', length).text(language)})"
        for one, length in zip(main["limit"], main["length"], strict=True)
    ]
