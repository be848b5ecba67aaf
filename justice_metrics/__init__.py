"""Measure how a criminal justice system treats violence against women and children.

Case attrition, time to verdict, conviction rates and the work of victim-support actors, from case files. The public
names are resolved when they are first used, so that importing the package loads no engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from .base.version import __version__

if TYPE_CHECKING:
    from .base.errors import JusticeMetricsError as JusticeMetricsError
    from .base.result import Result as Result
    from .cases.casedata import CaseData as CaseData
    from .cases.counts.data import CountData as CountData
    from .cases.counts.reading import read_counts as read_counts
    from .cases.dictionary.described import data_dictionary as data_dictionary
    from .cases.dictionary.written import write_dictionary as write_dictionary
    from .cases.duration_table import durations as durations
    from .cases.durations import Durations as Durations
    from .cases.linkage.linked import link_registers as link_registers
    from .cases.linkage.linked_cases import linked_cases as linked_cases
    from .cases.linkage.pseudonyms import pseudonyms as pseudonyms
    from .cases.mappings.mapping import CaseMapping as CaseMapping
    from .cases.mappings.mapping import read_mapping as read_mapping
    from .cases.procedure import Procedure as Procedure
    from .cases.procedure_file import read_procedure as read_procedure
    from .cases.read import read_cases as read_cases
    from .cases.rounds import two_rounds as two_rounds
    from .disclosure.audit import audit as audit
    from .disclosure.policy import DisclosurePolicy as DisclosurePolicy
    from .disclosure.policy import read_policy as read_policy
    from .disclosure.release import internal as internal
    from .disclosure.release import release as release
    from .disclosure.released import InternalRelease as InternalRelease
    from .disclosure.released import Release as Release
    from .measures.attrition import attrition as attrition
    from .measures.bridge import survival_frame as survival_frame
    from .measures.caseload import case_ages as case_ages
    from .measures.caseload import caseload as caseload
    from .measures.cause_specific import cause_specific_regression as cause_specific_regression
    from .measures.coarse_dates import coarse_dates as coarse_dates
    from .measures.counted.case_counts import case_counts as case_counts
    from .measures.curve_tests import curve_tests as curve_tests
    from .measures.duration_model import duration_model as duration_model
    from .measures.durations import stage_durations as stage_durations
    from .measures.flows.case_flows import case_flows as case_flows
    from .measures.flows.nowcast import nowcast as nowcast
    from .measures.forecast import expected_endings as expected_endings
    from .measures.incidence import cumulative_incidence as cumulative_incidence
    from .measures.landmark import landmark_association as landmark_association
    from .measures.landmark_curves import landmark_curves as landmark_curves
    from .measures.limits.time_limits import time_limits as time_limits
    from .measures.occupancy import stage_occupancy as stage_occupancy
    from .measures.offices.compare_offices import compare_offices as compare_offices
    from .measures.open_share import open_share as open_share
    from .measures.procedure_map import procedure_map as procedure_map
    from .measures.quality.adjudication import adjudicate as adjudicate
    from .measures.quality.adjudication import disagreements as disagreements
    from .measures.quality.assessment import quality_assessment as quality_assessment
    from .measures.quality.check import check as check
    from .measures.quality.coder_agreement import coder_agreement as coder_agreement
    from .measures.quality.coding_drift import coding_drift as coding_drift
    from .measures.quality.completeness import completeness as completeness
    from .measures.quality.date_heaping import date_heaping as date_heaping
    from .measures.quality.extracts import compare_extracts as compare_extracts
    from .measures.quality.linkage import linkage_error as linkage_error
    from .measures.quality.linkage_sensitivity import linkage_sensitivity as linkage_sensitivity
    from .measures.quality.registration_delay import registration_delay as registration_delay
    from .measures.rates.cohort_rates import cohort_rates as cohort_rates
    from .measures.rates.convictions import conviction_rates as conviction_rates
    from .measures.rates.convictions import outcome_shares as outcome_shares
    from .measures.rates.count_changes import count_changes as count_changes
    from .measures.rates.effectiveness import effectiveness as effectiveness
    from .measures.rates.impunity import impunity as impunity
    from .measures.rates.parts_of_whole import parts_of_whole as parts_of_whole
    from .measures.rates.period_ratios import conviction_ratio as conviction_ratio
    from .measures.rates.period_ratios import period_ratios as period_ratios
    from .measures.rates.population_rates import population_rates as population_rates
    from .measures.rates.rate_chain import dark_figure as dark_figure
    from .measures.rates.rate_chain import rate_chain as rate_chain
    from .measures.rates.rate_contrasts import rate_contrasts as rate_contrasts
    from .measures.rates.ratio_changes import ratio_changes as ratio_changes
    from .measures.rates.share_change import share_change as share_change
    from .measures.rates.survey_shares import reporting_rate as reporting_rate
    from .measures.rates.survey_shares import survey_shares as survey_shares
    from .measures.records.defaults import defaults as defaults
    from .measures.records.detention import detention as detention
    from .measures.records.hearings import hearings as hearings
    from .measures.records.protection import protection_measures as protection_measures
    from .measures.records.reparation import reparation as reparation
    from .measures.records.sentences import sentences as sentences
    from .measures.records.statements import repeated_statements as repeated_statements
    from .measures.records.warrants import warrants as warrants
    from .measures.regression import cox_regression as cox_regression
    from .measures.reliance import reliance as reliance
    from .measures.restricted_means import restricted_means as restricted_means
    from .measures.sampling.bounds import lost_file_bounds as lost_file_bounds
    from .measures.series.change_points import change_points as change_points
    from .measures.series.control_chart import control_chart as control_chart
    from .measures.series.crosswalk import crosswalk as crosswalk
    from .measures.series.official_tables import official_tables as official_tables
    from .measures.series.trends import trends as trends
    from .measures.study_size import study_size as study_size
    from .measures.subdistribution import subdistribution_regression as subdistribution_regression
    from .measures.support.effect import support_effect as support_effect
    from .measures.support.hazards import support_hazards as support_hazards
    from .measures.support.outcomes import support_outcomes as support_outcomes
    from .measures.support.presence import support_presence as support_presence
    from .measures.support.reliance import reliance_by_support as reliance_by_support
    from .measures.support.sensitivity import support_sensitivity as support_sensitivity
    from .measures.support.stages import support_stages as support_stages
    from .measures.time_to import time_to as time_to
    from .measures.transition_times import transition_times as transition_times
    from .publish.report import write_report as write_report
    from .publish.site.build import build_observatory as build_observatory
    from .publish.site.model import Look as Look
    from .publish.site.shapes import Shapes as Shapes
    from .publish.site.shapes import read_shapes as read_shapes
    from .simulate.cases import sample_cases as sample_cases
    from .study.observatory.run import run_observatory as run_observatory
    from .study.plan import read_study as read_study
    from .study.publish import publish_study as publish_study
    from .study.query import query_study as query_study
    from .study.run import run_study as run_study

_PUBLIC: Final = {
    "JusticeMetricsError": "base.errors",
    "Result": "base.result",
    "CaseData": "cases.casedata",
    "CountData": "cases.counts.data",
    "read_counts": "cases.counts.reading",
    "Durations": "cases.durations",
    "durations": "cases.duration_table",
    "CaseMapping": "cases.mappings.mapping",
    "read_mapping": "cases.mappings.mapping",
    "Procedure": "cases.procedure",
    "read_procedure": "cases.procedure_file",
    "read_cases": "cases.read",
    "attrition": "measures.attrition",
    "survival_frame": "measures.bridge",
    "case_ages": "measures.caseload",
    "caseload": "measures.caseload",
    "coarse_dates": "measures.coarse_dates",
    "duration_model": "measures.duration_model",
    "case_counts": "measures.counted.case_counts",
    "case_flows": "measures.flows.case_flows",
    "nowcast": "measures.flows.nowcast",
    "expected_endings": "measures.forecast",
    "landmark_association": "measures.landmark",
    "landmark_curves": "measures.landmark_curves",
    "procedure_map": "measures.procedure_map",
    "stage_durations": "measures.durations",
    "stage_occupancy": "measures.occupancy",
    "transition_times": "measures.transition_times",
    "conviction_rates": "measures.rates.convictions",
    "outcome_shares": "measures.rates.convictions",
    "cohort_rates": "measures.rates.cohort_rates",
    "rate_contrasts": "measures.rates.rate_contrasts",
    "impunity": "measures.rates.impunity",
    "effectiveness": "measures.rates.effectiveness",
    "period_ratios": "measures.rates.period_ratios",
    "conviction_ratio": "measures.rates.period_ratios",
    "parts_of_whole": "measures.rates.parts_of_whole",
    "count_changes": "measures.rates.count_changes",
    "ratio_changes": "measures.rates.ratio_changes",
    "share_change": "measures.rates.share_change",
    "rate_chain": "measures.rates.rate_chain",
    "dark_figure": "measures.rates.rate_chain",
    "survey_shares": "measures.rates.survey_shares",
    "reporting_rate": "measures.rates.survey_shares",
    "cox_regression": "measures.regression",
    "cause_specific_regression": "measures.cause_specific",
    "subdistribution_regression": "measures.subdistribution",
    "compare_offices": "measures.offices.compare_offices",
    "time_limits": "measures.limits.time_limits",
    "sentences": "measures.records.sentences",
    "detention": "measures.records.detention",
    "warrants": "measures.records.warrants",
    "defaults": "measures.records.defaults",
    "reparation": "measures.records.reparation",
    "trends": "measures.series.trends",
    "control_chart": "measures.series.control_chart",
    "change_points": "measures.series.change_points",
    "hearings": "measures.records.hearings",
    "protection_measures": "measures.records.protection",
    "repeated_statements": "measures.records.statements",
    "population_rates": "measures.rates.population_rates",
    "crosswalk": "measures.series.crosswalk",
    "official_tables": "measures.series.official_tables",
    "cumulative_incidence": "measures.incidence",
    "curve_tests": "measures.curve_tests",
    "open_share": "measures.open_share",
    "restricted_means": "measures.restricted_means",
    "time_to": "measures.time_to",
    "support_effect": "measures.support.effect",
    "support_hazards": "measures.support.hazards",
    "support_outcomes": "measures.support.outcomes",
    "study_size": "measures.study_size",
    "support_sensitivity": "measures.support.sensitivity",
    "support_stages": "measures.support.stages",
    "reliance": "measures.reliance",
    "support_presence": "measures.support.presence",
    "reliance_by_support": "measures.support.reliance",
    "check": "measures.quality.check",
    "registration_delay": "measures.quality.registration_delay",
    "date_heaping": "measures.quality.date_heaping",
    "pseudonyms": "cases.linkage.pseudonyms",
    "linked_cases": "cases.linkage.linked_cases",
    "link_registers": "cases.linkage.linked",
    "linkage_sensitivity": "measures.quality.linkage_sensitivity",
    "linkage_error": "measures.quality.linkage",
    "quality_assessment": "measures.quality.assessment",
    "compare_extracts": "measures.quality.extracts",
    "coder_agreement": "measures.quality.coder_agreement",
    "coding_drift": "measures.quality.coding_drift",
    "completeness": "measures.quality.completeness",
    "Survey": "cases.surveys.survey",
    "read_survey": "cases.surveys.read",
    "Checklist": "cases.checklist",
    "read_checklist": "cases.checklist_file",
    "coding_plan": "cases.coding.planning",
    "write_template": "cases.coding.template",
    "practice": "measures.practice.practice",
    "practice_change": "measures.practice.change",
    "practice_association": "measures.practice.association",
    "sample_size_for_share": "measures.sampling.share_size",
    "sample_size_for_median": "measures.sampling.median_size",
    "draw_files": "measures.sampling.draw",
    "sampling_log": "measures.sampling.log",
    "perceptions": "measures.perceptions.perceptions",
    "perception_differences": "measures.perceptions.differences",
    "perception_change": "measures.perceptions.differences",
    "reliability": "measures.perceptions.reliability",
    "lost_file_bounds": "measures.sampling.bounds",
    "disagreements": "measures.quality.adjudication",
    "adjudicate": "measures.quality.adjudication",
    "data_dictionary": "cases.dictionary.described",
    "write_dictionary": "cases.dictionary.written",
    "two_rounds": "cases.rounds",
    "sample_cases": "simulate.cases",
    "audit": "disclosure.audit",
    "DisclosurePolicy": "disclosure.policy",
    "read_policy": "disclosure.policy",
    "internal": "disclosure.release",
    "release": "disclosure.release",
    "InternalRelease": "disclosure.released",
    "Release": "disclosure.released",
    "write_report": "publish.report",
    "publish_study": "study.publish",
    "build_observatory": "publish.site.build",
    "Look": "publish.site.model",
    "Shapes": "publish.site.shapes",
    "read_shapes": "publish.site.shapes",
    "run_observatory": "study.observatory.run",
    "query_study": "study.query",
    "run_study": "study.run",
    "read_study": "study.plan",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'justice_metrics' has no attribute '{name}'")
    value = getattr(importlib.import_module(f".{_PUBLIC[name]}", __name__), name)
    if _PUBLIC[name].startswith("measures."):
        from .measures.asked import at_the_door

        value = at_the_door(value)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
