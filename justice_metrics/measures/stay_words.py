"""How long stages last in words and in a drawing, from the table of stays alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..base.language import Language, Readable, format_number, tr, trn
from ..base.table import Table
from ..figures.dots import dots
from .declared import FEW_UNITS, days_words
from .shown import among_shown, counts_in, group_names, group_of, hidden, known, numbers, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def said_of(main: Table) -> list[tuple[float, Readable]]:
    """Return the sentences on each stage, each with the longest median that it tells; -1 where there is none.

    Parameters
    ----------
    main : Table
        Of stage durations; some of its numbers may be hidden.
    """
    said: list[tuple[float, Readable]] = []
    states = list(dict.fromkeys(main["state"].tolist()))
    medians = numbers(main, "estimate")
    # a median that is published rests on enough
    came = numbers(main, "denominator") if "denominator" in main.values else np.full(len(main), np.inf)
    held_back = hidden(main, "estimate")
    for state in states:
        rows = np.flatnonzero(main["state"] == state)
        if len(rows) == 1:
            row = int(rows[0])
            if not held_back[row]:
                said.append((float(np.nan_to_num(medians[row], nan=-1.0)), _of_one(main, row)))
            continue
        told = rows[np.isfinite(medians[rows]) & (came[rows] >= FEW_UNITS)]
        if len(told) < 2 or medians[told].max() == medians[told].min():
            continue
        low, high = int(told[medians[told].argmin()]), int(told[medians[told].argmax()])
        sentence = tr(
            "{state}: half of the cases have left it after {low} ({group_low}) to {high} ({group_high}).",
            state=words_of(main, "state", state),
            low=days_words(medians[low]),
            group_low=group_of(main, low),
            high=days_words(medians[high]),
            group_high=group_of(main, high),
        )
        some_hidden = bool(held_back[rows].any())
        said.append((float(medians[high]), among_shown(sentence, some_hidden=some_hidden)))
    return said


def _of_one(main: Table, row: int) -> Readable:
    """Return the sentence on a stage of all cases."""
    label = words_of(main, "state", main["state"][row])
    n = float(main["censored"][row]) if "censored" in main.values else float("nan")
    median, low, high = (float(main[one][row]) for one in ("estimate", "conf_low", "conf_high"))
    still = trn("{n} is still there", "{n} are still there", round(n)) if known(n) else None
    if not np.isfinite(median):
        if still is None:
            return tr("{state}: fewer than half have left it in the time observed.", state=label)
        return tr("{state}: fewer than half have left it in the time observed; {still}.", state=label, still=still)
    told = {"state": label, "median": days_words(median)}
    if still is None and not np.isfinite(low) and not np.isfinite(high):
        return tr("{state}: half of the cases have left it after {median}.", **told)
    if still is None:
        return tr(
            "{state}: half of the cases have left it after {median} (interval {low} to {high}).",
            low=days_words(low),
            high=days_words(high),
            **told,
        )
    if not np.isfinite(low) and not np.isfinite(high):
        return tr("{state}: half of the cases have left it after {median}; {still}.", still=still, **told)
    return tr(
        "{state}: half of the cases have left it after {median} (interval {low} to {high}); {still}.",
        low=days_words(low),
        high=days_words(high),
        still=still,
        **told,
    )


def draw_stays(main: Table, ax: Axes | None, language: Language) -> Axes:
    """Draw the median stay in each stage with its limits, and how many came and are still there, where it is told.

    Parameters
    ----------
    main : Table
        Of stage durations; a number that is hidden is said to be so.
    ax : Axes or None
    language : str
    """
    states = list(dict.fromkeys(main["state"].tolist()))
    counted = "denominator" in main.values
    came = numbers(main, "denominator") if counted else np.full(len(main), np.inf)
    gone = hidden(main, "denominator")
    # stage by stage, in the order of the procedure; a stage that nobody of a group came to has no row
    rows = np.array(
        [row for state in states for row in np.flatnonzero(main["state"] == state) if came[row] > 0 or gone[row]], int
    )
    stages = [words_of(main, "state", main["state"][row]).text(language) for row in rows]
    names = group_names(main, language)
    # A limit that was not reached in the time observed lies beyond every day that is drawn.
    drawn = np.stack([numbers(main, one)[rows] for one in ("estimate", "conf_low", "conf_high")], axis=1)
    open_above = np.isfinite(drawn[:, :2]).all(axis=1) & ~np.isfinite(drawn[:, 2])
    beyond = tr("limit not reached").text(language)
    number = counts_in(language)
    fewer = tr("fewer than half have left").text(language)
    marks = hidden(main, "estimate")[rows]
    return dots(
        labels=stages if names is None else [names[row] for row in rows],
        groups=None if names is None else stages,
        estimate=drawn[:, 0],
        conf_low=drawn[:, 1],
        conf_high=np.where(open_above, np.nanmax(drawn, initial=0.0), drawn[:, 2]),
        annotations=[
            " · ".join(
                part
                for part in (
                    f"{number(came[row])} · {number(float(main['censored'][row]))}" if counted else "",
                    beyond if above else "",
                )
                if part
            )
            for row, above in zip(rows, open_above, strict=True)
        ],
        annotation_label=tr("came · still there").text(language) if counted else "",
        undefined_label=[tr("hidden").text(language) if mark else fewer for mark in marks],
        x_label=tr("days until half of the cases have left the stage").text(language),
        percent=False,
        number=lambda n: format_number(round(float(n)), language),
        ax=ax,
    )
