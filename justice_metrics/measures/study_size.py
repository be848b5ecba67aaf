"""How many files and courts the next study of case files needs, to show a difference that support makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, cast

import numpy as np

from ..base.cells import Guard
from ..base.errors import QuestionError
from ..base.language import Language, Message, Readable, format_number, tr, trn
from ..base.provenance import LeftOut, Provenance
from ..base.result import Definition, Result, context_of
from ..base.types import Names, Values, names
from ..base.version import __version__
from ..cases.casedata import CaseData
from ..estimate.intraclass import Intraclass, intraclass
from ..figures.planning import detectable_curves
from ..reduce.pilot import PilotCounts, pilot_counts
from ..tables import Strata
from .declared import LEFT_OUT_WORDS, Points, Share, ensure_level, few_units_note, sampling_notes
from .guards import as_label, guarded
from .study_size_checks import ensure_cases, ensure_differences, ensure_shares, ensure_sizes
from .study_size_tables import (
    ALIKE_WORDS,
    LEAST_COURTS,
    SIZES,
    Alike,
    Plan,
    Source,
    assumptions_table,
    files_table,
    pilot_table,
    ratios_table,
    sizes_table,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# For want of a pilot: how alike outcomes of one court are, files read per court, and as many supported as not.
USUAL_ICC: Final = 0.05
USUAL_FILES_PER_COURT: Final = 30.0
USUAL_SUPPORTED: Final = 0.5
# The figure reaches to this multiple of the largest difference asked for.
_TIMES_ASKED: Final = 4.0
# Below this number of courts intervals that allow for them are known to come out too short.
FEW_COURTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProvenance(Provenance):
    """Provenance of a plan that rests on no data."""

    def lines(self) -> tuple[Message, ...]:
        """Return what a reader must know."""
        return (tr("No case was counted: every number rests on what was assumed."),)


@dataclass(frozen=True, eq=False, kw_only=True)
class StudySize(Result):
    """How many files and courts show a difference, and what a study of each size shows.

    Tables
    ------
    main
        One row per difference and assumption on how alike courts are inside: files needed, how many of them supported,
        from how many courts. Empty where no number of files is enough.
    sizes
        For studies of each size: the smallest difference shown, and the probability of showing those asked for.
    hazard_ratios
        Outcomes and files needed to show a hazard ratio.
    assumptions
        What was assumed, and from where.
    pilot
        With case data: the intraclass correlation of outcome and support within courts, with intervals.
    """

    question: ClassVar[str] = "study_size"

    plan: Plan
    outcome_words: Readable | None
    pilot_units: int
    pilot_courts: int | None

    def findings(self) -> tuple[Readable, ...]:
        """Return the files needed for each difference, and what the cases at hand could show."""
        main, said = self.main, []
        for place in range(0, len(main), len(self.plan.alike)):
            rows = range(place, place + len(self.plan.alike))
            said.append(self._needed(rows[0]))
            said += [self._at_worst(row) for row in rows[1:]]
        if self.pilot_units:
            said.append(self._at_hand())
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the smallest difference that a study shows over its number of files."""
        table, first = self.main, next(iter(self.plan.alike))
        there = (table["alike"] == first) & np.isfinite(table["files"].astype(float))
        wanted, at = table["difference"][there].astype(float), table["files"][there].astype(float)
        most = float(max(at.max(initial=0.0) * 1.15, self.pilot_units, SIZES[3]))
        files = np.unique(np.geomspace(40, most, 160).round())
        alike = list(self.plan.alike.items())
        # of studies that show no difference worth asking for nothing is drawn
        smallest = self.plan.detectable(files, self.plan.likely)
        files = files[~(smallest > _TIMES_ASKED * np.abs(table["difference"].astype(float)).max())]
        return detectable_curves(
            files=files,
            difference=[self.plan.detectable(files, one) for _, one in alike],
            groups=[ALIKE_WORDS[one].text(language) if len(alike) > 1 else "" for one, _ in alike],
            marked_files=at,
            marked_difference=np.abs(wanted),
            marked_labels=[
                tr("{points} points: {n} files", points=Points(one, signed=False), n=int(n)).text(language)
                for one, n in zip(wanted, at, strict=True)
            ],
            x_label=tr("files in the study").text(language),
            y_label=tr("smallest difference shown, percentage points").text(language),
            number=lambda one: format_number(one, language),
            points=lambda one: format_number(one * 100, language, decimals=0 if round(one * 100, 6) % 1 == 0 else 1),
            ax=ax,
        )

    def context(self) -> Mapping[str, object]:
        """Return the sentences of a plan that rests on no case."""
        return {} if self.pilot_units else {"said": tuple(as_label(one) for one in self.findings())}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the files needed for each difference."""
        return cast("tuple[Readable, ...]", context_of(shown).get("said", ()))

    def _needed(self, row: int) -> Readable:
        main, plan = self.main, self.plan
        values: dict[str, object] = {
            "points": Points(abs(float(main["difference"][row])), signed=False),
            "one": Share(float(main["share_with"][row])),
            "other": Share(plan.baseline),
            "power": Share(plan.power, 0),
        }
        if not np.isfinite(main["files"][row]):
            return tr(
                "A difference of {points} percentage points ({one} with support, {other} without) cannot be shown with "
                "{courts} courts, however many files are read: more courts are needed.",
                courts=int(plan.courts or 0),
                **values,
            )
        return tr(
            "To show a difference of {points} percentage points ({one} with support, {other} without) with a "
            "probability of {power}, the study needs {files} files, {supported} of them supported, from {courts} "
            "courts (about {each} per court).",
            files=int(main["files"][row]),
            supported=int(main["files_supported"][row]),
            courts=int(main["courts"][row]),
            each=int(main["files_per_court"][row]),
            **values,
        )

    def _at_worst(self, row: int) -> Readable:
        main = self.main
        if not np.isfinite(main["files"][row]):
            return tr("If courts are as alike inside as the upper limit allows, that number of courts is not enough.")
        return tr(
            "If courts are as alike inside as the upper limit allows, it needs {files} files from {courts} courts.",
            files=int(main["files"][row]),
            courts=int(main["courts"][row]),
        )

    def _at_hand(self) -> Readable:
        smallest = float(self.plan.detectable(self.pilot_units, self.plan.likely, self.pilot_courts))
        if not np.isfinite(smallest):
            return trn(
                "The {n} case at hand could show no difference at all.",
                "The {n} cases at hand could show no difference at all.",
                self.pilot_units,
            )
        return trn(
            "The {n} case at hand that is old enough would show a difference from {points} percentage points on.",
            "The {n} cases at hand that are old enough would show a difference from {points} percentage points on.",
            self.pilot_units,
            points=Points(smallest, signed=False),
        )


class _Pilot(NamedTuple):
    """What case data tell the plan."""

    counts: PilotCounts
    alike: Intraclass | None
    support: Intraclass | None
    outcome_words: Readable


def study_size(
    cases: CaseData | None = None,
    *,
    difference: Sequence[float] | float = (0.05, 0.1, 0.15),
    baseline: float | None = None,
    supported_share: float | None = None,
    outcome: str = "verdict",
    start: str = "complaint",
    horizon_days: int = 730,
    actors: Names = (),
    started_within_days: int = 90,
    cluster: str | None = None,
    files_per_court: float | None = None,
    courts: int | None = None,
    icc: float | None = None,
    size_cv: float | None = None,
    support_icc: float | None = None,
    effective_share: float = 1.0,
    hazard_ratio: Sequence[float] | float = (1.2, 1.3, 1.5),
    power: float = 0.8,
    confidence_level: float = 0.95,
) -> StudySize:
    """How many files, from how many courts, the next study needs to show a difference that support makes.

    With case data as a pilot, what is not given is taken from them: the share with the outcome by the horizon among
    cases old enough for it, how alike the outcomes of one court are, files per court and, with ``actors``, the share
    that is supported. Without a pilot the baseline must be given; usual values stand for the rest, and are marked so.

    Parameters
    ----------
    cases : CaseData, optional
        The pilot.
    difference : float or sequence of float
        Differences between the share with the outcome with support and without, 0.1 for ten percentage points; below 0
        where support should make the outcome rarer.
    baseline : float, optional
        Share with the outcome without support. From a pilot: that of all its cases, supported or not.
    supported_share : float, optional
        Share of the files that are supported; 0.5 where nothing tells it.
    outcome, start : str
        For the pilot: the endpoint, and the stage or role from which time runs.
    horizon_days : int
        For the pilot: day by which the outcome must have come.
    actors : str or tuple of str
        For the pilot: a case is supported when all of them had started by ``started_within_days``.
    started_within_days : int
    cluster : str, optional
        Attribute of the pilot whose groups are alike inside; by default the cluster of the sampling.
    files_per_court : float, optional
        Files read in each court; 30 where nothing tells it.
    courts : int, optional
        Courts that can take part, 5 or more; without it no plan rests on fewer than 10. More files then mean more
        files per court, and there can be too few courts for any number of files.
    icc : float, optional
        Intraclass correlation of the outcome within courts. From a pilot it is estimated by analysis of variance, and
        the files are given for the upper limit of its interval too; 0.05 where nothing tells it.
    size_cv : float, optional
        Coefficient of variation of the numbers of files of the courts; 0 where nothing tells it.
    support_icc : float, optional
        The same correlation of being supported, between 0 and 1; estimated from a pilot with ``actors``. 1, the
        cautious value that stands where nothing tells it: a court supports all or nobody. Where supported and other
        files lie in the same courts, courts cost little.
    effective_share : float
        Share of the information that is left after weighting for who is supported: effective sample size over cases, as
        ``support_effect`` shows it.
    hazard_ratio : float or sequence of float
        Ratios for which outcomes needed are given too; the supported share stands for the share of time supported, and
        the baseline for the share of cases with the outcome.
    power : float
        Probability of showing the difference if it is there.
    confidence_level : float

    Returns
    -------
    StudySize

    Raises
    ------
    QuestionError, ProcedureError
        When a share lies outside its range, the baseline is not told, or the pilot has no case old enough.

    Notes
    -----
    Quantiles are those of Student's distribution with courts - 1 degrees of freedom, as in the intervals that the study
    will give; files and courts are found together.

    References
    ----------
    .. [1] Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical Methods for Rates and Proportions, chapter 4.
    .. [2] Eldridge, S. M., Ashby, D. and Kerry, S. (2006). Sample size for cluster randomized trials: effect of
       coefficient of variation of cluster size. International Journal of Epidemiology, 35, 1292-1300.
    .. [3] Schoenfeld, D. A. (1983). Sample-size formula for the proportional-hazards regression model. Biometrics, 39,
       499-503.

    Examples
    --------
    >>> from justice_metrics.measures.study_size import study_size
    >>> plan = study_size(baseline=0.3, difference=0.1, icc=0.05, files_per_court=30)
    >>> plan.main["independent"].tolist(), plan.main["files"].tolist(), plan.main["courts"].tolist()
    ([712.0], [1803.0], [61.0])
    """
    asked = tuple(float(one) for one in _several(difference))
    ratios = tuple(float(one) for one in _several(hazard_ratio))
    actors = names(actors)
    ensure_level(confidence_level)
    ensure_shares(
        power=power,
        baseline=baseline,
        supported_share=supported_share,
        icc=icc,
        support_icc=support_icc,
        effective_share=effective_share,
    )
    ensure_sizes(files_per_court=files_per_court, courts=courts, size_cv=size_cv, ratios=ratios)
    pilot = None
    if cases is not None:
        ensure_cases(cases, actors)
        pilot = _pilot(cases, outcome, start, horizon_days, actors, started_within_days, cluster, confidence_level)
    plan = _plan(
        pilot,
        baseline=baseline,
        supported_share=supported_share,
        with_actors=bool(actors),
        files_per_court=files_per_court,
        courts=courts,
        icc=icc,
        size_cv=size_cv,
        support_icc=support_icc,
        effective_share=effective_share,
        power=power,
        confidence_level=confidence_level,
    )
    ensure_differences(asked, plan.baseline)
    at_hand = int(pilot.counts.all_units) if pilot else 0
    tables = {
        "main": files_table(plan, asked),
        "sizes": sizes_table(plan, sorted({*SIZES, *([at_hand] if at_hand else [])}), asked),
        "hazard_ratios": ratios_table(plan, ratios),
        "assumptions": assumptions_table(plan),
    }
    if pilot is not None and pilot.alike is not None:
        tables["pilot"] = pilot_table(pilot.alike, pilot.support, int(pilot.counts.units.sum()))
    # what was read from cases stands behind every number of the plan, at full precision
    guard: Guard = "words" if pilot is None else "internal"
    tables = {name: guarded(one, guard) for name, one in tables.items()}
    provenance = _provenance(cases, pilot).add(
        "study_size",
        difference=asked,
        baseline=baseline,
        supported_share=supported_share,
        outcome=outcome,
        start=start,
        horizon_days=horizon_days,
        actors=actors,
        started_within_days=started_within_days,
        cluster=cluster,
        files_per_court=files_per_court,
        courts=courts,
        icc=icc,
        size_cv=size_cv,
        support_icc=support_icc,
        effective_share=effective_share,
        hazard_ratio=ratios,
        power=power,
        confidence_level=confidence_level,
    )
    return StudySize(
        heading=tr("How many files the next study needs"),
        tables=tables,
        definition=Definition(
            answers=tr("How many files, from how many courts, show a difference that support makes?"),
            numerator=tr("files needed, so that the difference is shown with the probability named"),
            denominator=tr("a study of two groups of files, with support and without"),
            basis="cohort",
            pending=tr("the files must be old enough for the horizon; younger ones come on top"),
            method=tr(
                "Comparison of two shares (Fleiss, Levin and Paik 2003) times the design effect of courts (Kish 1965; "
                "Eldridge, Ashby and Kerry 2006), with Student's quantiles for the number of courts; hazard ratios by "
                "Schoenfeld (1983)."
            ),
        ),
        provenance=provenance,
        notes=_notes(cases, pilot, plan, tables["main"]["courts"]),
        frame_library=cases.frame_library if cases is not None else "pandas",
        plan=plan,
        outcome_words=pilot.outcome_words if pilot else None,
        pilot_units=at_hand,
        pilot_courts=pilot.alike.clusters if pilot is not None and pilot.alike is not None else None,
    )


def _pilot(
    cases: CaseData,
    outcome: str,
    start: str,
    horizon_days: int,
    actors: tuple[str, ...],
    within_days: int,
    cluster: str | None,
    level: float,
) -> _Pilot:
    chosen = cluster if cluster is not None else "cluster" if cases.has("cluster") else None
    counts = pilot_counts(
        cases,
        start=start,
        outcome={outcome: cases.resolve(outcome)},
        horizon_days=horizon_days,
        cluster=chosen,
        actors=actors,
        within_days=within_days,
    )
    if not counts.all_units:
        raise QuestionError(
            tr("No case at hand is as old as the horizon of {n} days.", n=horizon_days),
            tr("Name a nearer horizon, or give the baseline and the other assumptions without case data."),
        )
    alike = intraclass(counts.came, counts.units, level) if counts.clustered else None
    support = intraclass(counts.supported, counts.units, level) if counts.clustered and actors else None
    return _Pilot(counts, alike, support, cases.procedure.label(outcome))


def _plan(
    pilot: _Pilot | None,
    *,
    baseline: float | None,
    supported_share: float | None,
    with_actors: bool,
    files_per_court: float | None,
    courts: int | None,
    icc: float | None,
    size_cv: float | None,
    support_icc: float | None,
    effective_share: float,
    power: float,
    confidence_level: float,
) -> Plan:
    """Fill what was not given from the pilot, else with usual values, and remember which is which."""
    alike = pilot.alike if pilot is not None and pilot.alike is not None else None
    told = alike is not None and bool(np.isfinite(alike.estimate))
    sources: dict[str, Source] = {}

    def settled(name: str, given: float | None, counted: float | None, usual: float) -> float:
        sources[name] = "given" if given is not None else "pilot" if counted is not None else "usual"
        return given if given is not None else counted if counted is not None else usual

    if baseline is None and pilot is None:
        raise QuestionError(
            tr("The share with the outcome without support is not told."),
            tr("Give it (baseline, such as 0.3), or hand over case data as a pilot."),
        )
    share = settled("baseline", baseline, pilot.counts.share if pilot else None, np.nan)
    if not 0 < share < 1:
        raise QuestionError(
            tr("The share with the outcome is {share} in the cases at hand.", share=Share(share)),
            tr("Give a share between 0 and 1 (baseline, such as 0.3), or another outcome or horizon."),
        )
    supported = pilot.counts.all_supported / pilot.counts.all_units if pilot is not None and with_actors else None
    if supported_share is None and supported in (0.0, 1.0):
        raise QuestionError(
            tr("Of the cases at hand, {share} are supported in time.", share=Share(float(supported or 0))),
            tr("Give the share that the next study will hold (supported_share=0.3)."),
        )
    found = alike if alike is not None and told else None
    mixed = pilot.support if pilot is not None and pilot.support and np.isfinite(pilot.support.estimate) else None
    likely = Alike(
        settled("icc", icc, max(found.estimate, 0.0) if found else None, USUAL_ICC),
        settled("support_icc", support_icc, max(mixed.estimate, 0.0) if mixed else None, 1.0),
    )
    ways: dict[str, Alike] = {sources["icc"]: likely}
    counted = {name: one for name, one in (("icc", found), ("support_icc", mixed)) if one and sources[name] == "pilot"}
    if counted:
        at_most = [float(np.clip(one.conf_high, 0.0, 1.0)) for one in counted.values()]
        limit = dict(zip(counted, at_most, strict=True))
        ways["upper_limit"] = Alike(limit.get("icc", likely.outcome), limit.get("support_icc", likely.support))
    return Plan(
        baseline=share,
        supported_share=settled("supported_share", supported_share, supported, USUAL_SUPPORTED),
        files_per_court=settled(
            "files_per_court", files_per_court, alike.cluster_size if alike else None, USUAL_FILES_PER_COURT
        ),
        courts=courts,
        size_cv=settled("size_cv", size_cv, alike.size_cv if alike else None, 0.0),
        effective_share=effective_share,
        power=power,
        confidence_level=confidence_level,
        alike=ways,
        sources=sources,
    )


def _notes(cases: CaseData | None, pilot: _Pilot | None, plan: Plan, courts: Values) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    if cases is not None and pilot is not None:
        notes += [
            *sampling_notes(cases, design_used=True),
            *few_units_note(Strata((), ((),)), np.array([pilot.counts.all_units])),
        ]
        if pilot.alike is not None and pilot.alike.estimate < 0:
            notes.append(
                tr("The courts at hand differ less than chance would make them: they are taken as independent.")
            )
        if pilot.alike is not None and np.isfinite(pilot.alike.estimate) and pilot.alike.clusters < FEW_COURTS:
            notes.append(
                trn(
                    "How alike courts are inside rests on {n} court: plan with the upper limit.",
                    "How alike courts are inside rests on {n} courts: plan with the upper limit.",
                    pilot.alike.clusters,
                )
            )
        if plan.sources["baseline"] == "pilot":
            notes.append(tr("The baseline is the share among all cases at hand that are old enough, supported or not."))
    if plan.sources["icc"] == "usual":
        notes.append(tr("How alike courts are inside is not known; a usual value stands for it. A pilot would tell."))
    if plan.sources["support_icc"] == "usual" and plan.likely.outcome > 0:
        notes.append(
            tr(
                "It is taken that a court supports all of its victims or none, the cautious value. Where supported and "
                "other files lie in the same courts, fewer files are needed; name the actors and a pilot to see."
            )
        )
    if plan.effective_share == 1:
        notes.append(
            tr(
                "Weighting for who is supported costs information on top of this: divide the files by the share that "
                "is left (effective sample size over cases)."
            )
        )
    if plan.courts is None and (courts == LEAST_COURTS).any():
        notes.append(
            tr(
                "No plan rests on fewer than {n} courts: where fewer would hold the files, fewer files are read in "
                "each court.",
                n=LEAST_COURTS,
            )
        )
    if np.fmin.reduce(courts, initial=np.inf) < FEW_COURTS:
        notes.append(
            tr(
                "With fewer than {n} courts intervals are less sure than they look; rather read fewer files in more "
                "courts.",
                n=FEW_COURTS,
            )
        )
    return tuple(notes)


def _provenance(cases: CaseData | None, pilot: _Pilot | None) -> Provenance:
    if cases is None or pilot is None:
        return PlannedProvenance(version=__version__, sampling="undeclared")
    words: Mapping[str, Readable] = {**LEFT_OUT_WORDS, "too_young": tr("not old enough at the cut-off")}
    return cases.provenance.leave_out(*[LeftOut(words[name], n) for name, n in pilot.counts.left_out.items()])


def _several(given: Sequence[float] | float) -> Sequence[float]:
    return (given,) if isinstance(given, int | float) else given
