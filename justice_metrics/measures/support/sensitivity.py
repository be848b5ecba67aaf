"""Whether the answer about support holds when the question is put otherwise, or the files are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, format_number, tr, trn
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names, several
from ...cases.casedata import CaseData
from ...estimate.emulation import NoStartsError
from ...estimate.unmeasured import tipping_effect
from ...figures.forest import forest_of_differences
from ...figures.tipping import tipping_curves
from ...reduce.histories import Needed
from ..declared import Points, ensure_level, outcome_labels, sampling_notes
from ..guards import guarded
from ..progress import ticking
from .data import SupportData, support_data
from .enough import FEW_FOLLOWED, FEW_RESAMPLES
from .sensitivity_checks import ANALYSES, ensure_askable, ensure_clusters
from .sensitivity_runs import Plan, Variants
from .sensitivity_tables import (
    ANALYSIS_WORDS,
    Row,
    evalue_table,
    known_causes_table,
    main_table,
    tipping_table,
)
from .sensitivity_words import conclusive, findings_of
from .strategies import actor_set, period_words
from .variants import Asked, BeyondFollowUpError, Compared, compared, file_by_file, without_term

if TYPE_CHECKING:
    from matplotlib.axes import Axes


VIEWS: Final[Mapping[str, Readable]] = MappingProxyType(
    {"tipping": tr("How large an unmeasured cause would have to be")}
)


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportSensitivity(Result):
    """The difference that support makes, with one thing changed at a time.

    Tables
    ------
    main
        One row per analysis and variant: what was changed, how it is to be read, cases, difference with its interval.
    e_values
        How strong an unmeasured cause would have to be, as risk ratios with support and with the outcome. This table
        and the next are there only when the interval of the main difference keeps zero out.
    tipping
        What causes of stated sizes would leave of the difference.
    known_causes
        How far the difference moves when a cause that is adjusted for is forgotten.
    imputation
        Cases without a date of support left out, and with dates imputed.
    bounds
        The difference if support left no record in a share of the files that ended early.
    controls
        Comparisons that should find nothing.
    """

    question: ClassVar[str] = "support_sensitivity"

    rows: tuple[Row, ...]
    within: int
    horizon: int
    outcome_word: Readable
    support: Readable

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """Further figures: causes that would explain a difference away only where one was shown."""
        return VIEWS if "tipping" in self.tables else {}

    def findings(self) -> tuple[Readable, ...]:
        """Return the main difference, how far it moves, and what it would take to explain it away."""
        return findings_of(
            self.rows,
            self.tables,
            within=self.within,
            horizon=self.horizon,
            outcome=self.outcome_word,
            support=self.support,
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw every variant with its interval, under the main difference."""
        shown = [one for one in self.rows if np.isfinite(one.found.estimate)]
        low, high = (np.array([getattr(one.found, side) for one in shown]) for side in ("low", "high"))
        limits = [
            tr("{low} to {high}", low=Points(a), high=Points(b)).text(language) if np.isfinite(a + b) else "–"
            for a, b in zip(low, high, strict=True)
        ]
        return forest_of_differences(
            labels=[one.words.text(language) for one in shown],
            groups=[_capital(ANALYSIS_WORDS[one.analysis].text(language)) for one in shown],
            estimate=np.array([one.found.estimate for one in shown]) * 100,
            conf_low=low * 100,
            conf_high=high * 100,
            columns=[
                (tr("difference").text(language), [Points(one.found.estimate).text(language) for one in shown]),
                (tr("interval").text(language), limits),
            ],
            x_label=tr(
                "difference in percentage points within {period}: {outcome}",
                period=period_words(self.horizon),
                outcome=self.outcome_word,
            ).text(language),
            less_label=tr("fewer with support").text(language),
            more_label=tr("more with support").text(language),
            number=lambda one: format_number(one, language, decimals=0 if float(one).is_integer() else 1).replace(
                "-", "\N{MINUS SIGN}"
            ),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how large an unmeasured cause would have to be to bring the difference, or its limit, to zero.

        Parameters
        ----------
        view : {"tipping"}
        ax : Axes, optional
        language : {"en", "es"}
        """
        if view not in self.views:
            return super().draw(view, ax, language=language)
        main = self.rows[0].found
        sizes = np.linspace(0.004, 0.6, 299)
        goals = [(tr("to bring the difference to zero"), main.estimate)]
        limit = main.low if main.estimate >= 0 else main.high
        if np.isfinite(limit) and limit * main.estimate > 0:
            goals.append((tr("to bring its limit to zero"), limit))
        return tipping_curves(
            size=sizes,
            needed=np.abs(np.stack([tipping_effect(one, sizes) for _, one in goals])),
            names=[words.text(language) for words, _ in goals],
            x_label=tr("how much more common the cause is in cases with support (percentage points)").text(language),
            y_label=tr(
                "how much it moves the share that comes to: {outcome} (percentage points)", outcome=self.outcome_word
            ).text(language),
            percent=lambda one: format_number(one * 100, language),
            ax=ax,
        )


def support_sensitivity(
    cases: CaseData,
    *,
    actors: Names,
    needed: Needed = "all",
    started_within_days: int = 90,
    horizon_days: int = 730,
    outcome: str = "verdict",
    start: str = "complaint",
    adjust: Names = (),
    milestones: Names = (),
    cluster: str | None = None,
    analyses: Names = ANALYSES,
    grace_days: Sequence[int] | int = (60, 90, 180),
    lag_days: Sequence[int] | int = (0, 30, 60),
    landmark_days: Sequence[int] | int = (90, 180),
    control_outcome: str | None = None,
    control_actors: Names = (),
    imputations: int = 20,
    resamples: int = 200,
    seed: int = 1,
    confidence_level: float = 0.95,
    progress: bool = False,
) -> SupportSensitivity:
    """Ask how the difference that support makes holds when one thing is changed at a time.

    Parameters
    ----------
    cases : CaseData
        With support spells that have dates.
    actors : str or tuple of str
        Those who together make a case "supported", as for :func:`support_effect`, whose difference is the first row.
    needed : {"all", "any"} or int
        How many of them must have started.
    started_within_days : int
        Last day, since the start, on which support still counts as started in time: the period of grace.
    horizon_days : int
        Day since the start on which the strategies are compared.
    outcome : str
        One ending; any other competes.
    start : str
        Stage or role from whose first day everything is counted.
    adjust : str or tuple of str
        What attracts support and decides the outcome, as it stood on day 0: attributes, or terms of a formula.
    milestones : str or tuple of str
        Stages on the way that attract support and hasten the outcome, such as ``accusation``.
    cluster : str, optional
        Attribute whose levels are resampled as a whole (courts); that of the sampling design by default.
    analyses : str or tuple of str
        What to change: the period of grace, the day from which support counts (lag), on which days of the period it
        starts (timing), the largest weights (truncation), support read on one day (landmark: another question), missing
        dates imputed, support without a record in files that ended early, an outcome and an actor for which nothing
        should be found; and how strong an unmeasured cause would have to be (e_value, tipping_point).
    grace_days : int or sequence of int
        Other periods of grace.
    lag_days : int or sequence of int
        Days after its first day from which support counts; fewer than the period of grace.
    landmark_days : int or sequence of int
        Days on which support is read; before the horizon.
    control_outcome : str, optional
        A stage that support could not bring about, such as one that is reached before support can act.
    control_actors : str or tuple of str
        Actors who cannot act on the outcome; any of them counts.
    imputations : int
        How often missing dates are drawn.
    resamples : int
        How often courts, or cases, are drawn anew for each row.
    seed : int
        The same seed gives the same answer; all rows draw the same courts.
    confidence_level : float
    progress : bool
        Draw a bar on the terminal.

    Returns
    -------
    SupportSensitivity
        What could not be run is said in its notes, with the reason. A row has no interval when it rests on fewer than
        20 files in which support started in time, on such files in fewer than 5 courts, or when in more than 5 % of the
        resamples support started in none.

    Raises
    ------
    QuestionError
        When a name is unknown, days are not whole numbers of 0 or more, nobody starts in time, or the horizon lies
        within the period of grace or beyond all follow-up.

    Notes
    -----
    Cases are read once. Intervals are the estimate with t quantiles times the standard deviation over resamples, also
    with few courts, so that the rows can be compared with each other. E-values follow VanderWeele and Ding [1]_,
    tipping points VanderWeele and Arah [2]_, imputation Rubin's rules with the degrees of freedom of Barnard and
    Rubin [3]_, negative controls Lipsitch et al. [4]_.

    References
    ----------
    .. [1] VanderWeele, T. J. and Ding, P. (2017). Sensitivity analysis in observational research: introducing the
       E-value. Annals of Internal Medicine, 167, 268-274.
    .. [2] VanderWeele, T. J. and Arah, O. A. (2011). Bias formulas for sensitivity analysis of unmeasured confounding.
       Epidemiology, 22, 42-52.
    .. [3] Barnard, J. and Rubin, D. B. (1999). Small-sample degrees of freedom with multiple imputation. Biometrika,
       86, 948-955.
    .. [4] Lipsitch, M., Tchetgen Tchetgen, E. and Cohen, T. (2010). Negative controls. Epidemiology, 21, 383-388.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> three = ("lawyer", "psychologist", "social_worker")
    >>> answer = jm.support_sensitivity(
    ...     jm.sample_cases(), actors=three, adjust=("offence", "area"), milestones="accusation", resamples=20,
    ...     analyses=("grace", "e_value", "tipping_point"))
    >>> list(answer.tables)  # nothing was shown, so there is nothing that a hidden cause would have to explain
    ['main', 'known_causes']
    """
    ensure_level(confidence_level)
    wanted, others = names(analyses), names(control_actors)
    who = names(actors)
    other_days = {
        "grace_days": several(grace_days), "lag_days": several(lag_days), "landmark_days": several(landmark_days)
    }  # fmt: skip
    ensure_askable(wanted, who, others, needed, started_within_days, horizon_days, imputations, resamples, other_days)
    control = () if control_outcome is None else (control_outcome,)
    reached = names(milestones)
    data = support_data(
        cases,
        actors=tuple(dict.fromkeys((*who, *others))),
        needed=needed,
        start=start,
        outcome=outcome,
        adjust=adjust,
        milestones=tuple(dict.fromkeys((*reached, *control))),
        cluster=cluster,
    )
    data = file_by_file(SupportData(**{**data.__dict__, "actors": who, "milestones": reached}))
    grace, lags, landmarks = (tuple(dict.fromkeys(one)) for one in other_days.values())
    plan = Plan(wanted, grace, lags, landmarks, control_outcome, others, imputations)
    with ticking(plan.steps(data, started_within_days, horizon_days, resamples), shown=progress) as tick:
        asked = Asked(
            data=data, within=started_within_days, horizon=horizon_days, resamples=resamples, seed=seed,
            level=confidence_level, tick=tick,
        )  # fmt: skip
        return _answer(cases, asked, plan, outcome, {
            "actors": who, "needed": needed, "started_within_days": started_within_days, "horizon_days": horizon_days,
            "outcome": outcome, "start": start, "adjust": names(adjust), "milestones": reached,
            "cluster": data.cluster, "analyses": wanted, "grace_days": grace, "lag_days": lags,
            "landmark_days": landmarks, "control_outcome": control_outcome,
            "control_actors": others, "imputations": imputations, "resamples": resamples, "seed": seed,
            "confidence_level": confidence_level,
        })  # fmt: skip


def _answer(
    cases: CaseData, asked: Asked, plan: Plan, outcome: str, settings: Mapping[str, object]
) -> SupportSensitivity:
    dated = asked.data.dated()
    ensure_clusters(dated)
    followed = dated.followed()
    support = actor_set(asked.data.actors, asked.data.needed)
    try:
        main = compared(followed, asked)
    except NoStartsError:
        raise QuestionError(
            tr(
                "In none of {n} cases had {actors} started within {days} days, before the case ended.",
                n=dated.histories.units,
                actors=support,
                days=asked.within,
            ),
            tr("Allow more days (started_within_days), or ask for fewer of the actors (needed)."),
        ) from None
    except BeyondFollowUpError as error:
        raise QuestionError(
            tr("No case is followed up to day {horizon} under both strategies.", horizon=asked.horizon),
            tr("Choose a horizon of {days} days at most (horizon_days).", days=error.last),
        ) from None
    said = Variants(asked, plan, dated, followed, main, cases.procedure.label)
    said.run()
    tables: dict[str, Table] = {"main": main_table(said.rows)}
    shown = conclusive(main)
    if "e_value" in plan.analyses and shown:
        tables["e_values"] = evalue_table(main, asked.level)
    if "tipping_point" in plan.analyses:
        if shown:
            tables["tipping"] = tipping_table(main)
        terms = tuple(dict.fromkeys(one.term for one in asked.data.design.columns))
        if terms:
            forgotten = {one: without_term(asked, followed, one) for one in terms}
            tables["known_causes"] = known_causes_table(forgotten, main)
    tables |= said.tables
    words = outcome_labels(cases, (outcome,))[outcome]
    return SupportSensitivity(
        heading=tr(
            "Support within {days} days ({support}): does the answer hold?", days=Setting(asked.within), support=support
        ),
        # each analysis rests on a few cases more or less than another: set side by side they tell of these few
        tables={name: guarded(one, "internal") for name, one in tables.items()},
        definition=_definition(asked, support, words),
        provenance=cases.provenance.add("support_sensitivity", **settings).leave_out(*asked.data.left_out()),
        notes=(
            *said.notes,
            *_nothing_shown(plan, main),
            *_doubts(asked, main),
            *sampling_notes(cases, design_used=True),
        ),
        frame_library=cases.frame_library,
        rows=tuple(said.rows),
        within=asked.within,
        horizon=asked.horizon,
        outcome_word=words,
        support=support,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _definition(asked: Asked, support: Readable, outcome: Readable) -> Definition:
    return Definition(
        answers=tr(
            "How far does the difference in {outcome} between support by {support} within {days} days and no support "
            "in them depend on what cannot be checked in the files?",
            outcome=outcome,
            support=support,
            days=asked.within,
        ),
        numerator=tr(
            "cases that came to {outcome} by day {horizon} under a strategy, weighted",
            outcome=outcome,
            horizon=asked.horizon,
        ),
        denominator=tr("all cases, under each strategy; for a landmark, cases open and observed on it"),
        basis="cohort",
        pending=tr("observed as open up to the cut-off, then censored; any other ending competes"),
        method=tr(
            "Each row is an emulation of its own by cloning, censoring and weighting, with an interval from resamples "
            "of courts or cases in which everything is repeated. E-values: VanderWeele and Ding (2017); tipping "
            "points: VanderWeele and Arah (2011); imputation: Rubin's rules with Barnard and Rubin (1999)."
        ),
    )


def _nothing_shown(plan: Plan, main: Compared) -> tuple[Readable, ...]:
    if conclusive(main) or not {"e_value", "tipping_point"} & set(plan.analyses):
        return ()
    return (
        tr(
            "No difference was shown (its interval includes zero, or none can be given), so there is none to explain "
            "away: E-values and tipping points are not told."
        ),
    )


def _doubts(asked: Asked, main: Compared) -> tuple[Readable, ...]:
    """Return what a reader must know of the numbers."""
    notes: list[Readable] = []
    if asked.data.cluster is None:
        notes.append(tr("No cluster was named: cases count as independent, which cases of one court are not."))
    elif main.draws < 20:
        notes.append(
            tr(
                "Only {n} clusters: intervals here use Student's distribution and may be too narrow; that of "
                "support_effect allows for it.",
                n=main.draws,
            )
        )
    if asked.data.histories.weight is not None:
        notes.append(tr("Cases are counted with their sampling weights."))
    if asked.resamples < FEW_RESAMPLES:
        notes.append(
            tr("Only {n} resamples: intervals are rough, and change with the seed; ask for 200 or more.",
               n=asked.resamples)
        )  # fmt: skip
    if main.basis.last < FEW_FOLLOWED:
        notes.append(
            trn(
                "Only {n} case is still observed on day {horizon} under one of the strategies: an earlier horizon is "
                "surer.",
                "Only {n} cases are still observed on day {horizon} under one of the strategies: an earlier horizon is "
                "surer.",
                main.basis.last,
                horizon=asked.horizon,
            )
        )
    undated = asked.data.undated
    if undated:
        notes.append(
            tr("{n} cases whose support has no date are left out of every row but that of imputed dates.", n=undated)
        )
    return tuple(notes)
