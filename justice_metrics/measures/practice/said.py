"""What is said of practice: sentences made of the tables that are shown, and notes on how the items were coded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ...base.language import Message, Readable, Setting, tr, trn
from ...base.levels import ALL
from ...base.table import Table
from ...base.types import Flags, Floats
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
    whole,
    words_of,
)
from .tables import UNDOCUMENTED

# A share that rests on less than this part of those to which the item applies speaks of the files that tell only.
_MOSTLY: Final = 0.5


def groups_said(domains: Table) -> tuple[Readable, ...]:
    """Say which groups met least and most of all items."""
    share, judged = numbers(domains, "estimate"), _counted(domains, "denominator")
    of_all = np.array([one == ALL for one in domains["domain"].tolist()])
    # a few cases are many items: where no limits can be told, nothing is ranked
    told = np.isfinite(numbers(domains, "conf_low")) & np.isfinite(numbers(domains, "conf_high"))
    found = lowest_and_highest(share, of_all & told & _enough(judged, share))
    if found is None:
        return ()
    low, high = found
    compared = tr(
        "Items of practice met: from {low} ({group_low}) to {high} ({group_high}), among groups with {few} items or "
        "more to judge.",
        low=Share(share[low]),
        group_low=group_of(domains, low),
        high=Share(share[high]),
        group_high=group_of(domains, high),
        few=FEW_UNITS,
    )
    return (among_shown(compared, some_hidden=bool((hidden(domains, "estimate") & of_all).any())),)


def _counted(table: Table, name: str) -> Floats:
    """Return the counts of a column; NaN where the gate left it out, because it was a sum of weights."""
    return numbers(table, name) if name in table.values else np.full(len(table), np.nan)


def _enough(judged: Floats, share: Floats) -> Flags:
    """Return where a share rests on enough units; where these are not shown, but the share is, they are."""
    return np.asarray((judged >= FEW_UNITS) | (np.isnan(judged) & np.isfinite(share)), np.bool_)


def overall_said(domains: Table) -> tuple[Readable, ...]:
    """Say the share of all items that was met."""
    n, every = (_counted(domains, one)[0] for one in ("numerator", "denominator"))
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
    share, judged = numbers(main, "estimate"), _counted(main, "denominator")
    found = lowest_and_highest(share, _enough(judged, share))
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
