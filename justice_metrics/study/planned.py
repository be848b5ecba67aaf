"""One question of a study, checked: its settings, and every word in them that the data must know."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from ..base.errors import JusticeMetricsError, MissingExtraError, QuestionError, SettingsError, suggestion
from ..base.language import Label, Language, Message, Readable, tr
from ..base.settings import validated
from ..cases.attributes import suggested
from ..cases.rules.examine import rule_named
from ..reduce.formula import read_formula, unknown_reference
from .described import Described, Subject
from .parts import Part, Words, label
from .questions import (
    ACTOR_SETTINGS,
    ATTRIBUTE_SETTINGS,
    DATE_SETTINGS,
    FILE_SETTINGS,
    LIMIT_QUESTIONS,
    QUESTIONS,
    RULE_SETTINGS,
    STATE_SETTINGS,
    Question,
    needs_lifelines,
)
from .values import wrong_values

Model = TypeVar("Model", bound=BaseModel)

_OTHER_DATA: Final[Mapping[Subject, Message]] = MappingProxyType(
    {
        "cases": tr("it is not asked of case files, which the mapping describes."),
        "counts": tr("it is not asked of a table of counts, which the mapping describes."),
        "survey": tr("it is not asked of a survey, which the mapping describes."),
    }
)
_HOW_DATES: Final = tr("Map one below [attributes], with type = 'date'.")


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


class _OwnKeys(Part):
    """What a question of a study has besides the settings of its function."""

    mapping: str | None = None
    title: Words | None = None


def planned(
    table: Mapping[str, Any], number: int, *, mapping: str, data: Mapping[str, Described], folder: Path, source: str
) -> PlannedQuestion:
    """Check one question of a study file.

    Parameters
    ----------
    table : mapping
        Its keys as the file has them.
    number : int
        Its place among the questions, from 1.
    mapping : str
        Mapping of the study, for a question that names none of its own.
    data : mapping of str to Described
        The data that the study's mappings describe, by the name of the mapping.
    folder : Path
        Where names of files in the settings start.
    source : str
        Name of the study file.

    Raises
    ------
    SettingsError
        With everything that is wrong about the question.
    """
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
    about = data[chosen]
    if about.kind not in question.takes():
        raise SettingsError(
            tr("Question {number} ({ask}): {reason}", number=number, ask=ask, reason=_OTHER_DATA[about.kind]),
            _other_mapping([name for name, one in data.items() if one.kind in question.takes()]),
        )
    try:
        model = _checked(question.settings(), given, source=where)
    except SettingsError as error:
        # A wrong key does not hide the wrong words of the others.
        unknown = tuple(_unknown_words(question, given, about))
        if not unknown:
            raise
        raise SettingsError(tr("{problem}{more}", problem=error.problem, more=Lines(unknown))) from None
    settings = {name: _frozen(getattr(model, name)) for name in given}
    known = {name: getattr(model, name) for name in type(model).model_fields}
    problems = [
        *_unknown_words(question, known, about),
        *_wrong_formula(question, known, about),
        *wrong_values(ask, known),
        *_missing_files(known, folder),
        *_unknown_dates(known, about),
        *_unknown_limits(ask, known, about),
    ]
    if needs_lifelines(question, known) and importlib.util.find_spec("lifelines") is None:
        problems.append(whole(MissingExtraError.named("lifelines", "lifelines")))
    if problems:
        raise SettingsError(
            tr("Question {number} ({ask}):{problems}", number=number, ask=ask, problems=Lines(problems))
        )
    settings |= {name: str(folder / settings[name]) for name in FILE_SETTINGS if isinstance(settings.get(name), str)}
    title = label(own.title) if own.title else None
    return PlannedQuestion(question=question, settings=MappingProxyType(settings), mapping=chosen, title=title)


def _other_mapping(names: Sequence[str]) -> Message:
    """Return how a mapping of the kind that a question takes is named; the study may have one."""
    if not names:
        return tr("Name a mapping of the other kind in the question: mapping = '…'.")
    return tr("Write mapping = '{name}' in the question; on the command line, --mapping {name}.", name=names[0])


def _missing_files(settings: Mapping[str, Any], folder: Path) -> Iterator[Message]:
    for name in sorted(FILE_SETTINGS & set(settings)):
        value = settings[name]
        if isinstance(value, str) and not (folder / value).is_file():
            yield tr("'{key}': there is no file {name} beside the study.", key=name, name=value)


def _unknown_dates(settings: Mapping[str, Any], about: Described) -> Iterator[Message]:
    for name in sorted(DATE_SETTINGS & set(settings)):
        for word in _several(settings[name]):
            if word not in about.dates and not (name == "recorded" and _is_state(word, about)):
                reason = tr("'{name}' is no date attribute in {mapping}.", name=word, mapping=about.source)
                remedy = suggestion(word, about.dates) if about.dates else _HOW_DATES
                yield tr("'{key}': {reason} {remedy}", key=name, reason=reason, remedy=remedy)


def _is_state(word: str, about: Described) -> bool:
    """Whether a word is a stage or role of the procedure: a delay can run to one as well as to a date attribute."""
    return about.procedure is not None and word in {*about.procedure.roles, *about.procedure.ids}


def _unknown_limits(ask: str, settings: Mapping[str, Any], about: Described) -> Iterator[Message]:
    if ask not in LIMIT_QUESTIONS or about.procedure is None:
        return
    known = tuple(one.id for one in about.procedure.limits)
    for word in _several(settings["limits"]):
        if word not in known:
            reason = tr("'{name}' is no limit of the procedure {procedure}.", name=word, procedure=about.procedure.id)
            yield tr("'{key}': {reason} {remedy}", key="limits", reason=reason, remedy=suggestion(word, known))


def _unknown_words(question: Question, settings: Mapping[str, Any], about: Described) -> Iterator[Message]:
    """Look up every stage, attribute and actor that the settings name."""
    procedure = about.procedure
    for name, value in settings.items():
        words = tuple(one for one in _several(value) if isinstance(one, str))
        if name == "start" and "recorded" in settings:
            words = tuple(one for one in words if one not in about.dates)
        look_up: Callable[[str], object] | None = (
            rule_named
            if name in RULE_SETTINGS
            else procedure.endpoint
            if procedure is not None and name in STATE_SETTINGS
            else None
        )
        if look_up is not None:
            yield from _not_found(name, words, look_up)
        if name in ATTRIBUTE_SETTINGS or name in question.attributes:
            unknown = [word for word in words if word not in about.attributes]
            for word in unknown:
                reason = tr("'{name}' is not an attribute in {mapping}.", name=word, mapping=about.source)
                yield tr(
                    "'{key}': {reason} {remedy}",
                    key=name,
                    reason=reason,
                    remedy=suggested(word, about.attributes, *about.own),
                )
        if name in ACTOR_SETTINGS:
            if not about.supported:
                yield tr("'{key}': {mapping} has no [support] section.", key=name, mapping=about.source)
            for word in [one for one in words if about.actors and one not in about.actors]:
                reason = tr("'{name}' is not a support actor in {mapping}.", name=word, mapping=about.source)
                yield tr(
                    "'{key}': {reason} {remedy}",
                    key=name,
                    reason=reason,
                    remedy=suggested(word, about.actors, *about.own),
                )


def _wrong_formula(question: Question, settings: Mapping[str, Any], about: Described) -> Iterator[Message]:
    """Read the formula of a regression, or the terms that cases are compared at, and look up what goes with it."""
    actors = tuple(_several(settings.get("time_varying", ())))
    terms = {name: tuple(_several(settings.get(name) or ())) for name in ("formula", *question.terms)}
    for key in [name for name, written in terms.items() if written]:
        known = about.attributes if key in question.terms else (*about.attributes, *actors)
        try:
            read = read_formula(" + ".join(terms[key]), known=known, numeric=set(about.numeric) - set(actors))
        except QuestionError as error:
            yield tr("'{key}': {reason}", key=key, reason=whole(error))
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
            yield tr("'{key}': {reason}", key=setting, reason=whole(error))


def _checked(model: type[Model], given: Mapping[str, Any], *, source: str) -> Model:
    """Check one question; what to do about all of them is said once."""
    try:
        return validated(model, given, source=source)
    except SettingsError as error:
        raise SettingsError(error.problem) from None


def _several(value: Any) -> Iterable[Any]:
    """Return the words of a setting, also of one that is a list of lists."""
    if isinstance(value, str):
        return (value,)
    return [inner for one in value for inner in (_several(one) or (one,))] if isinstance(value, Sequence) else ()


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def whole(error: JusticeMetricsError) -> Message:
    """Return a problem and its remedy in one."""
    if error.remedy is None:
        return error.problem
    return tr("{problem} {remedy}", problem=error.problem, remedy=error.remedy)


class Lines:
    """Messages one below the other."""

    def __init__(self, messages: Sequence[Readable]) -> None:
        self._messages = messages

    def text(self, language: Language = "en") -> str:
        """Return them, each on a line of its own."""
        return "".join("\n  - " + one.text(language).replace("\n", "\n    ") for one in self._messages)
