"""Stage by stage: who of those that entered a stage with support, or without, moved on from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, cast

import narwhals.stable.v2 as nw
import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, format_share, tr
from ...base.result import Definition, Result, context_of
from ...base.table import Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.procedure import FunnelStep
from ...estimate.pseudo_values import pseudo_incidence
from ...estimate.rows import Rows
from ...figures.dots import dots
from ...reduce.histories import NEVER, Needed
from ...reduce.pattern_cells import COVARIATE_MISSING
from ...reduce.risk import durations_of
from ...reduce.stages import funnel_steps, stage_counts
from ..declared import Points, Share, ensure_level, sampling_notes
from ..formula_words import FormulaWords
from ..guards import among
from .data import SupportData, support_data_of, supported
from .outcome_guards import levels_of
from .point_figures import axis_number
from .points import ESTIMATOR_WORDS, compared, point_cells
from .stage_entry import entry_said, median_days, with_days
from .stage_tables import Step, endings_table, main_table, stage_counts_behind, stage_notes
from .strategies import actor_set

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Groups of fewer cases than this are counted and not compared.
FEWEST: Final = 5
# Day of the first stage on the clock of a later one: 0 or before.
_FIRST: Final = "first__stage"


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportStages(Result):
    """Who moved on from each stage, by support complete on the day of entering it.

    Tables
    ------
    main
        One row per stage and estimator: share that moved on within the horizon in both groups, and their difference.
    endings
        One row per stage and group: cases that entered, moved on, ended there, and were still there.
    """

    question: ClassVar[str] = "support_stages"

    steps: tuple[Step, ...]
    support_words: Readable
    adjust: tuple[str, ...]
    horizon_days: int
    first_words: Readable
    adjust_days_to_entry: bool

    def findings(self) -> tuple[Readable, ...]:
        """Return one sentence per stage, and what they do not say."""
        said = [self._of_step(one) for one in self.steps]
        return (
            *said,
            *entry_said(
                [(one.words, one.median_days) for one in self.steps if one.compared is not None and one.waits],
                self.first_words,
                allowed_for=self.adjust_days_to_entry,
            ),
            tr(
                "Support counts only when it was complete on the day on which a case entered the stage. The cases that "
                "enter a stage with support differ from the others, also because support may have brought them "
                "there: stage "
                "by stage these are associations, and they do not add up to the effect of support."
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference at each stage, as the cases are and made alike."""
        return self.plot_of(self, ax, language=language)

    def context(self) -> Mapping[str, object]:
        """Return who supports, within how many days, and what was adjusted for."""
        adjust = tuple(FormulaWords(one) for one in self.adjust)
        waited = (tr("days from {first} to entering it", first=self.first_words),) if self.adjust_days_to_entry else ()
        alike = {one.id: (*adjust, *(waited if one.waits else ())) for one in self.steps}
        return {"support": self.support_words, "days": self.horizon_days, "alike": alike}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return one sentence per stage that is shown."""
        return shown_stages(shown.main, context_of(shown))

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference at each stage, as the cases are and made alike."""
        main, words = shown.main, shown.main.labels["stage"]
        return dots(
            labels=[ESTIMATOR_WORDS[str(one)].text(language) for one in main["estimator"]],
            groups=[words[str(one)].text(language) for one in main["stage"]],
            estimate=main["estimate"] * 100,
            conf_low=main["conf_low"] * 100,
            conf_high=main["conf_high"] * 100,
            annotations=[
                f"{format_share(one, language, decimals=0)} / {format_share(other, language, decimals=0)}"
                for one, other in zip(main["share_supported"], main["share_not"], strict=True)
            ],
            annotation_label=tr("supported / not").text(language),
            reference=0.0,
            percent=False,
            number=lambda one: axis_number(one, language, decimals=1),
            undefined_label=tr("too few cases").text(language),
            x_label=tr(
                "difference in percentage points, moved on within {days} days of entering the stage",
                days=cast(int, context_of(shown)["days"]),
            ).text(language),
            ax=ax,
        )

    def _of_step(self, step: Step) -> Readable:
        said = {
            "stage": step.words,
            "support": self.support_words,
            "n": int(step.entered[0]),
            "m": int(step.entered[1]),
            "days": self.horizon_days,
        }
        if step.compared is None:
            return tr(
                "{stage}: {n} cases entered it with {support}, {m} without: too few on one side, or not observed for "
                "{days} days, so nothing is compared.",
                **said,
            )
        found = step.compared.found.get("standardised", step.compared.found["as_they_are"])
        said |= {
            "share": Share(found.risk[0]),
            "other": Share(found.risk[1]),
            "difference": Points(found.estimate[0]),
            "low": Points(found.conf_low[0]),
            "high": Points(found.conf_high[0]),
        }
        if not np.isfinite(found.conf_low[0]):
            return tr(
                "{stage}: {n} cases entered it with {support}, {m} without. No interval can be given: in a group all "
                "moved on within {days} days, or none, or there is one cluster only.",
                **said,
            )
        alike: list[Readable] = [FormulaWords(one) for one in self.adjust]
        if self.adjust_days_to_entry and step.waits:
            alike.append(tr("days from {first} to entering it", first=self.first_words))
        how = tr("made alike in {adjust}", adjust=alike)
        told = tr(
            "{stage}: {n} cases entered it with {support}, {m} without; {share} and {other} moved on within {days} "
            "days ({how}), difference {difference} percentage points (interval {low} to {high}).",
            how=how if "standardised" in step.compared.found else tr("nothing was adjusted for"),
            **said,
        )
        if found.conf_low[0] <= 0 <= found.conf_high[0]:
            return tr("{told} Inconclusive.", told=told)
        return told


