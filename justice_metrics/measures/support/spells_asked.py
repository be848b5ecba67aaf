"""Which support spells a question counts: bases and institutions that no spell has are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import narwhals.stable.v2 as nw

from ...base.errors import QuestionError, suggestion
from ...base.language import Message, tr
from ...cases.attributes import actor_words
from ...cases.casedata import CaseData


def ensure_spells(
    cases: CaseData, actors: Sequence[str], basis: Mapping[str, Sequence[str]], institutions: Sequence[str]
) -> None:
    """Refuse a basis or an institution that no spell of these actors has: nothing would be counted, silently.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    actors : sequence of str
    basis : mapping of str to sequence of str
        Bases that count, by actor.
    institutions : sequence of str

    Raises
    ------
    QuestionError
        With the bases or institutions that there are.
    """
    for one in basis:
        if one not in actors:
            raise QuestionError(
                tr("'{actor}' is given a basis, but is not among the actors asked about.", actor=one),
                suggestion(one, tuple(actors)),
            )
    for one, asked in basis.items():
        known = _recorded(cases, "basis", [one])
        for word in asked:
            if word not in known:
                raise QuestionError(
                    tr("'{word}' is not the basis of any support by: {actor}.", word=word, actor=actor_words(one)),
                    _choice(word, known, "basis"),
                )
    known = _recorded(cases, "institution", actors) if institutions else ()
    for word in institutions:
        if word not in known:
            raise QuestionError(
                tr("'{word}' is not the institution of any support by the actors asked about.", word=word),
                _choice(word, known, "institution"),
            )


def _choice(word: str, known: tuple[str, ...], key: str) -> Message:
    if known:
        return suggestion(word, known)
    return tr("None is recorded: name the column in the mapping ([support], key {key}), or leave this out.", key=key)


def _recorded(cases: CaseData, column: str, actors: Iterable[str]) -> tuple[str, ...]:
    """Return what the spells of some actors have in a column, in the order of the alphabet."""
    if cases.support is None:
        return ()
    own = cases.support.filter(nw.col("actor").is_in(list(actors))).select(column)
    found = own.unique().collect().get_column(column).to_list()
    return tuple(sorted(one for one in found if isinstance(one, str)))
