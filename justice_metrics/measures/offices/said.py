"""What is said of compared offices: whether they differ at all, and what a reader must know."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...base.language import Readable, Setting, tr, trn
from ..declared import Points, PValue
from .answer import OfficeAnswer

# Level of the test before it is said that offices differ.
DIFFER_LEVEL: Final = 0.05


def differ_words(answer: OfficeAnswer) -> list[Readable]:
    """Say that offices differ more than chance makes them only where the test of it says so."""
    if not np.isfinite(answer.p_value):
        return []
    p = PValue(answer.p_value, equals=True)
    if answer.p_value > DIFFER_LEVEL:
        return [
            tr(
                "All offices together differ no more than chance may make them (test of equal shares: p {p}).",
                p=p,
            )
        ]
    if answer.spread > 0:
        return [
            tr(
                "Offices differ more than chance makes them (test of equal shares: p {p}): their true shares have "
                "a standard deviation of about {points} points.",
                p=p,
                points=Points(answer.spread, signed=False),
            )
        ]
    return [
        tr(
            "Offices differ more than chance makes them (test of equal shares: p {p}), by a few of them: the others "
            "do not.",
            p=p,
        )
    ]


def office_notes(answer: OfficeAnswer, minimum: int, within_days: int | None) -> list[Readable]:
    """Return what a reader of the answer must know."""
    said: list[Readable] = []
    if answer.small:
        said.append(
            trn(
                "{n} office has fewer than {minimum} cases: it is shown and not ranked.",
                "{n} offices have fewer than {minimum} cases: they are shown and not ranked.",
                answer.small,
                minimum=Setting(minimum),
            )
        )
    if answer.too_few:
        said.append(tr("So few offices do not tell how much offices differ; the limits allow for chance only."))
    if answer.adjusted:
        said.append(
            tr(
                "Observed over expected compares each office with all offices on its own mix of cases; two offices' "
                "ratios are not compared with each other."
            )
        )
    said.append(
        tr(
            "Offices may differ in what is not recorded or not adjusted for; outside the funnel is a reason to ask, "
            "not a verdict."
        )
    )
    silent = answer.counted.silent
    if silent:
        said.append(
            trn(
                "{n} office has periods without numbers; its share is that of the others.",
                "{n} offices have periods without numbers; their shares are those of the others.",
                silent,
            )
        )
    if within_days is None:
        said.append(tr("Numerator and denominator are counts of one period: they are not followed cases."))
    return said
