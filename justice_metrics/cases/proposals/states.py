"""Which state of a procedure a label or the name of a column speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ..procedure import Procedure
from .words import DATE_WORDS, STAGE_DATES, Meaning, meaning_of_label, says, words_of

# From here on the words of a state of the user's own procedure are taken for its name.
_NAMED: Final = 0.75
# From here on they are near enough to be proposed for checking.
_NEAR: Final = 0.5
_UNKNOWN_WEIGHT: Final = 0.5

_ABBREVIATIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "fng": ("finding", "not", "guilty"),
        "fnpc": ("finding", "no", "probable", "cause"),
        "bfw": ("bond", "forfeiture", "warrant"),
        "nol": ("nolle",),
    }
)
# Past forms that do not begin as the verb does.
_PRESENT: Final[Mapping[str, str]] = MappingProxyType(
    {"paid": "payment", "sent": "send", "held": "hold", "found": "finding", "withdrawn": "withdraw", "pagada": "pago"}
)


class StateGuess(NamedTuple):
    """What a label or a name stands for.

    Attributes
    ----------
    state : str or None
        Id of a state, or "pending".
    sure : bool
        Whether no check is asked for.
    """

    state: str | None
    sure: bool


class KnownStates:
    """The states of a procedure, and the words by which they are recognised.

    Parameters
    ----------
    rules : Procedure
    own : bool
        Whether the user named this procedure: its own words then go before those that are usual elsewhere.

    Examples
    --------
    >>> from justice_metrics.cases.procedure_file import read_procedure
    >>> known = KnownStates(read_procedure("common_law"), own=True)
    >>> known.of_label("Final conviction"), known.of_name("first_court_date")
    (StateGuess(state='final_conviction', sure=True), StateGuess(state='first_court', sure=True))
    """

    def __init__(self, rules: Procedure, *, own: bool) -> None:
        self.rules = rules
        self.own = own
        self._phrases = {
            id: tuple({_told(id), *(_told(rules.label(id).text(language)) for language in ("en", "es"))})
            for id in rules.ids
        }
        self._weights: dict[str, float] = {}

    @property
    def other(self) -> str | None:
        """The ending for whatever has none of its own."""
        endings = [one for one in self.rules.outcomes if self.rules.class_of(one) == "other"]
        return next((one for one in endings if any(word.startswith(("other", "otr")) for word in _told(one))), None)

    def of_label(self, label: str) -> StateGuess:
        """Return what a label of an outcome or of an event stands for."""
        words = _told(label)
        meaning = meaning_of_label(" ".join(words))
        if self.own:
            state, fit = self._nearest(words, meaning)
            if state is not None and fit >= _NAMED:
                return StateGuess(state, sure=True)
        else:
            state, fit = None, 0.0
        usual = self._usual(meaning, words) if meaning is not None else None
        if usual is not None and meaning is not None:
            return StateGuess(usual, sure=meaning.sure and (not self.own or usual in meaning.states))
        return StateGuess(state if fit >= _NEAR else None, sure=False)

    def of_name(self, name: str) -> StateGuess:
        """Return the state of which the name of a date column, a file or a sheet speaks."""
        return self.of_words(words_of(name))

    def of_words(self, said: tuple[str, ...]) -> StateGuess:
        """Return the state of which the words of a name speak."""
        words = tuple(one for one in said if not any(says((one,), date) for date in DATE_WORDS))
        if self.own:
            state, fit = self._nearest(words)
            if state is not None and fit >= _NAMED:
                return StateGuess(state, sure=True)
        known = (*self.rules.ids, *self.rules.roles)
        for phrases, meaning in STAGE_DATES:
            if any(says(said, one) for one in phrases):
                return StateGuess(next((one for one in meaning.states if one in known), None), sure=meaning.sure)
        if not self.own:
            state, fit = self._nearest(words)
            return StateGuess(state if fit >= _NAMED else None, sure=False)
        return StateGuess(None, sure=False)

    def of_table(self, name: str) -> StateGuess:
        """Return the one state that every row of a table stands for, by the name of its file or sheet."""
        found = self.of_name(name)
        if found.state is None or len(self.rules.resolve(found.state)) == 1:
            return found
        state, fit = self._nearest(_told(name))
        return StateGuess(state if fit >= _NAMED else None, sure=False)

    def _usual(self, meaning: Meaning, words: tuple[str, ...]) -> str | None:
        found = next((one for one in meaning.states if one == "pending" or one in self.rules.ids), None)
        if found is not None or meaning.outcome_class is None:
            return found
        alike = [one for one in self.rules.outcomes if self.rules.class_of(one) == meaning.outcome_class]
        return max(alike, key=lambda one: self._fit(words, one), default=None)

    def _nearest(self, words: tuple[str, ...], meaning: Meaning | None = None) -> tuple[str | None, float]:
        """Return the state whose words fit best; one that ends a case as the label does not is none."""
        best, most = None, 0.0
        for id in self._phrases:
            ends = self.rules.class_of(id)
            if meaning is not None and meaning.outcome_class and ends and ends != meaning.outcome_class:
                continue
            fit = self._fit(words, id)
            if fit > most:
                best, most = id, fit
        return best, most

    def _fit(self, words: tuple[str, ...], id: str) -> float:
        """Return from 0 to 1 how many words a text and a state share; words of many states count less."""
        return max((self._shared(words, phrase) for phrase in self._phrases[id]), default=0.0)

    def _shared(self, words: tuple[str, ...], phrase: tuple[str, ...]) -> float:
        said = sum(self._weight(one) for one in words)
        told = sum(self._weight(one) for one in phrase)
        left = list(phrase)
        shared = 0.0
        for word in words:
            found = next((one for one in left if _alike(word, one)), None)
            if found is not None:
                left.remove(found)
                shared += (self._weight(word) + self._weight(found)) / 2
        return 2 * shared / (said + told) if said and told else 0.0

    def _weight(self, word: str) -> float:
        if word not in self._weights:
            states = sum(
                any(_alike(word, one) for phrase in phrases for one in phrase) for phrases in self._phrases.values()
            )
            self._weights[word] = 1 / states if states else _UNKNOWN_WEIGHT
        return self._weights[word]


def _told(text: str) -> tuple[str, ...]:
    """Return the words of a text, with abbreviations written out."""
    return tuple(full for word in words_of(text) for full in _ABBREVIATIONS.get(word, (word,)))


def _alike(one: str, other: str) -> bool:
    """Whether two words have one stem."""
    one, other = _PRESENT.get(one, one), _PRESENT.get(other, other)
    if one == other:
        return True
    shortest = min(len(one), len(other))
    same = next((place for place in range(shortest) if one[place] != other[place]), shortest)
    return same >= 4 and same >= 0.6 * shortest
