"""How the pace towards every ending goes with covariates, and what share of like cases comes to each in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.language import Language, Readable, tr
from ..base.result import Definition, Result
from ..base.table import Table
from ..base.types import Floats, Names, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.cause_specific import mean_incidence
from ..estimate.cause_specific_standardised import standardised_incidence
from ..estimate.cox import CoxFit
from ..reduce.patterns import MissingLevels
from ..reduce.risk import Endings
from .declared import ensure_level, outcome_labels, sampling_notes
from .formula_words import FormulaWords
from .regression_clusters import errors_of_levels
from .regression_diagnostics import residual_plot, residual_table
from .regression_fits import (
    adjusted_columns,
    adjusted_labels,
    convergence_note,
    few_note,
    fit_table,
    fitted,
    forest_of,
    levels_to_adjust,
    method_words,
    pace_axis,
    population_of,
    read_days,
    told,
)
from .regression_guards import with_guards
from .regression_model import Coefficients, Prepared, Ties, prepared
from .regression_shown import paces_told, ratios_drawn, share_ranges, shares_told
from .regression_tables import (
    Terms,
    left_out_words,
    log_table,
    not_proportional,
    pace_sentences,
    ratio_table,
    regression_notes,
    table_of_tests,
    told_terms,
)
from .subdistribution import (
    base_sentence,
    cases_in_turn,
    known_outcome,
    levels_in_turn,
    modelled,
    predicted_columns,
    predicted_labels,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Patterns x days x outcomes x levels beyond which intervals of standardised shares, and then the shares, take minutes.
_MOST_FOR_INTERVALS: Final = 50_000_000
_MOST_WORK: Final = 2_000_000_000


@dataclass(frozen=True, eq=False, kw_only=True)
class CauseSpecificRegression(Result):
    """How the pace towards every ending goes with covariates, and the shares that follow from all paces together.

    Tables
    ------
    main
        One row per outcome, term and level, reference levels too: units, endings, hazard ratio.
    coefficients, tests, fit, residuals
        As in :class:`CoxRegression`, per outcome.
    predicted
        Predicted cumulative incidence at the reference levels and with each level changed in turn; with what is still
        open, the outcomes add up to 1.
    adjusted
        Standardised incidence: had all units belonged to each level (g-formula).
    """

    question: ClassVar[str] = "cause_specific_regression"

    outcomes: tuple[str, ...]
    outcome_words: Mapping[str, Readable]
    start_words: Readable
    units: int
    events: Mapping[str, int]
    sentences: tuple[Readable, ...]
    terms: Terms
    apart: frozenset[str]

    def findings(self) -> tuple[Readable, ...]:
        """Return the ratios and the standardised shares in sentences."""
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
        return forest_of(self.main, chosen, pace_axis(self.outcome_words[chosen]), language=language, ax=ax)

    def context(self) -> Mapping[str, object]:
        """Return how the ratios are read, and of which terms shares cannot be given."""
        words = {one: self.outcome_words[one] for one in self.outcomes}
        return {"terms": self.terms, "outcome": self.outcomes[0], "words": words, "apart": self.apart}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the ratios and the standardised shares in sentences."""
        return paces_told(shown) + shares_told(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the ratios of the first outcome as a forest plot."""
        return ratios_drawn(shown, pace_axis, language=language, ax=ax)

    def plot_diagnostics(
        self,
        ax: Axes | None = None,
        *,
        outcome: str | None = None,
        term: str | None = None,
        level: str | None = None,
        language: Language = "en",
    ) -> Axes:
        """Draw what the log ratio of a term would be over time; by default of the first outcome and term.

        Parameters
        ----------
        ax : Axes, optional
        outcome, term, level : str, optional
            As in the table ``residuals``.
        language : {"en", "es"}
        """
        chosen = known_outcome(outcome, self.outcomes)
        table = self.tables["residuals"]
        return residual_plot(table, chosen, self.start_words, term=term, level=level, language=language, ax=ax)


def cause_specific_regression(
    cases: CaseData | Durations,
    *,
    formula: str,
    outcome: Names | None = None,
    start: str = "complaint",
    strata: Names = (),
    cluster: str | None = None,
    time_varying: Names = (),
    offset: str | None = None,
    references: Mapping[str, str] | None = None,
    missing: MissingLevels = "level",
    ties: Ties = "efron",
    robust: bool | None = None,
    horizon_days: Sequence[int] | None = None,
    endings: Endings = "standing",
    confidence_level: float = 0.95,
) -> CauseSpecificRegression:
    """Model the pace towards every ending at once, and predict what share of like cases comes to each.

    One Cox model per ending, the others censored in each: what makes open cases come to it faster. Only all of them
    together say what share of cases ends how: a covariate that slows rejections lets more cases live to a verdict.

    Parameters
    ----------
    cases : CaseData or Durations
    formula : str
        Covariates, as for :func:`cox_regression`.
    outcome : str or tuple of str, optional
        Endpoints to be told apart; every other ending is one more, modelled too. By default each outcome class.
    start : str
        Stage or role from whose first day time runs.
    strata : str or tuple of str
        Attributes whose groups have a baseline of their own; no ratio is given for them.
    cluster : str, optional
        Attribute whose cases are alike inside; that of the sampling design by default.
    time_varying : str or tuple of str
        Support actors named in the formula, as for :func:`cox_regression`.
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
    horizon_days : sequence of int, optional
        Days on which shares are read; 180, 365, 730 and 1,095 by default, as far as the data reach.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened ended when it was first closed.
    confidence_level : float

    Returns
    -------
    CauseSpecificRegression

    Raises
    ------
    QuestionError, ProcedureError
        When the formula or a word names nothing, or no case has ended.

    References
    ----------
    .. [1] Prentice, R. L. et al. (1978). The analysis of failure times in the presence of competing risks. Biometrics,
       34, 541-554.
    .. [2] Cheng, S. C., Fine, J. P. and Wei, L. J. (1998). Prediction of cumulative incidence function under the
       proportional hazards model. Biometrics, 54, 219-228.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.cause_specific_regression(jm.sample_cases(), formula="area", outcome=("verdict", "rejection"))
    >>> answer.outcomes
    ('verdict', 'rejection', 'other_ending')
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
        robust=robust,
        offset=offset,
        references=references,
        missing=missing,
        time_varying=time_varying,
    )
    modelled(made, [one for one in names(outcome) if one != "any_exit"])
    codes = modelled(made, ())
    fits = [fitted(made, code, ties=ties) for code in codes]
    each = [told(made, fit, code) for fit, code in zip(fits, codes, strict=True)]
    rows = [row for _, tests in each for row in tests]
    coefficients = [one for one, _ in each]
    asked = tuple(one.outcome for one in coefficients)
    words = outcome_labels(made.spells, made.spells.outcomes)
    main = ratio_table(made, coefficients, words, confidence_level=confidence_level, what=tr("hazard ratio"))
    days = read_days(made, horizon_days)
    adjusted, too_many = _adjusted(made, fits, asked, days, words, confidence_level=confidence_level)
    proportional = [
        note
        for one in asked
        for note in not_proportional(
            made, [(row[2], row[5]) for row in rows if row[:2] == (one, "proportional_hazards") and row[2]], words[one]
        )
    ]
    terms, apart = told_terms(made), _terms_without_end(made, coefficients)
    return CauseSpecificRegression(
        heading=tr("Pace towards every ending, by {formula}", formula=FormulaWords(made.formula.text)),
        tables=with_guards(
            {
                "main": main,
                "coefficients": log_table(made, coefficients, words, confidence_level=confidence_level),
                "tests": table_of_tests(rows, made, words),
                "fit": fit_table(made, list(zip(asked, fits, strict=True)), words),
                "predicted": _predicted(made, fits, asked, days, words, confidence_level=confidence_level),
                "adjusted": adjusted,
                "residuals": residual_table(
                    made, list(zip(coefficients, fits, strict=True)), words, confidence_level=confidence_level
                ),
            },
            made,
            asked,
        ),
        definition=Definition(
            answers=tr("Which cases come to each ending at a faster pace, and what share of them ends how?"),
            numerator=tr("cases that came to the outcome, on their day"),
            denominator=tr("cases still open and observed on that day; for shares, all cases"),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored; for each ending, the others censor"),
            method=method_words(ties, robust=made.robust),
        ),
        provenance=made.spells.provenance.add(
            "cause_specific_regression",
            formula=made.formula.text,
            outcome=asked,
            start=start,
            strata=names(strata),
            cluster=cluster,
            time_varying=names(time_varying),
            offset=offset,
            references=dict(references or {}),
            missing=missing,
            ties=ties,
            robust=made.robust,
            horizon_days=None if horizon_days is None else tuple(horizon_days),
            endings=endings,
            confidence_level=confidence_level,
        ).leave_out(*left_out_words(made.patterns.left_out)),
        notes=(
            *sampling_notes(made.spells, design_used=True),
            *regression_notes(made, coefficients, words),
            *proportional,
            *(note for fit, one in zip(fits, asked, strict=True) for note in convergence_note(fit, words[one])),
            *too_many,
            *few_note(made),
        ),
        frame_library=made.spells.frame_library,
        outcomes=asked,
        outcome_words=words,
        start_words=made.spells.start_words,
        units=made.units,
        events={one: fit.events for one, fit in zip(asked, fits, strict=True)},
        sentences=(
            *(
                sentence
                for one, fit in zip(asked, fits, strict=True)
                for sentence in (
                    base_sentence(made, words[one], fit.events),
                    *pace_sentences(main, terms, one, words[one]),
                )
            ),
            *share_ranges(adjusted, asked[0], words, apart=apart),
        ),
        terms=terms,
        apart=apart,
    )


