"""The section [practice] of a mapping: in which columns the items of a checklist of practice were coded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from ...base.language import tr
from ...base.settings import ReadableError
from ..conversions.text import normalise
from .parts import DateSpec, Labels, Name, Part, as_column, clear_labels, date_columns

# Columns of the milestones: what was coded, the day of the act, and of a number without a value that it does not apply.
CODED: Final = "practice__"
CODED_DAY: Final = "practice_day__"
CODED_MISSING: Final = "practice_missing__"

NOT_DOCUMENTED: Final = "not_documented"

# Texts that mean an answer in every file, whatever [practice.labels] adds.
USUAL_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "yes": "yes",
        "sí": "yes",
        "no": "no",
        "not_applicable": "not_applicable",
        "not applicable": "not_applicable",
        "no aplica": "not_applicable",
        "no corresponde": "not_applicable",
        "not_documented": "not_documented",
        "not documented": "not_documented",
        "no consta": "not_documented",
        "no documentado": "not_documented",
    }
)


class ItemColumn(Part):
    """Where one item was coded.

    Attributes
    ----------
    column : str, optional
        Column with the answer, the number, or the days.
    date : str or table, optional
        Column with the day on which it was done. Days are counted up to it where no column has them, and it tells
        whether a practice came before a stage of the case.
    """

    column: Name | None = None
    date: DateSpec | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ItemColumn:
        if self.column is None and self.date is None:
            raise ReadableError(tr("an item needs 'column', 'date' or both"))
        return self


ItemSpec: TypeAlias = Annotated[ItemColumn, BeforeValidator(as_column, json_schema_input_type=str | ItemColumn)]


class PracticePart(Part):
    """[practice]: how the victim was treated, as coded from the file.

    Attributes
    ----------
    checklist : str
        A checklist that comes with the library, or a TOML file beside the mapping.
    items : mapping of str to str or table
        Column of each item, by its id.
    labels : mapping of str to str
        What the texts of the columns mean: yes, no, not_applicable or not_documented. Those words themselves, and
        "sí", "no aplica", "no corresponde" and "no consta", are known without it.
    """

    checklist: Name
    items: Annotated[Mapping[Name, ItemSpec], Field(min_length=1)]
    labels: Labels = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_labels(self) -> PracticePart:
        clear_labels(self.labels)
        known = sorted(set(USUAL_ANSWERS.values()))
        unknown = sorted(set(self.labels.values()) - set(known))
        if unknown:
            raise ReadableError(
                tr("'{word}' is no answer; answers are {known}", word=unknown[0], known=", ".join(known))
            )
        return self

    def answers(self) -> dict[str, str]:
        """Return the answer that each text stands for; a label of the mapping goes before a usual word."""
        own = {normalise(one) for one in self.labels}
        return {**{text: one for text, one in USUAL_ANSWERS.items() if normalise(text) not in own}, **self.labels}

    def columns(self) -> list[tuple[str, str]]:
        """Return the columns that the items need, each with the key that names it."""
        named: list[tuple[str, str]] = []
        for item, one in self.items.items():
            named += [(one.column, f"practice.items.{item}")] if one.column is not None else []
            named += date_columns(one.date, f"practice.items.{item}.date")
        return named
