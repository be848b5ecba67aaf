"""What the sections of a study file share: strict models and words in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..base.language import Label, Language


class Part(BaseModel):
    """A section of the study: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_words(given: Any) -> Any:
    return {"en": given, "es": given} if isinstance(given, str) else given


Words: TypeAlias = Annotated[
    Mapping[Language, Annotated[str, Field(min_length=1)]],
    BeforeValidator(_as_words, json_schema_input_type=str | dict[Language, str]),
    Field(min_length=1),
]


def label(words: Mapping[Language, str]) -> Label:
    """Return words of a study file as a label."""
    return Label({str(language): text for language, text in words.items()})