def _predicted(
    made: Prepared,
    fits: Sequence[CoxFit],
    asked: Sequence[str],
    days: Sequence[int],
    words: Mapping[str, Readable],
    *,
    confidence_level: float,
) -> Table:
    """Return predicted incidences of single cases, with limits."""
    lines = cases_in_turn(made)
    design = np.concatenate(made.matrices([one for _, _, one in lines]))
    mean = 0.0 if made.offset is None else float(made.patterns.n @ made.offset / made.patterns.n.sum())
    columns = predicted_columns(made)
    found: dict[str, list[object]] = {one.name: [] for one in columns}
    for stratum, levels in enumerate(made.patterns.strata.levels):
        # a population of one case is that case
        made_of = standardised_incidence(
            fits,
            [design[place : place + 1] for place in range(len(lines))],
            np.ones(1),
            days,
            stratum=np.array([stratum]),
            offset=np.array([mean]),
            variance="robust" if made.robust else "model",
            confidence_level=confidence_level,
        )
        for k, outcome in enumerate(asked):
            for place, (term, level, _) in enumerate(lines):
                known = not made.robust or errors_of_levels(made, levels_in_turn(made, term, level))
                for at, day in enumerate(days):
                    numbers = [float(one[place, k, at]) for one in made_of[:4]]
                    numbers[1:] = numbers[1:] if known else [np.nan] * 3
                    for key, value in zip(found, (*levels, outcome, term, level, day, *numbers), strict=True):
                        found[key].append(value)
    return Table(columns, found, labels=predicted_labels(made, words), title=tr("Predicted for single cases"))


