"""What the labels of a column stand for, and which of them may be printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from ..conversions.labels import FEWEST_TO_SHOW
from ..conversions.text import normalise
from .columns import ColumnLook
from .proposal import LabelGuess, LabelGuesses
from .section_words import SECTION_LABELS, SECTION_STANDARD
from .states import KnownStates, StateGuess
from .words import STANDARD_LABELS, says, words_of

_STANDARD: Final = {normalise(one): one for one in STANDARD_LABELS}


def state_labels(
    look: ColumnLook, known: KnownStates, *, goes_on: bool = False, of_stage: str | None = None
) -> LabelGuesses:
    """Return what the labels of an outcome or of events stand for.

    Parameters
    ----------
    look : ColumnLook
    known : KnownStates
    goes_on : bool
        Whether cases go on in another table after this one, so that what is no known ending is none.
    of_stage : str, optional
        State that every row of the table stands for; a label that says no more than that means nothing.

    Notes
    -----
    A label that fewer than ten units hold is shown only when it is, word for word, one that the law knows. Where labels
    are longer forms of others that mean the same ("Convicted - Fined"), the first words are matched, and the longer
    forms are not listed.
    """
    counts, spelling = _spelled(look.labels)
    often = _often(look)
    guesses: dict[str, StateGuess] = {}
    shown: dict[str, int] = {}
    for bare, n in counts.items():
        if bare in often or bare in _STANDARD:
            shown[bare] = n
            guesses[bare] = known.of_label(spelling[bare] if bare in often else _STANDARD[bare])
            if of_stage is not None and known.rules.resolve(of_stage) == (guesses[bare].state,):
                guesses[bare] = StateGuess(None, sure=False)
    longer = _longer(shown, guesses)
    rare = {bare: n for bare, n in counts.items() if bare not in shown}
    if longer:
        for bare in [one for one in rare if _start_of(one, guesses)]:
            del rare[bare]
        for bare in list(rare):
            start = _start_of(bare, _STANDARD)
            if start is not None:
                shown[start] = shown.get(start, 0) + rare.pop(bare)
                guesses[start] = known.of_label(_STANDARD[start])
    labels = tuple(
        LabelGuess(
            label=spelling[bare] if bare in often else _STANDARD[bare],
            n=n,
            state=guesses[bare].state,
            sure=guesses[bare].sure,
        )
        for bare, n in sorted(shown.items(), key=lambda one: (-one[1], one[0]))
        if bare not in longer
    )
    ending = sum(one.n for one in labels if one.state in known.rules.outcomes)
    return LabelGuesses(
        labels=labels,
        rare=tuple((spelling[bare], n) for bare, n in rare.items()),
        match="start" if longer else "whole",
        otherwise="pending" if goes_on and 2 * ending < sum(counts.values()) else None,
        rest=known.other,
    )


def section_labels(look: ColumnLook, key: str) -> LabelGuesses:
    """Return what the labels of a section's column stand for, such as those of "hearings.status"."""
    words = SECTION_LABELS[key]

    def meant(label: str) -> StateGuess:
        found = next((word for word, phrases in words if any(says(words_of(label), one) for one in phrases)), None)
        return StateGuess(found, sure=found is not None)

    return _plain_labels(look, meant)


def _plain_labels(look: ColumnLook, meant: Callable[[str], StateGuess]) -> LabelGuesses:
    counts, spelling = _spelled(look.labels)
    often = _often(look)
    labels = tuple(
        LabelGuess(label=spelling[bare], n=n, state=meant(bare).state, sure=meant(bare).sure)
        for bare, n in counts.items()
        if bare in often or bare in SECTION_STANDARD
    )
    rare = tuple(
        (spelling[bare], n) for bare, n in counts.items() if bare not in often and bare not in SECTION_STANDARD
    )
    return LabelGuesses(labels=labels, rare=rare)


def _often(look: ColumnLook) -> set[str]:
    """Return the labels of so many units that none can speak of one of them; of cells where each is a unit."""
    found: Counter[str] = Counter()
    if look.units is None:
        for text, n in look.labels:
            found[normalise(text)] += n
    else:
        for text, n in look.units.items():
            # one unit may hold several spellings: their sum would count it twice
            found[normalise(text)] = max(found[normalise(text)], n)
    return {bare for bare, n in found.items() if n >= FEWEST_TO_SHOW}


def _spelled(labels: Iterable[tuple[str, int]]) -> tuple[dict[str, int], dict[str, str]]:
    """Return how many cells hold each label, and one spelling of it; the most frequent ones first."""
    counts: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for text, n in labels:
        counts[normalise(text)] += n
        spelling.setdefault(normalise(text), " ".join(text.split()))
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))), spelling


def _longer(shown: dict[str, int], guesses: dict[str, StateGuess]) -> set[str]:
    """Return the labels that are a longer form of another one and mean what it means; none if one means otherwise."""
    found: set[str] = set()
    for bare in shown:
        start = _start_of(bare, shown)
        if start is None or guesses[start].state is None:
            continue
        if guesses[bare].state not in {None, guesses[start].state}:
            return set()
        found.add(bare)
    return found


def _start_of(bare: str, known: Iterable[str]) -> str | None:
    """Return the longest other label whose words a text begins with."""
    starts = [one for one in known if len(one) < len(bare) and bare.startswith(one) and not bare[len(one)].isalnum()]
    return max(starts, key=len, default=None)