def shown_stages(main: Table, context: Mapping[str, object]) -> tuple[Readable, ...]:
    """Return one sentence per stage of which both groups and their difference are published."""
    said: list[Readable] = []
    made_alike = cast("Mapping[str, tuple[Readable, ...]]", context["alike"])
    for stage in dict.fromkeys(main["stage"].tolist()):
        rows = np.flatnonzero(main["stage"] == stage)
        alike = [row for row in rows if str(main["estimator"][row]) == "standardised"]
        row = (alike or rows.tolist())[0]
        n, m, share, other, difference, low, high = (
            float(main[name][row])
            for name in (
                *("entered_supported", "entered_not", "share_supported", "share_not"),
                *("estimate", "conf_low", "conf_high"),
            )
        )
        if not np.isfinite([n, m, share, other, difference, low, high]).all():
            continue
        adjust = list(made_alike.get(str(stage), ())) if alike else []
        told = tr(
            "{stage}: {n} cases entered it with {support}, {m} without; {share} and {other} moved on within {days} "
            "days ({how}), difference {difference} percentage points (interval {low} to {high}).",
            how=tr("made alike in {adjust}", adjust=adjust) if adjust else tr("nothing was adjusted for"),
            stage=main.labels["stage"][str(stage)],
            support=context["support"],
            n=int(n),
            m=int(m),
            share=Share(share),
            other=Share(other),
            days=context["days"],
            difference=Points(difference),
            low=Points(low),
            high=Points(high),
        )
        said.append(tr("{told} Inconclusive.", told=told) if low <= 0 <= high else told)
    return tuple(said)


