"""From a table of answers, one row per person, to totals of the sampling units of a survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import CaseDataError, MappingError, QuestionError
from ..base.language import tr, trn
from ..base.levels import NOT_RECORDED
from ..base.types import Counts, Flags, Floats, FrameLibrary
from ..cases.readers.files import read_text_table
from ..estimate.survey import DesignCells
from ..tables import MOST_STRATA, Strata, in_order
from .grouped import refuse_many

_YES: Final = frozenset({"1", "1.0", "yes", "true", "si", "sí"})
_NO: Final = frozenset({"0", "0.0", "no", "false"})


class Answers(NamedTuple):
    """The columns of a survey that a question needs, as lists of texts and numbers."""

    columns: Mapping[str, list[Any]]
    rows: int
    library: FrameLibrary
    source: str


class Design(NamedTuple):
    """Who stands for how many, and who was drawn together."""

    weight: Floats  # (R,) NaN or 0 where a row cannot be used
    stratum: Counts  # (R,)
    psu: Counts  # (R,)
    usable: Flags  # (R,)


class SurveyCells(NamedTuple):
    """Cells of one share, with how many people they rest on and how many could not be told."""

    strata: Strata
    cells: DesignCells
    people: Counts  # (G,) in the base, whatever they weigh
    said_yes: Counts  # (G,) of them
    unanswered: int
    outside_unknown: int


def answers_of(frame: Any, columns: Sequence[str]) -> Answers:
    """Take the columns that a question needs from a frame or a file.

    Parameters
    ----------
    frame : frame or path
        pandas or Polars frame, Arrow table, DuckDB relation or another that narwhals knows; or a csv or xlsx file.
    columns : sequence of str

    Raises
    ------
    MappingError
        When a column is not there.
    QuestionError
        When it is no table.
    """
    wanted = tuple(dict.fromkeys(columns))
    if isinstance(frame, str | Path):
        texts = read_text_table(frame)
        table: Any = nw.from_native(texts.table, eager_only=True)
        source, library = Path(frame).name, "pandas"
    else:
        try:
            table = nw.from_native(frame)
        except TypeError:
            raise QuestionError(
                tr("A survey is a table, and this question was given a {kind}.", kind=type(frame).__name__),
                tr("Hand over a frame with one row per person, or the path of a csv or xlsx file."),
            ) from None
        library = str(nw.get_native_namespace(table).__name__)
        source = library
    known = table.collect_schema().names()
    for name in wanted:
        if name not in known:
            raise MappingError.unknown_column(name, known, where="survey")
    narrow = table.select(*wanted)
    eager = narrow.collect() if isinstance(narrow, nw.LazyFrame) else narrow
    found = {name: [_plain(one) for one in eager.get_column(name).to_arrow().to_pylist()] for name in wanted}
    back: FrameLibrary = "polars" if library == "polars" else "pyarrow" if library == "pyarrow" else "pandas"
    return Answers(found, len(eager), back, source)


def design_of(answers: Answers, weight: str | None, stratum: str | None, cluster: str | None) -> Design:
    """Read the design columns; a person without a weight cannot stand for anybody.

    Raises
    ------
    CaseDataError
        When a weight is below 0 or no number.
    """
    n = answers.rows
    weights = np.ones(n) if weight is None else np.array([_number(one) for one in answers.columns[weight]], np.float64)
    wrong = int((weights < 0).sum())
    if wrong:
        raise CaseDataError(
            trn("{n} weight of the survey is below 0.", "{n} weights of the survey are below 0.", wrong),
            tr("Look at the column '{column}'.", column=weight),
        )
    codes = np.zeros(n, np.int64) if stratum is None else _coded(answers.columns[stratum])
    drawn = np.arange(n) if cluster is None else _coded(answers.columns[cluster])
    # clusters are often numbered anew in each stratum
    pairs = codes * (int(drawn.max(initial=0)) + 1) + drawn
    return Design(weights, codes, np.unique(pairs, return_inverse=True)[1], np.asarray(weights > 0, np.bool_))


def survey_cells(
    answers: Answers,
    design: Design,
    *,
    of: str,
    among: str | None,
    by: Sequence[str],
    yes: Sequence[str] | None,
) -> SurveyCells:
    """Add up who answered yes, and who was asked, in each sampling unit and group.

    People outside the base leave their sampling unit in the design: without them the error would come out too small.
    """
    said = flags_of(answers, of, yes)
    base = np.ones(answers.rows) if among is None else flags_of(answers, among, yes)
    inside = design.usable & (base == 1)
    counted = inside & ~np.isnan(said)
    texts = [[NOT_RECORDED if one is None else str(one) for one in answers.columns[name]] for name in by]
    rows = list(zip(*texts, strict=True)) if by else [()] * answers.rows
    levels = in_order({one for one, there in zip(rows, counted.tolist(), strict=True) if there} or {()})
    refuse_many(len(levels), tuple(by), MOST_STRATA)
    place = {one: position for position, one in enumerate(levels)}
    group = np.array([place.get(one, 0) for one in rows], np.int64)
    units, first = np.unique(design.psu[design.usable], return_index=True)
    psu = np.searchsorted(units, design.psu)
    key = (psu * len(levels) + group)[counted]
    found, cell = np.unique(key, return_inverse=True)
    weight = design.weight[counted]
    cells = DesignCells(
        group=found % len(levels),
        psu=found // len(levels),
        numerator=np.bincount(cell, weights=weight * said[counted], minlength=len(found)).astype(np.float64),
        denominator=np.bincount(cell, weights=weight, minlength=len(found)).astype(np.float64),
        stratum=np.unique(design.stratum[design.usable][first], return_inverse=True)[1].astype(np.int64),
        copies=np.ones(len(units), np.int64),
        groups=len(levels),
    )
    return SurveyCells(
        Strata(tuple(by), levels),
        cells,
        np.bincount(group[counted], minlength=len(levels)).astype(np.int64),
        np.bincount(group[counted], weights=said[counted], minlength=len(levels)).astype(np.int64),
        int((inside & np.isnan(said)).sum()),
        int((design.usable & np.isnan(base)).sum()),
    )


def flags_of(answers: Answers, name: str, yes: Sequence[str] | None) -> Floats:
    """Return 1 for yes, 0 for no and NaN for no answer, shape (R,).

    Raises
    ------
    QuestionError
        When, without ``yes``, a value is neither.
    """
    texts = [None if one is None else str(one).strip().casefold() for one in answers.columns[name]]
    told = _YES if yes is None else frozenset(one.casefold() for one in yes)
    if yes is None:
        other = sum(one is not None and one not in _YES and one not in _NO for one in texts)
        if other:
            raise QuestionError(
                trn(
                    "{n} answer in the column '{column}' is neither yes nor no.",
                    "{n} answers in the column '{column}' are neither yes nor no.",
                    other,
                    column=name,
                ),
                tr("Name the values that mean yes; every other value is then a no, and an empty cell no answer."),
            )
    return np.array([np.nan if one is None else float(one in told) for one in texts], np.float64)


def _plain(value: Any) -> Any:
    """Return a cell without the three ways in which pandas says that there is none."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if isinstance(value, str) and not value.strip() else value


def _number(value: Any) -> float:
    try:
        return np.nan if value is None else float(value)
    except ValueError:
        raise CaseDataError(
            tr("A weight of the survey is no number."), tr("Weights are written with a point, without other marks.")
        ) from None


def _coded(values: Sequence[Any]) -> Counts:
    texts = [NOT_RECORDED if one is None else str(one) for one in values]
    return np.unique(texts, return_inverse=True)[1].astype(np.int64)
