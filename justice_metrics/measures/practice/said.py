"""What is said of practice: sentences made of the tables that are shown, and notes on how the items were coded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...base.language import Message, Readable, Setting, tr, trn
from ...base.levels import ALL
from ...base.table import Table
from ...cases.casedata import CaseData
from ...cases.checklist import Item
from ...reduce.practice import before_the_start, checklist_of, contradictions, unchecked_conditions
from ..declared import FEW_UNITS, Share
from ..rates.shown_shares import Shares
from ..shown import (
    among_shown,
    any_hidden,
    group_of,
    hidden,
    known,
    limits_words,
    lowest_and_highest,
    numbers,
    strata_of,
    whole,
    words_of,
)
from .tables import UNDOCUMENTED
from .units import plain_counts, units_counted

# A share that rests on less than this part of those to which the item applies speaks of the files that tell only.
_MOSTLY: Final = 0.5


def groups_said(main: Table, domains: Table) -> tuple[Readable, ...]:
    """Say which groups met least and most of all items, of those with cases enough: a few cases are many items."""
    share = numbers(domains, "estimate")
    of_all = np.array([one == ALL for one in domains["domain"].tolist()])
    told = np.isfinite(numbers(domains, "conf_low")) & np.isfinite(numbers(domains, "conf_high"))
    judged = units_counted(main, "denominator")
    most: dict[tuple[str, ...], float] = {}
    for group, n in zip(_groups(main), judged.tolist(), strict=True):
        # no group has fewer cases than an item is judged in
        most[group] = max(most.get(group, 0.0), 0.0 if np.isnan(n) else n)
    enough = np.array([most.get(group, 0.0) >= FEW_UNITS for group in _groups(domains)])
    found = lowest_and_highest(share, of_all & told & enough)
    if found is None:
        return ()
    low, high = found
    compared = tr(
        "Items of practice met: from {low} ({group_low}) to {high} ({group_high}), among groups in which some item was "
        "judged in {few} cases or more.",
        low=Share(share[low]),
        group_low=group_of(domains, low),
        high=Share(share[high]),
        group_high=group_of(domains, high),
        few=FEW_UNITS,
    )
    return (among_shown(compared, some_hidden=bool((hidden(domains, "estimate") & of_all).any())),)


def _groups(table: Table) -> list[tuple[str, ...]]:
    """Return the group of each row."""
    return [tuple(str(table[name][row]) for name in strata_of(table)) for row in range(len(table))]


def overall_said(domains: Table) -> tuple[Readable, ...]:
    """Say the share of all items that was met."""
    n, every = (plain_counts(domains, one)[0] for one in ("numerator", "denominator"))
    share, low, high = (numbers(domains, one)[0] for one in ("estimate", "conf_low", "conf_high"))
    if not known(share):
        return ()
    if not known(n, every):
        return (tr("Items of practice met: {share}{limits}.", share=Share(share), limits=limits_words(low, high)),)
    return (
        tr(
            "Of {all} items of practice that apply and are documented, {n} were met: {share}{limits}.",
            all=whole(every),
            n=whole(n),
            share=Share(share),
            limits=limits_words(low, high),
        ),
    )


def items_said(main: Table) -> tuple[Readable, ...]:
    """Say which items were met least and most, of those judged often enough."""
    share, judged = numbers(main, "estimate"), plain_counts(main, "denominator")
    found = lowest_and_highest(share, units_counted(main, "denominator") >= FEW_UNITS)
    if found is None:
        return ()
    low, high = found
    if not known(judged[low], judged[high]):
        said = tr(
            "Met least: {item_low} ({low}); met most: {item_high} ({high}).",
            item_low=words_of(main, "item", main["item"][low]),
            low=Share(share[low]),
            item_high=words_of(main, "item", main["item"][high]),
            high=Share(share[high]),
        )
        return (among_shown(said, some_hidden=any_hidden(main, "estimate")),)
    said = tr(
        "Met least: {item_low} ({low} of {n_low} cases); met most: {item_high} ({high} of {n_high}).",
        item_low=words_of(main, "item", main["item"][low]),
        low=Share(share[low]),
        n_low=whole(judged[low]),
        item_high=words_of(main, "item", main["item"][high]),
        high=Share(share[high]),
        n_high=whole(judged[high]),
    )
    return (among_shown(said, some_hidden=any_hidden(main, "estimate")),)


def silence_said(main: Table) -> tuple[Readable, ...]:
    """Say which item files tell least of."""
    silent = numbers(main, "share_not_documented")
    if not np.isfinite(silent).any():
        return ()
    row = int(np.nanargmax(silent))
    if silent[row] == 0:
        return ()
    said = tr(
        "Least documented: {item}; of the cases to which it applies, the file does not tell in {share}.",
        item=words_of(main, "item", main["item"][row]),
        share=Share(silent[row]),
    )
    return (among_shown(said, some_hidden=any_hidden(main, "share_not_documented")),)


def domain_limits_note(share: Shares) -> tuple[Message, ...]:
    """Say that limits of domains do not allow for the part of all files that was drawn, where those of items do."""
    if not share.cells or share.cells[0].stages is None:
        return ()
    return (
        tr("The intervals of domains do not allow for the part of all files that was drawn: they are rather too wide."),
    )


def practice_notes(cases: CaseData, items: Sequence[Item], share: Shares) -> tuple[Message, ...]:
    """Return what a reader must know of how the items were coded."""
    notes: list[Message] = []
    judged = share.denominator.sum(axis=0)
    silent = np.array([share.also[f"{UNDOCUMENTED} {one.id}"].sum() for one in items])
    mostly = int((silent > _MOSTLY * (judged + silent)).sum())
    if mostly:
        notes.append(
            trn(
                "{n} item is not documented in more than half of the cases to which it applies: its share speaks of "
                "the files that tell, which need not be like the others.",
                "{n} items are not documented in more than half of the cases to which they apply: their shares speak "
                "of the files that tell, which need not be like the others.",
                mostly,
            )
        )
    notes += backwards_note(cases, items)
    against = contradictions(cases, items)
    if against:
        notes.append(
            trn(
                "{n} answer was coded where the checklist says that the item does not apply; the checklist decides.",
                "{n} answers were coded where the checklist says that the item does not apply; the checklist decides.",
                against,
            )
        )
    notes += [
        tr(
            "These cases have no attribute '{name}', by which the checklist tells to whom some items apply: what the "
            "coder says decides.",
            name=name,
        )
        for name in unchecked_conditions(cases, items)
    ]
    missing = len(checklist_of(cases).items) - len(items)
    if missing:
        notes.append(
            trn(
                "{n} item of the checklist is not among those shown.",
                "{n} items of the checklist are not among those shown.",
                Setting(missing),
            )
        )
    return tuple(notes)


def backwards_note(cases: CaseData, items: Sequence[Item]) -> tuple[Message, ...]:
    """Say how many acts are dated before the day from which they are counted, and what is done with them."""
    n = before_the_start(cases, items)
    if not n:
        return ()
    return (
        trn(
            "{n} act is dated before the day from which its days are counted, often a mistyped year: it is not judged.",
            "{n} acts are dated before the day from which their days are counted, often a mistyped year: they are not "
            "judged.",
            n,
        ),
    )