def support_stages(
    cases: CaseData,
    *,
    actors: Names,
    needed: Needed = "all",
    horizon_days: int = 365,
    adjust: Names = (),
    adjust_days_to_entry: bool = True,
    cluster: str | None = None,
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    confidence_level: float = 0.95,
) -> SupportStages:
    """Compare, at each stage, who moved on of those that entered it with support complete and without.

    Every stage has a clock of its own, which starts on the day of entering it. Support counts when it was complete by
    then, never when it came later. Whoever took longer to enter the stage had more days to meet supporters, though, and
    stands there later in the procedure: so cases are made alike in the days from the first stage to entering this one.
    Moving on competes with ending there; cases that are still there are censored at the cut-off.

    Parameters
    ----------
    cases : CaseData
        With dated support spells.
    actors : str or tuple of str
        The actors who together make a case "supported".
    needed : {"all", "any"} or int
        How many of them.
    horizon_days : int
        Days since entering a stage up to which it is looked at who moved on.
    adjust : str or tuple of str
        What cases are made alike in: attributes, or terms such as ``bs(age_at_fact, df=3)``.
    adjust_days_to_entry : bool
        Whether cases are made alike also in the days from the first stage (the complaint) to entering the stage, by a
        smooth curve of them; cases without a day of the first stage are then left out, and counted. Without it (False)
        a difference shows up also where support does nothing, because time itself brings supporters.
    cluster : str, optional
        Attribute whose groups (courts) are alike inside; that of the sampling design by default.
    basis : mapping of str to str or tuple of str, optional
        Which bases of a spell count for an actor.
    institutions : str or tuple of str
        Spells of these institutions only.
    confidence_level : float

    Returns
    -------
    SupportStages
        Steps of the funnel from the first to the last before a verdict.

    Raises
    ------
    QuestionError
        When there are no support spells, a word names nothing, or the horizon is no day.

    Notes
    -----
    Shares are Aalen-Johansen incidences of each group. For the comparison of groups made alike, every case gets its
    pseudo-value of moving on by the horizon (1 or 0 unless it was censored before), and a logistic model of it is
    averaged over all cases that entered the stage; days to entering are in it as a natural cubic
    spline with five knots. Errors are sandwich errors, over clusters where there are any.

    References
    ----------
    .. [1] Andersen, P. K., Klein, J. P. and Rosthøj, S. (2003). Generalised linear models for correlated
       pseudo-observations, with applications to multi-state models. Biometrika, 90, 15-27.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.support_stages(jm.sample_cases(), actors="lawyer", adjust=("offence",))
    >>> list(answer.tables)
    ['main', 'endings']
    """
    who, terms = names(actors), names(adjust)
    ensure_level(confidence_level)
    if horizon_days < 1:
        raise QuestionError(tr("The horizon (day {horizon}) must lie after the entry.", horizon=horizon_days))
    known = supported(cases, who, needed, basis=basis, institutions=institutions)
    steps = [one for one in funnel_steps(cases) if one.id not in ("verdict", "final_verdict")]
    later = [*funnel_steps(cases)]
    counted = stage_counts(cases)
    skipped = dict(zip(counted.steps, (counted.reached - counted.recorded).sum(axis=0), strict=True))
    opened = cases.first_day(steps[0].states) if steps else nw.lit(None)
    made: list[Step] = []
    chosen = cluster
    for place, step in enumerate(steps):
        beyond = tuple(dict.fromkeys(state for one in later[place + 1 :] for state in one.states))
        if not beyond:
            continue
        # the ending is named after the next step; reaching any later one is reaching it
        spells = durations_of(known, start=step.id, outcomes={later[place + 1].id: beyond})
        data = support_data_of(spells, actors=who, needed=needed, adjust=terms, cluster=cluster, dated={_FIRST: opened})
        chosen = data.cluster
        missing = int(skipped.get(step.id, 0))
        made.append(_step(step, data, horizon_days, confidence_level, missing, by_days=adjust_days_to_entry))
    support = actor_set(who, needed)
    # never all cases of the data: each stage has cases of its own
    settings = (who, needed, basis, names(institutions), horizon_days, adjust_days_to_entry)
    fixed = among(cases.provenance, -1, "stages, support dated", *settings)
    return SupportStages(
        heading=tr("Moving on from each stage, by support on the day of entering it"),
        tables={"main": main_table(made, confidence_level, fixed), "endings": endings_table(made)},
        definition=Definition(
            answers=tr(
                "Of the cases that entered each stage, did those that had {support} by then more often move on within "
                "{days} days?",
                support=support,
                days=Setting(horizon_days),
            ),
            numerator=tr(
                "cases that came to a later stage or to a verdict within {days} days", days=Setting(horizon_days)
            ),
            denominator=tr("cases that entered the stage on a known day, by support complete on that day"),
            basis="cohort",
            pending=tr("observed as still there up to the cut-off, then censored; ending there competes"),
            method=tr(
                "Aalen-Johansen in each group; made alike by a logistic model of pseudo-values, averaged over "
                "all cases that entered the stage (Andersen, Klein and Rosthøj 2003)."
            ),
        ),
        provenance=cases.provenance.add(
            "support_stages",
            actors=who,
            needed=needed,
            horizon_days=horizon_days,
            adjust=terms,
            adjust_days_to_entry=adjust_days_to_entry,
            cluster=chosen,
            confidence_level=confidence_level,
        ),
        notes=(
            *stage_notes(made, chosen, terms, by_days=adjust_days_to_entry),
            *sampling_notes(cases, design_used=True),
        ),
        frame_library=cases.frame_library,
        steps=tuple(made),
        support_words=support,
        adjust=terms,
        horizon_days=horizon_days,
        first_words=steps[0].label if steps else tr("stage"),
        adjust_days_to_entry=adjust_days_to_entry,
    )


