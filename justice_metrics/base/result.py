"""The contract of a result: named tables of declared columns, a definition, provenance, notes."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from .cells import BaseCounts, Count, CurveCounts, Tie, box
from .errors import QuestionError, suggestion
from .language import LANGUAGES, Language, Readable, format_share, tr
from .provenance import Provenance
from .table import Table
from .types import FrameLibrary, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a number means: it never travels without this.

    Attributes
    ----------
    answers : Readable
        The question in one sentence.
    numerator, denominator : Readable
        What is counted, and among what.
    basis : {"cohort", "flow", "snapshot"}
        Whether the same cases are followed, a period is counted, or a day is looked at.
    pending : Readable
        What was done with cases that were open at the cut-off.
    method : Readable, optional
        Estimator and interval, with reference.
    """

    answers: Readable
    numerator: Readable
    denominator: Readable
    basis: Literal["cohort", "flow", "snapshot"]
    pending: Readable
    method: Readable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """What the disclosure gate gives back: all that may be published of an answer.

    Attributes
    ----------
    tables : mapping of str to Table
        Counts replaced, all else computed from them; hidden cells are NaN with the status "suppressed". Tables that may
        not leave are missing.
    provenance : Provenance
        With protected numbers, and nothing of persons or places on a disk.
    notes : tuple of Readable
        Those that tell no number of cases.
    curves : mapping of str to CurveCounts
        On a coarse grid of days; a stratum whose curve may not be shown has nobody in it.
    minimum : int
        The smallest count that is shown.
    """

    tables: Mapping[str, Table]
    provenance: Provenance
    notes: tuple[Readable, ...] = ()
    curves: Mapping[str, CurveCounts] = field(default_factory=dict)
    minimum: int = 10


