"""The check as it is published, in sentences and a drawing made of its tables alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from ...base.language import Language, Message, Readable, Setting, format_share, tr, trn
from ...base.levels import ALL
from ...base.result import Result, context_of
from ...base.table import Table
from ...cases.rules.rule import SEVERITIES
from ...figures.dots import dots
from ..declared import Share
from ..shown import known, numbers, of_words, whole, words_of
from .check_tables import COUNTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SMALL = 0.001


def shown_findings(shown: Result) -> tuple[Readable, ...]:
    """Return how many rules are broken often enough to be shown, and a sentence on each of them."""
    main, context = shown.main, context_of(shown)
    rows = _whole_rules(main)
    number = {level: sum(str(main["severity"][row]) == level for row in rows) for level in SEVERITIES}
    overview = tr(
        "{n} rules were looked at. Broken often enough to be shown here: {errors}, {warnings}, {notes}.",
        n=Setting(cast(int, context["looked_at"])),
        errors=trn("{n} error", "{n} errors", number["error"]),
        warnings=trn("{n} warning", "{n} warnings", number["warning"]),
        notes=trn("{n} note", "{n} notes", number["note"]),
    )
    return (overview, *(_told(main, row, context) for row in rows))


def shown_shares(shown: Result, ax: Axes | None, language: Language) -> Axes | None:
    """Draw the share that breaks each rule; where none is shown, how complete each column is."""
    main = shown.main
    rows = _whole_rules(main)
    table, column, axis = main, "rule", tr("share that breaks the rule")
    groups = [SEVERITIES[str(main["severity"][row])].text(language) for row in rows]
    if not rows and "completeness" in shown.tables:
        table, column, axis = shown.tables["completeness"], "column", tr("share recorded")
        rows = np.flatnonzero(np.isfinite(numbers(table, "share"))).tolist()
        groups = [tr("recorded").text(language)] * len(rows)
    if not rows:
        return None
    counts = of_words(table, "n" if table is main else "recorded", "denominator", language)
    nothing = np.full(len(rows), np.nan)
    return dots(
        labels=[words_of(table, column, table[column][row]).text(language) for row in rows],
        estimate=[float(table["share"][row]) for row in rows],
        conf_low=nothing,
        conf_high=nothing,
        annotations=[counts[row] for row in rows],
        groups=groups,
        x_label=axis.text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )


def _whole_rules(main: Table) -> list[int]:
    """Return the rows of rules as a whole, or of the thing that breaks one most, with numbers that are shown."""
    found: dict[str, int] = {}
    for row in range(len(main)):
        rule = str(main["rule"][row])
        if not known(main["n"][row], main["denominator"][row], main["share"][row]):
            continue
        held = found.get(rule)
        more = held is None or (str(main["detail"][held]) != ALL and main["share"][row] > main["share"][held])
        if more or str(main["detail"][row]) == ALL:
            found[rule] = row
    return list(found.values())


def _told(main: Table, row: int, context: Mapping[str, object]) -> Message:
    rule = str(main["rule"][row])
    share = float(main["share"][row])
    told = {
        "severity": SEVERITIES[str(main["severity"][row])],
        "sentence": words_of(main, "rule", rule),
        "n": whole(main["n"][row]),
        "base": whole(main["denominator"][row]),
        "counted": COUNTED[str(main["counted"][row])],
        "share": Share(share, 1 if share == 0 or share >= _SMALL else 3),
        "touches": cast("Mapping[str, list[Readable]]", context["touches"])[rule],
        "remedy": cast("Mapping[str, Readable]", context["remedies"])[rule],
    }
    if str(main["detail"][row]) != ALL:
        return tr(
            "[{severity}] {sentence}: {n} of {base} {counted} ({share}; {where}). Touches: {touches}. What to do: "
            "{remedy}",
            where=words_of(main, "detail", main["detail"][row]),
            **told,
        )
    return tr(
        "[{severity}] {sentence}: {n} of {base} {counted} ({share}). Touches: {touches}. What to do: {remedy}", **told
    )
