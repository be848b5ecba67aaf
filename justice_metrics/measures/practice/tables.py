"""The tables of practice: one row per item, one per domain, and where each item comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ...base.cells import Of
from ...base.language import Label, Message, Readable, Setting, tr
from ...base.levels import ALL
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...cases.checklist import Checklist, Item
from ...cases.procedure_parts import CERTAINTIES
from ...estimate.survey import DesignCells, DesignShare
from ..declared import interval_columns, strata_columns
from ..rates.shown_shares import Limits, Shares
from ..records.hearings_tables import undefined
from .cells import APPLICABLE, JUDGED, MET, NOT_APPLICABLE, NOT_DOCUMENTED, NOT_KNOWN, domain_cell, item_cell

DOMAIN: Final = Column("domain", tr("domain"), "text", "key", "key")
ITEM: Final = Column("item", tr("item of practice"), "text", "key", "key")
NOT_APPLYING: Final = "not_applicable"
UNDOCUMENTED: Final = "not_documented"
UNKNOWN: Final = "not_known_whether"
_NO_SPREAD: Final = 1e-9


def item_words(items: Sequence[Item]) -> dict[str, Readable]:
    """Return the few words of each item."""
    return {one.id: one.label for one in items}


def domain_words(checklist: Checklist, items: Sequence[Item]) -> dict[str, Readable]:
    """Return the words of each domain of the items, all together first."""
    used = {one.domain for one in items}
    return {ALL: tr("all items"), **{one.id: one.label for one in checklist.domains if one.id in used}}


def item_table(share: Shares, items: Sequence[Item], checklist: Checklist, limits: Limits) -> Table:
    """Return one row per stratum and item: met among those judged, and those not judged, by the reason."""
    g, k = len(share.strata), len(items)
    met, judged = share.numerator, share.denominator
    silent, apart, open_ = (
        np.stack([share.also[f"{what} {one.id}"] for one in items], axis=1)
        for what in (UNDOCUMENTED, NOT_APPLYING, UNKNOWN)
    )
    applicable = judged + silent

    def count(name: str, words: Message, levels: tuple[str, ...]) -> Column:
        return Column(name, words, "units", "count", "count", cell=item_cell(items, levels))

    columns = (
        *strata_columns(share.strata.names),
        DOMAIN,
        ITEM,
        count("numerator", tr("met"), MET),
        count("denominator", tr("applies and is documented"), JUDGED),
        *interval_columns(of=("numerator", "denominator"), level=limits.level, interval=limits.interval),
        count(UNDOCUMENTED, tr("not documented"), NOT_DOCUMENTED),
        count("applicable", tr("applies"), APPLICABLE),
        Column(
            "share_not_documented",
            tr("share not documented, of those to which it applies"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=(UNDOCUMENTED, "applicable"), formula="share"),
        ),
        count(NOT_APPLYING, tr("does not apply"), NOT_APPLICABLE),
        count(UNKNOWN, tr("not known whether it applies"), NOT_KNOWN),
    )
    values: dict[str, Any] = {
        **share.strata.columns(k),
        "domain": [one.domain for one in items] * g,
        "item": [one.id for one in items] * g,
        "numerator": met.ravel(),
        "denominator": judged.ravel(),
        "estimate": share.estimate.ravel(),
        "conf_low": share.conf_low.ravel(),
        "conf_high": share.conf_high.ravel(),
        UNDOCUMENTED: silent.ravel(),
        "applicable": applicable.ravel(),
        "share_not_documented": _over(silent, applicable).ravel(),
        NOT_APPLYING: apart.ravel(),
        UNKNOWN: open_.ravel(),
    }
    return Table(
        columns,
        values,
        labels={"item": item_words(items), "domain": domain_words(checklist, items)},
        title=tr("Practice, item by item"),
        statuses={"estimate": undefined(judged.ravel()), "share_not_documented": undefined(applicable.ravel())},
    )


def domain_table(
    share: Shares,
    domains: Mapping[str, tuple[DesignCells, DesignShare]],
    items: Sequence[Item],
    checklist: Checklist,
) -> Table:
    """Return one row per stratum and domain: of the items that apply and are documented, the share met."""
    g, k = len(share.strata), len(domains)
    inside = {name: [place for place, one in enumerate(items) if name in {ALL, one.domain}] for name in domains}
    silent = np.stack([share.also[f"{UNDOCUMENTED} {one.id}"] for one in items], axis=1)

    def summed(counts: Tallies) -> Tallies:
        return np.stack([counts[:, places].sum(axis=1) for places in inside.values()], axis=1).ravel()

    def count(name: str, words: Message, levels: tuple[str, ...]) -> Column:
        return Column(name, words, "units", "count", "count", cell=domain_cell(items, levels))

    met, judged, unknown = summed(share.numerator), summed(share.denominator), summed(silent)
    shares = [one for _, one in domains.values()]
    low = np.stack([one.conf_low for one in shares], axis=1).ravel()
    high = np.stack([one.conf_high for one in shares], axis=1).ravel()
    # where all cases are alike nothing tells how far chance goes
    spread = high - low > _NO_SPREAD
    # the limits rest on how the items of one case hang together, which the two numbers do not tell
    limits = Of(inputs=("numerator", "denominator"))
    columns = (
        *strata_columns(share.strata.names),
        DOMAIN,
        Column("items", tr("items coded"), "number", "key", "setting", 0),
        count("numerator", tr("items met"), MET),
        count("denominator", tr("items that apply and are documented"), JUDGED),
        Column(
            "estimate",
            tr("share of the items met"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="share"),
        ),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval", of=limits),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval", of=limits),
        count(UNDOCUMENTED, tr("items not documented"), NOT_DOCUMENTED),
        count("applicable", tr("items that apply"), APPLICABLE),
        Column(
            "share_not_documented",
            tr("share not documented, of the items that apply"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=(UNDOCUMENTED, "applicable"), formula="share"),
        ),
    )
    values: dict[str, Any] = {
        **share.strata.columns(k),
        "domain": list(domains) * g,
        "items": np.array([len(one) for one in inside.values()] * g, np.int64),
        "numerator": met,
        "denominator": judged,
        "estimate": _over(met, judged),
        "conf_low": np.where(spread, low, np.nan),
        "conf_high": np.where(spread, high, np.nan),
        UNDOCUMENTED: unknown,
        "applicable": judged + unknown,
        "share_not_documented": _over(unknown, judged + unknown),
    }
    return Table(
        columns,
        values,
        labels={"domain": domain_words(checklist, items)},
        title=tr("Practice by domain"),
        statuses={"estimate": undefined(judged), "share_not_documented": undefined(judged + unknown)},
    )


def _over(part: Tallies, every: Tallies) -> Floats:
    return np.where(every > 0, part / np.where(every > 0, every, 1), np.nan)


def norms_table(items: Sequence[Item], checklist: Checklist) -> Table:
    """Return what is asked in each item, when it is met, and the norm that it comes from."""
    columns = (
        DOMAIN,
        ITEM,
        Column("asked", tr("what is looked up in the file"), "text", "key", "text"),
        Column("met_by", tr("met by"), "text", "key", "text"),
        Column("applies_to", tr("applies to"), "text", "key", "text"),
        Column("source", tr("norm or protocol"), "text", "key", "text"),
        Column("certainty", tr("how certain"), "text", "key", "text"),
    )
    ids = [one.id for one in items]
    values: dict[str, Any] = {
        "domain": [one.domain for one in items],
        "item": ids,
        "asked": ids,
        "met_by": ids,
        "applies_to": ids,
        "source": [one.source for one in items],
        "certainty": [one.certainty for one in items],
    }
    every: Readable = tr("all cases")
    labels: dict[str, Mapping[str, Readable]] = {
        "domain": domain_words(checklist, items),
        "item": item_words(items),
        "asked": {one.id: one.text for one in items},
        "met_by": {one.id: met_words(one) for one in items},
        "applies_to": {one.id: one.applies or every for one in items},
        "certainty": dict(CERTAINTIES),
    }
    return Table(columns, values, labels=labels, title=tr("Where the items come from"), guard="words")


def met_words(item: Item) -> Readable:
    """Return in words when an item is met."""
    if item.kind == "answer":
        return tr("yes") if item.met == "yes" else tr("no")
    low, high = _amount(item.at_least), _amount(item.at_most)
    if item.at_least is not None and item.at_least == item.at_most:
        return tr("exactly {n}", n=low)
    if item.at_least is None:
        if item.kind == "days" and item.at_most == 1:
            return tr("at most one day")
        return tr("at most {n} days", n=high) if item.kind == "days" else tr("at most {n}", n=high)
    return tr("at least {n}", n=low) if item.at_most is None else tr("{low} to {high}", low=low, high=high)


def _amount(value: float | None) -> Setting | Label | None:
    if value is None:
        return None
    return Setting(int(value)) if float(value).is_integer() else Label(f"{value:g}")
