"""What an emulation tells about itself: its weights, its start model, and where cases of both sorts are lacking."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .emulation_fold import Folded, Kinds
from .emulation_run import Run, weighted_quantile
from .start_model import start_errors

PROBABILITIES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


class Weights(NamedTuple):
    """Weights by arm, of clones that never depart from their strategy (final weights).

    Attributes
    ----------
    smallest, mean, largest : (2,)
    probabilities : (Q,)
    quantiles : (2, Q)
    clones : (2,)
        Mass of these clones.
    effective : (2,)
        As many cases of one weight would tell as much: (sum w)^2 / sum w^2.
    caps : (2,)
        Where weights were cut; inf where they were not.
    """

    smallest: Floats
    mean: Floats
    largest: Floats
    probabilities: Floats
    quantiles: Floats
    clones: Floats
    effective: Floats
    caps: Floats


class StartModel(NamedTuple):
    """The fitted hazard of starting support.

    Attributes
    ----------
    firsts : (J,)
        First day of each interval.
    intervals : (J,)
        Log odds per day at columns of 0; -inf where nobody starts.
    coefficients, std_errors : (p + milestones,)
        Log odds ratios of the baseline columns, then of the milestones; errors as if person-days were independent.
    kinds : Kinds
        M kinds of cases.
    hazard, starts, person_days : (M, J)
    converged : bool
    """

    firsts: Counts
    intervals: Floats
    coefficients: Floats
    std_errors: Floats
    kinds: Kinds
    hazard: Floats
    starts: Floats
    person_days: Floats
    converged: bool


class Overlap(NamedTuple):
    """Whether the data hold both: cases that start, and cases that do not.

    Attributes
    ----------
    cells : int
        Cells of the start model (kind and interval) with person-days.
    without_starts : int
        Of them, in which nobody starts.
    share_without_starts : float
        Of the person-days, in such cells.
    without_waiting : int
        Cells in which nobody waits on.
    chance : (C,)
        Of each case, the chance by the model of starting within g if it stays open and reaches no milestone.
    """

    cells: int
    without_starts: int
    share_without_starts: float
    without_waiting: int
    chance: Floats


def weight_summary(folded: Folded, once: Run) -> Weights:
    """Describe the final weights."""
    whole = once.weights * folded.mass
    stay = once.weights > 0
    mass = np.where(stay, folded.mass, 0)
    clones, total, squares = mass.sum(axis=1), whole.sum(axis=1), (whole * once.weights).sum(axis=1)
    known = clones > 0
    return Weights(
        smallest=np.where(known, np.where(stay, once.weights, np.inf).min(axis=1, initial=np.inf), np.nan),
        mean=np.where(known, total / np.where(known, clones, 1), np.nan),
        largest=np.where(known, once.weights.max(axis=1, initial=0), np.nan),
        probabilities=np.array(PROBABILITIES),
        quantiles=np.array([[weighted_quantile(w, folded.mass, p) for p in PROBABILITIES] for w in once.weights]),
        clones=clones,
        effective=np.where(known, total**2 / np.where(squares > 0, squares, 1), 0),
        caps=once.caps,
    )


def start_model(folded: Folded, once: Run) -> StartModel:
    """Tell the fit with the counts behind it."""
    everybody = np.ones(folded.units)
    person_days = folded.drawn(folded.person_days, everybody)
    return StartModel(
        folded.firsts,
        once.fit.intervals,
        once.fit.coefficients,
        start_errors(once.fit, person_days, folded.kinds.columns),
        folded.kinds,
        once.fit.hazard,
        folded.drawn(folded.starts, everybody),
        person_days,
        once.fit.converged,
    )


def overlap(folded: Folded, once: Run, pattern: Counts, design: Floats, grace: int) -> Overlap:
    """Count cells in which nobody starts, or nobody waits on; ``grace`` is g + 1."""
    everybody = np.ones(folded.units)
    starts, person_days = (folded.drawn(table, everybody) for table in (folded.starts, folded.person_days))
    seen = person_days > 0
    none = seen & (starts == 0)
    everyone = seen & (person_days - starts <= 1e-9 * person_days)
    lengths = np.diff(np.append(folded.firsts, grace))
    slope = design @ once.fit.coefficients[: design.shape[1]]
    waits = np.logaddexp(0, once.fit.intervals + slope[:, None]) @ lengths
    return Overlap(
        cells=int(seen.sum()),
        without_starts=int(none.sum()),
        share_without_starts=float(person_days[none].sum() / max(person_days.sum(), 1e-300)),
        without_waiting=int(everyone.sum()),
        chance=-np.expm1(-waits[pattern]),
    )
