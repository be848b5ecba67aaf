"""What is said of an outcome among cases that got so far: the difference, its condition, and its doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import numpy as np

from ...base.language import Readable, Setting, tr
from ...base.table import Table
from ...base.types import Counts, Floats
from ...estimate.point_contrasts import Contrasts
from ..declared import Points, Share
from ..formula_words import FormulaWords
from .points import FEW_OUTCOMES, Compared, detectable


def heading_of(reached: Readable, outcome: Readable, supported_by: Literal["among"] | int) -> Readable:
    """Return the heading: an outcome among the cases that got so far, and when support was read."""
    if isinstance(supported_by, str):
        return tr(
            "{outcome} among cases that reached {reached}, by support before it (conditional on having reached it)",
            outcome=outcome,
            reached=reached,
        )
    return tr(
        "{outcome} among cases that reached {reached} after day {day}, by support up to that day (conditional on "
        "having reached it)",
        outcome=outcome,
        reached=reached,
        day=Setting(supported_by),
    )


def question_of(
    support: Readable, reached: Readable, outcome: Readable, supported_by: Literal["among"] | int
) -> Readable:
    """Return what is asked."""
    said = {"support": support, "reached": reached, "outcome": outcome}
    if isinstance(supported_by, str):
        return tr(
            "Of the cases that reached {reached}, did those that had {support} before it more often have the outcome "
            "{outcome}?",
            **said,
        )
    return tr(
        "Of the cases that reached {reached} after day {day}, did those that had {support} by that day more often have "
        "the outcome {outcome}?",
        day=Setting(supported_by),
        **said,
    )


def counts_said(
    units: Counts, came: Counts, support: Readable, reached: Readable, outcome: Readable, supported_by: int | None
) -> Readable:
    """Return how many of both groups had the outcome; support read on a day, or (None) before the stage."""
    said = {
        "reached": reached,
        "support": support,
        "outcome": outcome,
        "n": int(units[0]),
        "came": int(came[0]),
        "share": Share(came[0] / units[0] if units[0] else float("nan")),
        "m": int(units[1]),
        "others": int(came[1]),
        "other": Share(came[1] / units[1] if units[1] else float("nan")),
    }
    if supported_by is None:
        return tr(
            "Among cases that reached {reached} only: of {n} with {support} before it, {came} had the outcome "
            "{outcome} ({share}); of the {m} others, {others} ({other}).",
            **said,
        )
    return tr(
        "Among cases that reached {reached} after day {day} only: of {n} that had {support} by that day, {came} had "
        "the outcome {outcome} ({share}); of the {m} others, {others} ({other}).",
        day=Setting(supported_by),
        **said,
    )


def difference_said(answer: Compared, *, alike: bool, adjust: Sequence[str], level: float) -> tuple[Readable, ...]:
    """Return the difference with its interval, and what data of this size could have shown."""
    found: Contrasts = answer.found[answer.best]
    low, high = float(found.conf_low[0]), float(found.conf_high[0])
    if not np.isfinite(found.estimate[0]):
        return (tr("No comparison can be made: one of the two groups has no case."),)
    if not (np.isfinite(low) and np.isfinite(high)):
        return (
            tr(
                "No interval can be given, so nothing is concluded: in a group all cases or none have the outcome, "
                "or there is one cluster only."
            ),
        )
    said = {
        "share": Share(found.risk[0]),
        "other": Share(found.risk[1]),
        "difference": Points(found.estimate[0]),
        "low": Points(low),
        "high": Points(high),
    }
    if not alike:
        told = tr(
            "The shares differ by {difference} percentage points (interval {low} to {high}); nothing was adjusted for.",
            **said,
        )
    else:
        told = tr(
            "With cases made alike in {adjust}: {share} had all been supported before, {other} had none been; "
            "difference {difference} percentage points (interval {low} to {high}).",
            adjust=[FormulaWords(one) for one in adjust],
            **said,
        )
    return (told, _size(low, high, float(found.std_error[0]), level))


def shown_difference(main: Table, context: Mapping[str, object]) -> tuple[Readable, ...]:
    """Return the difference of what is published, by the estimator that findings speak of."""
    rows = np.flatnonzero(main["estimator"].astype(str) == str(context["best"]))
    if not len(rows):
        return ()
    share, other, difference, low, high, error = (
        float(main[name][rows[0]])
        for name in ("share_supported", "share_not", "estimate", "conf_low", "conf_high", "std_error")
    )
    if not np.isfinite([share, other, difference, low, high]).all():
        return ()
    said = {"difference": Points(difference), "low": Points(low), "high": Points(high)}
    adjust = cast("tuple[Readable, ...]", context["adjust"])
    if not adjust:
        told = tr(
            "The shares differ by {difference} percentage points (interval {low} to {high}); nothing was adjusted for.",
            **said,
        )
    else:
        told = tr(
            "With cases made alike in {adjust}: {share} had all been supported before, {other} had none been; "
            "difference {difference} percentage points (interval {low} to {high}).",
            adjust=list(adjust),
            share=Share(share),
            other=Share(other),
            **said,
        )
    return (told, _size(low, high, error, float(cast(float, context["level"]))))


def _size(low: float, high: float, std_error: float, level: float) -> Readable:
    least = Points(float(detectable(np.array(std_error), level)), signed=False)
    if low <= 0 <= high:
        return tr(
            "Inconclusive: the interval reaches from less to more. Data of this size would probably "
            "show a difference of {least} percentage points or more.",
            least=least,
        )
    return tr(
        "The interval does not include zero. Data of this size would probably show a difference of "
        "{least} percentage points or more.",
        least=least,
    )


def conditional_said(reached: Readable, outcome: Readable) -> Readable:
    """Return of which cases alone the answer speaks."""
    return tr(
        "This is conditional on having reached {reached}: support may also decide which cases get so far, and "
        "those that do with support differ from those that do without. It is not the effect of support on the "
        "outcome {outcome}.",
        reached=reached,
        outcome=outcome,
    )


def time_said(median_days: Floats, reached: Readable) -> Readable:
    """Say that time itself brings supporters, with how long both groups took."""
    return tr(
        "Half of the cases with support took {days} days or more to reach {reached}, half of the others {other}: the "
        "longer a case takes, the likelier it has met its supporters, and quick endings lie on the side without. With "
        "supported_by=90, say, support is read on day 90 among the cases that came there later.",
        days=int(median_days[0]),
        other=int(median_days[1]),
        reached=reached,
    )


def few_note(answer: Compared) -> tuple[Readable, ...]:
    """Say where a group has few cases with the outcome, or few without it."""
    least = int(min(answer.with_outcome.min(), (answer.units - answer.with_outcome).min()))
    if least >= FEW_OUTCOMES:
        return ()
    return (
        tr(
            "In one of the groups fewer than {few} cases have the outcome, or fewer do not have it (least number: "
            "{n}): intervals are rough, and models with many covariates say little.",
            few=Setting(FEW_OUTCOMES),
            n=least,
        ),
    )


def pending_note(pending: int) -> tuple[Readable, ...]:
    """Say how many cases may still come to the outcome."""
    if not pending:
        return ()
    return (
        tr(
            "{n} of these cases are still open and count as without the outcome so far; support_effect and "
            "support_stages allow for that.",
            n=pending,
        ),
    )
