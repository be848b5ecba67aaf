"""Texts to states and levels: labels are compared by one spelling, and what no label covers is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ...base.errors import MappingError, nearest
from ...base.language import Language, Message, tr, trn
from .numbers import DecimalMark, NumberKind, band_of, number_lookup
from .text import NO_CODES, CountsOf, Texts, normalise, part_missing

LabelMatch: TypeAlias = Literal["whole", "start"]

# A label that fewer cases have may describe a person: it is counted, not printed.
FEWEST_TO_SHOW: Final = 10
_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLookup:
    """How the distinct texts of a column become states of the procedure, actors or other ids.

    Attributes
    ----------
    column : str
        Name of the column.
    states : mapping of str to str
        Id of each text that a label covers, or that ``otherwise`` takes.
    levels : mapping of str to str
        Texts that stand for missing, with the kind of missing; blank texts are "not_recorded".
    ignored : mapping of str to int
        Texts that the mapping leaves out on purpose, with their counts.
    unmatched : mapping of str to int
        Texts that nothing covers, with their counts. Never shown as they are; see ``unmatched_error``.
    n_values, n_missing, n_matched, n_otherwise, n_ignored, n_unmatched : int
        Cells that say something (parted into matched, otherwise, ignored, unmatched); cells that do not.
    missing_codes : mapping of str to int
        Cells of each kind of missing.
    """

    column: str
    states: Mapping[str, str] = field(repr=False)
    levels: Mapping[str, str] = field(repr=False)
    ignored: Mapping[str, int] = field(repr=False)
    unmatched: Mapping[str, int] = field(repr=False)
    n_values: int
    n_missing: int
    n_matched: int
    n_otherwise: int
    n_ignored: int
    n_unmatched: int
    missing_codes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLookup:
    """How the distinct texts of an attribute become its levels.

    Attributes
    ----------
    column : str
        Name of the column.
    levels : mapping of str to str
        Level of each text, kinds of missing included. Texts that differ in capitals, accents or spaces only
        share the most frequent of their spellings.
    n_values, n_missing, n_respelled, n_unlabelled, n_unreadable : int
        Cells that say something; that do not; that changed their spelling; that the given labels do not cover;
        that cannot be read as numbers (bands only).
    missing_codes : mapping of str to int
        Cells of each kind of missing.
    """

    column: str
    levels: Mapping[str, str] = field(repr=False)
    n_values: int
    n_missing: int
    n_respelled: int
    n_unlabelled: int
    n_unreadable: int
    missing_codes: Mapping[str, int]


def label_lookup(
    texts: Texts,
    counts: CountsOf,
    *,
    column: str,
    labels: Mapping[str, str],
    otherwise: str | None = None,
    match: LabelMatch = "whole",
    ignore: Collection[str] = (),
    missing: Mapping[str, str] = NO_CODES,
) -> LabelLookup:
    """Find out which id each text of a column stands for.

    Parameters
    ----------
    texts : iterable of str or None
        Distinct texts of the column.
    counts : iterable of int
        Cells with each text.
    column : str
        Name of the column, for messages.
    labels : mapping of str to str
        Id of each label. Without any label the texts are taken as ids themselves.
    otherwise : str, optional
        Id of every text that no label covers and that is not missing.
    match : {"whole", "start"}
        Whether a label is the whole text or its first words; the longest label wins.
    ignore : collection of str
        Labels that are left out on purpose, compared in the same way.
    missing : mapping of str to str
        Codes that stand for missing. A label of the same spelling goes before them.

    Examples
    --------
    >>> labels = {"Acquitted": "acquitted", "Convicted": "convicted"}
    >>> found = label_lookup(["ACQUITTED u/s 235", "Other"], [3, 1], column="end", labels=labels, match="start")
    >>> found.states["ACQUITTED u/s 235"], found.n_unmatched
    ('acquitted', 1)
    """
    wanted = {normalise(label): state for label, state in labels.items()}
    left_out = {normalise(label) for label in ignore}
    codes = {code: level for code, level in missing.items() if normalise(code) not in wanted.keys() | left_out}
    present = part_missing(texts, counts, codes)
    states: dict[str, str] = {}
    ignored: dict[str, int] = {}
    unmatched: dict[str, int] = {}
    n_otherwise = 0
    for text, count in present.values:
        label = _label_of(normalise(text), wanted.keys() | left_out, match)
        if label in left_out:
            ignored[text] = count
        elif label is not None:
            states[text] = wanted[label]
        elif otherwise is not None:
            states[text] = otherwise
            n_otherwise += count
        elif not labels:
            states[text] = text.strip()
        else:
            unmatched[text] = count
    n_ignored, n_unmatched = sum(ignored.values()), sum(unmatched.values())
    return LabelLookup(
        column=column,
        states=MappingProxyType(states),
        levels=present.levels,
        ignored=MappingProxyType(ignored),
        unmatched=MappingProxyType(unmatched),
        n_values=present.n_values,
        n_missing=present.n_missing,
        n_matched=present.n_values - n_otherwise - n_ignored - n_unmatched,
        n_otherwise=n_otherwise,
        n_ignored=n_ignored,
        n_unmatched=n_unmatched,
        missing_codes=present.missing_codes,
    )


def unmatched_error(
    found: LabelLookup,
    *,
    labels: Mapping[str, str],
    key: str,
    minimum: int = FEWEST_TO_SHOW,
    units: Mapping[str, int] | None = None,
) -> MappingError:
    """Build the error for labels that the mapping does not cover.

    Parameters
    ----------
    found : LabelLookup
        A lookup with unmatched texts.
    labels : mapping of str to str
        The labels of the mapping, for "did you mean".
    key : str
        Where the labels stand in the mapping, such as "outcome.labels".
    minimum : int
        A label that fewer cells hold is counted, not shown.
    units : mapping of str to int, optional
        Where a unit has several rows: how many units hold each text. A label of fewer than ``minimum`` units is not
        shown, however many cells hold it: it may speak of one person.
    """
    of_units: dict[str, int] = {}
    for text, n in (units or {}).items():
        # one unit may hold several spellings: their sum would count it twice
        of_units[normalise(text)] = max(of_units.get(normalise(text), 0), n)
    spellings: Counter[str] = Counter()
    shown_as: dict[str, str] = {}
    for text, count in sorted(found.unmatched.items(), key=lambda one: (-one[1], one[0])):
        spellings[normalise(text)] += count
        shown_as.setdefault(normalise(text), " ".join(text.split()))
    enough = {one for one, n in (spellings if units is None else of_units).items() if n >= minimum}
    often = [(one, count) for one, count in spellings.most_common() if one in enough]
    rare = [count for one, count in spellings.items() if one not in enough]
    lines: list[Message] = [_unmatched_line(shown_as[one], count, labels) for one, count in often[:_MOST_SHOWN]]
    if len(often) > _MOST_SHOWN:
        lines.append(tr("and {n} more labels", n=len(often) - _MOST_SHOWN))
    if rare:
        lines.append(
            trn(
                "{n} label that fewer than {minimum} cases have, in {cells} cells altogether (not shown)",
                "{n} labels that fewer than {minimum} cases have, in {cells} cells altogether (not shown)",
                len(rare),
                minimum=minimum,
                cells=sum(rare),
            )
        )
    return MappingError(
        trn(
            "{n} cell of {total} in the column '{column}' holds a label that the mapping does not know ({key}):{lines}",
            "{n} cells of {total} in the column '{column}' hold labels that the mapping does not know ({key}):{lines}",
            found.n_unmatched,
            total=found.n_values,
            column=found.column,
            key=key,
            lines=_Lines(tuple(lines)),
        ),
        tr(
            "Add the labels to {key}, name them in [missing], or give an 'otherwise' there for everything else.",
            key=key,
        ),
    )


def level_lookup(
    texts: Texts,
    counts: CountsOf,
    *,
    column: str,
    labels: Mapping[str, str] = NO_CODES,
    bands: Sequence[int] = (),
    kind: NumberKind = "integer",
    decimal: DecimalMark | None = None,
    missing: Mapping[str, str] = NO_CODES,
    written: Mapping[str, bool] | None = None,
) -> LevelLookup:
    """Find out which level of an attribute each text stands for.

    Parameters
    ----------
    texts : iterable of str or None
        Distinct texts of the column.
    counts : iterable of int
        Cells with each text.
    column : str
        Name of the column, for messages.
    labels : mapping of str to str
        Level of each label (a crosswalk is the same thing from a file). A text that none covers stays as it is.
    bands : sequence of int
        Where bands begin; texts are then read as numbers.
    kind, decimal, written
        How those numbers are read.
    missing : mapping of str to str
        Codes that stand for missing.

    Examples
    --------
    >>> level_lookup(["La Paz", "LA PAZ "], [9, 1], column="Departamento").levels["LA PAZ "]
    'La Paz'
    """
    present = part_missing(texts, counts, missing)
    levels: dict[str, str] = dict(present.levels)
    codes = Counter(present.missing_codes)
    respelled = unlabelled = unreadable = 0
    if bands:
        numbers = number_lookup(
            [text for text, _ in present.values],
            [count for _, count in present.values],
            column=column,
            kind=kind,
            decimal=decimal,
            written=written,
        )
        unreadable = numbers.n_unreadable
        for text, number in numbers.values.items():
            levels[text] = "not_recorded" if number is None else band_of(number, bands)
    else:
        wanted = {normalise(label): level for label, level in labels.items()}
        spelling = _usual_spelling(present.values)
        for text, count in present.values:
            bare = normalise(text)
            levels[text] = wanted.get(bare, spelling[bare])
            unlabelled += count if wanted and bare not in wanted else 0
            respelled += count if bare not in wanted and text != spelling[bare] else 0
    return LevelLookup(
        column=column,
        levels=MappingProxyType(levels),
        n_values=present.n_values,
        n_missing=present.n_missing,
        n_respelled=respelled,
        n_unlabelled=unlabelled,
        n_unreadable=unreadable,
        missing_codes=MappingProxyType(dict(codes)),
    )


class _Lines:
    """Sentences one below the other."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self._messages = messages

    def text(self, language: Language = "en") -> str:
        return "".join("\n  - " + one.text(language) for one in self._messages)


def _unmatched_line(label: str, count: int, labels: Mapping[str, str]) -> Message:
    match = nearest(label, labels)
    if match is None:
        return tr("'{label}', {n} cells", label=label, n=count)
    return tr(
        "'{label}', {n} cells; did you mean '{match}' ({state})?",
        label=label,
        n=count,
        match=match,
        state=labels[match],
    )


def _label_of(bare: str, wanted: Collection[str], match: LabelMatch) -> str | None:
    if bare in wanted:
        return bare
    if match == "whole":
        return None
    starts = [one for one in wanted if bare.startswith(one) and not bare[len(one)].isalnum()]
    return max(starts, key=len, default=None)


def _usual_spelling(values: Sequence[tuple[str, int]]) -> Mapping[str, str]:
    """Return, for texts that differ in capitals, accents or spaces only, the most frequent spelling."""
    best: dict[str, tuple[int, str]] = {}
    for text, count in values:
        bare, tidy = normalise(text), " ".join(text.split())
        # ties go to the spelling that comes first, so that every engine agrees
        if bare not in best or (-count, tidy) < (-best[bare][0], best[bare][1]):
            best[bare] = (count, tidy)
    return {bare: tidy for bare, (_, tidy) in best.items()}
