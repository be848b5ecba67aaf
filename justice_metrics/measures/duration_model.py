"""How much longer cases take, other things being equal: parametric models of time, through lifelines."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..base.errors import MissingExtraError, QuestionError, suggestion
from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.result import Definition, Result
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..cases.durations import ANY_EXIT, Durations
from ..estimate.calibration import calibration
from ..estimate.parametric import Fit, fit, survival
from ..estimate.time_distributions import DISTRIBUTIONS, Distribution, Times
from ..figures.agreement import agreement
from ..figures.curves import step_curves
from ..reduce.design import Design
from ..reduce.formula import Formula
from ..reduce.patterns import MissingLevels, patterns_of
from ..reduce.risk import Endings
from .declared import ensure_level, outcome_labels, sampling_notes, spells_of
from .duration_model_tables import (
    DISTRIBUTION_WORDS,
    axis_pace,
    calibration_table,
    curve_table,
    models_table,
    pending_table,
    unit_weights,
)
from .duration_model_words import model_notes, model_sentences, ratio_sentences, told_ratios
from .regression_fits import forest_of
from .regression_guards import with_guards
from .regression_model import Prepared, coefficients_of, prepared
from .regression_shown import asked_of, ratios_drawn
from .regression_tables import (
    Terms,
    left_out_words,
    log_table,
    ratio_table,
    regression_notes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class DurationModel(Result):
    """How times to an outcome stretch with covariates, by a parametric model.

    Tables
    ------
    main
        One row per term and level, reference levels too: units, endings, time ratio ``estimate`` with
        ``conf_low, conf_high``. 2 is twice as long.
    coefficients
        The same on the log scale.
    models
        The distributions that were tried: parameters, log-likelihood, AIC, BIC; the least AIC describes best.
    curve
        Share ended by day: mean of the model over all units, and what was observed.
    calibration
        Groups of like predictions: mean predicted share ended by the horizon, beside Kaplan-Meier with limits.
    pending
        For any ending: pending cases by age, how likely they are to end within the next year by the model, and after
        how many days half of them will have. It goes on beyond what was watched, as the distribution says.
    """

    question: ClassVar[str] = "duration_model"

    distribution: str
    outcome: str
    outcome_words: Readable
    start_words: Readable
    horizon_days: int
    units: int
    events: int
    sentences: tuple[Readable, ...]
    terms: Terms

    def findings(self) -> tuple[Readable, ...]:
        """Return what the model rests on, which distribution describes best, and one sentence per ratio."""
        return self.sentences

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the time ratios as a forest plot; without covariates the curve beside what was observed."""
        if not len(self.main):
            return self.plot_curve(ax, language=language)
        return forest_of(self.main, self.outcome, _axis(self.outcome_words), language=language, ax=ax)

    def context(self) -> Mapping[str, object]:
        """Return how the ratios are read."""
        words = {self.outcome: self.outcome_words}
        return {"terms": self.terms, "outcome": self.outcome, "words": words}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return one sentence per ratio of times."""
        return tuple(ratio_sentences(asked_of(shown)[0], shown.main))

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the time ratios as a forest plot."""
        return ratios_drawn(shown, _axis, language=language, ax=ax)

    def plot_curve(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share that has ended, as the model has it and as observed.

        Parameters
        ----------
        ax : Axes, optional
        language : {"en", "es"}
        """
        table = self.tables["curve"]
        days = table["days"]
        ticks = np.flatnonzero(days % axis_pace(int(days[-1])) == 0)
        at_risk = table["at_risk"][ticks].astype(float)
        return step_curves(
            days=days,
            estimate=np.stack([table["predicted"].astype(float), table["estimate"].astype(float)]),
            groups=[tr("model").text(language), tr("observed").text(language)],
            at_risk_days=days[ticks],
            at_risk=np.stack([np.full(len(ticks), np.nan), at_risk]),
            at_risk_label=tr("still open and observed").text(language),
            x_label=tr("days since: {start}", start=self.start_words).text(language),
            y_label=tr("share that came to: {outcome}", outcome=self.outcome_words).text(language),
            number=lambda n: format_number(round(n), language) if np.isfinite(n) else "",
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )

    def plot_calibration(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what was observed over what the model says, by groups of like predictions.

        Parameters
        ----------
        ax : Axes, optional
        language : {"en", "es"}
        """
        table = self.tables["calibration"]
        return agreement(
            predicted=table["predicted"].astype(float),
            observed=table["estimate"].astype(float),
            conf_low=table["conf_low"].astype(float),
            conf_high=table["conf_high"].astype(float),
            x_label=tr("predicted share ended by day {days}", days=self.horizon_days).text(language),
            y_label=tr("observed share").text(language),
            line_label=tr("as predicted").text(language),
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )


def _axis(of: Readable) -> tuple[Readable, Readable, Readable]:
    return tr("time to: {outcome} (ratio)", outcome=of), tr("shorter"), tr("longer")


def duration_model(
    cases: CaseData | Durations,
    *,
    formula: str = "",
    outcome: str = "any_exit",
    start: str = "complaint",
    distribution: Distribution = "weibull",
    compare: Names = ("weibull", "log-normal", "log-logistic"),
    cluster: str | None = None,
    references: Mapping[str, str] | None = None,
    missing: MissingLevels = "level",
    robust: bool | None = None,
    endings: Endings = "standing",
    horizon_days: int = 730,
    groups: int = 5,
    confidence_level: float = 0.95,
) -> DurationModel:
    """Ratios of times to an outcome, other covariates being equal, by an accelerated failure time model.

    log T = b0 + x b + s W: a covariate stretches all times by exp(b). Needs the extra ``[lifelines]``.

    Parameters
    ----------
    cases : CaseData or Durations
    formula : str
        Covariates, as for :func:`cox_regression`; none by default.
    outcome : str
        Endpoint. Any other ending takes a case out of observation on its day, as if it might still have come to it.
    start : str
        Stage or role from whose first day time runs.
    distribution : {"weibull", "log-normal", "log-logistic", "generalised-gamma", "spline"}
        Shape of the times. The spline bends with the data.
    compare : str or tuple of str
        Distributions to set beside it in the table ``models``.
    cluster : str, optional
        Attribute whose cases are alike inside: errors allow for it. That of the sampling design by default.
    references : mapping of str to str, optional
        Reference level of covariates.
    missing : {"level", "leave_out"}
        Whether "not recorded" is a level of its own.
    robust : bool, optional
        Whether errors are robust (sandwich); by default with sampling weights and with clusters.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened ended when it was first closed.
    horizon_days : int
        Day at which predictions are set beside what was observed.
    groups : int
        Groups of like predictions.
    confidence_level : float

    Returns
    -------
    DurationModel

    Raises
    ------
    MissingExtraError
        Without lifelines.
    QuestionError, ProcedureError
        When a word names nothing, no case came to the outcome, or no maximum is found.

    References
    ----------
    .. [1] Kalbfleisch, J. D. and Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data. Wiley.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.duration_model(jm.sample_cases(), formula="department")  # doctest: +SKIP
    """
    ensure_level(confidence_level)
    if importlib.util.find_spec("lifelines") is None:
        raise MissingExtraError.named("lifelines", "lifelines")
    tried = tuple(dict.fromkeys((distribution, *names(compare))))
    for one in tried:
        if one not in DISTRIBUTIONS:
            raise QuestionError(
                tr("'{name}' is no distribution that is fitted here.", name=one), suggestion(one, DISTRIBUTIONS)
            )
    made = _prepared(cases, formula, start, outcome, endings, cluster, robust, references, missing)
    times = _times(made)
    fits = {one: _fitted(one, times, robust=made.robust) for one in tried}
    chosen = fits[distribution]
    if chosen is None or not chosen.converged:
        raise QuestionError(
            tr("No maximum of the likelihood was found for: {name}.", name=DISTRIBUTION_WORDS[distribution]),
            tr("Choose another distribution, or leave out levels in which no case came to the outcome."),
        )
    words = outcome_labels(made.spells, made.spells.outcomes)
    of = words[made.spells.outcomes[0]]
    events = made.events(1)
    unsteady = np.array([events[made.where(column.at)].sum() == 0 for column in made.design.columns], dtype=np.bool_)
    first = 0 if distribution == "spline" else 1
    p = len(chosen.coefficients)
    inside = slice(first, first + p)
    variances = [one[inside, inside] for one in (chosen.covariance, chosen.model_covariance)]
    found = coefficients_of(made, 1, chosen.coefficients, variances[0], variances[1], unsteady)
    main = ratio_table(made, [found], words, confidence_level=confidence_level, what=tr("time ratio"))
    last = int(made.patterns.rows.exit.max())
    horizon = min(horizon_days, last)
    predicted = 1 - survival(chosen, chosen.predictor(times.design), np.array(float(horizon)))
    compared = calibration(
        predicted,
        made.patterns.rows.entry,
        made.patterns.rows.exit,
        times.ended,
        unit_weights(times),
        groups=groups,
        horizon_days=horizon,
        confidence_level=confidence_level,
    )
    weighted = made.spells.sampling.weighted
    any_exit = outcome == ANY_EXIT
    pending = {"pending": pending_table(chosen, times)} if any_exit and not made.spells.several_rows else {}
    return DurationModel(
        heading=tr("Time to {outcome}: a {name} model", outcome=of, name=DISTRIBUTION_WORDS[distribution]),
        tables=with_guards(
            {
                "main": main,
                "coefficients": log_table(made, [found], words, confidence_level=confidence_level),
                "models": models_table(fits, weighted=weighted),
                "curve": curve_table(chosen, times, made, last),
                "calibration": calibration_table(compared, weighted=weighted),
                **pending,
            },
            made,
            [found.outcome],
        ),
        definition=Definition(
            answers=tr("How much longer do cases take to come to {outcome}, other covariates being equal?", outcome=of),
            numerator=tr("cases that came to {outcome}, with their time", outcome=of),
            denominator=tr("all cases that reached: {start}", start=made.spells.start_words),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored; any other ending censors on its day"),
            method=tr(
                "Accelerated failure time model by maximum likelihood ({name}), fitted with lifelines; {errors}. A "
                "case that ended on its first day is given half a day.",
                name=DISTRIBUTION_WORDS[distribution],
                errors=tr("robust errors") if made.robust else tr("errors from the observed information"),
            ),
        ),
        provenance=made.spells.provenance.add(
            "duration_model",
            formula=made.formula.text,
            outcome=outcome,
            start=start,
            distribution=distribution,
            compare=names(compare),
            cluster=cluster,
            references=dict(references or {}),
            missing=missing,
            robust=made.robust,
            endings=endings,
            horizon_days=horizon,
            groups=groups,
            confidence_level=confidence_level,
        ).leave_out(*left_out_words(made.patterns.left_out)),
        notes=(
            *sampling_notes(made.spells, design_used=True),
            *regression_notes(made, [found], words),
            *model_notes(made, fits, any_exit=any_exit, asked=horizon_days, horizon=horizon, of=of),
        ),
        frame_library=made.spells.frame_library,
        distribution=distribution,
        outcome=found.outcome,
        outcome_words=of,
        start_words=made.spells.start_words,
        horizon_days=horizon,
        units=made.units,
        events=int(events.sum()),
        sentences=model_sentences(made, main, fits, distribution, of, weighted=weighted),
        terms=told_ratios(made),
    )


def _prepared(
    cases: CaseData | Durations,
    formula: str,
    start: str,
    outcome: str,
    endings: Endings,
    cluster: str | None,
    robust: bool | None,
    references: Mapping[str, str] | None,
    missing: MissingLevels,
) -> Prepared:
    if isinstance(cases, Durations) and cases.several_rows:
        raise QuestionError(
            tr("These times have several rows for one unit; a ratio of whole times is not told of parts of them."),
            tr("Hand over one row per unit, or ask for cox_regression."),
        )
    if formula.strip():
        return prepared(
            cases,
            formula=formula,
            start=start,
            outcome=outcome,
            endings=endings,
            cluster=cluster,
            robust=robust,
            references=references,
            missing=missing,
        )
    spells = spells_of(cases, start=start, wanted=(outcome,), endings=endings)
    own = cluster or ("cluster" if spells.sampling.cluster else None)
    allows = own is not None or spells.sampling.weighted or bool(robust)
    patterns = patterns_of(spells, covariates=(), categorical=frozenset(), cluster=own)
    return Prepared(
        spells=spells,
        formula=Formula("", (), {}, {}),
        patterns=patterns,
        design=Design(np.zeros((len(patterns.n), 0)), (), ()),
        references={},
        offset=None,
        robust=allows,
        cluster=own,
        time_varying=(),
    )


def _times(made: Prepared) -> Times:
    rows = made.patterns.rows
    ended = (rows.code == 1).astype(np.int64)
    if not ended.any():
        raise QuestionError(
            tr("No case came to the outcome, so no times to it can be described."),
            tr("Ask for another outcome, or look at the dates: justice-metrics check."),
        )
    return Times(
        made.design.matrix[rows.pattern],
        rows.entry.astype(np.float64),
        rows.exit.astype(np.float64),
        ended,
        rows.n,
        rows.weight,
        rows.cluster,
    )


def _fitted(distribution: str, times: Times, *, robust: bool) -> Fit | None:
    """Return the fit; None where no maximum is found."""
    known = next(one for one in DISTRIBUTIONS if one == distribution)
    try:
        return fit(known, times, robust=robust)
    except (ArithmeticError, np.linalg.LinAlgError):
        return None
