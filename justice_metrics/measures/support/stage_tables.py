"""The tables of stage by stage comparisons, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf
from ...base.language import Readable, Setting, tr, trn
from ...base.table import Column, Table
from ...base.types import Counts, Floats
from ...estimate.point_contrasts import clusters_of
from ..guards import Restrictions, hidden_counts
from .points import ARM_WORDS, ESTIMATOR_WORDS, FEW_CLUSTERS, FEW_OUTCOMES, Compared, detectable

SHOWN: Final = ("as_they_are", "standardised")


class Step(NamedTuple):
    """What followed on the entry into one stage, up to the horizon; supported arm first.

    Attributes
    ----------
    id : str
    words : Readable
    entered : (2,)
        Cases that entered the stage on a known day.
    ended : (2, 2)
        Arm by moved on and lost: cases up to the horizon.
    incidence : (2, 2)
        Arm by moved on and lost, with pending cases censored; NaN where an arm was not observed so long.
    compared : Compared or None
        None where an arm has too few cases, or was not observed so long.
    without_entry : int
        Cases of which only a later stage has a record.
    undated : int
        Cases of which nobody knows since when they were supported.
    uncovered : int
        Cases without a record of something that is adjusted for.
    without_first : int
        Cases without a day of the first stage, left out where days to entering are adjusted for.
    median_days : (2,)
        Median of the days from the first stage to entering this one.
    waits : bool
        Whether these days differ between cases: not at the first stage itself.
    behind : tuple of (restrictions, number)
        The counts that must be large enough before the comparison may be published.
    """

    id: str
    words: Readable
    entered: Counts
    ended: Counts
    incidence: Floats
    compared: Compared | None
    without_entry: int
    undated: int
    uncovered: int
    without_first: int
    median_days: Floats
    waits: bool
    behind: tuple[tuple[Restrictions, float], ...]


def main_table(steps: Sequence[Step], level: float, fixed: Restrictions) -> Table:
    """Return one row per stage and estimator: who moved on in both groups, and the difference.

    ``fixed`` holds for all cases of the question.
    """
    rows = [(step, name) for step in steps for name in _shown(step)]
    found = [step.compared.found[name] if step.compared is not None else None for step, name in rows]
    nan = float("nan")
    errors = np.array([nan if one is None else float(one.std_error[0]) for one in found])
    columns = (
        Column("stage", tr("stage"), "text", "key", "key"),
        Column("estimator", tr("cases compared"), "text", "key", "key"),
        Column("entered_supported", tr("entered it with support"), "units", "count", "count", cell=_cell(fixed, "yes")),
        Column("entered_not", tr("entered it without"), "units", "count", "count", cell=_cell(fixed, "no")),
        Column(
            "moved_supported",
            tr("moved on, with support"),
            "units",
            "count",
            "count",
            cell=_cell(fixed, "yes", "moved on"),
        ),
        Column("moved_not", tr("moved on, without"), "units", "count", "count", cell=_cell(fixed, "no", "moved on")),
        Column("share_supported", tr("share that moved on, with support"), "share", "estimate", "probability"),
        Column("share_not", tr("share that moved on, without"), "share", "estimate", "probability"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        Column("detectable", tr("smallest difference that the data could show"), "points", "estimate", "difference"),
    )
    values = {
        "stage": [step.id for step, _ in rows],
        "estimator": [name for _, name in rows],
        "entered_supported": np.array([step.entered[0] for step, _ in rows], np.int64),
        "entered_not": np.array([step.entered[1] for step, _ in rows], np.int64),
        "moved_supported": np.array([step.ended[0, 0] for step, _ in rows], np.int64),
        "moved_not": np.array([step.ended[1, 0] for step, _ in rows], np.int64),
        "share_supported": np.array([nan if one is None else float(one.risk[0]) for one in found]),
        "share_not": np.array([nan if one is None else float(one.risk[1]) for one in found]),
        "estimate": np.array([nan if one is None else float(one.estimate[0]) for one in found]),
        "conf_low": np.array([nan if one is None else float(one.conf_low[0]) for one in found]),
        "conf_high": np.array([nan if one is None else float(one.conf_high[0]) for one in found]),
        "std_error": errors,
        "detectable": detectable(errors, level),
    }
    labels = {"stage": {one.id: one.words for one in steps}, "estimator": ESTIMATOR_WORDS}
    return Table(
        columns,
        values,
        labels=labels,
        title=tr("Who moved on"),
        guard="model",
        cells=hidden_counts((({**fixed, **restricts}, number) for step in steps for restricts, number in step.behind)),
    )


def _cell(fixed: Restrictions, supported: str, left: str = "") -> CellOf:
    own: dict[str, tuple[str, ...]] = {"entered {stage} on a known day, supported": (supported,)}
    return CellOf(fixed={**fixed, **own, **({"how {stage} was left": (left,)} if left else {})})


def stage_counts_behind(
    stage: str, entered: Counts, ended: Counts, levels: Sequence[tuple[Restrictions, Counts]]
) -> tuple[tuple[Restrictions, float], ...]:
    """Return the counts that must be large enough at a stage: entered (2,), moved on and lost (2, 2), by level (2,)."""
    entering, left = f"entered {stage} on a known day, supported", f"how {stage} was left"
    found: list[tuple[Restrictions, float]] = []
    for arm, side in enumerate(("yes", "no")):
        own: Restrictions = {entering: (side,)}
        rest = ("ended there", "still there")
        found += [
            (own, float(entered[arm])),
            ({**own, left: ("moved on",)}, float(ended[arm, 0])),
            ({**own, left: rest}, float(entered[arm] - ended[arm, 0])),
            *(({**own, **at}, float(counts[arm])) for at, counts in levels),
        ]
    return tuple(found)


def _shown(step: Step) -> tuple[str, ...]:
    there = SHOWN if step.compared is None else tuple(one for one in SHOWN if one in step.compared.found)
    return there if step.compared is not None else there[:1]


def endings_table(steps: Sequence[Step]) -> Table:
    """Return one row per stage and group: how the stage was left up to the horizon."""
    columns = (
        Column("stage", tr("stage"), "text", "key", "key"),
        Column("arm", tr("support"), "text", "key", "key"),
        Column("entered", tr("entered the stage"), "units", "count", "count"),
        Column("median_days", tr("median days from the first stage to entering it"), "days", "estimate", "quantile"),
        Column("moved_on", tr("moved on up to the horizon"), "units", "count", "count"),
        Column("lost", tr("ended there up to the horizon"), "units", "count", "count"),
        Column("still_there", tr("still there, or observed a shorter time"), "units", "count", "count"),
        Column("share_moved_on", tr("share that moved on"), "share", "estimate", "probability"),
        Column("share_lost", tr("share that ended there"), "share", "estimate", "probability"),
        Column("share_still_there", tr("share still there"), "share", "estimate", "probability"),
    )
    rows = [(step, arm) for step in steps for arm in range(2)]
    moved = np.array([float(step.incidence[arm, 0]) for step, arm in rows])
    lost = np.array([float(step.incidence[arm, 1]) for step, arm in rows])
    values = {
        "stage": [step.id for step, _ in rows],
        "arm": [list(ARM_WORDS)[arm] for _, arm in rows],
        "entered": np.array([step.entered[arm] for step, arm in rows], np.int64),
        "median_days": np.array([float(step.median_days[arm]) for step, arm in rows]),
        "moved_on": np.array([step.ended[arm, 0] for step, arm in rows], np.int64),
        "lost": np.array([step.ended[arm, 1] for step, arm in rows], np.int64),
        "still_there": np.array([step.entered[arm] - step.ended[arm].sum() for step, arm in rows], np.int64),
        "share_moved_on": moved,
        "share_lost": lost,
        "share_still_there": np.maximum(1 - moved - lost, 0.0),
    }
    labels = {"stage": {one.id: one.words for one in steps}, "arm": ARM_WORDS}
    return Table(columns, values, labels=labels, title=tr("How the stages were left"), guard="internal")


def stage_notes(
    steps: Sequence[Step], cluster: str | None, adjust: tuple[str, ...], *, by_days: bool
) -> tuple[Readable, ...]:
    """Return what a reader must know of the stages."""
    notes: list[Readable] = [
        tr(
            "Support that started after the day of entering a stage counts as none at that stage, also where it "
            "started soon after."
        )
    ]
    unseen = [(step.words, step.without_entry) for step in steps if step.without_entry]
    if unseen:
        notes.append(
            tr(
                "Of some cases only a later stage has a record, so that the day of entering is not known and they are "
                "left out: {stages}.",
                stages=[tr("{stage} ({n})", stage=words, n=n) for words, n in unseen],
            )
        )
    undated = [(step.words, step.undated) for step in steps if step.undated]
    if undated:
        notes.append(
            tr(
                "Of some cases nobody knows since when they were supported, and they are left out: {stages}.",
                stages=[tr("{stage} ({n})", stage=words, n=n) for words, n in undated],
            )
        )
    without = [(step.words, step.uncovered) for step in steps if step.uncovered]
    if without:
        notes.append(
            tr(
                "Of some cases something that is adjusted for is not recorded, and they are left out: {stages}.",
                stages=[tr("{stage} ({n})", stage=words, n=n) for words, n in without],
            )
        )
    unopened = [(step.words, step.without_first) for step in steps if step.without_first]
    if unopened:
        notes.append(
            tr(
                "Of some cases the day of the first stage is not known, so neither are the days to entering, and they "
                "are left out: {stages}.",
                stages=[tr("{stage} ({n})", stage=words, n=n) for words, n in unopened],
            )
        )
    if not adjust and by_days and any(one.waits for one in steps):
        notes.append(
            tr("Besides the days to entering, nothing was adjusted for: the two groups may differ in everything else.")
        )
    elif not adjust or any(one.compared is not None and one.compared.model is None for one in steps):
        notes.append(tr("Nothing was adjusted for: the two groups may differ in everything else."))
    separated = [one.words for one in steps if one.compared and one.compared.model and one.compared.model.separated]
    if separated:
        notes.append(
            tr(
                "At some stages the covariates tell without exception who moved on, so that the model has no limit: "
                "{stages}. Name fewer or coarser covariates.",
                stages=separated,
            )
        )
    few = [one.words for one in steps if one.compared is not None and _least(one) < FEW_OUTCOMES]
    if few:
        notes.append(
            tr(
                "At some stages fewer than {few} cases of a group moved on, or did not: {stages}. Intervals are rough "
                "there.",
                few=Setting(FEW_OUTCOMES),
                stages=few,
            )
        )
    if cluster is None:
        notes.append(
            tr("No cluster was named: the interval takes cases as independent, which cases of one court are not.")
        )
    elif steps:
        notes += _few_clusters(steps)
    return tuple(notes)


def _least(step: Step) -> int:
    return int(min(step.ended[:, 0].min(), (step.entered - step.ended[:, 0]).min()))


def _few_clusters(steps: Sequence[Step]) -> list[Readable]:
    seen = [clusters_of(one.compared.cells) for one in steps if one.compared is not None]
    least = min(seen, default=FEW_CLUSTERS)
    if least >= FEW_CLUSTERS:
        return []
    return [
        trn(
            "At some stage there is only {n} cluster: an error that allows for clusters is rough, and rather too "
            "small.",
            "At some stage there are only {n} clusters: an error that allows for clusters is rough, and rather too "
            "small.",
            least,
        )
    ]
