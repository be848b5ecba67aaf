"""Does one ratio hold for all time? Tables and drawings that let a reader judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import Language, Readable, format_number, tr
from ..base.table import Column, Table
from ..base.types import Counts, Floats, Tallies
from ..estimate.cox import CoxFit
from ..estimate.cox_proportional import schoenfeld_residuals
from ..estimate.curves import kaplan_meier
from ..estimate.risk import at_risk
from ..estimate.smooth import smooth_line
from ..figures.diagnostics import log_log_curves, residuals_over_time
from .regression_model import Coefficients, Prepared
from .regression_tables import labels_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A point of a figure stands for at least so many endings, and a figure has at most about so many points.
_LEAST_EVENTS: Final = 10
_MOST_POINTS: Final = 60
# Days between the first and the last point on which the smooth line is drawn.
_GRID: Final = 41


def residual_table(
    made: Prepared,
    fits: Sequence[tuple[Coefficients, CoxFit]],
    words: Mapping[str, Readable],
    *,
    confidence_level: float,
) -> Table:
    """Return scaled Schoenfeld residuals in groups of endings that follow each other, and a smooth line."""
    found: dict[str, list[object]] = {name: [] for name in _RESIDUALS}
    for one, fit in fits:
        if one.unsteady.any() or not fit.converged or fit.model.ridge.any():
            continue
        made_of = schoenfeld_residuals(fit)
        order = np.argsort(made_of.day, kind="stable")
        mean_weight = float(fit.model.sets.mass.sum() / fit.model.sets.events.sum())
        events = made_of.events[order]
        group = _in_groups(events, max(_LEAST_EVENTS, -(-int(events.sum()) // _MOST_POINTS)))
        n = np.bincount(group, weights=events)
        for place, column in enumerate(made.design.columns):
            # In R, and in the kernel, the distance from the coefficient shrinks as the scale of the weights grows.
            apart = made_of.residuals[order, place] - fit.coefficients[place]
            residual = fit.coefficients[place] + mean_weight * apart
            if not fit.estimable[place] or np.isnan(residual).any():
                continue
            day = np.bincount(group, weights=events * made_of.day[order]) / n
            mean = np.bincount(group, weights=events * residual) / n
            grid = np.unique(np.concatenate([day, np.linspace(day[0], day[-1], _GRID)]))
            line = smooth_line(
                made_of.day[order].astype(np.float64),
                residual,
                events,
                grid,
                variance=np.nan if made.spells.sampling.weighted else float(made_of.variance[place]),
                confidence_level=confidence_level,
            )
            keys = (one.outcome, column.term, column.level)
            points = {float(one): (int(count), value) for one, count, value in zip(day, n, mean, strict=True)}
            for at in range(len(grid)):
                count, value = points.get(float(grid[at]), (0, np.nan))
                numbers = (grid[at], count, value, line.estimate[at], line.conf_low[at], line.conf_high[at])
                for name, value in zip(_RESIDUALS, (*keys, *numbers, one.estimate[place]), strict=True):
                    found[name].append(value)
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("term", tr("term"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("days", tr("mean day"), "number", "key", "key"),
        Column("events", tr("came to it"), "units", "count", "count"),
        Column("residual", tr("log ratio of these endings"), "number", "estimate", "difference", 3),
        Column("estimate", tr("smooth line"), "number", "estimate", "difference", 3),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 3),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 3),
        Column("coefficient", tr("coefficient of the model"), "number", "estimate", "difference", 3),
    )
    labels = {name: one for name, one in labels_of(made, words).items() if name in {"outcome", "term", "level"}}
    return Table(columns, found, labels=labels, title=tr("Does the ratio hold for all time?"))


def _in_groups(events: Counts, least: int) -> Counts:
    """Number days that follow each other so that each group has at least so many endings; the rest joins the last."""
    group = np.zeros(len(events), np.int64)
    begin, gathered = 0, 0
    for place, number in enumerate(events):
        group[place] = begin
        gathered += int(number)
        if gathered >= least:
            begin, gathered = begin + 1, 0
    if gathered and begin:
        group[group == begin] = begin - 1
    return group


_RESIDUALS: Final = (
    *("outcome", "term", "level", "days", "events", "residual"),
    *("estimate", "conf_low", "conf_high", "coefficient"),
)


def level_curves(made: Prepared, words: Mapping[str, Readable], code: int = 1) -> Table:
    """Return the Kaplan-Meier share without the outcome by level of each term of levels, other endings censored."""
    found: dict[str, list[object]] = {"term": [], "level": [], "days": [], "at_risk": [], "events": [], "estimate": []}
    rows = made.patterns.rows
    amount = rows.n if rows.weight is None else rows.n * rows.weight
    days, place = np.unique(np.concatenate([rows.exit, rows.entry]), return_inverse=True)
    left, came, t = place[: len(rows.exit)], place[len(rows.exit) :], len(days)
    alone = {one.at[0][0]: one.term for one in made.design.columns if len(one.at) == 1 and one.term == one.at[0][0]}
    for name, term in alone.items():
        codes, levels = made.patterns.covariates[name]
        g = len(levels or ())
        cell = codes[rows.pattern] * t
        ended = rows.code == code

        def summed(index: Counts, weights: Tallies, g: int = g) -> Tallies:
            total: Tallies = np.bincount(index, weights=weights, minlength=g * t).reshape(g, t)
            return total

        events = summed((cell + left)[ended], amount[ended])
        censored = summed((cell + left)[~ended], amount[~ended])
        risk = at_risk(events[:, None, :], censored, summed(cell + came, amount))
        curve = kaplan_meier(events, risk, confidence_level=0.95)
        for level in range(g):
            for at in np.flatnonzero(events[level]):
                values = (term, (levels or ())[level], int(days[at]), risk[level, at], events[level, at])
                for key, value in zip(found, (*values, curve.survival[level, at]), strict=True):
                    found[key].append(value)
    columns = (
        Column("term", tr("term"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("days", tr("day"), "days", "key", "key"),
        Column("at_risk", tr("open just before"), "units", "count", "count"),
        Column("events", tr("came to it on the day"), "units", "count", "count"),
        Column("estimate", tr("share without it"), "share", "estimate", "probability"),
    )
    labels = {name: one for name, one in labels_of(made, words).items() if name in {"term", "level"}}
    return Table(columns, found, labels=labels, title=tr("As observed, by level"))


def residual_plot(
    table: Table, outcome: str, start: Readable, *, term: str | None, level: str | None, language: Language,
    ax: Axes | None,
) -> Axes:  # fmt: skip
    """Draw the residuals of one coefficient over time."""
    own = table["outcome"].astype(str) == outcome
    chosen = _known(term, list(dict.fromkeys(table["term"][own].astype(str))))
    own &= table["term"].astype(str) == chosen
    at = _known(level, list(dict.fromkeys(table["level"][own].astype(str))))
    own &= table["level"].astype(str) == at
    words = [table.labels[key].get(one) for key, one in (("term", chosen), ("level", at))]
    shown = [one.text(language) if one else word for one, word in zip(words, (chosen, at), strict=True)]
    return residuals_over_time(
        days=table["days"][own],
        residual=table["residual"][own],
        events=table["events"][own],
        smooth=table["estimate"][own],
        smooth_low=table["conf_low"][own],
        smooth_high=table["conf_high"][own],
        coefficient=float(table["coefficient"][own][0]),
        x_label=tr("days since: {start}", start=start).text(language),
        y_label=tr("logarithm of the ratio: {what}", what=": ".join(shown)).text(language),
        coefficient_label=tr("one ratio for all time").text(language),
        smooth_label=tr("ratio by day").text(language),
        number=lambda n: format_number(round(n), language),
        ax=ax,
    )


def log_log_plot(
    table: Table, of: Readable, start: Readable, *, term: str | None, language: Language, ax: Axes | None
) -> Axes:
    """Draw log-log curves by level of one term."""
    chosen = _known(term, list(dict.fromkeys(table["term"].astype(str))))
    rows = table["term"].astype(str) == chosen
    levels = list(dict.fromkeys(table["level"][rows].astype(str)))
    days = np.unique(table["days"][rows])
    survival = np.full((len(levels), len(days)), np.nan)
    for place, one in enumerate(levels):
        own = rows & (table["level"].astype(str) == one)
        survival[place, np.searchsorted(days, table["days"][own])] = table["estimate"][own]
    words = table.labels["level"]
    return log_log_curves(
        days=days,
        survival=_carried(survival),
        groups=[words[one].text(language) if one in words else one for one in levels],
        x_label=tr("days since: {start} (logarithmic)", start=start).text(language),
        y_label=tr("log(−log(share without: {outcome}))", outcome=of).text(language),
        number=lambda n: format_number(round(n), language),
        ax=ax,
    )


def _known(word: str | None, known: list[str]) -> str:
    """Return the word if it is known, the first known one when none was asked for."""
    if word is None and known:
        return known[0]
    if word is None or word not in known:
        raise QuestionError(
            tr("There is no drawing for '{word}'.", word=word or ""), suggestion(word or "", tuple(known))
        )
    return word


def _carried(curves: Floats) -> Floats:
    """Return step curves with the last value carried over the days on which only others moved."""
    place = np.where(np.isfinite(curves), np.arange(curves.shape[1]), -1)
    last = np.maximum.accumulate(place, axis=1)
    found = np.take_along_axis(curves, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, found, np.nan)
