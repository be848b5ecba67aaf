"""The texts of a survey typed: they become points and groups; what is no known answer is told, never shown."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.errors import CaseDataError, MappingError, QuestionError
from ...base.language import Language, Message, Readable, tr, trn
from ...base.levels import NOT_RECORDED as BLANK
from ...base.provenance import LeftOut
from ...base.types import Counts, Flags, Floats, FrameLibrary, Values
from ...base.version import __version__
from ..conversions.labels import LabelLookup, label_lookup, level_lookup, unmatched_error
from .mapping import SurveyMapping, read_survey_mapping
from .parts import DONT_KNOW, NO_ANSWER, NOT_APPLICABLE, AnswerSet, Item, PeopleDesign, PeopleProvenance, Scale

_CODES: Final = {"dont_know": DONT_KNOW, "no_answer": NO_ANSWER, "not_applicable": NOT_APPLICABLE}
_MOST_ITEMS_TOLD: Final = 5


class Given(NamedTuple):
    """The columns of a survey as texts; a blank cell is None."""

    columns: Mapping[str, Sequence[str | None]]
    rows: int
    source: str
    library: FrameLibrary
    notes: tuple[Message, ...] = ()


def parts_of_frame(frame: Any, mapping: SurveyMapping | Mapping[str, Any] | str | Path) -> dict[str, Any]:
    """Return the parts of a survey that is handed over as a frame; see :meth:`Survey.from_frame`."""
    import narwhals.stable.v2 as nw

    described = as_survey_mapping(mapping)
    try:
        table: Any = nw.from_native(frame)
    except TypeError:
        raise QuestionError(
            tr("A survey is a table, and this question was given a {kind}.", kind=type(frame).__name__),
            tr("Hand over a frame with one row per person, or the path of a csv or xlsx file."),
        ) from None
    library = str(nw.get_native_namespace(table).__name__)
    needed = needed_columns(described, table.collect_schema().names())
    narrow = table.select(*needed)
    eager = narrow.collect() if isinstance(narrow, nw.LazyFrame) else narrow
    columns = {name: _texts(eager.get_column(name)) for name in needed}
    back: FrameLibrary = "polars" if library == "polars" else "pyarrow" if library == "pyarrow" else "pandas"
    return survey_parts(described, Given(columns, len(eager), library, back))


def as_survey_mapping(mapping: SurveyMapping | Mapping[str, Any] | str | Path) -> SurveyMapping:
    """Take a survey file, or the dictionary of one, as a mapping that is checked."""
    if isinstance(mapping, SurveyMapping):
        return mapping
    return read_survey_mapping(mapping) if isinstance(mapping, str | Path) else SurveyMapping.from_dict(mapping)


def needed_columns(described: SurveyMapping, known: Sequence[str]) -> list[str]:
    """Return the columns that a survey needs of a table.

    Raises
    ------
    MappingError
        When one of them is not there.
    """
    for column, key in described.columns():
        if column not in known:
            raise MappingError.unknown_column(column, known, where=key)
    return list(dict.fromkeys(column for column, _ in described.columns()))


def _texts(column: Any) -> list[str | None]:
    """Return a column as texts; what a library takes for missing is None."""
    return [None if gap else _text(one) for one, gap in zip(column.to_list(), column.is_null().to_list(), strict=True)]


def _text(value: Any) -> str | None:
    """Return a cell as the text that a file would hold; None where there is nothing."""
    if isinstance(value, float) and np.isnan(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def survey_parts(described: SurveyMapping, given: Given) -> dict[str, Any]:
    """Return the parts of a survey, by the names of its fields.

    Raises
    ------
    MappingError, CaseDataError
        When answers are not known, ids repeat, weights are no weights, or there is nobody.
    """
    if not given.rows:
        raise CaseDataError(tr("The survey holds no answers."), tr("Export the file again, with the people."))
    weight, usable = _weights(described, given)
    groups = {
        name: _levels(given.columns[one.column], one.column, one.labels, one.bands)[usable]
        for name, one in described.group_columns().items()
    }
    people = _ids(described, given)
    if people is not None:
        people = people[usable]
        _refuse_twice(people, groups.get("round"))
    answers = _answers(described, given)[usable]
    part = described.survey
    shape = repr((given.source, tuple(described.items), len(answers), sorted(groups), answers.sum(axis=0).tolist()))
    return {
        "items": _items(described),
        "scales": _scales(described),
        "answer_sets": {
            name: AnswerSet(tuple(words.label() for words in one.points), one.favourable)
            for name, one in described.answers.items()
        },
        "answers": answers,
        "groups": groups,
        "group_words": {
            name: {level: words.label() for level, words in one.words.items()}
            for name, one in described.group_columns().items()
        },
        "design": PeopleDesign(
            None if part.weight is None else weight[usable],
            None if part.stratum is None else _of_the_draw(given.columns[part.stratum], part.stratum, usable),
            None if part.cluster is None else _of_the_draw(given.columns[part.cluster], part.cluster, usable),
        ),
        "people": people,
        "title": None if part.title is None else part.title.label(),
        "provenance": PeopleProvenance(
            source=given.source,
            fingerprint=hashlib.sha256(shape.encode()).hexdigest()[:16],
            unit="person",
            units_in=len(answers),
            sampling="survey",
            simulated=part.simulated,
            version=__version__,
        ).leave_out(LeftOut(tr("no sampling weight is given"), int((~usable).sum()))),
        "notes": given.notes,
        "frame_library": given.library,
    }


def _items(described: SurveyMapping) -> tuple[Item, ...]:
    return tuple(
        Item(name, one.text.label(), described.answers_of(name), one.scale, one.reversed)
        for name, one in described.items.items()
    )


def _scales(described: SurveyMapping) -> dict[str, Scale]:
    return {
        name: Scale(
            name,
            one.text.label(),
            tuple(item for item, part in described.items.items() if part.scale == name),
            one.answered,
        )
        for name, one in described.scales.items()
    }


def _answers(described: SurveyMapping, given: Given) -> Counts:
    """Return the points that people chose, (N, J).

    Raises
    ------
    MappingError
        With every item that holds answers which nobody explained: how many cells, and the frequent texts of them.
    """
    made = np.zeros((given.rows, len(described.items)), np.int64)
    problems: list[Message] = []
    for place, (name, item) in enumerate(described.items.items()):
        which = described.answers_of(name)
        meanings = described.answers[which].meanings()
        texts = given.columns[item.column or name]
        counts = Counter(texts)
        found = label_lookup(list(counts), list(counts.values()), column=item.column or name, labels=meanings)
        if found.n_unmatched:
            problems.append(unmatched_error(found, labels=meanings, key=f"answers.{which}").problem)
            continue
        codes = _codes(found)
        made[:, place] = [codes.get(one, 0) if one is not None else 0 for one in texts]
    if problems:
        raise MappingError(
            trn(
                "{n} item of the survey holds answers that are not known: {problems}",
                "{n} items of the survey hold answers that are not known: {problems}",
                len(problems),
                problems=_Lines(problems),
            ),
            tr("Add the texts to labels, dont_know, no_answer or not_applicable of these answers."),
        )
    return made


def _codes(found: LabelLookup) -> dict[str, int]:
    return {text: _CODES.get(meaning) or int(meaning) for text, meaning in found.states.items()}


class _Lines:
    """The first problems one below the other."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages

    def text(self, language: Language = "en") -> str:
        more = len(self._messages) - _MOST_ITEMS_TOLD
        lines: list[Readable] = list(self._messages[:_MOST_ITEMS_TOLD])
        lines += [trn("and {n} more item", "and {n} more items", more)] if more > 0 else []
        return "".join("\n" + one.text(language) for one in lines)


