"""What sentences and drawings need of a table of which some numbers may be hidden."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ..base.language import Label, Language, Message, Readable, format_number, format_share, tr
from ..base.quantities import SUPPRESSED
from ..base.result import Result
from ..base.table import Table
from ..base.types import Flags, Floats
from ..figures.dots import dots
from ..figures.style import Format
from .declared import Share, levels_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIDDEN: Final[Message] = tr("hidden")


def numbers(table: Table, column: str) -> Floats:
    """Return a column as floats; NaN where a number is missing or hidden."""
    return np.array([np.nan if one is None else one for one in table[column].tolist()], np.float64)


def hidden(table: Table, column: str) -> Flags:
    """Return where the disclosure gate holds a number back."""
    marks = table.statuses.get(column, ("",) * len(table))
    return np.array([one == SUPPRESSED for one in marks], np.bool_)


def any_hidden(table: Table, *columns: str) -> bool:
    """Return whether a number of these columns is held back."""
    return any(bool(hidden(table, one).any()) for one in columns)


def known(*values: object) -> bool:
    """Return whether all of some numbers are there.

    Examples
    --------
    >>> known(3, 0.5), known(3, float("nan"))
    (True, False)
    """
    return all(isinstance(one, int | float | np.number) and not math.isnan(one) for one in values)


def written(table: Table, column: str, language: Language, *, as_share: bool = False) -> list[str]:
    """Return the numbers of a column as words, for a drawing; a hidden one says so."""
    marks = hidden(table, column)
    write = format_share if as_share else format_number
    return [
        HIDDEN.text(language) if mark else write(float(one), language)
        for one, mark in zip(numbers(table, column), marks, strict=True)
    ]


def of_words(table: Table, part: str, whole: str, language: Language) -> list[str]:
    """Return "part / whole" of each row, for a drawing; "hidden" where both are."""
    pairs = zip(written(table, part, language), written(table, whole, language), strict=True)
    return [one if one == other == HIDDEN.text(language) else f"{one} / {other}" for one, other in pairs]


def undefined_words(table: Table, column: str, language: Language, otherwise: Readable | None = None) -> list[str]:
    """Return what each row of a drawing says that has no number: that it is hidden, or that it is not defined."""
    words = (otherwise or tr("not defined")).text(language)
    return [HIDDEN.text(language) if one else words for one in hidden(table, column)]


def counts_in(language: Language) -> Format:
    """Return how a drawing writes a count: a hidden one says so."""
    return lambda n: HIDDEN.text(language) if math.isnan(n) else format_number(round(n), language)


def tell_hidden(axes: Axes, table: Table, *columns: str, language: Language) -> Axes:
    """Say under a drawing that some numbers are hidden: a gap in it is no zero."""
    if any_hidden(table, *columns):
        words = tr("{axis} (some numbers are hidden, and not drawn)", axis=axes.get_xlabel())
        axes.set_xlabel(words.text(language))
    return axes


def strata_of(table: Table) -> list[str]:
    """Return the columns that split the units."""
    return [one.name for one in table.columns if one.role == "stratum"]


def group_names(table: Table, language: Language) -> list[str] | None:
    """Return the name of each row's group, for a drawing; None where nothing splits the units."""
    strata = strata_of(table)
    if not strata:
        return None
    return [" · ".join(row[: len(strata)]) for row in table.display(language)[1]]


def group_of(table: Table, row: int) -> list[Readable]:
    """Return the words of a row's group, for a sentence."""
    return levels_words([str(table[one][row]) for one in strata_of(table)])


def words_of(table: Table, column: str, level: object) -> Readable:
    """Return the words of a level of a column of ids."""
    found = table.labels.get(column, {}).get(str(level))
    return found if found is not None else levels_words([str(level)])[0]


def limits_words(low: object, high: object, *, decimals: int = 1, inside: bool = False) -> Readable:
    """Return the limits of a share in words; nothing where they are not there, or hidden.

    Parameters
    ----------
    low, high : number
    decimals : int
    inside : bool
        Whether they stand in brackets already.
    """
    if not known(low, high):
        return Label("")
    told = {"low": Share(float(low), decimals), "high": Share(float(high), decimals)}  # type: ignore[arg-type]
    return tr(", interval {low} to {high}", **told) if inside else tr(" (interval {low} to {high})", **told)


def among_shown(sentence: Readable, *, some_hidden: bool) -> Readable:
    """Return a sentence that compares rows; where some are hidden it says that it compares the others."""
    if not some_hidden:
        return sentence
    return tr(
        "{sentence} This compares the numbers that are shown; a hidden one may be higher or lower.", sentence=sentence
    )


def lowest_and_highest(values: Floats, allowed: Flags | Sequence[bool]) -> tuple[int, int] | None:
    """Return the rows of the lowest and of the highest number of those allowed; None with fewer than two."""
    rows = np.flatnonzero(np.asarray(allowed) & np.isfinite(values))
    if len(rows) < 2:
        return None
    order = rows[np.argsort(values[rows], kind="stable")]
    return int(order[0]), int(order[-1])


def whole(value: object) -> int:
    """Return a count as a whole number, for a sentence."""
    return round(float(value))  # type: ignore[arg-type]


def settings_of(shown: Result) -> dict[str, object]:
    """Return the settings that a question was asked with."""
    return dict(shown.provenance.settings)


def draw_shares(
    table: Table,
    key: str,
    x_label: Readable,
    annotations: Sequence[str],
    *,
    ax: Axes | None,
    language: Language,
    undefined: Readable | None = None,
) -> Axes:
    """Draw the shares of a table with their intervals, one row each; a hidden one says so.

    Parameters
    ----------
    table : Table
        With ``estimate`` and, where it has them, ``conf_low`` and ``conf_high``.
    key : str
        The column that names the rows.
    x_label : Readable
    annotations : sequence of str
        Words beside each row.
    undefined : Readable, optional
        What a row says that has no share; "not defined" by default.
    """
    nowhere = np.full(len(table), np.nan)
    return dots(
        labels=[words_of(table, key, one).text(language) for one in table[key]],
        groups=group_names(table, language),
        estimate=numbers(table, "estimate"),
        conf_low=numbers(table, "conf_low") if "conf_low" in table.values else nowhere,
        conf_high=numbers(table, "conf_high") if "conf_high" in table.values else nowhere,
        annotations=annotations,
        undefined_label=undefined_words(table, "estimate", language, undefined),
        x_label=x_label.text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )
