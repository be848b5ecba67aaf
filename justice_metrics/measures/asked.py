"""The door of every question: what it is asked of, and one value where several may be given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, TypeVar

from ..base.errors import QuestionError
from ..base.language import tr
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..cases.durations import Durations
from ..cases.linkage.linked import LinkedRegisters

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
        return question(*given, **settings)

    return asked


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
