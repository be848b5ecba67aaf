"""What the pending cases are expected to come to, in words and in a drawing, from the tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..base.language import Language, Readable, format_number, tr, trn
from ..base.result import Result, context_of
from ..base.table import Table
from ..figures.counts import bars
from ..figures.dots import dots
from .caseload import band_words
from .shown import HIDDEN, group_names, group_of, hidden, known, numbers, strata_of, undefined_words, words_of, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Groups that the findings name; the others are in the table.
_MOST_NAMED: Final = 5


def forecast_findings(shown: Result) -> tuple[Readable, ...]:
    """Return the expected number of the first outcome, and of how many nothing can be said.

    Parameters
    ----------
    shown : Result
        Expected endings, or what is published of them.
    """
    main, settings = shown.main, context_of(shown)
    first = main["outcome"][0]
    rows = main["outcome"] == first
    pending, expected, too_old = (numbers(main, one) for one in ("denominator", "estimate", "not_told"))
    told = np.flatnonzero(rows & (pending > 0))
    said_of = [row for row in told if known(float(expected[row]))]
    named = sorted(said_of, key=lambda row: -pending[row])[:_MOST_NAMED]
    said = [_expected(main, int(row), settings) for row in named]
    whole = not hidden(main, "denominator")[rows].any()
    more = len(told) - len(named)
    if more and whole:
        said.append(
            trn(
                "{n} further group with fewer pending cases is in the table.",
                "{n} further groups with fewer pending cases are in the table.",
                more,
            )
        )
    said += _beyond(too_old[rows], any_told=bool(len(told)), whole=whole, days=settings["days"])
    still = _still_open(shown.tables.get("ages"), first)
    if np.isfinite(still):
        said.append(
            tr(
                "On average a pending case is expected to stay open for {open} of the next {days} days.",
                open=round(still),
                days=settings["days"],
            )
        )
    return tuple(said)


def _expected(main: Table, row: int, settings: Any) -> Readable:
    groups: Readable = tr("{groups}", groups=group_of(main, row)) if strata_of(main) else tr("All together")
    values: dict[str, Any] = {
        "groups": groups,
        "n": round(float(main["denominator"][row])),
        "expected": round(float(main["estimate"][row])),
        "outcome": words_of(main, "outcome", main["outcome"][row]),
        "days": settings["days"],
    }
    if settings["weighted"]:
        return tr(
            "{groups}: of {n} pending cases, counted by their sampling weights, about {expected} are "
            "expected to come to {outcome} within {days} days of the cut-off.",
            **values,
        )
    low, high = (float(main[one][row]) for one in ("conf_low", "conf_high"))
    if known(low, high):
        return tr(
            "{groups}: of {n} pending cases about {expected} are expected to come to {outcome} within "
            "{days} days of the cut-off; with {level} certainty the number lies between {low} and "
            "{high} (prediction interval).",
            low=round(low),
            high=round(high),
            level=settings["level"],
            **values,
        )
    return tr(
        "{groups}: of {n} pending cases about {expected} are expected to come to {outcome} within "
        "{days} days of the cut-off.",
        **values,
    )


def _beyond(too_old: Any, *, any_told: bool, whole: bool, days: object) -> list[Readable]:
    """Say of how many cases nothing can be said, where that is known of all groups."""
    total = float(too_old.sum())
    if not whole or not known(total) or not round(total):
        return []
    if not any_told:
        return [
            trn(
                "Of the {n} pending case nothing can be said for the next {days} days: no case was watched so "
                "long. Ask for fewer days.",
                "Of the {n} pending cases nothing can be said for the next {days} days: no case was watched so "
                "long. Ask for fewer days.",
                round(total),
                days=days,
            )
        ]
    return [
        trn(
            "{n} more pending case is so old that no case was ever watched through the {days} days that it "
            "has before it; nothing is said of it.",
            "{n} more pending cases are so old that no case was ever watched through the {days} days that they "
            "have before them; nothing is said of them.",
            round(total),
            days=days,
        )
    ]


def _still_open(ages: Table | None, outcome: str) -> float:
    """Return the mean days that a pending case stays open within the horizon; NaN where a number of them is hidden."""
    if ages is None:
        return float("nan")
    rows = ages["outcome"] == outcome
    n, days = (numbers(ages, one)[rows] for one in ("denominator", "restricted_mean_days"))
    there = n != 0
    total = float(n[there].sum())
    return float((n[there] * days[there]).sum()) / total if total else float("nan")


def draw_forecast(shown: Result, ax: Axes | None, language: Language) -> Axes:
    """Draw expected endings by age of the case; by groups, the first outcome with its interval for each.

    Parameters
    ----------
    shown : Result
        Expected endings, or what is published of them; what is hidden is said to be so.
    ax : Axes or None
    language : str
    """
    main, days = shown.main, context_of(shown)["days"]

    def number(n: float) -> str:
        return format_number(round(n), language)

    first = main["outcome"][0]
    rows = np.flatnonzero(main["outcome"] == first)
    if len(rows) == 1 and "ages" in shown.tables:
        return _by_age(shown.tables["ages"], days, number, ax, language)
    names, pending, undefined = (
        group_names(main, language) or [""] * len(main),
        written(main, "denominator", language),
        undefined_words(main, "estimate", language),
    )
    return dots(
        labels=[names[row] for row in rows],
        estimate=numbers(main, "estimate")[rows],
        conf_low=numbers(main, "conf_low")[rows],
        conf_high=numbers(main, "conf_high")[rows],
        annotations=[pending[row] for row in rows],
        annotation_label=tr("pending").text(language),
        undefined_label=[undefined[row] for row in rows],
        x_label=tr("expected within {days} days: {outcome}", days=days, outcome=words_of(main, "outcome", first)).text(
            language
        ),
        percent=False,
        number=number,
        ax=ax,
    )


def _by_age(ages: Table, days: object, number: Any, ax: Axes | None, language: Language) -> Axes:
    bands = list(dict.fromkeys(ages["age_band"].tolist()))
    outcomes = list(dict.fromkeys(ages["outcome"].tolist()))
    held: dict[tuple[str, str], int] = {
        (str(band), str(outcome)): row
        for row, (band, outcome) in enumerate(zip(ages["age_band"], ages["outcome"], strict=True))
    }
    expected, too_old = numbers(ages, "estimate"), numbers(ages, "not_told")
    places = [[held[band, outcome] for band in bands] for outcome in outcomes]
    counts = np.vstack([expected[places], too_old[places[0]]])
    marks = np.vstack([hidden(ages, "estimate")[places], hidden(ages, "not_told")[places[0]]])
    words = [*(words_of(ages, "outcome", one) for one in outcomes), tr("too old to tell")]
    if not np.nan_to_num(counts[-1]).any() and not marks[-1].any():
        counts, marks = counts[:-1], marks[:-1]
    return bars(
        bins=[band_words(one).text(language) for one in bands],
        counts=counts,
        groups=[one.text(language) for one in words[: len(counts)]],
        bar_labels=[
            [
                HIDDEN.text(language) if mark else number(n) if np.isfinite(n) and n > 0 else ""
                for n, mark in zip(row, its, strict=True)
            ]
            for row, its in zip(counts, marks, strict=True)
        ],
        x_label=tr("age of the pending case at the cut-off").text(language),
        y_label=tr("expected cases within {days} days", days=days).text(language),
        number=number,
        ax=ax,
    )
