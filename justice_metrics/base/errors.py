"""Errors that a person can act on: what is wrong, with numbers; then what to do."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, get_args

from .language import Language, Message, Readable, tr

# Longer lists are cut; where something comes near, only what comes next to it is told of them.
_LONG_LIST: Final = 40
_NEAR_LIST: Final = 20
_NEAR: Final = 6


class JusticeMetricsError(Exception):
    """The root of every error that the library raises on purpose.

    Parameters
    ----------
    problem : Message
        What is wrong, with numbers, never with a row's content.
    remedy : Message, optional
        What the reader can do about it.
    """

    def __init__(self, problem: Message, remedy: Message | None = None) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def text(self, language: Language = "en") -> str:
        """Return the whole message in one language."""
        parts = [self.problem.text(language)] + ([self.remedy.text(language)] if self.remedy else [])
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text("en")


class SettingsError(JusticeMetricsError):
    """A file that the user writes (procedure, mapping, study) says something that cannot be carried out."""


class ProcedureError(JusticeMetricsError):
    """A procedure does not hold together, or a stage was asked for that it does not have."""

    @classmethod
    def unknown_stage(cls, word: str, known: Mapping[str, Readable]) -> ProcedureError:
        """Say that ``word`` is neither a stage, an outcome nor a role, and what comes nearest by its words or its id.

        Parameters
        ----------
        word : str
        known : mapping of str to Readable
            Ids with their words for a reader.
        """
        problem = tr("'{word}' is not a stage, outcome or role of this procedure.", word=word)
        said = [
            (one, text)
            for one, words in known.items()
            for text in (words.text(language) for language in get_args(Language))
            if _bare(text) == _bare(word)
        ]
        if said:
            # A stage and the role that it plays can have the same words: the id that looks like them was meant.
            one, text = max(said, key=lambda each: _alike(word, each[0]))
            return cls(problem, tr("Did you mean '{match}' ({words})?", match=one, words=text))
        return cls(problem, suggestion(word, tuple(known), known.items()))


class ReadError(JusticeMetricsError):
    """A file cannot be read as what it claims to be."""


class MappingError(JusticeMetricsError):
    """The mapping and the data do not fit each other."""

    @classmethod
    def unknown_column(cls, word: str, known: Iterable[str], *, where: str) -> MappingError:
        """Say that a mapped column is not in the data, and what comes nearest."""
        return cls(
            tr("The mapping names the column '{word}' ({where}), which the data do not have.", word=word, where=where),
            suggestion(word, tuple(known)),
        )


class CaseDataError(JusticeMetricsError):
    """The case files as a whole cannot be used: no cases, ids twice, dates that are not dates."""


class QuestionError(JusticeMetricsError):
    """A question was asked that these cases cannot answer."""


class OutputError(JusticeMetricsError):
    """A result could not be written; what was there before is still there."""


class DisclosureError(JusticeMetricsError):
    """Something would leave the building that may not."""


class MissingExtraError(JusticeMetricsError):
    """An optional part is not installed."""

    @classmethod
    def named(cls, package: str, extra: str) -> MissingExtraError:
        """Name the missing package and the line that installs it."""
        return cls(
            tr("This needs the package {package}, which is not installed.", package=package),
            tr("Install it with: pip install 'justice-metrics[{extra}]'", extra=extra),
        )


def _bare(words: str) -> str:
    """Return words without accents, capitals and spaces around them."""
    apart = unicodedata.normalize("NFKD", words.strip().casefold().replace("_", " "))
    return "".join(one for one in apart if not unicodedata.combining(one))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like ``word``, or None when nothing is near.

    Examples
    --------
    >>> nearest("departmento", ["department", "court"])
    'department'
    """
    candidates = {one.casefold(): one for one in reversed(tuple(known))}
    found = difflib.get_close_matches(word.casefold(), candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def suggestion(word: str, known: tuple[str, ...], words: Iterable[tuple[str, Readable]] = ()) -> Message:
    """Say what was perhaps meant, and what there is to choose from.

    Parameters
    ----------
    word : str
    known : tuple of str
        Of a long list only those are told that come nearest.
    words : iterable of (str, Readable)
        Names with words for a reader, in whichever language they were written: ``abogado`` is ``lawyer``.

    Examples
    --------
    >>> str(suggestion("cort", ("court", "sex")))
    "Did you mean 'court'? There are: court, sex."
    """
    match = nearest(word, known)
    if match is None:
        match = _by_words(word, [(one, text) for one, text in words if one in known])
    if match is None:
        listed = ", ".join(known[:_LONG_LIST]) + (" …" if len(known) > _LONG_LIST else "")
        return tr("There are: {listed}.", listed=listed)
    if len(known) <= _NEAR_LIST:
        return tr("Did you mean '{match}'? There are: {listed}.", match=match, listed=", ".join(known))
    near = [one for one in sorted(known, key=lambda one: -_alike(word, one)) if one != match][:_NEAR]
    return tr(
        "Did you mean '{match}'? Of {n} names these come next: {listed}.",
        match=match,
        n=len(known),
        listed=", ".join(near),
    )


def _by_words(word: str, words: Sequence[tuple[str, Readable]]) -> str | None:
    """Return the name whose words, in any language, are those given, begin with them, or look like them."""
    said = {
        _bare(text.text(language)).replace("/", ""): one
        for one, text in reversed(words)
        for language in get_args(Language)
    }
    asked = _bare(word).replace("/", "")
    if asked in said:
        return said[asked]
    begun = [one for text, one in said.items() if asked and text.startswith(f"{asked} ")]
    close = difflib.get_close_matches(asked, said, n=1, cutoff=0.75)
    return begun[-1] if begun else said[close[0]] if close else None


def _alike(word: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _bare(word), _bare(other)).ratio()
