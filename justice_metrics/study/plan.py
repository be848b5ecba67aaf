"""The study file: questions, settings, languages and outputs, checked whole before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator

from ..base.errors import JusticeMetricsError, SettingsError
from ..base.language import LANGUAGES, Label, Language, Message, tr, trn
from ..base.settings import read_toml, validated
from ..cases.corrections.plan import CorrectionPlan, read_plan
from .described import Described, described
from .parts import Part, Words, label
from .planned import Lines, PlannedQuestion, planned, whole
from .questions import QUESTIONS, Question

Format: TypeAlias = Literal["html", "docx", "pdf", "csv", "xlsx", "dta", "png", "svg"]
FileName: TypeAlias = Annotated[str, Field(min_length=1)]


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


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


class StudyPart(Part):
    """[study]: title, mapping, languages."""

    title: Words
    mapping: FileName
    language: Languages = ("en",)
    corrections: FileName | None = None
    policy: FileName | None = None

    @field_validator("language")
    @classmethod
    def _each_once(cls, language: tuple[Language, ...]) -> tuple[Language, ...]:
        return tuple(dict.fromkeys(language))


class OutputPart(Part):
    """[output]: the report folder and what is written into it."""

    folder: FileName = "report"
    formats: Formats = ("html",)
    template: FileName | None = None

    @field_validator("formats")
    @classmethod
    def _each_once(cls, formats: tuple[Format, ...]) -> tuple[Format, ...]:
        return tuple(dict.fromkeys(formats))


class PublishPart(Part):
    """[publish]: where releases go, what stays on the secure side, and by which passport they leave."""

    folder: FileName = "public"
    secure: FileName = "secure"
    passport: FileName | None = None
    secret: FileName | None = None
    enclose: Annotated[
        tuple[FileName, ...], BeforeValidator(_as_several, json_schema_input_type=FileName | list[FileName])
    ] = ()


class StudyFile(Part):
    """The whole of ``study.toml``; the settings of a question are those of its function."""

    study: StudyPart
    question: Annotated[tuple[Mapping[str, Any], ...], Field(min_length=1)]
    output: OutputPart = Field(default_factory=OutputPart)
    publish: PublishPart = Field(default_factory=PublishPart)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """How a study is published.

    Attributes
    ----------
    policy : Path, optional
        File of the disclosure policy.
    passport : Path, optional
        File of the passport.
    folder : Path
        Where the numbered releases are.
    secure : Path
        The secure side: raw counts for the checker, register of releases and queries, key.
    secret : str or Path, optional
        Key of the fingerprint of the input, ``"env:NAME"`` or a file; one is made on the secure side without it.
    enclosed : tuple of Path
        Further files for the replication package, such as a calendar.
    """

    policy: Path | None
    passport: Path | None
    folder: Path
    secure: Path
    secret: str | Path | None = None
    enclosed: tuple[Path, ...] = ()


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
    data : mapping of str to Described
        What the study's mappings describe, by the name under which it knows them.
    folder : Path
        Where the report goes.
    formats : tuple of str
        What is written: html, docx, pdf, csv, xlsx, dta, png, svg.
    publishing : Publishing
    path : Path
        The study file.
    template : Path, optional
        Word file whose styles the report takes.
    corrections : mapping of str to CorrectionPlan
        The plan for each mapping that has one.
    """

    source: str
    title: Label
    languages: tuple[Language, ...]
    questions: tuple[PlannedQuestion, ...]
    data: Mapping[str, Described]
    folder: Path
    formats: tuple[Format, ...]
    publishing: Publishing
    path: Path
    template: Path | None = None
    corrections: Mapping[str, CorrectionPlan] = field(default_factory=dict)


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
    data = _data(file, path)
    questions: list[PlannedQuestion] = []
    problems: list[Message] = []
    for number, table in enumerate(file.question, start=1):
        try:
            questions.append(
                planned(table, number, mapping=file.study.mapping, data=data, folder=path.parent, source=path.name)
            )
        except JusticeMetricsError as error:
            problems.append(whole(error))
    if problems:
        raise SettingsError(
            trn(
                "{source} cannot run: {n} question is wrong.{problems}",
                "{source} cannot run: {n} questions are wrong.{problems}",
                len(problems),
                source=path.name,
                problems=Lines(problems),
            ),
            tr("Correct the file and run the same command again."),
        )
    return Study(
        source=path.name,
        title=label(file.study.title),
        languages=file.study.language,
        questions=tuple(questions),
        data=MappingProxyType(data),
        folder=path.parent / file.output.folder,
        formats=file.output.formats,
        publishing=_publishing(file, path),
        path=path,
        template=path.parent / file.output.template if file.output.template is not None else None,
        corrections=_corrections(file, path),
    )


def _publishing(file: StudyFile, path: Path) -> Publishing:
    """Look up where releases go, and refuse places that would mix what is public with what is not.

    Raises
    ------
    SettingsError
        When the secure side or the internal report lies in the folder of the releases, or the other way round.
    """
    given, beside = file.publish, path.parent
    public, secure = (beside / given.folder).resolve(), (beside / given.secure).resolve()
    report = (beside / file.output.folder).resolve()
    for name, other in (("secure", secure), ("output.folder", report)):
        if public.is_relative_to(other) or other.is_relative_to(public):
            raise SettingsError(
                tr(
                    "{source}: the releases and '{name}' lie in one another, and what is published must lie by itself.",
                    source=path.name,
                    name=name,
                ),
                tr("Name two folders side by side, such as folder = 'public' and secure = 'secure' in [publish]."),
            )
    return Publishing(
        policy=beside / file.study.policy if file.study.policy is not None else None,
        passport=beside / given.passport if given.passport is not None else None,
        folder=beside / given.folder,
        secure=beside / given.secure,
        secret=given.secret if given.secret is None or given.secret.startswith("env:") else beside / given.secret,
        enclosed=tuple(beside / one for one in given.enclose),
    )


def _corrections(file: StudyFile, path: Path) -> dict[str, CorrectionPlan]:
    """Read the plan of the study, which is for its own mapping; others name theirs themselves."""
    named = file.study.corrections
    return {} if named is None else {file.study.mapping: read_plan(path.parent / named)}


def language_of(path: str | Path) -> Language | None:
    """Return the first language that a study names, without checking anything else; None where it names none."""
    try:
        given = read_toml(path).get("study")
    except SettingsError:
        return None
    named = given.get("language") if isinstance(given, Mapping) else None
    first = named[0] if isinstance(named, list) and named else named
    return next((one for one in LANGUAGES if one == first), None)


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


def _data(file: StudyFile, path: Path) -> dict[str, Described]:
    """Read every mapping that the study names."""
    given = [file.study.mapping, *(one["mapping"] for one in file.question if isinstance(one.get("mapping"), str))]
    return {name: described(path.parent / name) for name in dict.fromkeys(given)}