def _levels(texts: Sequence[str | None], column: str, labels: Mapping[str, str], bands: Sequence[int]) -> Values:
    counts = Counter(texts)
    found = level_lookup(list(counts), list(counts.values()), column=column, labels=labels, bands=bands)
    return _objects([BLANK if one is None else found.levels.get(one, BLANK) for one in texts])


def _of_the_draw(texts: Sequence[str | None], column: str, usable: Flags) -> Values:
    """Return the strata or clusters of people; a blank one would put all without one into one cluster.

    Raises
    ------
    CaseDataError
        When some people have none.
    """
    blank = sum(texts[place] is None for place in np.flatnonzero(usable).tolist())
    if blank:
        raise CaseDataError(
            trn(
                "{n} person of the survey has nothing in '{column}', which tells of the draw.",
                "{n} people of the survey have nothing in '{column}', which tells of the draw.",
                blank,
                column=column,
            ),
            tr(
                "Write it into every row: of merged cells a workbook keeps the first one only. People who were drawn "
                "directly are each a cluster of their own."
            ),
        )
    return _objects([one or BLANK for one in texts])[usable]


def _objects(texts: Sequence[str]) -> Values:
    return np.array([*texts, None], dtype=object)[:-1]


def _weights(described: SurveyMapping, given: Given) -> tuple[Floats, Flags]:
    """Return weights, and who has one above 0.

    Raises
    ------
    CaseDataError
        When a weight is below 0 or no number.
    """
    if described.survey.weight is None:
        return np.ones(given.rows), np.ones(given.rows, np.bool_)
    texts = given.columns[described.survey.weight]
    try:
        weight = np.array([np.nan if one is None else float(one.replace(",", ".")) for one in texts], np.float64)
    except ValueError:
        raise CaseDataError(
            tr("A weight of the survey is no number."), tr("Weights are written with a point, without other marks.")
        ) from None
    wrong = int((weight < 0).sum() + np.isinf(weight).sum())
    if wrong:
        raise CaseDataError(
            trn("{n} weight of the survey is below 0.", "{n} weights of the survey are below 0.", wrong),
            tr("Look at the column '{column}'.", column=described.survey.weight),
        )
    usable = np.asarray(weight > 0, np.bool_)
    if not usable.any():
        raise CaseDataError(
            tr("Nobody in the survey has a sampling weight."),
            tr("Look at the column '{column}'.", column=described.survey.weight),
        )
    return weight, usable


def _ids(described: SurveyMapping, given: Given) -> Values | None:
    if described.survey.id is None:
        return None
    parts = [given.columns[one] for one in described.survey.id]
    blank = sum(all(cell is None for cell in row) for row in zip(*parts, strict=True))
    if blank:
        raise CaseDataError(
            trn("{n} row of the survey has no id.", "{n} rows of the survey have no id.", blank),
            tr("Look at the column '{column}'.", column=described.survey.id[0]),
        )
    return _objects(["\x1f".join(cell or "" for cell in row) for row in zip(*parts, strict=True)])


def _refuse_twice(people: Values, rounds: Values | None) -> None:
    """Refuse a person who answers twice in one round.

    Raises
    ------
    CaseDataError
        With the number of ids.
    """
    keys = Counter(zip(people.tolist(), people.tolist() if rounds is None else rounds.tolist(), strict=True))
    twice = sum(n > 1 for n in keys.values())
    if twice:
        raise CaseDataError(
            trn("{n} id stands twice in the survey.", "{n} ids stand twice in the survey.", twice)
            if rounds is None
            else trn(
                "{n} id stands twice in one round of the survey.",
                "{n} ids stand twice in one round of the survey.",
                twice,
            ),
            tr("Keep one answer per person; where people answered in several rounds, name their column in 'round'."),
        )
