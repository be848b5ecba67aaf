"""Coder agreement in sentences and drawings made of its tables alone, some numbers of which may be hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ...base.language import Language, Readable, format_number, format_share, format_tick, tr, trn
from ...base.result import Result
from ...base.table import Table
from ...base.types import Floats
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ...figures.dots import dots
from ..declared import Share
from ..shown import any_hidden, hidden, known, numbers, tell_hidden, undefined_words, whole, words_of, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Below this kappa an item is better not split by until its coding rule is mended; a custom, no law.
DOUBTFUL: Final = 0.6
NOBODY: Final = tr("coded in no file")
_MOST_TOLD: Final = 5
# More rows do not fit on a page.
_MOST_DRAWN: Final = 60


class Decimals:
    """A number with two decimals that a message prints in the reader's language."""

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def text(self, language: Language = "en") -> str:
        """Return the number as the reader writes it."""
        return format_number(self.value, language, decimals=2)


def agreement_findings(shown: Result) -> tuple[Readable, ...]:
    """Return the agreement in sentences, the least agreed items first."""
    main = shown.main
    said = list(_labels(main))
    one_sided = [row for row in range(len(main)) if known(main["estimate"][row]) and not known(main["conf_low"][row])]
    one_sided = [row for row in one_sided if not hidden(main, "conf_low")[row]]
    told = [row for row in range(len(main)) if np.isfinite(_least(main, row)) and row not in one_sided]
    doubtful = sorted((row for row in told if _least(main, row) < DOUBTFUL), key=lambda row: _least(main, row))
    said += [_doubted(shown, row) for row in doubtful[:_MOST_TOLD]]
    if doubtful:
        said.append(
            tr(
                "Before groups are compared by items with a kappa below {limit}: write down how they are coded, "
                "train, and code some files twice again.",
                limit=Decimals(DOUBTFUL),
            )
        )
    elif told and not one_sided and not any_hidden(main, "estimate"):
        said.append(tr("No item has a kappa below {limit}.", limit=Decimals(DOUBTFUL)))
    said += [
        tr(
            "{what}: one coding puts all files on one label, so that kappa tells nothing; coded alike in {share}.",
            what=words_of(main, "item", main["item"][row]),
            share=Share(float(main["share"][row])),
        )
        for row in one_sided[:_MOST_TOLD]
        if known(main["share"][row]) and not _nobody_coded(main, row)
    ]
    return (*said, *_dates(shown))


def draw_agreement(shown: Result, ax: Axes | None, language: Language) -> Axes:
    """Draw kappa of every item with its limits, and the share coded alike beside it; of very many the lowest ones."""
    main = shown.main
    order = np.argsort(numbers(main, "estimate"), kind="stable")[:_MOST_DRAWN]
    rows = np.sort(order)
    shares = written(main, "share", language, as_share=True)
    undefined = undefined_words(main, "estimate", language, tr("all files on one label"))
    nobody = [_nobody_coded(main, row) for row in range(len(main))]
    undefined = [NOBODY.text(language) if no else one for one, no in zip(undefined, nobody, strict=True)]
    shares = ["–" if no else one for one, no in zip(shares, nobody, strict=True)]
    axis: Readable = tr("agreement beyond chance (kappa)")
    if len(rows) < len(main):
        axis = tr("{axis} (the {n} lowest of {total} items)", axis=axis, n=len(rows), total=len(main))
    axes = dots(
        labels=[words_of(main, "item", one).text(language) for one in main["item"][rows]],
        estimate=numbers(main, "estimate")[rows],
        conf_low=numbers(main, "conf_low")[rows],
        conf_high=numbers(main, "conf_high")[rows],
        annotations=[
            format_share(float(main["share"][row]), language, decimals=0)
            if known(main["share"][row]) and not nobody[row]
            else shares[row]
            for row in rows.tolist()
        ],
        annotation_label=tr("coded alike").text(language),
        undefined_label=[undefined[row] for row in rows.tolist()],
        reference=DOUBTFUL,
        reference_label=tr("below {limit}: doubtful", limit=Decimals(DOUBTFUL)).text(language),
        x_label=axis.text(language),
        percent=False,
        number=lambda one: format_tick(one, language),
        ax=ax,
    )
    return tell_hidden(axes, main, "estimate", language=language)


def draw_differences(table: Table, ax: Axes | None, language: Language) -> Axes:
    """Draw the share of dates and numbers that are the same."""
    return dots(
        labels=[words_of(table, "item", one).text(language) for one in table["item"]],
        estimate=numbers(table, "estimate"),
        conf_low=numbers(table, "conf_low"),
        conf_high=numbers(table, "conf_high"),
        annotations=[
            f"{format_number(int(same), language)} / {format_number(int(n), language)}"
            for same, n in zip(table["same"], table["n"], strict=True)
        ],
        x_label=tr("share the same").text(language),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )


