"""The survey file: how a questionnaire's columns become answers on items and scales."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from ...base.errors import SettingsError
from ...base.language import Language, tr
from ...base.settings import ReadableError, read_toml, validated
from ..conversions.text import normalise
from ..mappings.parts import Labels, Name, Names, Part, Sheets, as_column, as_several, clear_labels
from ..procedure_file import Words

# What an answer is that lies on no point of its scale.
OFF_THE_SCALE: Final = ("dont_know", "no_answer", "not_applicable")


class SurveyWords(Words):
    """Words in one language or in both; a questionnaire in one language says them in that one."""

    en: Annotated[str, Field(min_length=1)] = ""

    @model_validator(mode="before")
    @classmethod
    def _in_one_language(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        if "en" not in given and "es" not in given:
            raise ReadableError(tr("words are missing: write {es} or {en}, or both", es='es = "…"', en='en = "…"'))
        return given if "en" in given else {**given, "en": given["es"]}


class GroupColumn(Part):
    """A column that tells groups of people apart.

    Attributes
    ----------
    column : str
    labels : mapping of str to str
        Level of each text; a text without a label stays as it is.
    bands : tuple of int
        For numbers such as ages: where bands begin.
    words : mapping of str to words
        What a level is called in each language, where it is not its own name.
    """

    column: Name
    labels: Labels = Field(default_factory=dict)
    bands: tuple[int, ...] = ()
    words: Mapping[Name, SurveyWords] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_reading(self) -> GroupColumn:
        clear_labels(self.labels)
        if self.labels and self.bands:
            raise ReadableError(tr("labels, bands and crosswalk exclude one another"))
        if any(after <= before for before, after in zip(self.bands, self.bands[1:], strict=False)):
            raise ReadableError(tr("bands are written in rising order, such as [0, 6, 12, 18]"))
        return self


GroupSpec = Annotated[GroupColumn, BeforeValidator(as_column, json_schema_input_type=str | GroupColumn)]


class AnswersPart(Part):
    """[answers.<name>]: the points from which people choose.

    Attributes
    ----------
    points : tuple of words
        From the lowest to the highest, three of them or more up to eleven, or two.
    labels : mapping of str to int
        Texts of the file and the point that each is, counted from 1. The words of the points in either language and
        the numbers 1, 2, 3 … are known in any case.
    dont_know, no_answer, not_applicable : tuple of str
        Texts of answers that lie on no point. An empty cell is an answer that is not recorded.
    agree : tuple of int
        Points that count as agreeing; by default those above the middle.
    """

    points: Annotated[tuple[SurveyWords, ...], Field(min_length=2, max_length=11)]
    labels: Mapping[Name, int] = Field(default_factory=dict)
    dont_know: Annotated[tuple[Name, ...], BeforeValidator(as_several)] = ()
    no_answer: Annotated[tuple[Name, ...], BeforeValidator(as_several)] = ()
    not_applicable: Annotated[tuple[Name, ...], BeforeValidator(as_several)] = ()
    agree: tuple[int, ...] = ()

    @property
    def favourable(self) -> tuple[int, ...]:
        """The points that count as agreeing."""
        k = len(self.points)
        return tuple(sorted(set(self.agree))) or tuple(one for one in range(1, k + 1) if one > (k + 1) / 2)

    def meanings(self) -> dict[str, str]:
        """Return what each text stands for: a point as "1", "2" …, or one of `OFF_THE_SCALE`."""
        found: dict[str, str] = {}
        for place, words in enumerate(self.points, start=1):
            found |= dict.fromkeys((str(place), words.en, *([words.es] if words.es else [])), str(place))
        found |= {text: str(point) for text, point in self.labels.items()}
        for kind in OFF_THE_SCALE:
            found |= dict.fromkeys(getattr(self, kind), kind)
        return found

    @model_validator(mode="after")
    def _check_points(self) -> AnswersPart:
        k = len(self.points)
        wrong = [one for one in (*self.labels.values(), *self.agree) if not 1 <= one <= k]
        if wrong:
            raise ReadableError(tr("{n} is no point: there are 1 to {k}", n=wrong[0], k=k))
        if len(set(self.agree)) == k:
            raise ReadableError(tr("'agree' names every point, so everybody would agree"))
        said: dict[str, str] = {}
        for text, meaning in self.meanings().items():
            if said.setdefault(normalise(text), meaning) != meaning:
                raise ReadableError(
                    tr("the text '{text}' stands for two different answers (capitals and accents aside)", text=text)
                )
        return self


class ItemPart(Part):
    """[items.<id>]: one statement or question.

    Attributes
    ----------
    column : str, optional
        Column with the answers; by default the id of the item.
    text : words
        What people were asked.
    answers : str, optional
        Which [answers] they chose from; not needed where there is one.
    scale : str, optional
        The scale to which it belongs.
    reversed : bool
        Agreeing means a low score on the scale. Answers are shown as they were given, and turned for the scale only.
    """

    column: Name | None = None
    text: SurveyWords
    answers: Name | None = None
    scale: Name | None = None
    reversed: bool = False


class ScalePart(Part):
    """[scales.<id>]: several items that measure one thing.

    Attributes
    ----------
    text : words
    answered : float
        Share of its items that a person must have answered to have a score, which is the mean of those answered.
    """

    text: SurveyWords
    answered: Annotated[float, Field(gt=0, le=1)] = 0.5


class SurveyPart(Part):
    """[survey]: the file, who is a row, and how people were drawn.

    Attributes
    ----------
    title : words, optional
    file, sheet, encoding, separator, header_row
        As in the mapping of case files; several files stand one below the other.
    export : {"kobo", "odk"}, optional
        The survey system whose export the file is.
    language : {"en", "es"}
    id : str or tuple of str, optional
        Column, or columns, by which a person is known; one that repeats within a round is refused.
    round : str or table, optional
        Column that tells the rounds of the survey apart.
    weight, stratum, cluster : str, optional
        Columns of the sampling design.
    simulated : bool
    """

    title: SurveyWords | None = None
    file: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Sheets = ()
    encoding: Name | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    export: Literal["kobo", "odk"] | None = None
    language: Language = "en"
    id: Names | None = None
    round: GroupSpec | None = None
    weight: Name | None = None
    stratum: Name | None = None
    cluster: Name | None = None
    simulated: bool = False


class SurveyMapping(Part):
    """How a user's survey becomes answers: the whole of ``survey.toml``, checked.

    Attributes
    ----------
    survey : SurveyPart
    answers : mapping of str to AnswersPart
    items : mapping of str to ItemPart
    scales : mapping of str to ScalePart
    groups : mapping of str to GroupColumn
    """

    survey: SurveyPart
    answers: Annotated[Mapping[Name, AnswersPart], Field(min_length=1)]
    items: Annotated[Mapping[Name, ItemPart], Field(min_length=1)]
    scales: Mapping[Name, ScalePart] = Field(default_factory=dict)
    groups: Mapping[Name, GroupSpec] = Field(default_factory=dict)

    _folder: Path = PrivateAttr(default=Path())
    _source: str = PrivateAttr(default="survey")

    @property
    def folder(self) -> Path:
        """Folder in which relative file names start."""
        return self._folder

    @property
    def source(self) -> str:
        """Name of the survey file, without its folder."""
        return self._source

    def path(self, name: str) -> Path:
        """Return where a file lies that the survey file names."""
        return self._folder / name

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, folder: str | Path = ".", source: str = "survey") -> SurveyMapping:
        """Check a mapping that is already a dictionary.

        Raises
        ------
        SettingsError
            With every key that is wrong.
        """
        if "survey" not in data and ("cases" in data or "counts" in data):
            raise SettingsError(
                tr("'{source}' describes case files or counts, not a survey.", source=source),
                tr("A survey file has the sections [survey], [answers], [items]: docs/perceptions.md."),
            )
        return validated(cls, data, source=source)._placed(Path(folder), source)  # noqa: SLF001 (its own class)

    def _placed(self, folder: Path, source: str) -> SurveyMapping:
        self._folder, self._source = folder, source
        return self

    def answers_of(self, item: str) -> str:
        """Return the name of the answers from which people chose at an item."""
        return self.items[item].answers or next(iter(self.answers))

    def group_columns(self) -> dict[str, GroupColumn]:
        """Return the columns that tell groups apart, the rounds first."""
        return {**({"round": self.survey.round} if self.survey.round is not None else {}), **self.groups}

    def columns(self) -> list[tuple[str, str]]:
        """Return every column that is needed, with the key that names it."""
        part = self.survey
        named = [(one, "survey.id") for one in part.id or ()]
        named += [(one.column, f"groups.{name}") for name, one in self.group_columns().items()]
        for key in ("weight", "stratum", "cluster"):
            column = getattr(part, key)
            named += [(column, f"survey.{key}")] if column else []
        return [*named, *((one.column or name, f"items.{name}") for name, one in self.items.items())]

    @model_validator(mode="after")
    def _check_items(self) -> SurveyMapping:
        for name, one in self.items.items():
            if not name.isidentifier():
                raise ReadableError(tr("'{name}' cannot name an item: letters, digits and underscores only", name=name))
            if one.answers is None and len(self.answers) > 1:
                raise ReadableError(
                    tr("items.{name}: 'answers' says which of {known}", name=name, known=list(self.answers))
                )
            for key, known in (("answers", self.answers), ("scale", self.scales)):
                given = getattr(one, key)
                if given is not None and given not in known:
                    raise ReadableError(
                        tr("items.{name}.{key}: there is no '{given}', only {known}", name=name, key=key, given=given,
                           known=list(known) or ["–"])
                    )  # fmt: skip
        for scale in self.scales:
            points = {
                len(self.answers[self.answers_of(name)].points)
                for name, one in self.items.items()
                if one.scale == scale
            }
            if len(points) != 1:
                raise ReadableError(
                    tr("scales.{scale}: no item belongs to it", scale=scale)
                    if not points
                    else tr("scales.{scale}: its items have different numbers of points", scale=scale)
                )
        return self

    @model_validator(mode="after")
    def _check_groups(self) -> SurveyMapping:
        for name in self.groups:
            if not name.isidentifier() or name in {"round", "item", "scale", "answer"}:
                raise ReadableError(
                    tr("'{name}' cannot name a group: letters, digits and underscores only, and no word of the answers",
                       name=name)
                )  # fmt: skip
        return self


def is_survey(path: str | Path) -> bool:
    """Whether a mapping file describes a survey.

    Raises
    ------
    SettingsError
        When the file is missing or is not TOML.
    """
    return "survey" in read_toml(Path(path))


def read_survey_mapping(path: str | Path) -> SurveyMapping:
    """Read and check a survey file.

    Parameters
    ----------
    path : path
        A TOML file; file names in it are relative to its folder.

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong: every wrong key with what is allowed.
    """
    path = Path(path)
    return SurveyMapping.from_dict(read_toml(path), folder=path.parent, source=path.name)


def survey_schema() -> dict[str, Any]:
    """Return the JSON schema of a survey file, for editors that complete and check TOML."""
    return SurveyMapping.model_json_schema()
