"""The study file: questions, settings, languages and outputs, checked whole before anything runs."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from ..base.errors import JusticeMetricsError, MissingExtraError, QuestionError, SettingsError, suggestion
from ..base.language import LANGUAGES, Label, Language, Message, Readable, tr, trn
from ..base.settings import ReadableError, read_toml, validated
from ..cases.attributes import suggested
from ..cases.canonical import procedure_of
from ..cases.mapping import CaseMapping, read_mapping
from ..cases.procedure import Procedure
from ..cases.validate import rule_named
from ..reduce.formula import read_formula, unknown_reference
from .questions import (
    ACTOR_SETTINGS,
    ATTRIBUTE_SETTINGS,
    QUESTIONS,
    RULE_SETTINGS,
    STATE_SETTINGS,
    Question,
    needs_lifelines,
)
from .values import wrong_values

Format: TypeAlias = Literal["html", "csv", "xlsx", "png", "svg"]
Model = TypeVar("Model", bound=BaseModel)
_LATER: Final = ("docx", "pdf")


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def _as_words(given: Any) -> Any:
    return {"en": given, "es": given} if isinstance(given, str) else given


Words: TypeAlias = Annotated[
    Mapping[Language, Annotated[str, Field(min_length=1)]],
    BeforeValidator(_as_words, json_schema_input_type=str | dict[Language, str]),
    Field(min_length=1),
]
Languages: TypeAlias = Annotated[
    tuple[Language, ...],
    BeforeValidator(_as_several, json_schema_input_type=Language | list[Language]),
    Field(min_length=1),
]
Formats: TypeAlias = Annotated[
    tuple[Format, ...],
    BeforeValidator(_as_several, json_schema_input_type=Format | list[Format]),
    Field(min_length=1),
]


class _Part(BaseModel):
    """A section of the study: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StudyPart(_Part):
    """[study]: title, mapping, languages."""

    title: Words
    mapping: Annotated[str, Field(min_length=1)]
    language: Languages = ("en",)
    corrections: Any = None
    policy: Any = None

    @field_validator("language")
    @classmethod
    def _each_once(cls, language: tuple[Language, ...]) -> tuple[Language, ...]:
        return tuple(dict.fromkeys(language))

    @field_validator("corrections", mode="before")
    @classmethod
    def _no_corrections_yet(cls, _: Any) -> Any:
        raise ReadableError(
            tr("correction plans come with a later version; correct the data file and leave this key out")
        )

    @field_validator("policy", mode="before")
    @classmethod
    def _no_policy_yet(cls, _: Any) -> Any:
        raise ReadableError(
            tr(
                "the disclosure gate comes with a later version, so nothing can be made public yet; leave this key out "
                "and the report is internal"
            )
        )


class OutputPart(_Part):
    """[output]: the report folder and what is written into it."""

    folder: Annotated[str, Field(min_length=1)] = "report"
    formats: Formats = ("html",)

    @field_validator("formats", mode="before")
    @classmethod
    def _later_formats(cls, given: Any) -> Any:
        later = [one for one in _LATER if isinstance(given, tuple | list) and one in given]
        if later:
            raise ReadableError(
                tr("{formats} come with a later version; there are html, csv, xlsx, png and svg", formats=later)
            )
        return tuple(dict.fromkeys(given)) if isinstance(given, tuple | list) else given


