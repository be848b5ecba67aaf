"""What the values of a table's endings stand for: still open, an outcome, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..base.errors import CaseDataError, MappingError, suggestion
from ..base.language import Message, Readable, tr
from ..base.levels import PENDING
from .duration_checks import ensure_outcomes

# Endings are a handful of words; a column with more values than this is another column.
_MOST_ENDINGS: Final = 50


class Endings(NamedTuple):
    """The endings of a table.

    Attributes
    ----------
    code_of : mapping of str or int to int
        Code of each value as the table spells it, 0 for the open ones; blank texts have none.
    outcomes : tuple of str
        Names of the codes from 1 on.
    blank : bool
        Whether some values are texts of nothing but spaces, which say nothing.
    remarks : tuple of Readable
        That nobody is open, where nobody said which value is for the open ones.
    """

    code_of: Mapping[Any, int]
    outcomes: tuple[str, ...]
    blank: bool
    remarks: tuple[Readable, ...]


def named_endings(
    spelled: Sequence[Any], pending: str | int | None, outcomes: Mapping[str, str] | None, column: str
) -> Endings:
    """Return which value is for the open ones, and the outcome of every other value.

    Texts are taken without the spaces around them. Unless ``pending`` says otherwise, a text is for the open ones if it
    is "pending", whatever the case of its letters, or "0" in a column of digits.

    Parameters
    ----------
    spelled : sequence of int or str
        The distinct values, in the order in which people count.

    Raises
    ------
    CaseDataError
        When there are too many of them.
    MappingError
        When a value that was named is not there, or a name serves two endings or has another use.
    """
    as_text = bool(spelled) and isinstance(spelled[0], str)
    bare = {one: one.strip() if as_text else one for one in spelled}
    values = [one for one in dict.fromkeys(bare.values()) if one != ""]
    if len(values) > _MOST_ENDINGS:
        raise CaseDataError(
            tr("The column '{column}' has {n} different endings.", column=column, n=len(values)),
            tr(
                "Name the column that says how a unit ended; at most {most} endings are told apart.",
                most=_MOST_ENDINGS,
            ),
        )
    flags = as_text and bool(values) and set(values) <= {"true", "false"}
    shown, still = _open_ones(values, pending, column, as_text=as_text, flags=flags)
    by_text = {str(one): one for one in values if one not in still}
    named: dict[Any, str] = {one: ("ended" if flags else text) for text, one in by_text.items()}
    for text, name in (outcomes or {}).items():
        if str(text).strip() not in by_text:
            raise _unknown_value(str(text), values, column)
        named[by_text[str(text).strip()]] = name
    if len(set(named.values())) < len(named):
        raise MappingError(
            tr("Two endings of '{column}' have one name.", column=column),
            tr("Give every ending a name of its own, or give them one value in the data."),
        )
    ensure_outcomes(named.values(), column)
    codes = {**dict.fromkeys(still, 0), **{value: place for place, value in enumerate(named, start=1)}}
    code_of = {one: codes[value] for one, value in bare.items() if value in codes}
    if not as_text:
        # the value for the open ones need not occur
        code_of = {**dict.fromkeys(still, 0), **code_of}
    remarks = () if pending is not None or still & set(values) else (_nobody_open(shown, column),)
    return Endings(code_of, tuple(named.values()), "" in bare.values(), remarks)


def _open_ones(
    values: Sequence[Any], pending: str | int | None, column: str, *, as_text: bool, flags: bool
) -> tuple[str, set[Any]]:
    """Return the value for the open ones as a person writes it, and as it is found."""
    if pending is None:
        if not as_text:
            return "0", {0}
        if flags:
            return "false", {"false"}
        digits = bool(values) and all(one.isdecimal() for one in values)
        alike = {one for one in values if one.casefold() == PENDING}
        return ("0", {"0"}) if digits else (PENDING, alike or {PENDING})
    wanted: Any = pending
    if as_text:
        wanted = str(pending).strip()
        wanted = wanted.lower() if flags else wanted
    if (not as_text and not isinstance(wanted, int)) or wanted not in values:
        raise _unknown_value(str(pending), values, column)
    return str(pending), {wanted}


def _nobody_open(value: str, column: str) -> Message:
    return tr(
        "No row is still open: '{column}' has no value '{value}'. If one of its values stands for cases that are still "
        "open, name it: jm.durations(…, pending=…).",
        column=column,
        value=value,
    )


def _unknown_value(value: str, values: Sequence[Any], column: str) -> MappingError:
    problem: Message = tr("'{value}' is no value of the column '{column}'.", value=value, column=column)
    return MappingError(problem, suggestion(value, tuple(map(str, values))))
