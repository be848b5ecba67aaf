"""Where the cases are in words, and on chosen days in a drawing, from the tables of stage occupancy alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import numpy as np

from ..base.language import Language, Readable, format_share, tr
from ..base.result import Result, context_of
from ..base.table import Table
from ..figures.standing_bars import standing_bars
from .declared import FEW_UNITS, Share, days_words
from .shown import HIDDEN, among_shown, group_names, group_of, hidden, lowest_and_highest, numbers, strata_of, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Shares below this are not worth a place in a sentence.
_WORTH_SAYING: Final = 0.02
# What is missing to a whole by rounding only.
_ROUNDING: Final = 0.02


def occupancy_findings(shown: Result) -> tuple[Readable, ...]:
    """Return where the cases are after each chosen day, and in which stage they spend the time.

    Parameters
    ----------
    shown : Result
        Stage occupancy, or what is published of it.
    """
    main, expected = shown.main, shown.tables.get("expected")
    stages = tuple(str(context_of(shown)["stages"]).split())
    if expected is not None and len(_groups(main)) > 1:
        return _longest_by_group(expected, stages)
    start = context_of(shown)["start"]
    said: list[Readable] = []
    shares, days = numbers(main, "estimate"), main["days"]
    decimals = next(one.decimals for one in main.columns if one.name == "estimate")
    for day in dict.fromkeys(days.tolist()):
        order = [
            row
            for row in np.argsort(-np.nan_to_num(shares), kind="stable")
            if days[row] == day and np.nan_to_num(shares[row]) >= _WORTH_SAYING
        ]
        parts = [
            tr("{state} {share}", state=words_of(main, "state", main["state"][row]), share=Share(shares[row], decimals))
            for row in order
        ]
        if parts:
            said.append(tr("{days} days after the start ({start}): {parts}.", days=int(day), start=start, parts=parts))
    if expected is None:
        return tuple(said)
    spent = [
        tr(
            "{state} {days}",
            state=words_of(expected, "state", expected["state"][row]),
            days=days_words(float(days_there)),
        )
        for row, days_there in enumerate(numbers(expected, "estimate"))
        if expected["state"][row] in stages and np.isfinite(days_there) and days_there >= 0.5
    ]
    if spent:
        said.append(
            tr(
                "Of the first {horizon} days a case spends on average, open and closed ones together: {parts}.",
                horizon=int(expected["horizon_days"][0]),
                parts=spent,
            )
        )
    return tuple(said)


def _groups(main: Table) -> set[tuple[str, ...]]:
    strata = strata_of(main)
    return set(zip(*(main[one].tolist() for one in strata), strict=True)) if strata else set()


def _longest_by_group(expected: Table, stages: Collection[str]) -> tuple[Readable, ...]:
    """Return for each stage that takes time in which group it takes the least and the most."""
    said: list[Readable] = []
    days = numbers(expected, "estimate")
    enough = numbers(expected, "denominator") >= FEW_UNITS
    for state in dict.fromkeys(expected["state"].tolist()):
        rows = expected["state"] == state
        found = lowest_and_highest(days, rows & enough)
        if found is None or state not in stages or days[found[1]] < 1:
            continue
        low, high = found
        label, horizon = words_of(expected, "state", state), int(expected["horizon_days"][low])
        some_hidden = bool(hidden(expected, "estimate")[rows].any())
        if round(days[low]) == round(days[high]):
            sentence = tr(
                "{state}: of the first {horizon} days a case spends {days} there in each group, on average "
                "over all cases.",
                state=label,
                horizon=horizon,
                days=days_words(days[low]),
            )
        else:
            sentence = tr(
                "{state}: of the first {horizon} days a case spends from {low} ({group_low}) to {high} "
                "({group_high}) there, on average over all cases.",
                state=label,
                horizon=horizon,
                low=days_words(days[low]),
                group_low=group_of(expected, low),
                high=days_words(days[high]),
                group_high=group_of(expected, high),
            )
        said.append(among_shown(sentence, some_hidden=some_hidden))
    return tuple(said)


def draw_days(shown: Result, ax: Axes | None, language: Language) -> Axes:
    """Draw where the cases are on the chosen days, a bar for each; what is hidden is one part of it.

    Parameters
    ----------
    shown : Result
        Stage occupancy, or what is published of it.
    ax : Axes or None
    language : str
    """
    main = shown.main
    states = list(dict.fromkeys(main["state"].tolist()))
    names = group_names(main, language) or [""] * len(main)
    keys = list(zip(names, main["days"].tolist(), strict=True))
    bars = list(dict.fromkeys(keys))
    shares = np.zeros((len(bars), len(states) + 1))
    given = np.nan_to_num(numbers(main, "estimate"))
    for row, key in enumerate(keys):
        shares[bars.index(key), states.index(main["state"][row])] = given[row]
    told = shares.sum(axis=1)
    rest = np.maximum(1 - told, 0)
    marks = hidden(main, "estimate")
    some_hidden = np.array([any(mark for mark, its in zip(marks, keys, strict=True) if its == one) for one in bars])
    shares[:, -1] = np.where((rest > _ROUNDING) & some_hidden, rest, 0)
    parts = [words_of(main, "state", one).text(language) for one in states] + [HIDDEN.text(language)]
    kept = [place for place in range(len(parts)) if shares[:, place].any()]
    return standing_bars(
        labels=[
            " · ".join(part for part in (name, tr("day {n}", n=int(day)).text(language)) if part) for name, day in bars
        ],
        parts=[parts[place] for place in kept],
        counts=shares[:, kept],
        open_parts=(len(kept) - 1,) if kept and kept[-1] == len(parts) - 1 else (),
        x_label=tr("share of cases").text(language),
        number=lambda one: format_share(one, language, decimals=0),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )
