"""Errors that a person can act on: what is wrong, with numbers; then what to do."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import get_args

from .language import Language, Message, Readable, tr


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
        for one, words in known.items():
            for language in get_args(Language):
                said = words.text(language)
                if _bare(said) == _bare(word):
                    return cls(problem, tr("Did you mean '{match}' ({words})?", match=one, words=said))
        return cls(problem, suggestion(word, tuple(known)))


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


def suggestion(word: str, known: tuple[str, ...]) -> Message:
    """Say what was perhaps meant, and what there is to choose from."""
    match = nearest(word, known)
    listed = ", ".join(known[:40]) + (" …" if len(known) > 40 else "")
    if match is None:
        return tr("There are: {listed}.", listed=listed)
    return tr("Did you mean '{match}'? There are: {listed}.", match=match, listed=listed)