# Of attributes: for each one those in which it lies, and in which level of them each of its levels lies.
Nests: TypeAlias = Callable[[Sequence[str]], Mapping[str, Mapping[str, Mapping[str, str]]] | None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Result(ABC):
    """Base of every answer: born complete, aggregate, not yet safe to publish.

    Attributes
    ----------
    heading : Readable
        Title for a page or a figure.
    tables : mapping of str to Table
        ``main`` first.
    definition : Definition
        Numerator, denominator, basis, pending cases.
    provenance : Provenance
        Settings, data, what was left out.
    notes : tuple of Readable
        Doubts about the statistic that a reader must know.
    frame_library : {"pandas", "polars", "pyarrow"}
        What ``to_frame`` returns: the library that the cases came in.
    weighted : bool
        The counts are sums of sampling weights, so that they do not tell how many units stand behind them.
    ties : tuple of Tie
        Sums of its counts that an outsider knows and no box tells, for the disclosure gate.
    nests : callable, optional
        Tells the gate which of some attributes lie in one another in the data (`Nests`); None when it cannot any more.
    """

    question: ClassVar[str] = ""
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({})
    # What a figure counts, and among what, where that is not the answer's numerator and denominator; "" is ``plot``.
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType({})

    heading: Readable
    tables: Mapping[str, Table]
    definition: Definition
    provenance: Provenance
    notes: tuple[Readable, ...] = ()
    frame_library: FrameLibrary = field(default="pandas")
    weighted: bool = False
    ties: tuple[Tie, ...] = field(default=(), repr=False)
    nests: Nests | None = field(default=None, repr=False)

    def __init_subclass__(cls, **more: Any) -> None:
        # every drawing of every answer refuses a language that is not there, before anything is drawn
        super().__init_subclass__(**more)
        if "plot" in cls.__dict__:
            cls.plot = _in_a_known_language(cls.plot)  # type: ignore[method-assign]
        if "draw" in cls.__dict__:
            cls.draw = _of_a_known_view(cls.draw)  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        if next(iter(self.tables), None) != "main":
            raise TypeError("the first table of a result is 'main'")
        if self.tables["main"].warning is not None:
            raise TypeError("a naive figure cannot be the main table of a result")
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    @property
    def main(self) -> Table:
        """The table that answers the question."""
        return self.tables["main"]

    def to_frame(self, table: str = "main") -> Any:
        """Return a table as a tidy frame of the library that the cases came in.

        Parameters
        ----------
        table : str
            Name of the table, ``main`` by default.

        Raises
        ------
        QuestionError
            When the result has no such table.
        """
        import narwhals.stable.v2 as nw

        if table not in self.tables:
            raise QuestionError(
                tr("This result has no table '{table}'.", table=table), suggestion(table, tuple(self.tables))
            )
        columns = {name: _native(array) for name, array in self.tables[table].frame_columns().items()}
        return nw.from_dict(columns, backend=self.frame_library).to_native()

    @abstractmethod
    def findings(self) -> tuple[Readable, ...]:
        """Return the answer in sentences that a programme officer can read."""

    def headline(self) -> Readable | None:
        """Return the finding that tells most, for the front of a report; the first one unless a result knows better."""
        return next(iter(self.findings()), None)

    def summary(self, language: Language = "en") -> str:
        """Return findings, definition, what was left out and doubts as plain text."""
        _ensure_known(language)
        lines = [self.heading.text(language), ""]
        lines += [_sentence(one.text(language)) for one in self.findings()]
        lines += ["", tr("Numerator: {what}", what=self.definition.numerator).text(language)]
        lines += [tr("Denominator: {what}", what=self.definition.denominator).text(language)]
        lines += [tr("Pending cases: {what}", what=self.definition.pending).text(language)]
        lines += [one.text(language) for one in (*self._level_words(language), *self.provenance.lines())]
        lines += [tr("Note: {note}", note=one).text(language) for one in self.notes]
        return "\n".join(lines)

    def _level_words(self, language: Language) -> tuple[Readable, ...]:
        """Return how sure the intervals are, where the answer has any."""
        level = dict(self.provenance.settings).get("confidence_level")
        if not isinstance(level, float) or not any("conf_low" in table.values for table in self.tables.values()):
            return ()
        decimals = 0 if round(level * 100, 6) % 1 == 0 else 1
        return (tr("Interval: {level} interval", level=format_share(level, language, decimals=decimals)),)

    @abstractmethod
    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the answer on ``ax``, or on a new figure, and return the axes."""

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw one of the further ``views`` of the answer, such as its curves beside the forest of ``plot``.

        Parameters
        ----------
        view : str
            One of ``views``, which gives each its title.
        ax : Axes, optional
        language : {"en", "es"}

        Raises
        ------
        QuestionError
            When the answer has no such view.
        """
        raise QuestionError(
            tr("This result has no view '{view}'.", view=view),
            suggestion(view, tuple(self.views)) if self.views else tr("It has one figure, drawn by plot."),
        )

    def base_counts(self) -> BaseCounts:
        """Return every count that the answer rests on, for the disclosure gate."""
        whose = self.provenance
        found = [one for name, table in self.tables.items() if table.guard != "internal" for one in table.counts(name)]
        found.append(Count(frozenset(), float(whose.units_in), ("provenance", "units_in", 0)))
        found += [
            Count(box({"left out": str(one.reason)}), float(one.n), ("provenance", "left_out", place))
            for place, one in enumerate(whose.left_out)
        ]
        return BaseCounts(
            population=f"{whose.unit} of {whose.fingerprint}",
            counts=tuple(found),
            weighted=self.weighted,
            ties=self.ties,
        )

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published, from protected counts and nothing else.

        Parameters
        ----------
        protected : Protected
            What the disclosure gate made of ``base_counts()``.

        Returns
        -------
        Result
            A `Published`: the tables of ``protected``, sentences and drawings made from them.
        """
        return Published.of(self, protected)

    def context(self) -> Mapping[str, object]:
        """Return words and settings that sentences and drawings of the published answer need; no number of cases."""
        return {}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:  # noqa: ARG003
        """Return the answer in sentences, from the tables of ``shown`` alone.

        Parameters
        ----------
        shown : Result
            This answer, or the same one as it is published: some cells may be NaN.
        """
        return ()

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:  # noqa: ARG003
        """Draw the answer from the tables of ``shown`` alone; None where it has no drawing that may be published."""
        return None

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:  # noqa: ARG003
        """Draw a further view from the tables of ``shown`` alone; None where it may not be published."""
        return None

    def _repr_html_(self) -> str:
        heading = html.escape(self.heading.text())
        notes = "".join(f"<p>{html.escape(one.text())}</p>" for one in (*self.findings(), *self.notes))
        return f"<h4>{heading}</h4>{self.main._repr_html_()}{notes}"


def _in_a_known_language(plot: Callable[..., Axes]) -> Callable[..., Axes]:
    @wraps(plot)
    def drawn(self: Result, ax: Axes | None = None, *, language: Language = "en", **more: Any) -> Axes:
        _ensure_known(language)
        return plot(self, ax, language=language, **more)

    return drawn


def _of_a_known_view(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    @wraps(draw)
    def drawn(self: Result, view: str, ax: Axes | None = None, *, language: Language = "en", **more: Any) -> Axes:
        _ensure_known(language)
        if view not in self.views:
            return Result.draw(self, view, ax, language=language)
        return draw(self, view, ax, language=language, **more)

    return drawn


def _ensure_known(language: str) -> None:
    """Refuse a language that the library does not speak.

    Raises
    ------
    QuestionError
        With those that it does.
    """
    if language not in LANGUAGES:
        raise QuestionError(
            tr("There is no language '{language}' here.", language=language),
            tr("There are: {known}.", known=list(LANGUAGES)),
        )


def _sentence(text: str) -> str:
    """Return a text with a capital at its beginning: labels from a procedure file begin small."""
    return text[:1].upper() + text[1:]


def _native(array: Values) -> Any:
    return array.tolist() if array.dtype == object else array.copy()


@dataclass(frozen=True, eq=False, kw_only=True)
class Published(Result):
    """An answer as it may be published: protected tables, and sentences and drawings made from these alone.

    Attributes
    ----------
    asked : type of Result
        The answer that it was; it knows how to say and to draw its tables.
    words : mapping of str to object
        The answer's ``context()``.
    figures : mapping of str to Readable
        Its ``views``; one of which no drawing may be published is refused when it is drawn.
    """

    asked: type[Result]
    words: Mapping[str, object] = field(default_factory=dict)
    figures: Mapping[str, Readable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        # an answer that is published has the views of the answer that it was
        object.__setattr__(self, "views", self.figures)

    @classmethod
    def of(cls, result: Result, protected: Protected) -> Published:
        """Put the published form of ``result`` together; nothing of its numbers is kept."""
        return cls(
            heading=result.heading,
            tables=protected.tables,
            definition=result.definition,
            provenance=protected.provenance,
            notes=protected.notes,
            frame_library=result.frame_library,
            asked=type(result),
            words=MappingProxyType(dict(result.context())),
            figures=MappingProxyType(dict(result.views)),
        )

    def findings(self) -> tuple[Readable, ...]:
        """Return the answer in sentences, from what is published of it."""
        return self.asked.findings_of(self)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what is published of the answer.

        Raises
        ------
        QuestionError
            When it has no drawing that may be published.
        """
        drawn = self.asked.plot_of(self, ax, language=language)
        if drawn is None:
            raise QuestionError(tr("This answer has no figure that may be published."), tr("Show its table."))
        return drawn

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw a further view of what is published.

        Raises
        ------
        QuestionError
            When the answer has no such view, or it may not be published.
        """
        drawn = self.asked.draw_of(self, view, ax, language=language)
        if drawn is None:
            raise QuestionError(
                tr("This answer has no view '{view}' that may be published.", view=view), tr("Show its table.")
            )
        return drawn


def context_of(shown: Result) -> Mapping[str, object]:
    """Return the words and settings of an answer, or of what is published of it."""
    return shown.words if isinstance(shown, Published) else shown.context()
