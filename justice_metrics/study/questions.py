"""Which questions a study can ask, and which settings each of them takes: those of its function."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model

from ..base.result import Result
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..cases.surveys.survey import Survey
from .described import Subject

_SUBJECTS: Final[Mapping[type, Subject]] = MappingProxyType({CaseData: "cases", CountData: "counts", Survey: "survey"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question that a study can ask.

    Attributes
    ----------
    ask : str
        Its name in a study file.
    module, function : str
        Where it is answered, below ``measures``.
    of : {"data", "procedure"}
        What the function is given: cases, counts or a survey, as its first parameter says, or the procedure of the
        cases.
    counting : bool
        Whether the cases are read with faults counted and not refused, because the question is about them.
    terms : tuple of str
        Settings that are terms of a formula: what cases are compared at.
    attributes : tuple of str
        Settings that name attributes, besides those that do so in every question.
    """

    ask: str
    module: str
    function: str
    of: Literal["data", "procedure"] = "data"
    counting: bool = False
    terms: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    def answer(self) -> Callable[..., Result]:
        """Return the function that answers the question."""
        loaded: Callable[..., Result] = getattr(
            importlib.import_module(f"..measures.{self.module}", __package__), self.function
        )
        return loaded

    def takes(self) -> frozenset[Subject]:
        """Return the kinds of data of which the question can be asked, from the function's first parameter."""
        if self.of == "procedure":
            return frozenset({"cases"})
        function = self.answer()
        first = next(iter(inspect.signature(function).parameters))
        hint = get_type_hints(function)[first]
        given = {hint, *get_args(hint)}
        return frozenset(kind for data, kind in _SUBJECTS.items() if data in given)

    def settings(self) -> type[BaseModel]:
        """Return a model of the settings, read from the signature of the function.

        Types are strict: a number in quotes is a mistake, not a number. One number is taken for a list of numbers.
        """
        function = self.answer()
        hints = get_type_hints(function)
        _, *parameters = inspect.signature(function).parameters.values()
        fields: dict[str, Any] = {
            one.name: (_one_or_several(hints[one.name]), ... if one.default is one.empty else one.default)
            for one in parameters
            # a second set of data is no setting: a study asks of one
            if not _SUBJECTS.keys() & {hints[one.name], *get_args(hints[one.name])}
        }
        config = ConfigDict(extra="forbid", strict=True, frozen=True)
        return create_model(f"{self.ask}_settings", __config__=config, **fields)


def _one_or_several(hint: Any) -> Any:
    """Let one number stand for a list of one where a setting takes several numbers, as the function does."""
    several = [one for one in (hint, *get_args(hint)) if one in (Sequence[int], Sequence[float])]
    if not several:
        return hint
    return Annotated[hint, BeforeValidator(_as_several, json_schema_input_type=hint | get_args(several[0])[0])]


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _listed(*questions: Question) -> Mapping[str, Question]:
    return MappingProxyType({one.ask: one for one in questions})


