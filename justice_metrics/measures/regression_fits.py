"""Cox fits of one or several outcomes, told as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, tr
from ..base.table import Column, Table
from ..base.types import Counts, Floats
from ..estimate.cox import CoxFit, cox
from ..estimate.cox_concordance import concordance
from ..estimate.cox_curves import predicted_curves
from ..estimate.cox_firth import FirthFit, cox_firth
from ..estimate.cox_proportional import proportional_hazards_test
from ..estimate.cox_robust import robust_covariance
from ..estimate.cox_standardised import standardised_curves
from ..figures.forest import forest
from .declared import FEW_UNITS, interval_columns, strata_columns
from .regression_clusters import errors_exist, errors_of_levels, untold, with_errors_that_hold
from .regression_guards import all_endings_cell, all_units_cell, standardised_cell
from .regression_model import Coefficients, Prepared, Ties, coefficients_of, groups_of_columns
from .regression_tables import covariate_words, forest_rows, level_words, rows_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Days on which standardised curves are read, as far as the data reach.
MILESTONES: Final = (180, 365, 730, 1_095)


def fitted(made: Prepared, code: int, *, ties: Ties, penalty: float | None = None) -> CoxFit:
    """Fit the hazard of one outcome.

    Raises
    ------
    QuestionError
        When no unit came to it, or the penalty is negative.
    """
    if not made.events(code).any():
        raise QuestionError(
            tr("None of {n} units came to '{outcome}'.", n=made.units, outcome=made.spells.outcomes[code - 1]),
            tr("Choose an outcome that occurs, or a later cut-off."),
        )
    ridge = None
    if penalty is not None:
        if not penalty > 0:
            raise QuestionError(tr("The penalty {penalty} is not above 0.", penalty=penalty), tr("Leave it out."))
        ridge = penalty * _variances(made)
    return cox(made.patterns.rows, made.design.matrix, offset=made.offset, ties=ties, outcome=code, ridge=ridge)


def _variances(made: Prepared) -> Floats:
    """Return the variance of each column over rows, as a ridge on standardised covariates needs it."""
    n, matrix = made.patterns.n, made.design.matrix
    mean = n @ matrix / n.sum()
    return np.asarray(n @ (matrix - mean) ** 2 / max(int(n.sum()) - 1, 1), dtype=np.float64)


def told(
    made: Prepared, fit: CoxFit, code: int, *, penalised: bool = False
) -> tuple[Coefficients, list[tuple[str, str, str, float, int, float]]]:
    """Return coefficients and tests of one fit."""
    outcome = made.spells.outcomes[code - 1]
    robust = robust_covariance(fit) if made.robust else None
    one = coefficients_of(
        made,
        code,
        fit.coefficients,
        fit.covariance if robust is None else robust.covariance,
        fit.covariance,
        np.asarray(fit.separated & ~penalised, dtype=np.bool_),
    )
    wald = fit.wald_test if robust is None else robust.wald_test
    score = fit.score_test if robust is None else robust.score_test
    if robust is not None:
        one = with_errors_that_hold(made, one)
        if one.withheld is not None and one.withheld.any():
            wald, score = untold(wald), untold(score)
    if one.unsteady.any():
        # where a ratio grows without end its error grows faster: the test of Wald says nothing
        wald = untold(wald)
    named = [("wald", wald), ("score", score)]
    if robust is None and not penalised:
        named.insert(0, ("likelihood_ratio", fit.likelihood_ratio_test))
    rows = [(outcome, name, "", test.statistic, test.degrees_of_freedom, test.p_value) for name, test in named]
    # Under sampling weights the information grows with their scale, and with it the statistic: it would be no test.
    if penalised or made.spells.sampling.weighted or not made.design.columns or one.unsteady.any():
        return one, rows
    terms = groups_of_columns(made.design.columns)
    proportional = proportional_hazards_test(fit, terms=list(terms.values()))
    for place, term in enumerate(terms):
        numbers = (proportional.statistic, proportional.degrees_of_freedom, proportional.p_value)
        rows.append(
            (
                outcome,
                "proportional_hazards",
                term,
                float(numbers[0][place]),
                int(numbers[1][place]),
                float(numbers[2][place]),
            )
        )
    together = proportional.all_terms
    rows.append(
        (outcome, "proportional_hazards", "", together.statistic, together.degrees_of_freedom, together.p_value)
    )
    return one, rows


def told_by_firth(
    made: Prepared, *, ties: Ties, confidence_level: float
) -> tuple[Coefficients, list[tuple[str, str, str, float, int, float]], FirthFit]:
    """Return coefficients and test of the first outcome under Firth's penalty, with profile limits.

    Raises
    ------
    QuestionError
        With weights or clusters, which a profile likelihood does not know.
    """
    if made.robust:
        raise QuestionError(
            tr("Firth's penalty takes every case as one, and as independent of the others."),
            tr("Leave out weights, clusters and robust, or merge levels instead."),
        )
    fit = cox_firth(
        made.patterns.rows,
        made.design.matrix,
        offset=made.offset,
        ties=ties,
        outcome=1,
        confidence_level=confidence_level,
    )
    steady = np.zeros(len(fit.coefficients), dtype=np.bool_)
    one = coefficients_of(made, 1, fit.coefficients, fit.covariance, fit.covariance, steady)
    test = fit.likelihood_ratio_test
    row = (one.outcome, "likelihood_ratio", "", test.statistic, test.degrees_of_freedom, test.p_value)
    return replace(one, limits=(fit.conf_low, fit.conf_high), p_value=fit.p_value), [row], fit


def fit_table(made: Prepared, fits: Sequence[tuple[str, CoxFit]], words: Mapping[str, Readable]) -> Table:
    """Return what each fit rests on and how well it does."""
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("at_risk", rows_word(made), "units", "count", "count", cell=all_units_cell(made)),
        Column("events", tr("came to it"), "units", "count", "count", cell=all_endings_cell(made)),
        Column("coefficients", tr("coefficients"), "number", "key", "key", 0),
        Column("log_likelihood_null", tr("log-likelihood without terms"), "number", "estimate", "interval", 3),
        Column("log_likelihood", tr("log-likelihood"), "number", "estimate", "interval", 3),
        Column("concordance", tr("concordance"), "number", "estimate", "probability", 3),
        Column("concordance_std_error", tr("its standard error"), "number", "interval", "std_error", 3),
    )
    ranked = [concordance(fit) for _, fit in fits]
    known = not made.robust or errors_exist(made)
    values = {
        "outcome": [name for name, _ in fits],
        "at_risk": [made.units for _ in fits],
        "events": [fit.events for _, fit in fits],
        "coefficients": [int(fit.estimable.sum()) for _, fit in fits],
        "log_likelihood_null": [fit.log_likelihood_null for _, fit in fits],
        "log_likelihood": [fit.log_likelihood for _, fit in fits],
        "concordance": [one.concordance for one in ranked],
        "concordance_std_error": [one.std_error if known else np.nan for one in ranked],
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("How well it fits"))


def baseline_table(made: Prepared, fit: CoxFit, *, confidence_level: float) -> Table:
    """Return the cumulative hazard at the reference levels and the mean of every number, by stratum."""
    reference = made.matrices([made.at_reference()])[0]
    offset = 0.0 if made.offset is None else float(made.patterns.n @ made.offset / made.patterns.n.sum())
    found: dict[str, list[object]] = {name: [] for name in (*made.patterns.strata.names, *_BASELINE)}
    covariance = robust_covariance(fit).covariance if made.robust else None
    known = not made.robust or errors_of_levels(made, list(made.references.items()))
    for stratum, levels in enumerate(made.patterns.strata.levels):
        here = fit.model.sets.stratum == stratum
        days = fit.model.sets.day[here]
        curve = predicted_curves(
            fit, reference, days=days, stratum=stratum, offset=offset, covariance=covariance,
            confidence_level=confidence_level,
        )  # fmt: skip
        numbers = zip(
            days.tolist(),
            fit.model.sets.events[here].tolist(),
            curve.cumulative_hazard[0].tolist(),
            np.where(known, curve.cumulative_std_error[0], np.nan).tolist(),
            strict=True,
        )
        for row in numbers:
            for name, value in zip(found, (*levels, *row), strict=True):
                found[name].append(value)
    columns = (
        *strata_columns(made.patterns.strata.names),
        Column("days", tr("day"), "days", "key", "key"),
        Column("events", tr("came to it on the day"), "units", "count", "count"),
        Column("estimate", tr("cumulative hazard"), "number", "estimate", "difference", 4),
        Column("std_error", tr("standard error"), "number", "interval", "std_error", 4),
    )
    return Table(columns, found, title=tr("Baseline: reference levels, mean of every number"))


_BASELINE: Final = ("days", "events", "estimate", "std_error")


class Population(NamedTuple):
    """The units of the fit: which pattern in which stratum, and how many (or how much weight)."""

    pattern: Counts
    stratum: Counts
    mass: Floats


def population_of(made: Prepared) -> Population:
    """Return the distinct pairs of pattern and stratum with their mass."""
    rows = made.patterns.rows
    mass = rows.n.astype(np.float64) if rows.weight is None else rows.n * rows.weight
    groups = len(made.patterns.strata)
    pairs, at = np.unique(rows.pattern * groups + rows.stratum, return_inverse=True)
    return Population(pairs // groups, pairs % groups, np.bincount(at, weights=mass).astype(np.float64))


def levels_to_adjust(made: Prepared) -> list[tuple[str, int, str]]:
    """Return every level of every term of levels, for standardised curves: attribute, code, level."""
    if made.time_varying or made.spells.several_rows:
        return []
    found = []
    for name, covariate in made.patterns.covariates.items():
        if name in made.references and covariate.levels is not None and 1 < len(covariate.levels) <= _MOST_LEVELS:
            found += [(name, code, level) for code, level in enumerate(covariate.levels)]
    return found


# Standardised curves are given for terms with at most so many levels.
_MOST_LEVELS: Final = 12


def read_days(made: Prepared, asked: Sequence[int] | None) -> list[int]:
    """Return the days on which shares are read: those asked for, else milestones as far as the data reach.

    Raises
    ------
    QuestionError
        When a day is no whole number, or lies before 0 or beyond the time observed.
    """
    last = int(made.patterns.rows.exit.max())
    if asked is None:
        return [one for one in MILESTONES if one <= last] or [last]
    for one in asked:
        if isinstance(one, bool) or one != int(one):
            raise QuestionError(
                tr("Day {day} is no whole number of days.", day=str(one)), tr("Give days such as 180 or 365.")
            )
        if not 0 <= one <= last:
            raise QuestionError(
                tr("Day {day} lies outside the time observed, which ends on day {last}.", day=one, last=last),
                tr("Choose days from 0 to {last}.", last=last),
            )
    return sorted({int(one) for one in asked})


def adjusted_table(made: Prepared, fit: CoxFit, horizon: Sequence[int], *, confidence_level: float) -> Table:
    """Return the standardised share that came to the outcome, by level of each term of levels."""
    days = np.asarray(horizon, dtype=np.int32)
    crowd = population_of(made)
    offset: Floats | float = 0.0 if made.offset is None else made.offset[crowd.pattern]
    covariance = robust_covariance(fit).covariance if made.robust else None
    found: dict[str, list[object]] = {name: [] for name in _ADJUSTED}
    wanted = levels_to_adjust(made)
    for name in dict.fromkeys(name for name, _, _ in wanted):
        own = [(code, level) for term, code, level in wanted if term == name]
        designs = made.matrices([made.with_level(name, code) for code, _ in own])
        curves = standardised_curves(
            fit,
            [one[crowd.pattern] for one in designs],
            crowd.mass,
            days=days,
            stratum=crowd.stratum,
            offset=offset,
            covariance=covariance,
            confidence_level=confidence_level,
        )
        for place, (code, level) in enumerate(own):
            known = not made.robust or errors_of_levels(made, [(name, code)])
            for at, day in enumerate(days.tolist()):
                numbers = (
                    1 - curves.survival[place, at],
                    curves.std_error[place, at],
                    1 - curves.conf_high[place, at],
                    1 - curves.conf_low[place, at],
                )
                shown = numbers if known else (numbers[0], np.nan, np.nan, np.nan)
                values = (name, level, day, made.units_at([(name, code)]), *shown)
                for key, value in zip(_ADJUSTED, values, strict=True):
                    found[key].append(value)
    return Table(
        adjusted_columns(made)[1:],
        found,
        labels=adjusted_labels(made),
        title=tr("Standardised to all units of the fit"),
    )


_ADJUSTED: Final = ("term", "level", "days", "at_risk", "estimate", "std_error", "conf_low", "conf_high")


def adjusted_columns(made: Prepared) -> tuple[Column, ...]:
    """Declare a standardised share by outcome, term, level and day."""
    return (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("term", tr("term"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("at_risk", rows_word(made), "units", "count", "count", cell=standardised_cell(made)),
        Column("estimate", tr("standardised share that came to it"), "share", "estimate", "probability"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        *interval_columns()[1:],
    )


def adjusted_labels(made: Prepared) -> dict[str, Mapping[str, Readable]]:
    """Return the words of the terms and levels of a standardised table."""
    levels = {level: level_words(level) for _, _, level in levels_to_adjust(made)}
    return {"term": {name: covariate_words(made, name) for name in made.references}, "level": levels}


def method_words(ties: Ties, *, robust: bool, firth: bool = False) -> Readable:
    """Return how hazard ratios were estimated."""
    rule = tr("Efron's rule") if ties == "efron" else tr("Breslow's rule")
    if firth:
        return tr(
            "Cox proportional hazards regression (Cox 1972) with Firth's penalty (Heinze and Schemper 2001), endings "
            "of one day by {rule}, limits of the profile likelihood.",
            rule=rule,
        )
    errors = tr("robust errors (Lin and Wei 1989)") if robust else tr("errors from the information")
    return tr(
        "Cox proportional hazards regression (Cox 1972), endings of one day by {rule}, {errors}; proportional hazards "
        "tested by scaled scores (Grambsch and Therneau 1994).",
        rule=rule,
        errors=errors,
    )


def penalty_note(penalty: float | str | None) -> tuple[Readable, ...]:
    """Say that a penalty pulls ratios towards 1."""
    if penalty is None:
        return ()
    if penalty == "firth":
        return (
            tr(
                "Ratios are pulled towards 1 by Firth's penalty, more so the fewer endings stand behind them; p values "
                "are of likelihood ratios, to which no z statistic belongs."
            ),
        )
    return (
        tr(
            "Ratios are pulled towards 1 by the penalty, and intervals do not allow for that: they are no estimates of "
            "how large a difference is."
        ),
    )


def convergence_note(fit: CoxFit | FirthFit, of: Readable) -> tuple[Readable, ...]:
    """Say when the estimates must not be used."""
    if fit.converged:
        return ()
    return (tr("{outcome}: the search for the ratios did not settle; do not use them.", outcome=of),)


def competes(made: Prepared) -> bool:
    """Whether any unit ended otherwise than by the first outcome."""
    return any(bool(made.events(code).any()) for code in range(2, len(made.spells.outcomes) + 1))


def competing_note(made: Prepared, of: Readable) -> tuple[Readable, ...]:
    """Say that a ratio of paces is none of shares when cases can end otherwise."""
    if not competes(made):
        return ()
    return (
        tr(
            "Cases can also end otherwise: a ratio compares the pace towards {outcome} among cases still open, not the "
            "share that comes to it. For shares ask cause_specific_regression.",
            outcome=of,
        ),
    )


def few_note(made: Prepared) -> tuple[Readable, ...]:
    """Warn when the whole rests on few units."""
    if made.units >= FEW_UNITS:
        return ()
    return (tr("Rests on {n} units only, which tells little.", n=made.units),)


def pace_axis(of: Readable) -> tuple[Readable, Readable, Readable]:
    """Return the words of an axis of hazard ratios."""
    return tr("pace towards: {outcome} (hazard ratio)", outcome=of), tr("slower"), tr("faster")


def forest_of(
    table: Table, outcome: str, words: tuple[Readable, Readable, Readable], *, language: Language, ax: Axes | None
) -> Axes:
    """Draw the ratios of one outcome; ``words`` name the axis, what lies below 1 and what lies above."""
    x_label, less, more = words
    shown = forest_rows(table, outcome, language)
    rows = shown.rows
    counts = [
        (tr("units").text(language), [format_number(float(one), language) for one in table["at_risk"][rows]]),
        (tr("came to it").text(language), [format_number(float(one), language) for one in table["events"][rows]]),
        (tr("ratio (interval)").text(language), shown.ratios),
    ]
    return forest(
        labels=shown.labels,
        groups=shown.groups,
        reference=shown.reference,
        estimate=table["estimate"][rows].astype(np.float64),
        conf_low=table["conf_low"][rows].astype(np.float64),
        conf_high=table["conf_high"][rows].astype(np.float64),
        columns=counts,
        x_label=x_label.text(language),
        less_label=less.text(language),
        more_label=more.text(language),
        number=lambda value: format_number(value, language, decimals=len(f"{value:g}".partition(".")[2])),
        ax=ax,
    )
