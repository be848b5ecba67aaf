"""A setting that is one of few words: anything else is refused, with those that there are."""

from __future__ import annotations

from typing import Any, get_args

from ...base.errors import QuestionError
from ...base.language import tr


def ensure_known(word: str, words: Any) -> None:
    """Refuse a word that a setting does not know.

    Parameters
    ----------
    word : str
    words : Literal type
        The words that the setting knows.

    Raises
    ------
    QuestionError
        With those that there are.
    """
    known = get_args(words)
    if word not in known:
        raise QuestionError(tr("'{word}' is not known here.", word=word), tr("There are: {known}.", known=list(known)))
