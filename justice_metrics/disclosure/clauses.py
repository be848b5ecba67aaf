"""Words put together from others: a reason inside a sentence, a heading with its number, a list of objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..base.language import Language, Readable


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence as a part of another one: it begins small, and its full stop is left to the other.

    Attributes
    ----------
    sentence : Readable

    Examples
    --------
    >>> from justice_metrics.base.language import tr
    >>> Clause(tr("Every group has too few cases.")).text(), Clause(tr("DNA is not recorded")).text()
    ('every group has too few cases', 'DNA is not recorded')
    """

    sentence: Readable

    def text(self, language: Language = "en") -> str:
        """Return the words in one language."""
        words = self.sentence.text(language).rstrip(".")
        return words if words[1:2].isupper() else words[:1].lower() + words[1:]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A heading with the number of its section.

    Attributes
    ----------
    number : int
    heading : Readable
    """

    number: int
    heading: Readable

    def text(self, language: Language = "en") -> str:
        """Return the words in one language."""
        return f"{self.number} {self.heading.text(language)}"


@dataclass(frozen=True, slots=True)
class Listed:
    """Clauses one after the other.

    Attributes
    ----------
    parts : sequence of Readable
    """

    parts: Sequence[Readable]

    def text(self, language: Language = "en") -> str:
        """Return the words in one language."""
        return "; ".join(one.text(language).rstrip(".") for one in self.parts)