class StudyFile(_Part):
    """The whole of ``study.toml``; the settings of a question are those of its function."""

    study: StudyPart
    question: Annotated[tuple[Mapping[str, Any], ...], Field(min_length=1)]
    output: OutputPart = Field(default_factory=OutputPart)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedQuestion:
    """One question of a study with its settings, checked.

    Attributes
    ----------
    question : Question
    settings : mapping of str to object
        The arguments that the study gives.
    mapping : str
        Which of the study's mappings describes the cases.
    title : Label, optional
        Heading in place of the question's own.
    """

    question: Question
    settings: Mapping[str, Any]
    mapping: str
    title: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study that can run: every key, mapping, procedure, stage and attribute of it was looked up.

    Attributes
    ----------
    source : str
        Name of the study file.
    title : Label
    languages : tuple of {"en", "es"}
        Languages of the report, the first one first.
    questions : tuple of PlannedQuestion
    mappings : mapping of str to CaseMapping
        By the name under which the study knows them.
    folder : Path
        Where the report goes.
    formats : tuple of str
        What is written: html, csv, xlsx, png, svg.
    """

    source: str
    title: Label
    languages: tuple[Language, ...]
    questions: tuple[PlannedQuestion, ...]
    mappings: Mapping[str, CaseMapping]
    folder: Path
    formats: tuple[Format, ...]


def read_study(path: str | Path) -> Study:
    """Read a study file and check it whole, with the mappings and procedures that it names.

    Parameters
    ----------
    path : path
        A TOML file; the names of files and folders in it are relative to its folder.

    Returns
    -------
    Study

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong: every wrong key with what is allowed.

    Examples
    --------
    >>> from justice_metrics.study.plan import read_study
    >>> read_study("sample_data/study.toml").languages
    ('es', 'en')
    """
    path = Path(path)
    file = validated(StudyFile, read_toml(path), source=path.name)
    mappings, procedures = _mappings(file, path)
    planned: list[PlannedQuestion] = []
    problems: list[Message] = []
    for number, table in enumerate(file.question, start=1):
        try:
            planned.append(_planned(table, number, file.study.mapping, mappings, procedures, path.name))
        except JusticeMetricsError as error:
            problems.append(_whole(error))
    if problems:
        raise SettingsError(
            trn(
                "{source} cannot run: {n} question is wrong.{problems}",
                "{source} cannot run: {n} questions are wrong.{problems}",
                len(problems),
                source=path.name,
                problems=_Lines(problems),
            ),
            tr("Correct the file and run the same command again."),
        )
    return Study(
        source=path.name,
        title=_label(file.study.title),
        languages=file.study.language,
        questions=tuple(planned),
        mappings=MappingProxyType(mappings),
        folder=path.parent / file.output.folder,
        formats=file.output.formats,
    )


def language_of(path: str | Path) -> Language | None:
    """Return the first language that a study names, without checking anything else; None where it names none."""
    try:
        given = read_toml(path).get("study")
    except SettingsError:
        return None
    named = _several(given.get("language")) if isinstance(given, Mapping) else ()
    return next((one for one in LANGUAGES if one in tuple(named)[:1]), None)


def study_schema() -> dict[str, Any]:
    """Return the JSON schema of a study file, for editors that complete and check TOML."""
    schema = StudyFile.model_json_schema()
    schema["properties"]["question"]["items"] = {"oneOf": [_question_schema(one) for one in QUESTIONS.values()]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Study"}


def _question_schema(question: Question) -> dict[str, Any]:
    schema = question.settings().model_json_schema()
    own = {
        "ask": {"const": question.ask},
        "title": {"type": ["string", "object"]},
        "mapping": {"type": "string"},
    }
    return {
        **schema,
        "title": question.ask,
        "properties": {**own, **schema.get("properties", {})},
        "required": ["ask", *schema.get("required", [])],
    }


def _mappings(file: StudyFile, path: Path) -> tuple[dict[str, CaseMapping], dict[str, Procedure]]:
    """Read every mapping that the study names, and its procedure."""
    given = [file.study.mapping, *(one["mapping"] for one in file.question if isinstance(one.get("mapping"), str))]
    mappings = {name: read_mapping(path.parent / name) for name in dict.fromkeys(given)}
    return mappings, {name: procedure_of(mapping) for name, mapping in mappings.items()}


class _OwnKeys(_Part):
    """What a question of a study has besides the settings of its function."""

    mapping: str | None = None
    title: Words | None = None


def _planned(
    table: Mapping[str, Any],
    number: int,
    mapping: str,
    mappings: Mapping[str, CaseMapping],
    procedures: Mapping[str, Procedure],
    source: str,
) -> PlannedQuestion:
    ask = table.get("ask")
    if ask is None:
        raise SettingsError(
            tr("Question {number} does not say what it asks.", number=number),
            tr("Write, for example, ask = 'attrition'. There are: {known}.", known=tuple(QUESTIONS)),
        )
    if not isinstance(ask, str) or ask not in QUESTIONS:
        raise SettingsError(
            tr("Question {number} asks '{ask}', which is not a question.", number=number, ask=str(ask)[:60]),
            suggestion(str(ask), tuple(QUESTIONS)),
        )
    question, where = QUESTIONS[ask], f"{source}, question {number} ({ask})"
    own = _checked(_OwnKeys, {key: table[key] for key in ("mapping", "title") if key in table}, source=where)
    given = {key: value for key, value in table.items() if key not in {"ask", "mapping", "title"}}
    chosen = own.mapping or mapping
    try:
        model = _checked(question.settings(), given, source=where)
    except SettingsError as error:
        # A wrong key does not hide the wrong words of the others.
        unknown = tuple(_unknown_words(given, mappings[chosen], procedures[chosen]))
        if not unknown:
            raise
        raise SettingsError(tr("{problem}{more}", problem=error.problem, more=_Lines(unknown))) from None
    settings = {name: _frozen(getattr(model, name)) for name in given}
    known = {name: getattr(model, name) for name in type(model).model_fields}
    problems = [
        *_unknown_words(known, mappings[chosen], procedures[chosen]),
        *_wrong_formula(question, known, mappings[chosen]),
        *wrong_values(ask, known),
    ]
    if needs_lifelines(question, known) and importlib.util.find_spec("lifelines") is None:
        problems.append(_whole(MissingExtraError.named("lifelines", "lifelines")))
    if problems:
        raise SettingsError(
            tr("Question {number} ({ask}):{problems}", number=number, ask=ask, problems=_Lines(problems))
        )
    title = _label(own.title) if own.title else None
    return PlannedQuestion(question=question, settings=MappingProxyType(settings), mapping=chosen, title=title)


def _unknown_words(settings: Mapping[str, Any], mapping: CaseMapping, procedure: Procedure) -> Iterator[Message]:
    """Look up every stage, attribute and actor that the settings name."""
    attributes, actors = attributes_of(mapping), actors_of(mapping)
    own = _own_words(mapping)
    for name, value in settings.items():
        words = tuple(one for one in _several(value) if isinstance(one, str))
        look_up: Callable[[str], object] | None = (
            procedure.endpoint if name in STATE_SETTINGS else rule_named if name in RULE_SETTINGS else None
        )
        if look_up is not None:
            yield from _not_found(name, words, look_up)
        if name in ATTRIBUTE_SETTINGS:
            unknown = [word for word in words if word not in attributes]
            for word in unknown:
                reason = tr("'{name}' is not an attribute in {mapping}.", name=word, mapping=mapping.source)
                yield tr(
                    "'{key}': {reason} {remedy}", key=name, reason=reason, remedy=suggested(word, attributes, *own)
                )
        if name in ACTOR_SETTINGS:
            if mapping.support is None:
                yield tr("'{key}': {mapping} has no [support] section.", key=name, mapping=mapping.source)
            for word in [one for one in words if actors and one not in actors]:
                reason = tr("'{name}' is not a support actor in {mapping}.", name=word, mapping=mapping.source)
                yield tr("'{key}': {reason} {remedy}", key=name, reason=reason, remedy=suggested(word, actors, *own))


def _own_words(mapping: CaseMapping) -> tuple[tuple[str, Readable], ...]:
    """Return names with the words that the files have for them: labels of actors, columns of attributes."""
    actors = mapping.support.actor.labels if mapping.support is not None else {}
    return (
        *((name, Label(label)) for label, name in actors.items()),
        *((name, Label(one.column)) for name, one in mapping.attributes.items()),
    )


def _wrong_formula(question: Question, settings: Mapping[str, Any], mapping: CaseMapping) -> Iterator[Message]:
    """Read the formula of a regression, or the terms that cases are compared at, and look up what goes with it."""
    actors = tuple(_several(settings.get("time_varying", ())))
    numbers = [name for name, one in mapping.attributes.items() if one.type != "text" and not one.bands]
    terms = {name: tuple(_several(settings.get(name) or ())) for name in ("formula", *question.terms)}
    for key in [name for name, written in terms.items() if written]:
        known = attributes_of(mapping) if key in question.terms else (*attributes_of(mapping), *actors)
        try:
            read = read_formula(" + ".join(terms[key]), known=known, numeric=set(numbers) - set(actors))
        except QuestionError as error:
            yield tr("'{key}': {reason}", key=key, reason=_whole(error))
            return
    if not terms["formula"]:
        return
    complaint = unknown_reference(settings.get("references") or (), read)
    if complaint is not None:
        yield tr("'{key}': {reason}", key="references", reason=complaint)
    for one in actors:
        if one not in read.names:
            reason = tr("'{name}' is named as time-varying, but the formula does not use it.", name=one)
            yield tr("'{key}': {reason}", key="time_varying", reason=reason)


def _not_found(setting: str, words: Iterable[str], look_up: Callable[[str], object]) -> Iterator[Message]:
    for word in words:
        try:
            look_up(word)
        except JusticeMetricsError as error:
            yield tr("'{key}': {reason}", key=setting, reason=_whole(error))


def attributes_of(mapping: CaseMapping) -> tuple[str, ...]:
    """Return what can split the cases that a mapping describes."""
    sampling = mapping.cases.sampling
    design = [name for name in ("cluster", "stratum") if getattr(sampling, name) is not None]
    return (*mapping.attributes, "year", *design)


def actors_of(mapping: CaseMapping) -> tuple[str, ...]:
    """Return the support actors that a mapping names; none where the file's own texts are the actors."""
    if mapping.support is None or not mapping.support.actor.labels:
        return ()
    other = mapping.support.actor.otherwise
    return tuple(dict.fromkeys((*mapping.support.actor.labels.values(), *((other,) if other else ()))))


def _checked(model: type[Model], given: Mapping[str, Any], *, source: str) -> Model:
    """Check one question; what to do about all of them is said once."""
    try:
        return validated(model, given, source=source)
    except SettingsError as error:
        raise SettingsError(error.problem) from None


def _label(words: Mapping[Language, str]) -> Label:
    return Label({str(language): text for language, text in words.items()})


def _several(value: Any) -> Iterable[Any]:
    return (value,) if isinstance(value, str) else value if isinstance(value, Sequence) else ()


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _whole(error: JusticeMetricsError) -> Message:
    if error.remedy is None:
        return error.problem
    return tr("{problem} {remedy}", problem=error.problem, remedy=error.remedy)


class _Lines:
    """Messages one below the other."""

    def __init__(self, messages: Sequence[Readable]) -> None:
        self._messages = messages

    def text(self, language: Language = "en") -> str:
        return "".join("\n  - " + one.text(language).replace("\n", "\n    ") for one in self._messages)
