"""The door of every question: what it is asked of, and one value where several may be given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast
from weakref import ref

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.result import Result
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..cases.durations import Durations
from ..cases.linkage.linked import LinkedRegisters
from ..reduce.nests import nested_levels

Answer = TypeVar("Answer")

_KINDS: Final[Mapping[str, type]] = MappingProxyType(
    {"CaseData": CaseData, "Durations": Durations, "CountData": CountData, "LinkedRegisters": LinkedRegisters}
)


def at_the_door(question: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return the question with a door before it; a function that is asked of nothing of the kind stays as it is.

    The signature says what is accepted: case data only, or durations or tables of counts too. Where it says
    ``Sequence[int]`` or ``Sequence[float]``, one number is taken as a sequence of one.
    """
    parameters = inspect.signature(question).parameters
    first, *others = parameters.values()
    accepted = tuple(str(first.annotation).split(" | "))
    if not set(accepted) <= set(_KINDS):
        return question
    several = [one.name for one in others if str(one.annotation).startswith(("Sequence[int]", "Sequence[float]"))]

    @wraps(question)
    def asked(*given: Any, **settings: Any) -> Answer:
        of = given[0] if given else settings.get(first.name, _NOTHING)
        if of is not _NOTHING:
            _ensure(of, accepted)
        for name in several:
            if isinstance(settings.get(name), int | float):
                settings[name] = (settings[name],)
        return with_nests(question(*given, **settings), of)

    return asked


def with_nests(answer: Answer, of: object) -> Answer:
    """Let an answer tell the disclosure gate which attributes of its cases lie in one another."""
    if not (isinstance(of, CaseData) and isinstance(answer, Result)):
        return answer
    return cast("Answer", replace(answer, nests=_Nests(of)))


def told_by_themselves(answers: Sequence[Result]) -> list[Result]:
    """Return answers that can tell the gate how their groups lie in one another without their cases.

    Parameters
    ----------
    answers : sequence of Result
        All that go out together; the case data behind them are asked once each.
    """
    tables = [table for one in answers for table in one.tables.values()]
    groups = sorted({column.name for table in tables for column in table.columns if column.role == "stratum"})
    told: dict[int, _Told] = {}
    found = []
    for one in answers:
        asks = one.nests
        if isinstance(asks, _Nests):
            if asks.whose not in told:
                told[asks.whose] = _Told(asks(groups))
            found.append(replace(one, nests=told[asks.whose]))
        else:
            found.append(one)
    return found


class _Told:
    """What the case data said when they were there."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[str, Mapping[str, Mapping[str, str]]] | None) -> None:
        self._found = found

    def __call__(self, names: Sequence[str]) -> Mapping[str, Mapping[str, Mapping[str, str]]] | None:
        if self._found is None:
            return None
        return {
            inner: {outer: levels for outer, levels in outers.items() if outer in names}
            for inner, outers in self._found.items()
            if inner in names
        }


class _Nests:
    """Asks the case data while they are there; it keeps none of them."""

    __slots__ = ("_of",)

    def __init__(self, of: CaseData | None) -> None:
        self._of = None if of is None else ref(of)

    @property
    def whose(self) -> int:
        """Which case data are asked, while they are there."""
        return id(None if self._of is None else self._of())

    def __call__(self, names: Sequence[str]) -> Mapping[str, Mapping[str, Mapping[str, str]]] | None:
        cases = None if self._of is None else self._of()
        return None if cases is None else nested_levels(cases, names)

    def __reduce__(self) -> tuple[type[_Nests], tuple[None]]:
        return _Nests, (None,)


# A question that is asked of nothing at all is refused by Python itself.
_NOTHING: Final = object()


def _ensure(of: object, accepted: tuple[str, ...]) -> None:
    """Refuse what the question is not asked of, such as durations where it needs the stages of cases.

    Raises
    ------
    QuestionError
        With the kind of thing that was given.
    """
    if isinstance(of, tuple(_KINDS[one] for one in accepted)):
        return
    kind = type(of).__name__
    if accepted == ("LinkedRegisters",):
        raise QuestionError(
            tr("This question is asked of linked registers, and was given a {kind}.", kind=kind),
            tr("Link the registers with jm.link_registers."),
        )
    if isinstance(of, Durations):
        raise QuestionError(
            tr("This question is asked of case data with their stages; durations hold times and endings only."),
            tr("Make case data of the case files with jm.read_cases."),
        )
    if isinstance(of, CountData):
        raise QuestionError(
            tr("This question is asked of case files; a table of counts does not know when each case began and ended."),
            tr("Make case data of the case files with jm.read_cases."),
        )
    if "Durations" in accepted:
        raise QuestionError(
            tr("This question is asked of case data or of durations, and was given a {kind}.", kind=kind),
            tr("Make case data with jm.read_cases, or durations of a table of times with jm.durations."),
        )
    if "CountData" in accepted:
        raise QuestionError(
            tr("This question is asked of case data or of a table of counts, and was given a {kind}.", kind=kind),
            tr("Make case data with jm.read_cases, or counts with jm.read_counts."),
        )
    raise QuestionError(
        tr("This question is asked of case data, and was given a {kind}.", kind=kind),
        tr("Make case data of the case files with jm.read_cases."),
    )
