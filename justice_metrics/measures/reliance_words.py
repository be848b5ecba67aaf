"""How many victims still take part, in words and on chosen days in a drawing, from the tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..base.language import Label, Language, Readable, format_share, tr, trn
from ..base.result import Result
from ..base.table import Table
from ..figures.dots import dots
from .declared import Share
from .shown import group_names, group_of, known, numbers, of_words, strata_of, undefined_words, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def interval_words(low: float, high: float) -> Readable:
    """Return limits in brackets, or that there are none."""
    if not np.isfinite(low) or not np.isfinite(high):
        return tr("(no interval can be given)")
    return tr("(interval {low} to {high})", low=Share(low), high=Share(high))


def reliance_findings(shown: Result) -> tuple[Readable, ...]:
    """Return, for each group and day, both shares; then how victims stand at the cut-off.

    Parameters
    ----------
    shown : Result
        Reliance, or what is published of it.
    """
    main = shown.main
    strata = [*strata_of(main), "days"]
    rows = {
        (str(one), *key): row
        for row, (one, *key) in enumerate(zip(main["among"], *(main[name].tolist() for name in strata), strict=True))
    }
    said: list[Readable] = []
    for (among, *key), row in rows.items():
        if among == "all" and np.isfinite(float(main["estimate"][row])):
            said.append(_on_day(main, row, rows.get(("open", *key))))
    status = shown.tables.get("status")
    return (*said, *(() if status is None else _at_cutoff(status)))


def _on_day(main: Table, row: int, open_row: int | None) -> Readable:
    stayed = tr(
        "{group}By day {day}, {share} of victims had not left {interval}; one whose case ended before counts as "
        "staying.",
        group=tr("{groups}: ", groups=group_of(main, row)) if strata_of(main) else Label(""),
        day=int(main["days"][row]),
        share=Share(main["estimate"][row]),
        interval=interval_words(main["conf_low"][row], main["conf_high"][row]),
    )
    if open_row is None:
        return stayed
    n, engaged = float(main["denominator"][open_row]), float(main["estimate"][open_row])
    if not known(n, engaged) or not n:
        return stayed
    return trn(
        "{stayed} Of {n} case then still open, the victim took part in {share} {interval}.",
        "{stayed} Of {n} cases then still open, the victim took part in {share} {interval}.",
        round(n),
        stayed=stayed,
        share=Share(engaged),
        interval=interval_words(main["conf_low"][open_row], main["conf_high"][open_row]),
    )


def _at_cutoff(table: Table) -> tuple[Readable, ...]:
    of_all, of_open = ((table["among"] == one) & (table["status"] == "engaged") for one in ("all", "open"))
    n, part = numbers(table, "denominator"), numbers(table, "numerator")
    told, open_told, stay, open_stay = (
        float(one[rows].sum()) for one, rows in ((n, of_all), (n, of_open), (part, of_all), (part, of_open))
    )
    if not known(told, open_told, stay, open_stay) or not told:
        return ()
    return (
        tr(
            "At the cut-off {share} of victims took part, or had done so to the end of their case, of {n} of whom "
            "it is known; in open cases {open_share} of {open_n}.",
            share=Share(stay / told),
            n=round(told),
            open_share=Share(open_stay / open_told if open_told else np.nan),
            open_n=round(open_told),
        ),
    )


def draw_reliance(main: Table, ax: Axes | None, language: Language) -> Axes:
    """Draw both shares on the chosen days, a row for each; what is hidden is said to be so.

    Parameters
    ----------
    main : Table
        Of reliance.
    ax : Axes or None
    language : str
    """
    names = group_names(main, language) or [""] * len(main)
    days = [tr("day {n}", n=int(one)).text(language) for one in main["days"]]
    among = [words_of(main, "among", one).text(language) for one in main["among"]]
    order = np.argsort(main["among"] != "all", kind="stable")
    beside, undefined = of_words(main, "left", "denominator", language), undefined_words(main, "estimate", language)
    return dots(
        labels=[" · ".join(one for one in (names[row], days[row]) if one) for row in order],
        groups=[among[row] for row in order],
        estimate=numbers(main, "estimate")[order],
        conf_low=numbers(main, "conf_low")[order],
        conf_high=numbers(main, "conf_high")[order],
        annotations=[beside[row] for row in order],
        annotation_label=tr("left").text(language),
        undefined_label=[undefined[row] for row in order],
        x_label=tr("share still engaged").text(language),
        number=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )
