"""Regressions in sentences and drawings made of their tables alone, so that published ones are told in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING, cast

import numpy as np

from ..base.language import Language, Readable, tr
from ..base.result import Result, context_of
from ..base.table import Table
from .declared import Share
from .regression_fits import forest_of
from .regression_tables import Terms, pace_sentences, share_sentences

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def paces_told(shown: Result) -> tuple[Readable, ...]:
    """Return what the hazard ratios of each outcome rest on, as far as that is shown, and one sentence per ratio."""
    said: list[Readable] = []
    terms, words = asked_of(shown)
    for outcome, of in words.items():
        said += [*_base(shown, outcome, of), *pace_sentences(shown.main, terms, outcome, of)]
    return tuple(said)


def shares_compared(shown: Result) -> tuple[Readable, ...]:
    """Return one sentence per subdistribution hazard ratio."""
    terms, words = asked_of(shown)
    return tuple(one for outcome, of in words.items() for one in share_sentences(shown.main, terms, outcome, of))


def shares_told(shown: Result) -> tuple[Readable, ...]:
    """Return from where to where standardised shares reach, for the first outcome."""
    if "adjusted" not in shown.tables:
        return ()
    context = context_of(shown)
    apart = cast(Set[str], context["apart"])
    return tuple(share_ranges(shown.tables["adjusted"], str(context["outcome"]), asked_of(shown)[1], apart=apart))


def share_ranges(adjusted: Table, outcome: str, words: Mapping[str, Readable], *, apart: Set[str]) -> list[Readable]:
    """Say, for one outcome, from where to where standardised shares reach between the levels of each term.

    Of a term in ``apart`` nothing is said: the share of a level whose ratio cannot be given cannot be given either.
    """
    said: list[Readable] = []
    last = adjusted["days"].max(initial=0) if len(adjusted) else 0
    for term in dict.fromkeys(adjusted["term"].tolist()):
        rows = np.flatnonzero(
            (adjusted["term"] == term) & (adjusted["outcome"] == outcome) & (adjusted["days"] == last)
        )
        estimate = adjusted["estimate"][rows].astype(np.float64)
        if term in apart or len(rows) < 2 or not np.isfinite(estimate).all():
            continue
        low, high = rows[int(estimate.argmin())], rows[int(estimate.argmax())]
        said.append(
            tr(
                "With the other covariates made alike, {outcome} within {days} days ranges over {term} from {low} "
                "({level_low}) to {high} ({level_high}).",
                outcome=words[outcome],
                days=int(last),
                term=adjusted.labels["term"][term],
                low=Share(float(adjusted["estimate"][low])),
                level_low=adjusted.labels["level"][str(adjusted["level"][low])],
                high=Share(float(adjusted["estimate"][high])),
                level_high=adjusted.labels["level"][str(adjusted["level"][high])],
            )
        )
    return said


def ratios_drawn(
    shown: Result,
    axis: Callable[[Readable], tuple[Readable, Readable, Readable]],
    *,
    language: Language,
    ax: Axes | None,
) -> Axes | None:
    """Draw the ratios of the first outcome as a forest plot; ``axis`` gives the words of what lies where."""
    if not len(shown.main) or not np.isfinite(shown.main["estimate"].astype(np.float64)).any():
        return None
    _, words = asked_of(shown)
    outcome = str(context_of(shown)["outcome"])
    return forest_of(shown.main, outcome, axis(words[outcome]), language=language, ax=ax)


def asked_of(shown: Result) -> tuple[Terms, Mapping[str, Readable]]:
    """Return how the ratios are read, and the words of the outcomes, of an answer or of what is published of it."""
    context = context_of(shown)
    return cast(Terms, context["terms"]), cast("Mapping[str, Readable]", context["words"])


def _base(shown: Result, outcome: str, of: Readable) -> tuple[Readable, ...]:
    """Return how many units and endings the ratios rest on, where both are shown."""
    fit = shown.tables.get("fit")
    if fit is None:
        return ()
    for row in np.flatnonzero(fit["outcome"].astype(str) == outcome):
        units, events = float(fit["at_risk"][row]), float(fit["events"][row])
        if np.isfinite(units) and np.isfinite(events):
            return (
                tr(
                    "{units} units, of which {events} came to {outcome}.",
                    units=int(units),
                    events=int(events),
                    outcome=of,
                ),
            )
    return ()