def _step(step: FunnelStep, data: SupportData, horizon: int, level: float, skipped: int, *, by_days: bool) -> Step:
    dated = data.dated()
    known = dated.histories.days[_FIRST] != NEVER
    kept = dated.where(known) if by_days else dated
    cells = kept.histories
    # on the clock of the stage: support that was complete on the day of entering, or before it
    held = kept.start() <= 0
    arm = np.where(held, 0, 1)
    rows = Rows(
        entry=cells.entry.astype(np.int32),
        exit=cells.exit.astype(np.int32),
        code=cells.code,
        n=cells.n,
        weight=cells.weight,
        stratum=arm,
        pattern=cells.pattern,
        cluster=None,
    )
    values = pseudo_incidence(rows, horizon, groups=2, outcomes=2)
    points = point_cells(kept, held, values[:, 0])
    mass = points.arms * points.mass
    observed = np.array([_observed(rows, arm == one, horizon) for one in range(2)])
    with np.errstate(invalid="ignore", divide="ignore"):
        incidence = np.where(observed[:, None], mass @ values / mass.sum(axis=1, keepdims=True), np.nan)
    within = cells.exit <= horizon
    ended = np.array([[cells.n[(arm == a) & within & (cells.code == k)].sum() for k in (1, 2)] for a in range(2)])
    entered = (points.arms @ cells.n).astype(np.int64)
    days = -cells.days[_FIRST]
    alike, design = points, kept.design.matrix
    if by_days:
        alike, design = with_days(points, design, days)
    there = cells.days[_FIRST] != NEVER
    seen = points._replace(n=np.where(there, points.n, 0))
    enough = bool((entered >= FEWEST).all() and observed.all())
    return Step(
        id=step.id,
        words=step.label,
        entered=entered,
        ended=ended.astype(np.int64),
        incidence=incidence,
        compared=compared(alike, design, truncate=None, level=level) if enough else None,
        without_entry=skipped,
        undated=data.undated,
        without_first=int(dated.histories.n[~known].sum()) if by_days else 0,
        median_days=median_days(seen, days),
        waits=len(np.unique(days[there])) > 1,
        uncovered=data.histories.left_out.get(COVARIATE_MISSING, 0),
        behind=stage_counts_behind(
            step.id,
            entered,
            ended,
            [(at, points.arms @ (cells.n * who)) for at, who in levels_of(kept, cells.pattern)] if enough else [],
        ),
    )


def _observed(rows: Rows, mine: np.ndarray, horizon: int) -> bool:
    """Whether a group was watched up to the horizon: somebody was, or nobody was left before."""
    if not mine.any():
        return False
    last = rows.exit[mine].max()
    return bool(last >= horizon or (rows.code[mine][rows.exit[mine] == last] > 0).all())
