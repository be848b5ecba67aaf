"""Which cases come to an outcome at a faster pace, other things being equal: Cox regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from ..base.language import Language, Readable, tr
from ..base.result import Definition, Result
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.cox import CoxFit
from ..estimate.cox_firth import FirthFit
from ..reduce.patterns import MissingLevels
from ..reduce.risk import Endings
from .declared import ensure_level, outcome_labels, sampling_notes
from .formula_words import FormulaWords
from .regression_diagnostics import level_curves, log_log_plot, residual_plot, residual_table
from .regression_fits import (
    adjusted_table,
    baseline_table,
    competes,
    competing_note,
    convergence_note,
    few_note,
    fit_table,
    fitted,
    forest_of,
    method_words,
    pace_axis,
    penalty_note,
    read_days,
    told,
    told_by_firth,
)
from .regression_guards import with_guards
from .regression_model import Ties, prepared
from .regression_shown import paces_told, ratios_drawn
from .regression_tables import (
    Terms,
    left_out_words,
    log_table,
    most_telling,
    not_proportional,
    pace_sentences,
    ratio_table,
    regression_notes,
    table_of_tests,
    told_terms,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class CoxRegression(Result):
    """How the pace at which open cases come to an outcome goes with covariates.

    Tables
    ------
    main
        One row per term and level, reference levels too (``level`` equal to ``reference``): units, endings, hazard
        ratio ``estimate`` with ``conf_low, conf_high``.
    coefficients
        The same on the log scale, with ``std_error``, ``std_error_model``, z statistic and p value.
    tests
        That no term matters (likelihood ratio, Wald, score), and that each ratio holds for all time.
    fit
        Units, endings, log-likelihoods, concordance.
    baseline
        Cumulative hazard at the reference levels and the mean of every number.
    adjusted
        Where nothing else ends a case: the share that came to the outcome by some days, had all units belonged to each
        level in turn (g-formula).
    residuals
        Scaled Schoenfeld residuals over time, each point a mean over at least ten endings, with a smooth line.
    curves
        Share still without the outcome by level of each term, as observed, for log-log curves.
    """

    question: ClassVar[str] = "cox_regression"

    outcome: str
    outcome_words: Readable
    start_words: Readable
    units: int
    events: int
    sentences: tuple[Readable, ...]
    telling: int
    terms: Terms

    def findings(self) -> tuple[Readable, ...]:
        """Return one sentence per ratio, after how many cases and endings they rest on."""
        first = tr(
            "{units} units, of which {events} came to {outcome}. The pace is that among cases still open.",
            units=self.units,
            events=self.events,
            outcome=self.outcome_words,
        )
        return (first, *self.sentences)

    def headline(self) -> Readable | None:
        """Return the sentence on the ratio that tells most."""
        return self.sentences[self.telling] if self.sentences else super().headline()

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the ratios with their intervals as a forest plot."""
        return forest_of(self.main, self.outcome, pace_axis(self.outcome_words), language=language, ax=ax)

    def context(self) -> Mapping[str, object]:
        """Return how the ratios are read."""
        return {"terms": self.terms, "outcome": self.outcome, "words": {self.outcome: self.outcome_words}}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return what the ratios rest on, and one sentence per ratio."""
        return paces_told(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the ratios with their intervals as a forest plot."""
        return ratios_drawn(shown, pace_axis, language=language, ax=ax)

    def plot_diagnostics(
        self, ax: Axes | None = None, *, term: str | None = None, level: str | None = None, language: Language = "en"
    ) -> Axes:
        """Draw what the log ratio of a term would be over time, with a smooth line; by default of the first term.

        Parameters
        ----------
        ax : Axes, optional
        term, level : str, optional
            As in the table ``residuals``.
        language : {"en", "es"}
        """
        table = self.tables["residuals"]
        return residual_plot(table, self.outcome, self.start_words, term=term, level=level, language=language, ax=ax)

    def plot_log_log(self, ax: Axes | None = None, *, term: str | None = None, language: Language = "en") -> Axes:
        """Draw log-log curves by level of a term: parallel when one ratio holds for all time.

        Parameters
        ----------
        ax : Axes, optional
        term : str, optional
            A term of levels; the first one by default.
        language : {"en", "es"}
        """
        return log_log_plot(
            self.tables["curves"], self.outcome_words, self.start_words, term=term, language=language, ax=ax
        )


