"""Tables of how well registers were linked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.levels import ALL, LEVEL_WORDS
from ...base.table import Column, Table
from ...cases.linkage.linked import LinkedRegisters
from ...cases.linkage.review import BANDS, Reviewed
from ...estimate.linkage_review import Judged, reviewed_precision, reviewed_recall
from ...estimate.proportion import wilson
from ...reduce.linked import GROUPS, PairCounts, found_in, group_pairs
from ..declared import interval_columns

GROUP_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "all": LEVEL_WORDS[ALL],
        "two_surnames": tr("two surnames recorded"),
        "one_surname": tr("one surname recorded, or none"),
        "birth_to_the_day": tr("date of birth recorded to the day"),
        "birth_coarse": tr("date of birth not recorded to the day"),
    }
)
MEASURES: Final[Mapping[str, Readable]] = MappingProxyType(
    {"precision": tr("accepted pairs that are one person"), "recall": tr("pairs of one person that are accepted")}
)
FAULTS: Final[Mapping[str, Readable]] = MappingProxyType(
    {"precision": tr("wrong links, of the accepted pairs"), "recall": tr("missed links, of the pairs of one person")}
)
BASES: Final[Mapping[str, Readable]] = MappingProxyType(
    {"model": tr("by the model"), "review": tr("by the pairs that a person looked at")}
)


# Pairs of records, of which a person can have several.
_PAIRS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"unit": ("pairs of records",), "{measure} {basis} from {threshold}": ("yes",)}
)


def main_table(
    thresholds: Sequence[float], counted: Sequence[PairCounts], reviewed: Reviewed | None, confidence_level: float
) -> Table:
    """Lay out precision and recall, by the model and by a review."""
    rows: list[tuple[float, str, str, float, float, Judged]] = []
    for threshold, found in zip(thresholds, counted, strict=True):
        true = found.expected_true
        for measure, base in (("precision", float(found.accepted)), ("recall", found.expected_all)):
            share = true / base if base > 0 else np.nan
            rows.append((threshold, measure, "model", true, base, Judged(share, np.nan, np.nan)))
        if reviewed is None:
            continue
        inside = reviewed.low >= threshold - 1e-9
        known = any(abs(threshold - one) < 1e-9 for one in BANDS)
        for measure, judge in (("precision", reviewed_precision), ("recall", reviewed_recall)):
            judged = (
                judge(reviewed.pairs, reviewed.looked_at, reviewed.same, inside, confidence_level)
                if known
                else Judged(np.nan, np.nan, np.nan)
            )
            # Numbers of pairs that the sample stands for, so that they make the share.
            base = float(reviewed.pairs[inside].sum() if measure == "precision" else reviewed.expected_same.sum())
            same = judged.estimate * base
            rows.append((threshold, measure, "review", same, base, judged))
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("measure", tr("measure"), "text", "key", "key"),
        Column("basis", tr("judged"), "text", "key", "key"),
        Column(
            "numerator",
            tr("pairs that fit"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed={**_PAIRS, "fits": ("yes",)}),
        ),
        Column("denominator", tr("of"), "units", "count", "count", cell=CellOf(fixed=_PAIRS)),
        *(
            Column(
                one.name, one.meaning, one.unit, one.role, "coefficient", 2, of=Of(inputs=("numerator", "denominator"))
            )
            for one in interval_columns()
        ),
    )
    values = {
        "threshold": np.array([one[0] for one in rows]),
        "measure": np.array([one[1] for one in rows], dtype=object),
        "basis": np.array([one[2] for one in rows], dtype=object),
        "numerator": np.rint(np.nan_to_num([one[3] for one in rows])).astype(np.int64),
        "denominator": np.rint(np.nan_to_num([one[4] for one in rows])).astype(np.int64),
        "estimate": np.array([one[5].estimate for one in rows]),
        "conf_low": np.array([one[5].conf_low for one in rows]),
        "conf_high": np.array([one[5].conf_high for one in rows]),
    }
    return Table(columns, values, labels={"measure": MEASURES, "basis": BASES}, title=tr("Wrong and missed links"))


def found_table(linked: LinkedRegisters, thresholds: Sequence[float], confidence_level: float) -> Table:
    """Lay out who of the first register is found in each other one."""
    others = linked.names[1:]
    found = [found_in(linked, one) for one in thresholds]
    shape = (len(thresholds), len(others), len(GROUPS))
    numerator = np.array([one.found.T for one in found]).reshape(shape)
    expected = np.array([one.expected.T for one in found]).reshape(shape)
    denominator = np.broadcast_to(np.array([one.records for one in found])[:, None, :], shape)
    shares = wilson(numerator.ravel(), denominator.ravel(), confidence_level)
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("register", tr("register"), "text", "key", "key"),
        Column("group", tr("group"), "text", "key", "key"),
        Column("numerator", tr("found there"), "units", "count", "count"),
        Column("denominator", tr("records of the first register"), "units", "count", "count"),
        *interval_columns(decimals=1),
        Column("expected", tr("found, by the probabilities"), "share", "estimate", "share"),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        by_model = expected.ravel() / denominator.ravel()
    values = {
        "threshold": np.repeat(np.array(thresholds, dtype=float), shape[1] * shape[2]),
        "register": np.array([one for one in others for _ in GROUPS] * shape[0], dtype=object),
        "group": np.array(list(GROUPS) * (shape[0] * shape[1]), dtype=object),
        "numerator": numerator.ravel(),
        "denominator": denominator.ravel(),
        "estimate": shares.estimate,
        "conf_low": shares.conf_low,
        "conf_high": shares.conf_high,
        "expected": by_model,
    }
    # The groups at one threshold are enough to see whose links are missed; all together stand at each.
    shown = (values["group"] == ALL) | (values["threshold"] == thresholds[len(thresholds) // 2])
    values = {name: held[shown] for name, held in values.items()}
    return Table(
        columns, values, labels={"group": GROUP_WORDS}, title=tr("Who is found in each register"), guard="internal"
    )


def missed_table(linked: LinkedRegisters, thresholds: Sequence[float]) -> Table:
    """Lay out which share of the true pairs is not accepted, by group."""
    found = [group_pairs(linked, one) for one in thresholds]
    whole = np.array([one.expected_all for one in found]).ravel()
    lacking = np.maximum(whole - np.array([one.expected_accepted for one in found]).ravel(), 0.0)
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("group", tr("group"), "text", "key", "key"),
        Column("numerator", tr("missed, by the probabilities"), "units", "count", "count"),
        Column("denominator", tr("pairs of one person, by the probabilities"), "units", "count", "count"),
        Column("estimate", tr("share missed at least"), "share", "estimate", "share", 2),
    )
    values = {
        "threshold": np.repeat(np.array(thresholds, dtype=float), len(GROUPS)),
        "group": np.array(list(GROUPS) * len(thresholds), dtype=object),
        "numerator": np.rint(lacking).astype(np.int64),
        "denominator": np.rint(whole).astype(np.int64),
        "estimate": np.divide(lacking, whole, out=np.full(len(whole), np.nan), where=whole > 0),
    }
    return Table(
        columns,
        values,
        labels={"group": GROUP_WORDS},
        title=tr("Missed links by group among compared pairs, by the model"),
        guard="internal",
    )


def pairs_table(thresholds: Sequence[float], counted: Sequence[PairCounts]) -> Table:
    """Lay out pairs and persons."""
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("accepted", tr("accepted pairs"), "units", "count", "count"),
        Column("implied", tr("pairs that only a third record links"), "units", "count", "count"),
        Column("persons", tr("persons"), "units", "count", "count"),
        Column("largest", tr("records of the person with most"), "units", "count", "count"),
    )
    values = {
        "threshold": np.array(thresholds, dtype=float),
        **{
            name: np.array([getattr(one, name) for one in counted], dtype=np.int64)
            for name in ("accepted", "implied", "persons", "largest")
        },
    }
    return Table(columns, values, title=tr("Pairs and persons"), guard="internal")
