"""Supported and other cases compared on an outcome at one point: how they are made alike, and what stands in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.language import Message, Readable, tr, trn
from ...base.types import Counts, Flags, Floats
from ...estimate.limits import normal_quantile
from ...estimate.point_balance import Overlap, PointBalance, overlap, point_balance
from ...estimate.point_contrasts import Contrasts, clusters_of, contrasts
from ...estimate.point_effects import (
    ArmMeans,
    OutcomeModel,
    PointCells,
    Scores,
    Weights,
    crude,
    doubly_robust,
    fit_outcome,
    fit_scores,
    g_computation,
    inverse_weights,
    weighted_means,
)
from ..regression_tables import Ratio
from .data import SupportData

# With this probability a difference of the size called detectable would be shown.
POWER: Final = 0.8
# A sandwich error over fewer clusters is known to be too small.
FEW_CLUSTERS: Final = 20
# Fewer cases with the outcome, or without it, in an arm, and formulas for large samples are stretched.
FEW_OUTCOMES: Final = 10
AS_NUMBER: Final = "–"

ARM_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {"supported": tr("supported before"), "not_supported": tr("not supported before")}
)
ESTIMATOR_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "as_they_are": tr("as they are, not made alike"),
        "standardised": tr("standardised (outcome model)"),
        "weighted": tr("weighted (model of support)"),
        "doubly_robust": tr("both models (doubly robust)"),
    }
)


class Compared(NamedTuple):
    """Both arms compared in every way; the models are None where nothing is adjusted for.

    Attributes
    ----------
    cells : PointCells
    found : mapping of str to Contrasts
        By estimator, in the order of ``ESTIMATOR_WORDS``.
    model : OutcomeModel or None
    scores : Scores or None
    weights : Weights or None
    """

    cells: PointCells
    found: Mapping[str, Contrasts]
    model: OutcomeModel | None
    scores: Scores | None
    weights: Weights | None

    @property
    def best(self) -> str:
        """The estimator that findings speak of."""
        return "doubly_robust" if "doubly_robust" in self.found else "as_they_are"

    @property
    def units(self) -> Counts:
        """Cases in each arm, supported first; (2,)."""
        counted: Counts = (self.cells.arms @ self.cells.n).astype(np.int64)
        return counted

    @property
    def with_outcome(self) -> Counts:
        """Cases with the outcome in each arm, (2,); of a 0/1 outcome."""
        counted: Counts = (self.cells.arms @ (self.cells.n * (self.cells.outcome == 1))).astype(np.int64)
        return counted


def point_cells(data: SupportData, exposed: Flags, outcome: Floats) -> PointCells:
    """Return the cells of histories with an exposure and an outcome at one point."""
    cells = data.histories
    return PointCells(cells.pattern, exposed, outcome, cells.n, cells.weight, cells.cluster)


def compared(cells: PointCells, design: Floats, *, truncate: float | None, level: float) -> Compared:
    """Compare both arms as they are and, where there are covariates, standardised, weighted, and by both models."""

    def told(means: ArmMeans) -> Contrasts:
        return contrasts(cells, means, confidence_level=level)

    found = {"as_they_are": told(crude(cells))}
    if not design.shape[1] or (cells.arms @ cells.mass <= 0).any():
        return Compared(cells, found, None, None, None)
    model, scores = fit_outcome(cells, design), fit_scores(cells, design)
    weights = inverse_weights(cells, scores, truncate=truncate)
    found["standardised"] = told(g_computation(cells, model))
    found["weighted"] = told(weighted_means(cells, weights, scores))
    found["doubly_robust"] = told(doubly_robust(cells, model, weights, scores))
    return Compared(cells, found, model, scores, weights)


class Likeness(NamedTuple):
    """Balance of N attributes and levels, and overlap of the scores."""

    attribute: tuple[str, ...]
    level: tuple[str, ...]
    balance: PointBalance
    overlap: Overlap


def likeness(of: Compared, data: SupportData) -> Likeness | None:
    """Return how alike both arms are in what was adjusted for; None where nothing was."""
    if of.weights is None or of.scores is None:
        return None
    names: list[str] = []
    levels: list[str] = []
    columns: list[Floats] = []
    for name, covariate in data.histories.covariates.items():
        if covariate.levels is None:
            names.append(name)
            levels.append(AS_NUMBER)
            columns.append(np.asarray(covariate.values, dtype=np.float64))
            continue
        for code, level in enumerate(covariate.levels):
            names.append(name)
            levels.append(level)
            columns.append((covariate.values == code).astype(np.float64))
    table = np.stack(columns, axis=1)
    return Likeness(
        tuple(names),
        tuple(levels),
        point_balance(of.cells, table, of.weights),
        overlap(of.cells, of.scores, of.weights),
    )


def detectable(std_error: Floats, level: float) -> Floats:
    """Return the smallest difference that data with this error would probably show."""
    return (normal_quantile(level) + normal_quantile(2 * POWER - 1)) * std_error


def doubts(of: Compared, alike: Likeness | None, *, cluster: str | None, truncate: float | None) -> list[Readable]:
    """Return what a reader must know of models, weights and clusters."""
    said: list[Readable] = []
    clusters = clusters_of(of.cells)
    if cluster is None:
        said.append(
            tr("No cluster was named: the interval takes cases as independent, which cases of one court are not.")
        )
    elif clusters < FEW_CLUSTERS:
        said.append(
            trn(
                "Only {n} cluster: an error that allows for clusters is rough, and rather too small.",
                "Only {n} clusters: an error that allows for clusters is rough, and rather too small.",
                clusters,
            )
        )
    if of.model is None:
        said.append(tr("Nothing was adjusted for: the two groups may differ in everything else."))
    elif of.model.separated:
        said.append(
            tr(
                "The outcome model is separated: some covariates tell the outcome of their cases without exception, so "
                "that its ratios have no limit. Name fewer or coarser covariates."
            )
        )
    if of.scores is not None and of.scores.separated:
        said.append(
            tr(
                "For some covariates all cases were supported, or none: what the other would have brought "
                "there is made "
                "by the outcome model alone."
            )
        )
    if alike is not None:
        said += _of_weights(of, alike, truncate)
    return said


def _of_weights(of: Compared, alike: Likeness, truncate: float | None) -> list[Readable]:
    said: list[Readable] = []
    seen, units = alike.overlap, of.units
    if seen.extreme:
        said.append(
            trn(
                "{n} case would by its covariates hardly ever, or almost always, be supported (probability below 2.5 % "
                "or above 97.5 %): about it these data tell little.",
                "{n} cases would by their covariates hardly ever, or almost always, be supported "
                "(probability below 2.5 % or above 97.5 %): about them these data tell little.",
                seen.extreme,
            )
        )
    said.append(
        tr(
            "After weighting, the {n} supported cases tell as much as {effective} would, and the {m} others "
            "as {other}; largest weight {largest} (1 is the mean).",
            n=int(units[0]),
            effective=round(float(np.nan_to_num(seen.effective[0]))),
            m=int(units[1]),
            other=round(float(np.nan_to_num(seen.effective[1]))),
            largest=Ratio(float(seen.largest.max())),
        )
    )
    if truncate is not None and of.weights is not None:
        said.append(
            trn(
                "The weight of {n} case was cut: less chance, some bias.",
                "The weights of {n} cases were cut: less chance, some bias.",
                int(of.cells.n[of.weights.cut].sum()),
            )
        )
    left = np.abs(alike.balance.weighted_difference)
    worst = float(left[np.isfinite(left)].max(initial=0.0))
    if worst > 0.1:
        said.append(
            tr(
                "After weighting the groups still differ by up to {worst} standard deviations: the model of "
                "support does not make them alike.",
                worst=Ratio(worst),
            )
        )
    return said