def cox_regression(
    cases: CaseData | Durations,
    *,
    formula: str,
    outcome: str = "verdict",
    start: str = "complaint",
    strata: Names = (),
    cluster: str | None = None,
    time_varying: Names = (),
    offset: str | None = None,
    references: Mapping[str, str] | None = None,
    missing: MissingLevels = "level",
    ties: Ties = "efron",
    robust: bool | None = None,
    penalty: float | Literal["firth"] | None = None,
    horizon_days: Sequence[int] | None = None,
    endings: Endings = "standing",
    confidence_level: float = 0.95,
) -> CoxRegression:
    """Compare the pace at which open cases come to an outcome, between levels of covariates, others being equal.

    Cox's proportional hazards model of the hazard of the outcome among cases still open. Any other ending takes a case
    out of observation on its day: a hazard ratio compares paces, not shares of cases. What share comes to each outcome
    is told by :func:`cause_specific_regression`.

    Parameters
    ----------
    cases : CaseData or Durations
    formula : str
        Covariates, as in R: ``"age_at_fact + department"``, ``"sex*age"``, ``"bs(age, df=4)"``, ``"C(year)"``. Texts
        are told apart by level, numbers enter as numbers.
    outcome : str
        Endpoint: ``verdict``, ``conviction``, ``any_exit``, an outcome class, a state, or a later stage.
    start : str
        Stage or role from whose first day time runs.
    strata : str or tuple of str
        Attributes whose groups have a baseline of their own; no ratio is given for them.
    cluster : str, optional
        Attribute whose cases are alike inside (court): errors allow for it. That of the sampling design by default.
    time_varying : str or tuple of str
        Support actors named in the formula as covariates: 0 up to and on the day of the first support, 1 after it.
    offset : str, optional
        Number that enters with the coefficient 1.
    references : mapping of str to str, optional
        Reference level of covariates; by default the one that the formula names, else the most frequent.
    missing : {"level", "leave_out"}
        Whether "not recorded" is a level of its own. Cases without a number are left out and counted.
    ties : {"efron", "breslow"}
        What endings of one day are set against.
    robust : bool, optional
        Whether errors are robust (sandwich); by default with sampling weights and with clusters.
    penalty : float or "firth", optional
        A number is a ridge penalty on standardised covariates. ``"firth"`` keeps ratios finite where levels without an
        ending would make them grow without end, with limits of the profile likelihood; for small data, and without
        weights and clusters.
    horizon_days : sequence of int, optional
        Days on which standardised shares are read; 180, 365, 730 and 1,095 by default, as far as the data reach.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened ended when it was first closed.
    confidence_level : float

    Returns
    -------
    CoxRegression

    Raises
    ------
    QuestionError, ProcedureError
        When the formula or a word names nothing, or no case came to the outcome.

    References
    ----------
    .. [1] Cox, D. R. (1972). Regression models and life-tables. Journal of the Royal Statistical Society B, 34,
       187-220.
    .. [2] Grambsch, P. M. and Therneau, T. M. (1994). Proportional hazards tests and diagnostics based on weighted
       residuals. Biometrika, 81, 515-526.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.cox_regression(jm.sample_cases(), formula="department + age_at_fact")
    >>> answer.main["level"][0] == answer.main["reference"][0]
    True
    """
    ensure_level(confidence_level)
    made = prepared(
        cases,
        formula=formula,
        start=start,
        outcome=outcome,
        endings=endings,
        strata=strata,
        cluster=cluster,
        robust=robust,
        offset=offset,
        references=references,
        missing=missing,
        time_varying=time_varying,
    )
    firth = penalty == "firth"
    fit = fitted(made, 1, ties=ties, penalty=None if isinstance(penalty, str) else penalty)
    settled: CoxFit | FirthFit = fit
    if firth:
        one, tests, settled = told_by_firth(made, ties=ties, confidence_level=confidence_level)
    else:
        one, tests = told(made, fit, 1, penalised=penalty is not None)
    words = outcome_labels(made.spells, made.spells.outcomes)
    of = words[made.spells.outcomes[0]]
    more = {}
    if not firth:
        more = {
            "fit": fit_table(made, [(one.outcome, fit)], words),
            "baseline": baseline_table(made, fit, confidence_level=confidence_level),
        }
    days = read_days(made, horizon_days)
    if not firth and not competes(made):
        more["adjusted"] = adjusted_table(made, fit, days, confidence_level=confidence_level)
    main = ratio_table(made, [one], words, confidence_level=confidence_level, what=tr("hazard ratio"))
    terms = told_terms(made)
    return CoxRegression(
        heading=tr("Pace towards {outcome}, by {formula}", outcome=of, formula=FormulaWords(made.formula.text)),
        tables=with_guards(
            {
                "main": main,
                "coefficients": log_table(made, [one], words, confidence_level=confidence_level),
                "tests": table_of_tests(tests, made, words),
                **more,
                "residuals": residual_table(
                    made, [] if firth else [(one, fit)], words, confidence_level=confidence_level
                ),
                "curves": level_curves(made, words),
            },
            made,
            [one.outcome],
        ),
        definition=Definition(
            answers=tr("Which cases come to {outcome} at a faster pace, other covariates being equal?", outcome=of),
            numerator=tr("cases that came to {outcome}, on their day", outcome=of),
            denominator=tr("cases still open and observed on that day"),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored; any other ending censors on its day"),
            method=method_words(ties, robust=made.robust, firth=firth),
        ),
        provenance=made.spells.provenance.add(
            "cox_regression",
            formula=made.formula.text,
            outcome=outcome,
            start=start,
            strata=names(strata),
            cluster=cluster,
            time_varying=names(time_varying),
            offset=offset,
            references=dict(references or {}),
            missing=missing,
            ties=ties,
            robust=made.robust,
            penalty=penalty,
            horizon_days=None if horizon_days is None else tuple(horizon_days),
            endings=endings,
            confidence_level=confidence_level,
        ).leave_out(*left_out_words(made.patterns.left_out)),
        notes=(
            *sampling_notes(made.spells, design_used=True),
            *regression_notes(made, [one], words, firth=not made.robust),
            *penalty_note(penalty),
            *not_proportional(
                made, [(row[2], row[5]) for row in tests if row[1] == "proportional_hazards" and row[2]], of
            ),
            *convergence_note(settled, of),
            *competing_note(made, of),
            *few_note(made),
        ),
        frame_library=made.spells.frame_library,
        outcome=one.outcome,
        outcome_words=of,
        start_words=made.spells.start_words,
        units=made.units,
        events=fit.events,
        sentences=tuple(pace_sentences(main, terms, one.outcome, of)),
        telling=most_telling(main, terms, one.outcome, of),
        terms=terms,
    )
