"""Times to an ending, one row per spell at risk: what every question about time is asked of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError, suggestion
from ..base.language import Label, Readable, tr
from ..base.provenance import Provenance, unit_words
from ..base.types import FrameLibrary
from .attributes import suggested
from .intake import Intake, Sampling
from .memory import Memory
from .stored import Stored

TimeUnit: TypeAlias = Literal["days", "weeks", "months", "years"]

# Why time cannot be told of a unit, in the order in which the reasons are looked for.
LEFT_OUT: Final = (
    "not_started",
    "start_undated",
    "start_after_cutoff",
    "end_undated",
    "end_before_start",
    "end_after_cutoff",
    "entry_after_end",
    "days_missing",
    "ending_missing",
    "weight_missing",
    "weight_zero",
    "frequency_missing",
)
ANY_EXIT: Final = "any_exit"
OTHER_ENDING: Final = "other_ending"


class Plain(NamedTuple):
    """The columns of a table's frame as they lie there, for a count that touches each of them once.

    Attributes
    ----------
    days, ending : expression
    entry : expression or None
    levels : mapping of str to expression
        Attributes as whole numbers or texts, null where nothing is recorded.
    code_of : mapping of str or int to int
        Code of each value of ``ending``.
    """

    days: nw.Expr
    ending: nw.Expr
    entry: nw.Expr | None
    levels: Mapping[str, nw.Expr]
    code_of: Mapping[Any, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Durations:
    """How long units were open and how that ended, one row per spell at risk.

    Questions about time take it in the place of :class:`CaseData`. Make one with :func:`justice_metrics.durations` from
    a table that has days and endings already. It holds personal data: printing it shows counts, never a row.

    Attributes
    ----------
    opened : function
        Makes ``frame`` when it is first asked for: what lies in memory is counted without it.
    frame : narwhals LazyFrame
        ``time__entry`` and ``time__days`` (at risk on the days entry < day <= days; -1 is from the start),
        ``time__code`` (0 still open, 1..K the outcomes), ``time__left_out`` (0, or the place of the reason in
        ``LEFT_OUT``), the attributes, and the design columns.
    outcomes : tuple of str, K of them
    levels : mapping of str to expression
        Each attribute as text, never null.
    attributes, numeric_attributes : tuple of str
        Columns of the frame that split units, and those of them that are numbers.
    several_rows : bool
        Whether a unit (``unit_id``) may have several rows, as time-varying covariates ask for.
    time_unit : {"days", "weeks", "months", "years"}
        In what times are counted.
    remarks : tuple of Readable
        What every answer must say of the table.
    plain : Plain or None
        The same columns as the table has them, where there is a table.
    memory : Memory or None
        The same columns as arrays of whole numbers, where they lie in memory already.
    stored : Stored or None
        The same columns in parquet files, where they can be counted piece by piece.
    parent, codes : Durations and tuple of int, or None and nothing
        The times of which these tell fewer outcomes apart, and the new code of each of theirs.
    memo : dict
        Counts that were made already: several questions of the same times count their rows once.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> table = pd.DataFrame({"months": [3, 8, 12], "end": [1, 0, 2]})
    >>> jm.durations(table, days="months", ending="end").outcomes
    ('1', '2')
    """

    opened: Callable[[], nw.LazyFrame[Any]]
    outcomes: tuple[str, ...]
    outcome_words: Mapping[str, Readable]
    start_words: Readable
    levels: Mapping[str, nw.Expr]
    attributes: tuple[str, ...]
    numeric_attributes: tuple[str, ...]
    sampling: Sampling
    several_rows: bool = False
    time_unit: TimeUnit = "days"
    remarks: tuple[Readable, ...] = ()
    plain: Plain | None = None
    memory: Memory | None = None
    stored: Stored | None = None
    parent: Durations | None = None
    codes: tuple[int, ...] = ()
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)
    intake: Intake
    provenance: Provenance
    frame_library: FrameLibrary = "pandas"

    @cached_property
    def frame(self) -> nw.LazyFrame[Any]:
        """One lazy row per spell at risk."""
        return self.opened()

    @property
    def milestones(self) -> nw.LazyFrame[Any]:
        """The frame, under the name that a grouped count looks for."""
        return self.frame

    @property
    def n_units(self) -> int:
        """How many units there are: rows (times their frequency), or distinct ids where a unit has several rows."""
        return self.provenance.units_in

    def level(self, name: str) -> nw.Expr:
        """Return one attribute as text, never null.

        Raises
        ------
        QuestionError
            When there is no such attribute.
        """
        if name not in self.levels:
            raise QuestionError(
                tr("'{name}' is not an attribute of these cases.", name=name), suggested(name, tuple(self.levels))
            )
        return self.levels[name]

    def label(self, outcome: str) -> Readable:
        """Return the words of an outcome."""
        unnamed = tr("any ending") if outcome == ANY_EXIT else Label(outcome)
        return self.outcome_words.get(outcome, unnamed)

    def told_apart(self, wanted: Sequence[str]) -> Durations:
        """Return the same times with the wanted outcomes told apart and every other one as one competitor.

        ``any_exit`` stands for all outcomes together.

        Raises
        ------
        QuestionError
            When an outcome is unknown, or named twice.
        """
        known = (*self.outcomes, ANY_EXIT)
        for one in wanted:
            if one not in known:
                raise QuestionError(tr("'{name}' is no ending of these data.", name=one), suggestion(one, known))
        if len(set(wanted)) < len(wanted) or (ANY_EXIT in wanted and len(wanted) > 1):
            raise QuestionError(
                tr("The outcomes '{other}' and '{one}' overlap.", other=wanted[0], one=wanted[-1]),
                tr("Ask for each of them in a question of its own."),
            )
        if ANY_EXIT in wanted:
            codes = [0] + [1] * len(self.outcomes)
            left: tuple[str, ...] = (ANY_EXIT, OTHER_ENDING)
        else:
            places = {name: place for place, name in enumerate(wanted, start=1)}
            codes = [0] + [places.get(one, len(wanted) + 1) for one in self.outcomes]
            left = (*wanted, OTHER_ENDING)
        code: nw.Expr = nw.col("time__code")
        recoded: nw.Expr = nw.lit(0, dtype=nw.Int64)
        for old, new in enumerate(codes):
            if new:
                recoded = nw.when(code == old).then(nw.lit(new)).otherwise(recoded)
        return replace(
            self,
            opened=lambda: self.frame.with_columns(time__code=recoded),
            outcomes=left,
            parent=self,
            codes=tuple(codes),
            memo={},
            plain=None
            if self.plain is None
            else self.plain._replace(code_of={value: codes[old] for value, old in self.plain.code_of.items()}),
            memory=None if self.memory is None else self.memory.recoded(codes),
            stored=None if self.stored is None else self.stored.recoded(codes),
        )

    def unweighted(self) -> Durations:
        """Return the same times with every row counting once, whatever its sampling weight."""
        if not self.sampling.weighted:
            return self
        return replace(
            self,
            sampling=replace(self.sampling, weighted=False),
            parent=None if self.parent is None else self.parent.unweighted(),
            memo={},
        )

    def __repr__(self) -> str:
        words = unit_words(self.provenance.unit).text()
        held = f"{self.intake.rows:,} rows of {self.n_units:,} units" if self.several_rows else f"{self.n_units:,} rows"
        return f"Durations({held} counted as {words}, endings {', '.join(self.outcomes)})"
