"""Which cases come to an outcome more often in the end, other endings counted as what they are: Fine and Gray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import Language, Readable, tr
from ..base.result import Definition, Result
from ..base.table import Column, Table
from ..base.types import Floats, Names, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.cox import chi_squared
from ..estimate.finegray import FineGrayFit, fine_gray
from ..estimate.finegray_prediction import baseline, incidence_excess, predicted_incidence
from ..estimate.finegray_robust import fine_gray_covariance
from ..estimate.finegray_weights import CensoringTies
from ..estimate.steps import at_days
from ..reduce.formula import Covariate
from ..reduce.patterns import MissingLevels
from ..reduce.risk import Endings
from .declared import Share, ensure_level, interval_columns, outcome_labels, sampling_notes, strata_columns
from .formula_words import FormulaWords
from .regression_clusters import errors_of_levels, untold, with_errors_that_hold
from .regression_fits import (
    Population,
    adjusted_columns,
    adjusted_labels,
    convergence_note,
    few_note,
    forest_of,
    levels_to_adjust,
    population_of,
    read_days,
)
from .regression_guards import with_guards
from .regression_model import Coefficients, Prepared, Ties, coefficients_of, prepared
from .regression_shown import ratios_drawn, shares_compared
from .regression_tables import (
    Terms,
    labels_of,
    left_out_words,
    log_table,
    ratio_table,
    regression_notes,
    share_sentences,
    table_of_tests,
    told_terms,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class SubdistributionRegression(Result):
    """How the share of cases that comes to an outcome goes with covariates.

    Tables
    ------
    main
        One row per outcome, term and level, reference levels too: units, endings, subdistribution hazard ratio.
    coefficients
        The same on the log scale, with errors, z statistic and p value.
    tests
        That no term matters, per outcome (Wald).
    predicted
        Predicted cumulative incidence at the reference levels and with each level changed in turn.
    adjusted
        Standardised incidence: had all units belonged to each level.
    """

    question: ClassVar[str] = "subdistribution_regression"

    outcomes: tuple[str, ...]
    outcome_words: Mapping[str, Readable]
    units: int
    events: Mapping[str, int]
    sentences: tuple[Readable, ...]
    terms: Terms

    def findings(self) -> tuple[Readable, ...]:
        """Return one sentence per ratio, after how many cases and endings they rest on."""
        return self.sentences

    def plot(self, ax: Axes | None = None, *, outcome: str | None = None, language: Language = "en") -> Axes:
        """Draw the ratios of one outcome as a forest plot, by default of the first.

        Parameters
        ----------
        ax : Axes, optional
        outcome : str, optional
        language : {"en", "es"}
        """
        chosen = known_outcome(outcome, self.outcomes)
        return forest_of(self.main, chosen, _axis(self.outcome_words[chosen]), language=language, ax=ax)

    def context(self) -> Mapping[str, object]:
        """Return how the ratios are read."""
        words = {one: self.outcome_words[one] for one in self.outcomes}
        return {"terms": self.terms, "outcome": self.outcomes[0], "words": words}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return one sentence per ratio, after how many cases and endings they rest on."""
        return shares_compared(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the ratios of the first outcome as a forest plot."""
        return ratios_drawn(shown, _axis, language=language, ax=ax)


def _axis(of: Readable) -> tuple[Readable, Readable, Readable]:
    return (tr("share that comes to: {outcome} (subdistribution hazard ratio)", outcome=of), tr("fewer"), tr("more"))


def subdistribution_regression(
    cases: CaseData | Durations,
    *,
    formula: str,
    outcome: Names | None = "verdict",
    start: str = "complaint",
    strata: Names = (),
    cluster: str | None = None,
    offset: str | None = None,
    references: Mapping[str, str] | None = None,
    missing: MissingLevels = "level",
    ties: Ties = "efron",
    censoring_ties: CensoringTies = "events_first",
    horizon_days: Sequence[int] | None = None,
    endings: Endings = "standing",
    confidence_level: float = 0.95,
) -> SubdistributionRegression:
    """Compare what share of cases comes to an outcome, between levels of covariates, when cases can also end otherwise.

    Fine and Gray's model of the subdistribution hazard: a case that ended otherwise stays among those that have not
    come to the outcome. A ratio above 1 says that more cases come to it; it is no ratio of shares and no pace among
    open cases, which :func:`cox_regression` compares. With delayed entry, weights are those of Geskus.

    Parameters
    ----------
    cases : CaseData or Durations
        With one row per unit.
    formula : str
        Covariates, as for :func:`cox_regression`.
    outcome : str or tuple of str, or None
        One endpoint, or several, each with a model of its own; None: every outcome class.
    start : str
        Stage or role from whose first day time runs.
    strata : str or tuple of str
        Attributes whose groups have a baseline of their own; no ratio is given for them.
    cluster : str, optional
        Attribute whose cases are alike inside; that of the sampling design by default.
    offset : str, optional
        Number that enters with the coefficient 1.
    references : mapping of str to str, optional
        Reference level of covariates; by default the one that the formula names, else the most frequent.
    missing : {"level", "leave_out"}
        Whether "not recorded" is a level of its own. Cases without a number are left out and counted.
    ties : {"efron", "breslow"}
        What endings of one day are set against; ``cmprsk::crr`` in R has Breslow's rule.
    censoring_ties : {"events_first", "all_at_risk"}
        Who might have been censored on a day with endings: those left after them (R ``finegray``) or all
        (``cmprsk::crr``).
    horizon_days : sequence of int, optional
        Days on which shares are read; 180, 365, 730 and 1,095 by default, as far as the data reach.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened ended when it was first closed.
    confidence_level : float

    Returns
    -------
    SubdistributionRegression

    Raises
    ------
    QuestionError, ProcedureError
        When the formula or a word names nothing, no case came to an outcome, or units have several rows.

    References
    ----------
    .. [1] Fine, J. P. and Gray, R. J. (1999). A proportional hazards model for the subdistribution of a competing risk.
       Journal of the American Statistical Association, 94, 496-509.
    .. [2] Geskus, R. B. (2011). Cause-specific cumulative incidence estimation and the Fine and Gray model under both
       left truncation and right censoring. Biometrics, 67, 39-49.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> answer = jm.subdistribution_regression(cases, formula="department", outcome=("verdict", "rejection"))
    >>> answer.outcomes
    ('verdict', 'rejection')
    """
    ensure_level(confidence_level)
    made = prepared(
        cases,
        formula=formula,
        start=start,
        outcome=outcome or (),
        endings=endings,
        strata=strata,
        cluster=cluster,
        offset=offset,
        references=references,
        missing=missing,
    )
    if made.spells.several_rows:
        raise QuestionError(
            tr("A share of cases cannot be compared by covariates that change over time."),
            tr("Ask cox_regression or cause_specific_regression, or hand over one row per unit."),
        )
    codes = modelled(made, names(outcome))
    fits = [
        fine_gray(
            made.patterns.rows,
            made.design.matrix,
            outcome=code,
            offset=made.offset,
            ties=ties,
            censoring_ties=censoring_ties,
        )
        for code in codes
    ]
    covariances = [fine_gray_covariance(fit, "fine_gray") for fit in fits]
    each = [_coefficients(made, fit, one) for fit, one in zip(fits, covariances, strict=True)]
    words = outcome_labels(made.spells, made.spells.outcomes)
    main = ratio_table(made, each, words, confidence_level=confidence_level, what=tr("subdistribution hazard ratio"))
    days = read_days(made, horizon_days)
    adjusted, excess = _adjusted(made, fits, days, words)
    asked = [made.spells.outcomes[code - 1] for code in codes]
    terms = told_terms(made)
    return SubdistributionRegression(
        heading=tr("Share that comes to {outcomes}, by {formula}", outcomes=[words[one] for one in asked],
                   formula=FormulaWords(made.formula.text)),
        tables=with_guards(
            {
                "main": main,
                "coefficients": log_table(made, each, words, confidence_level=confidence_level),
                "tests": table_of_tests(
                    [_wald(*parts) for parts in zip(fits, each, covariances, strict=True)], made, words
                ),
                "predicted": _predicted(made, fits, days, words, confidence_level=confidence_level),
                "adjusted": adjusted,
            },
            made,
            asked,
        ),
        definition=Definition(
            answers=tr(
                "In which cases does a larger share come to {outcomes}, other covariates being equal?",
                outcomes=[words[one] for one in asked],
            ),
            numerator=tr("cases that came to the outcome, on their day"),
            denominator=tr("cases that had not come to it, those that had ended otherwise among them"),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=_method(ties, censoring_ties),
        ),
        provenance=made.spells.provenance.add(
            "subdistribution_regression",
            formula=made.formula.text,
            outcome=tuple(asked),
            start=start,
            strata=names(strata),
            cluster=cluster,
            offset=offset,
            references=dict(references or {}),
            missing=missing,
            ties=ties,
            censoring_ties=censoring_ties,
            horizon_days=None if horizon_days is None else tuple(horizon_days),
            endings=endings,
            confidence_level=confidence_level,
        ).leave_out(*left_out_words(made.patterns.left_out)),
        notes=(
            *sampling_notes(made.spells, design_used=True),
            *regression_notes(made, each, words),
            tr(
                "It is not tested whether a ratio of this model is the same on all days; where it is not, the ratio is "
                "a mean over the time observed."
            ),
            *excess,
            *(note for fit, one in zip(fits, asked, strict=True) for note in _fit_notes(fit, words[one])),
            *few_note(made),
        ),
        frame_library=made.spells.frame_library,
        outcomes=tuple(asked),
        outcome_words=words,
        units=made.units,
        events={one: fit.cox.events for one, fit in zip(asked, fits, strict=True)},
        sentences=tuple(
            sentence
            for one, fit in zip(asked, fits, strict=True)
            for sentence in (
                base_sentence(made, words[one], fit.cox.events),
                *share_sentences(main, terms, one, words[one]),
            )
        ),
        terms=terms,
    )  # fmt: skip


def modelled(made: Prepared, wanted: Sequence[str]) -> list[int]:
    """Return the codes of the outcomes to be modelled: those asked for, else all that occur.

    Raises
    ------
    QuestionError
        When none of the units came to an outcome that was asked for.
    """
    codes = []
    for code, name in enumerate(made.spells.outcomes, start=1):
        if wanted and name not in wanted:
            continue
        if made.events(code).any():
            codes.append(code)
        elif wanted:
            raise QuestionError(
                tr("None of {n} units came to '{outcome}'.", n=made.units, outcome=name),
                tr("Choose an outcome that occurs, or a later cut-off."),
            )
    if not codes:
        raise QuestionError(
            tr("None of {n} units has ended.", n=made.units), tr("Choose an outcome that occurs, or a later cut-off.")
        )
    return codes


def base_sentence(made: Prepared, of: Readable, events: int) -> Readable:
    """Say what the ratios of an outcome rest on."""
    return tr("{units} units, of which {events} came to {outcome}.", units=made.units, events=events, outcome=of)


def known_outcome(outcome: str | None, outcomes: Sequence[str]) -> str:
    """Return the outcome that was asked for, or the first.

    Raises
    ------
    QuestionError
        When there is no model of it.
    """
    if outcome is not None and outcome not in outcomes:
        raise QuestionError(
            tr("There is no model of '{outcome}'.", outcome=outcome), suggestion(outcome, tuple(outcomes))
        )
    return outcome or outcomes[0]


def _coefficients(made: Prepared, fit: FineGrayFit, covariance: Floats) -> Coefficients:
    unsteady = np.asarray(fit.cox.separated, dtype=np.bool_)
    one = coefficients_of(made, fit.outcome, fit.cox.coefficients, covariance, fit.cox.covariance, unsteady)
    return with_errors_that_hold(made, one)


def _wald(fit: FineGrayFit, one: Coefficients, covariance: Floats) -> tuple[str, str, str, float, int, float]:
    """Return the test that no term matters, with the errors of the table."""
    told = fit.cox.estimable & ~one.unsteady
    b = fit.cox.coefficients[told]
    statistic = float(b @ np.linalg.pinv(covariance[np.ix_(told, told)]) @ b) if len(b) else float("nan")
    test = chi_squared(statistic, int(told.sum()))
    if one.unsteady.any() or (one.withheld is not None and one.withheld.any()):
        test = untold(test)
    return one.outcome, "wald", "", test.statistic, test.degrees_of_freedom, test.p_value


def _method(ties: Ties, censoring_ties: CensoringTies) -> Readable:
    rule = tr("Efron's rule") if ties == "efron" else tr("Breslow's rule")
    censoring = (
        tr("drop-out estimated with endings before censorings of the same day")
        if censoring_ties == "events_first"
        else tr("drop-out estimated with all cases at risk on the day")
    )
    return tr(
        "Subdistribution hazards regression (Fine and Gray 1999), endings of one day by {rule}, {censoring}; errors "
        "allow for the estimated drop-out.",
        rule=rule,
        censoring=censoring,
    )


def _fit_notes(fit: FineGrayFit, of: Readable) -> tuple[Readable, ...]:
    notes = convergence_note(fit.cox, of)
    if fit.unlinked:
        notes = (
            *notes,
            tr(
                "{outcome}: {n} cases that ended otherwise count only up to a gap in the data: on some day nobody was "
                "under observation.",
                outcome=of,
                n=fit.unlinked,
            ),
        )
    return notes


def cases_in_turn(made: Prepared) -> list[tuple[str, str, Mapping[str, Covariate]]]:
    """Return single patterns to predict for: the reference case, then each other level of each covariate in turn."""
    reference = made.at_reference()
    found: list[tuple[str, str, Mapping[str, Covariate]]] = [("", "", reference)]
    for name, code, level in levels_to_adjust(made):
        if code != made.references[name]:
            changed = Covariate(np.array([code]), reference[name].levels)
            found.append((name, level, {**reference, name: changed}))
    return found


def levels_in_turn(made: Prepared, term: str, level: str) -> list[tuple[str, int]]:
    """Return the levels that such a pattern has."""
    found = dict(made.references)
    if term:
        found[term] = (made.patterns.covariates[term].levels or ()).index(level)
    return list(found.items())


def _predicted(
    made: Prepared, fits: Sequence[FineGrayFit], days: Sequence[int], words: Mapping[str, Readable], *,
    confidence_level: float,
) -> Table:  # fmt: skip
    """Return predicted incidences of single cases, with limits."""
    lines = cases_in_turn(made)
    design = np.concatenate(made.matrices([one for _, _, one in lines]))
    offset = None
    if made.offset is not None:
        offset = np.full(len(lines), float(made.patterns.n @ made.offset / made.patterns.n.sum()))
    strata = made.patterns.strata
    columns = predicted_columns(made)
    found: dict[str, list[object]] = {one.name: [] for one in columns}
    for stratum, levels in enumerate(strata.levels):
        for fit in fits:
            made_of = predicted_incidence(
                fit, design, days, stratum=stratum, offset=offset, confidence_level=confidence_level
            )
            outcome = made.spells.outcomes[fit.outcome - 1]
            for place, (term, level, _) in enumerate(lines):
                known = errors_of_levels(made, levels_in_turn(made, term, level))
                for at, day in enumerate(days):
                    numbers = [float(one[place, at]) for one in made_of]
                    numbers[1:] = numbers[1:] if known else [np.nan] * 3
                    for key, value in zip(found, (*levels, outcome, term, level, day, *numbers), strict=True):
                        found[key].append(value)
    return Table(columns, found, labels=predicted_labels(made, words), title=tr("Predicted for single cases"))


def predicted_columns(made: Prepared) -> tuple[Column, ...]:
    """Declare predicted incidences of single cases."""
    return (
        *strata_columns(made.patterns.strata.names),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("term", tr("changed"), "text", "key", "key"),
        Column("level", tr("to"), "text", "key", "key"),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("estimate", tr("predicted share that came to it"), "share", "estimate", "probability"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        *interval_columns()[1:],
    )


def predicted_labels(made: Prepared, words: Mapping[str, Readable]) -> dict[str, Mapping[str, Readable]]:
    """Return the words of a table of predictions."""
    labels = labels_of(made, words)
    reference = {"": tr("nothing (reference levels, mean of numbers)")}
    return {
        "outcome": labels["outcome"],
        "term": {**adjusted_labels(made)["term"], **reference},
        "level": {**labels["level"], "": tr("–")},
    }


def _incidences(made: Prepared, fit: FineGrayFit, matrix: Floats, crowd: Population, days: Sequence[int]) -> Floats:
    """Return the predicted incidence of every member of the population on the days, shape (M, J)."""
    found = baseline(fit)
    told = fit.cox.estimable
    score = matrix[:, told] @ fit.cox.coefficients[told] + (0.0 if made.offset is None else made.offset)
    hazards = np.zeros((len(made.patterns.strata), len(days)))
    for stratum in range(len(hazards)):
        here = found.stratum == stratum
        if here.any():
            hazards[stratum] = at_days(found.day[here], found.cumulative[here][None, :], list(days), before=0.0)[0]
    return np.asarray(-np.expm1(-np.exp(score)[crowd.pattern, None] * hazards[crowd.stratum]), dtype=np.float64)


def _adjusted(
    made: Prepared, fits: Sequence[FineGrayFit], days: Sequence[int], words: Mapping[str, Readable]
) -> tuple[Table, tuple[Readable, ...]]:
    """Return standardised incidences by level, and a note where predictions of all outcomes exceed 1 together."""
    crowd = population_of(made)
    share = crowd.mass / crowd.mass.sum()
    columns = [one for one in adjusted_columns(made) if one.role != "interval"]
    found: dict[str, list[object]] = {one.name: [] for one in columns}
    wanted = levels_to_adjust(made)
    matrices = made.matrices([made.with_level(name, code) for name, code, _ in wanted])
    together: list[list[Floats]] = []
    for (name, code, level), matrix in zip(wanted, matrices, strict=True):
        each = [_incidences(made, fit, matrix, crowd, days) for fit in fits]
        together.append(each)
        for fit, incidence in zip(fits, each, strict=True):
            outcome = made.spells.outcomes[fit.outcome - 1]
            for at, value in enumerate(share @ incidence):
                row = (outcome, name, level, days[at], made.units_at([(name, code)]), float(value))
                for key, one in zip(found, row, strict=True):
                    found[key].append(one)
    labels = {**adjusted_labels(made), "outcome": words}
    table = Table(columns, found, labels=labels, title=tr("Standardised to all units of the fit"))
    return table, _excess_note(made, fits, crowd)


def _excess_note(made: Prepared, fits: Sequence[FineGrayFit], crowd: Population) -> tuple[Readable, ...]:
    last = [int(made.patterns.rows.exit.max())]
    each = [_incidences(made, fit, made.design.matrix, crowd, last) for fit in fits]
    excess = incidence_excess(each, crowd.mass)
    if not excess.share > 0:
        return ()
    return (
        tr(
            "For {share} of the cases the predicted shares of all outcomes add up to more than 1 (at most {largest}): "
            "each outcome has a model of its own. Shares that fit together are those of cause_specific_regression.",
            share=Share(excess.share),
            largest=Share(excess.largest),
        ),
    )