QUESTIONS: Final = _listed(
    Question("check", "quality.check", "check", counting=True),
    Question("completeness", "quality.completeness", "completeness", counting=True),
    Question("coding_drift", "quality.coding_drift", "coding_drift", counting=True),
    Question("date_heaping", "quality.date_heaping", "date_heaping", counting=True),
    Question("registration_delay", "quality.registration_delay", "registration_delay"),
    Question("coder_agreement", "quality.coder_agreement", "coder_agreement"),
    Question("practice", "practice.practice", "practice"),
    Question("practice_change", "practice.change", "practice_change", attributes=("round",)),
    Question("practice_association", "practice.association", "practice_association"),
    Question("perceptions", "perceptions.perceptions", "perceptions"),
    Question("perception_differences", "perceptions.differences", "perception_differences", attributes=("between",)),
    Question("perception_change", "perceptions.differences", "perception_change"),
    Question("reliability", "perceptions.reliability", "reliability"),
    Question("sampling_log", "sampling.log", "sampling_log"),
    Question("lost_file_bounds", "sampling.bounds", "lost_file_bounds"),
    Question("procedure", "procedure_map", "procedure_map", of="procedure"),
    Question("attrition", "attrition", "attrition"),
    Question("cumulative_incidence", "incidence", "cumulative_incidence"),
    Question("open_share", "open_share", "open_share"),
    Question("time_to", "time_to", "time_to"),
    Question("restricted_means", "restricted_means", "restricted_means"),
    Question("curve_tests", "curve_tests", "curve_tests"),
    Question("transition_times", "transition_times", "transition_times"),
    Question("stage_occupancy", "occupancy", "stage_occupancy"),
    Question("stage_durations", "durations", "stage_durations"),
    Question("conviction_rates", "rates.convictions", "conviction_rates"),
    Question("outcome_shares", "rates.convictions", "outcome_shares"),
    Question("caseload", "caseload", "caseload"),
    Question("case_ages", "caseload", "case_ages"),
    Question("case_flows", "flows.case_flows", "case_flows"),
    Question("case_counts", "counted.case_counts", "case_counts"),
    Question("nowcast", "flows.nowcast", "nowcast"),
    Question("cohort_rates", "rates.cohort_rates", "cohort_rates"),
    Question("rate_contrasts", "rates.rate_contrasts", "rate_contrasts"),
    Question("impunity", "rates.impunity", "impunity"),
    Question("effectiveness", "rates.effectiveness", "effectiveness"),
    Question("period_ratios", "rates.period_ratios", "period_ratios"),
    Question("conviction_ratio", "rates.period_ratios", "conviction_ratio"),
    Question("parts_of_whole", "rates.parts_of_whole", "parts_of_whole"),
    Question("count_changes", "rates.count_changes", "count_changes"),
    Question("ratio_changes", "rates.ratio_changes", "ratio_changes"),
    Question("time_limits", "limits.time_limits", "time_limits"),
    Question("compare_offices", "offices.compare_offices", "compare_offices", attributes=("adjust",)),
    Question("population_rates", "rates.population_rates", "population_rates"),
    Question("trends", "series.trends", "trends"),
    Question("control_chart", "series.control_chart", "control_chart"),
    Question("change_points", "series.change_points", "change_points"),
    Question("hearings", "records.hearings", "hearings"),
    Question("protection_measures", "records.protection", "protection_measures"),
    Question("repeated_statements", "records.statements", "repeated_statements"),
    Question("sentences", "records.sentences", "sentences"),
    Question("detention", "records.detention", "detention"),
    Question("warrants", "records.warrants", "warrants"),
    Question("defaults", "records.defaults", "defaults"),
    Question("reparation", "records.reparation", "reparation"),
    Question("crosswalk", "series.crosswalk", "crosswalk"),
    Question("official_tables", "series.official_tables", "official_tables"),
    Question("landmark_curves", "landmark_curves", "landmark_curves"),
    Question("landmark_association", "landmark", "landmark_association"),
    Question("support_effect", "support.effect", "support_effect", terms=("adjust",)),
    Question("support_hazards", "support.hazards", "support_hazards", terms=("adjust",)),
    Question("support_outcomes", "support.outcomes", "support_outcomes", terms=("adjust",)),
    Question("study_size", "study_size", "study_size"),
    Question("support_sensitivity", "support.sensitivity", "support_sensitivity", terms=("adjust",)),
    Question("support_stages", "support.stages", "support_stages", terms=("adjust",)),
    Question("reliance", "reliance", "reliance"),
    Question("support_presence", "support.presence", "support_presence"),
    Question("reliance_by_support", "support.reliance", "reliance_by_support", terms=("adjust",)),
    Question("cox_regression", "regression", "cox_regression"),
    Question("cause_specific_regression", "cause_specific", "cause_specific_regression"),
    Question("subdistribution_regression", "subdistribution", "subdistribution_regression"),
    Question("expected_endings", "forecast", "expected_endings"),
    Question("duration_model", "duration_model", "duration_model"),
    Question("coarse_dates", "coarse_dates", "coarse_dates"),
)

# What the words of a setting are looked up in, whatever question it belongs to.
ATTRIBUTE_SETTINGS: Final = frozenset({"by", "cluster", "strata", "office", "age", "attribute", "offence", "combine"})
STATE_SETTINGS: Final = frozenset({"start", "outcome", "per", "milestones", "among", "control_outcome"})
ACTOR_SETTINGS: Final = frozenset({"actors", "time_varying", "control_actors", "basis"})
RULE_SETTINGS: Final = frozenset({"rules"})
DATE_SETTINGS: Final = frozenset({"recorded", "fact"})
LIMIT_QUESTIONS: Final = frozenset({"time_limits"})
# Files of the user's, beside the study file.
FILE_SETTINGS: Final = frozenset({"calendar", "offices", "population", "ranges", "standard_file", "table"})


def needs_lifelines(question: Question, settings: Mapping[str, Any]) -> bool:
    """Return whether a question with these settings is answered with the help of lifelines."""
    return question.ask == "duration_model" or settings.get("tail", "refuse") not in {"refuse", "constant"}