def _adjusted(
    made: Prepared,
    fits: Sequence[CoxFit],
    asked: Sequence[str],
    days: Sequence[int],
    words: Mapping[str, Readable],
    *,
    confidence_level: float,
) -> tuple[Table, tuple[Readable, ...]]:
    """Return standardised incidences by level of each term of levels."""
    crowd = population_of(made)
    columns = adjusted_columns(made)
    found: dict[str, list[object]] = {one.name: [] for one in columns}
    wanted = levels_to_adjust(made)
    moments = max(len(fit.model.sets.day) for fit in fits)
    work = len(crowd.mass) * moments * len(fits) * len(wanted)
    notes: tuple[Readable, ...] = ()
    if work > _MOST_WORK:
        wanted = []
        notes = (
            tr(
                "Standardised shares are not given: {n} distinct combinations of covariates are too many. "
                "Round numbers, such as age in years.",
                n=len(crowd.mass),
            ),
        )
    elif work > _MOST_FOR_INTERVALS:
        notes = (
            tr(
                "Standardised shares are given without an interval: {n} distinct combinations of covariates are many.",
                n=len(crowd.mass),
            ),
        )
    shares = _standardised(made, fits, days, wanted, confidence_level, intervals=work <= _MOST_FOR_INTERVALS)
    for place, (name, code, level) in enumerate(wanted):
        known = not made.robust or errors_of_levels(made, [(name, code)])
        for k, outcome in enumerate(asked):
            for at, day in enumerate(days):
                numbers = [float(one[place, k, at]) for one in shares]
                numbers[1:] = numbers[1:] if known else [np.nan] * 3
                row = (outcome, name, level, day, made.units_at([(name, code)]), *numbers)
                for key, value in zip(found, row, strict=True):
                    found[key].append(value)
    labels = {**adjusted_labels(made), "outcome": words}
    return Table(columns, found, labels=labels, title=tr("Standardised to all units of the fit")), notes


def _standardised(
    made: Prepared,
    fits: Sequence[CoxFit],
    days: Sequence[int],
    wanted: Sequence[tuple[str, int, str]],
    confidence_level: float,
    *,
    intervals: bool,
) -> tuple[Floats, ...]:
    """Return standardised shares with error and limits, each of shape (levels, outcomes, days)."""
    if not wanted:
        return (np.zeros((0, len(fits), len(days))),) * 4
    crowd = population_of(made)
    settings = [one[crowd.pattern] for one in made.matrices([made.with_level(name, code) for name, code, _ in wanted])]
    offset = np.zeros(len(crowd.mass)) if made.offset is None else made.offset[crowd.pattern]
    if intervals:
        return standardised_incidence(
            fits,
            settings,
            crowd.mass,
            days,
            stratum=crowd.stratum,
            offset=offset,
            variance="robust" if made.robust else "model",
            confidence_level=confidence_level,
        )[:4]
    at = np.asarray(days, dtype=np.int32)
    estimate = np.stack(
        [mean_incidence(fits, one, crowd.mass, days=at, stratum=crowd.stratum, offset=offset) for one in settings]
    )
    return (estimate, *(np.full_like(estimate, np.nan),) * 3)


def _terms_without_end(made: Prepared, coefficients: Sequence[Coefficients]) -> frozenset[str]:
    """Return the covariates of which some level has a ratio that grows without end, for some ending."""
    far = np.any([one.unsteady for one in coefficients], axis=0)
    columns = zip(made.design.columns, far, strict=True)
    return frozenset(name for column, flag in columns if flag for name in column.covariates)