def _labels(main: Table) -> tuple[Readable, ...]:
    """Tell how many labels are the same: of items that differ at all, and of files that either coder filled in."""
    if not len(main):
        return ()
    moving = [row for row in range(len(main)) if known(main["estimate"][row])]
    counted = {name: _counts(main, name) for name in ("n", "either", "same_recorded")}
    if not moving or not known(*[one[row] for row in moving for one in counted.values()]):
        nothing = tr("On no item do the labels of the files differ, so agreement beyond chance cannot be told.")
        return () if moving or not known(*counted["n"]) else (nothing,)
    base, same = (sum(whole(counted[name][row]) for row in moving) for name in ("either", "same_recorded"))
    if not base:
        return ()
    return (
        trn(
            "{n} file was coded twice; of {base} labels that either coding has, {same} are the same ({share}). "
            "Items on which all files bear one label are not among them.",
            "{n} files were coded twice; of {base} labels that either coding has, {same} are the same ({share}). "
            "Items on which all files bear one label are not among them.",
            whole(max(counted["n"])),
            base=base,
            same=same,
            share=Share(same / base),
        ),
    )


def _counts(table: Table, name: str) -> Floats:
    """Return the counts of a column; NaN where the gate left the column out."""
    return numbers(table, name) if name in table.values else np.full(len(table), np.nan)


def _nobody_coded(main: Table, row: int) -> bool:
    """Return whether no file has a value in any coding: that is no agreement."""
    n, both = (float(_counts(main, name)[row]) for name in ("n", "both_missing"))
    return known(n, both) and 0 < n == both


def _least(main: Table, row: int) -> float:
    """Return kappa, or that of the files both recorded where it is lower and rests on files enough."""
    kappa, recorded, n = (float(_counts(main, name)[row]) for name in ("estimate", "recorded", "n_recorded"))
    return min(kappa, recorded) if n >= FEWEST_TO_SHOW and np.isfinite(recorded) else kappa


def _doubted(shown: Result, row: int) -> Readable:
    main = shown.main
    of = {name: main[name][row] for name in main.values}
    what = words_of(main, "item", of["item"])
    if of["estimate"] < DOUBTFUL:
        return tr(
            "{what}: kappa {kappa} ({low} to {high}), coded alike in {share}. {confused}",
            what=what,
            kappa=Decimals(of["estimate"]),
            low=Decimals(of["conf_low"]),
            high=Decimals(of["conf_high"]),
            share=Share(float(of["share"])),
            confused=_confused(shown, str(of["item"])),
        )
    return tr(
        "{what}: where both coders recorded it ({n} files), kappa is {kappa} ({low} to {high}), coded alike in "
        "{share}; {whole} with the files that both left without a value. {confused}",
        what=what,
        n=whole(of["n_recorded"]),
        kappa=Decimals(of["recorded"]),
        low=Decimals(of["recorded_low"]),
        high=Decimals(of["recorded_high"]),
        share=Share(float(of["same_recorded"]) / float(of["n_recorded"])),
        whole=Decimals(of["estimate"]),
        confused=_confused(shown, str(of["item"])),
    )


def _confused(shown: Result, item: str) -> Readable:
    """Tell which label most often stood for which; nothing where the pairs are not shown."""
    table = shown.tables.get("confusions")
    if table is None or item not in table["item"].tolist():
        return tr("–")
    row = table["item"].tolist().index(item)
    return tr(
        "Most often '{first}' in the first coding was '{second}' in the second ({n}).",
        first=words_of(table, "first", table["first"][row]),
        second=words_of(table, "second", table["second"][row]),
        n=int(table["n"][row]),
    )


def _dates(shown: Result) -> tuple[Readable, ...]:
    table = shown.tables.get("differences")
    if table is None:
        return ()
    rows = [row for row in range(len(table)) if table["holds"][row] == "date" and int(table["n"][row]) > 0]
    if not rows:
        return ()
    n, same = (sum(int(table[name][row]) for row in rows) for name in ("n", "same"))
    one_only = sum(int(table[name][row]) for row in rows for name in ("only_first", "only_second"))
    return (
        tr(
            "Of {n} dates that both codings have, {same} are the same ({share}); {only} stand in one coding only.",
            n=n,
            same=same,
            share=Share(same / n),
            only=one_only,
        ),
    )
