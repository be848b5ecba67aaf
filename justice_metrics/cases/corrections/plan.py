"""The correction plan: for each broken rule, whether its findings are accepted, dropped or corrected, and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, PrivateAttr, field_validator, model_validator

from ...base.errors import QuestionError, SettingsError
from ...base.language import tr
from ...base.settings import ReadableError, read_toml, validated
from ..mappings.parts import Name, Part
from ..rules.examine import rule_named

Action: TypeAlias = Literal["undecided", "accept", "drop", "correct"]


class PlanPart(Part):
    """[plan]: what the plan was made for.

    Attributes
    ----------
    mapping : str, optional
        Name of the mapping that was checked.
    units : int, optional
        Units in the data on that day.
    fingerprint : str, optional
        Fingerprint of the data on that day.
    cells : str, optional
        File of corrected cells, beside the plan: personal data.
    """

    mapping: Name | None = None
    units: int | None = Field(default=None, ge=0)
    fingerprint: Name | None = None
    cells: Name | None = None


class Decision(Part):
    """[[decision]]: what becomes of the findings of one rule.

    Attributes
    ----------
    rule : str
        Id of the rule, as ``check`` shows it.
    detail : str, optional
        One thing that the rule looks at (a pair of stages, a column), where the decision is not on all of them.
    n : int
        Findings that were decided on; more of them than this stop the reading.
    do : {"undecided", "accept", "drop", "correct"}
        Leave open; take for right; leave the units (or spells) out of the data; corrected in the file of cells.
    reason : str
        Why; needed for every decision.
    """

    rule: Name
    detail: Name | None = None
    n: int = Field(ge=0)
    do: Action = "undecided"
    reason: str = ""

    @field_validator("rule")
    @classmethod
    def _known(cls, rule: str) -> str:
        try:
            return rule_named(rule).id
        except QuestionError as error:
            raise ReadableError(tr("{problem} {remedy}", problem=error.problem, remedy=error.remedy or "")) from None

    @model_validator(mode="after")
    def _with_reason(self) -> Decision:
        if self.do != "undecided" and not self.reason.strip():
            raise ReadableError(tr("the decision on '{rule}' gives no reason", rule=self.rule))
        return self


class CorrectionPlan(Part):
    """The whole of ``plan.toml``, checked.

    Attributes
    ----------
    plan : PlanPart
    decision : tuple of Decision

    Examples
    --------
    >>> from justice_metrics.cases.corrections.plan import CorrectionPlan
    >>> plan = CorrectionPlan.from_dict({
    ...     "decision": [{"rule": "ending_before_start", "n": 14, "do": "drop", "reason": "not legible in the file"}]
    ... })
    >>> plan.decision[0].do
    'drop'
    """

    plan: PlanPart = Field(default_factory=PlanPart)
    decision: tuple[Decision, ...] = ()

    _folder: Path = PrivateAttr(default=Path())
    _source: str = PrivateAttr(default="plan")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, folder: str | Path = ".", source: str = "plan") -> CorrectionPlan:
        """Check a plan that is already a dictionary.

        Raises
        ------
        SettingsError
            With every key that is wrong.
        """
        return validated(cls, data, source=source)._placed(Path(folder), source)  # noqa: SLF001 (its own class)

    def _placed(self, folder: Path, source: str) -> CorrectionPlan:
        self._folder, self._source = folder, source
        return self

    @property
    def source(self) -> str:
        """Name of the plan's file, without its folder."""
        return self._source

    @property
    def cells_file(self) -> Path | None:
        """File of corrected cells; None where the plan names none."""
        return None if self.plan.cells is None else self._folder / self.plan.cells

    def decisions(self, *actions: Action) -> tuple[Decision, ...]:
        """Return the decisions to do one of ``actions``."""
        return tuple(one for one in self.decision if one.do in actions)

    @model_validator(mode="after")
    def _each_once(self) -> CorrectionPlan:
        seen: set[tuple[str, str | None]] = set()
        for one in self.decision:
            if (one.rule, one.detail) in seen:
                raise ReadableError(tr("there are two decisions on '{rule}'", rule=one.rule))
            seen.add((one.rule, one.detail))
        if self.plan.cells is None and self.decisions("correct"):
            raise ReadableError(tr('do = "correct" needs the file of corrected cells: cells = "…" in [plan]'))
        return self


def read_plan(path: str | Path) -> CorrectionPlan:
    """Read and check a correction plan.

    Parameters
    ----------
    path : path
        A TOML file, as ``justice-metrics check --plan`` writes it.

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong.
    """
    path = Path(path)
    return CorrectionPlan.from_dict(read_toml(path), folder=path.parent, source=path.name)


def ensure_made_for(plan: CorrectionPlan, mapping: str) -> None:
    """Refuse a plan that was made for another mapping; a mapping that is no file has no name to compare.

    Raises
    ------
    SettingsError
        When the names differ.
    """
    if plan.plan.mapping is None or not mapping.endswith(".toml") or plan.plan.mapping == mapping:
        return
    raise SettingsError(
        tr(
            "'{plan}' was made for the mapping '{wanted}', and this is '{found}'.",
            plan=plan.source,
            wanted=plan.plan.mapping,
            found=mapping,
        ),
        tr("Make a plan for this mapping (check --plan); where it was only renamed, correct 'mapping' in the plan."),
    )


def as_plan(given: CorrectionPlan | str | Path | dict[str, Any]) -> CorrectionPlan:
    """Take a plan as a model, a dictionary or a path."""
    if isinstance(given, CorrectionPlan):
        return given
    return CorrectionPlan.from_dict(given) if isinstance(given, dict) else read_plan(given)


def plan_schema() -> dict[str, Any]:
    """Return the JSON schema of a correction plan, for editors that complete and check TOML."""
    return CorrectionPlan.model_json_schema()
