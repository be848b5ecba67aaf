"""Words of an observatory's settings in every language of its site, and the search for those that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ...base.errors import SettingsError
from ...base.language import LANGUAGES, Label, Language, tr, trn
from ..planned import Lines

_HOW: Final = tr("Give each text in every language of the site, or leave the language out of 'language'.")


class Part(BaseModel):
    """A section of a settings file: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(dict[str, str]):
    """Words by language, told apart from any other table of the file."""

    @property
    def label(self) -> Label:
        """The words for a reader."""
        return Label(self)


def _as_texts(given: Any) -> Any:
    """Let one plain text stand for all languages: a name, an address, a number."""
    return dict.fromkeys(LANGUAGES, given) if isinstance(given, str) else given


Words: TypeAlias = Annotated[
    Mapping[Language, Annotated[str, Field(min_length=1, max_length=4000)]],
    Field(min_length=1),
    BeforeValidator(_as_texts, json_schema_input_type=str | dict[Language, str]),
    AfterValidator(Texts),
]


def ensure_translated(file: BaseModel, languages: Sequence[Language], *, source: str) -> None:
    """Refuse words that lack a language of the site: a page half in another language is not finished.

    Parameters
    ----------
    file : BaseModel
        Settings that were read.
    languages : sequence of str
        Languages of the site.
    source : str
        Name of the file.

    Raises
    ------
    SettingsError
        With every key whose words lack a language.
    """
    lacking = [
        tr("'{key}' says nothing in: {listed}.", key=key, listed=missing)
        for key, words in _texts_in(file, "")
        if (missing := tuple(one for one in languages if one not in words))
    ]
    if lacking:
        raise SettingsError(
            trn(
                "{source} lacks {n} translation: {problems}",
                "{source} lacks {n} translations: {problems}",
                len(lacking),
                source=source,
                problems=Lines(lacking),
            ),
            _HOW,
        )


def readable(value: Any) -> Any:
    """Return settings as plain tables in which every text in several languages is a label.

    Parameters
    ----------
    value : BaseModel, Texts, sequence or plain value
    """
    if isinstance(value, BaseModel):
        return {name: readable(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Texts):
        return value.label
    return tuple(readable(one) for one in value) if isinstance(value, tuple) else value


def _texts_in(value: Any, key: str) -> Iterator[tuple[str, Texts]]:
    if isinstance(value, Texts):
        yield key, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts_in(getattr(value, name), f"{key}.{name}".lstrip("."))
    elif isinstance(value, tuple):
        for number, one in enumerate(value, start=1):
            yield from _texts_in(one, f"{key}.{number}")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts_in(one, f"{key}.{name}")
