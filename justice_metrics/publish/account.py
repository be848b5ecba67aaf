"""Where numbers come from: data, cut-off, sampling, settings, version; no folder, host or user name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..base.language import Language, Message, Readable, format_date, format_number, tr
from ..base.provenance import Provenance, SamplingFrame, unit_words
from ..base.result import Result
from ..disclosure.safe import printed_fingerprint, units_hidden
from .inert import plain, setting_text, without_folder
from .page import WORDS

SAMPLING: Final[Mapping[SamplingFrame, Message]] = MappingProxyType(
    {
        "registered": tr("drawn from all files that were registered, open ones too"),
        "census": tr("all files that were registered"),
        "closed_only": tr("closed files only; open cases are missing by design"),
        "prevalent": tr("files that were open on a day; those closed before are missing"),
        "counts": tr("a table of counts"),
        "survey": tr("people who answered a survey; those who did not are missing"),
        "undeclared": tr("not declared; a table of times was handed over as it is"),
    }
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of one question; ``opens`` when another question begins with it."""

    section: int
    question: str
    name: str
    value: str
    opens: bool


def holds_cases(result: Result) -> bool:
    """Whether an answer tells of cases, and not only of the law, as a procedure that is shown by itself."""
    known = bool(result.provenance.units_in) or units_hidden(result.provenance)
    return known and any(table.guard != "words" for table in result.tables.values())


def sources(results: Sequence[Result], language: Language) -> list[list[tuple[str, str]]]:
    """Say where the data of each group of results come from: pairs of term and words."""
    groups: dict[tuple[object, ...], list[int]] = {}
    by_source: dict[tuple[object, ...], Provenance] = {}
    of_cases: dict[tuple[object, ...], bool] = {}
    for number, result in enumerate(results, start=1):
        one = result.provenance
        key: tuple[object, ...] = (
            holds_cases(result),
            one.source,
            one.fingerprint,
            one.unit,
            one.units_in,
            one.cutoff,
            one.sampling,
            one.procedure,
            one.version,
            one.plan,
        )
        groups.setdefault(key, []).append(number)
        by_source[key], of_cases[key] = one, holds_cases(result)
    return [
        _source(by_source[key], numbers if len(groups) > 1 else [], language, of_cases=of_cases[key])
        for key, numbers in groups.items()
    ]


def settings(results: Sequence[Result], language: Language) -> list[Setting]:
    """List the settings of each question, as they were understood."""
    rows: list[Setting] = []
    for number, result in enumerate(results, start=1):
        question = result.provenance.question or result.question or type(result).__name__
        pairs = result.provenance.settings or (("", ""),)
        rows += [
            Setting(number, question, name, setting_text(value, language) if name else "", at == 0 and number > 1)
            for at, (name, value) in enumerate(pairs)
        ]
    return rows


def _source(one: Provenance, numbers: Iterable[int], language: Language, *, of_cases: bool) -> list[tuple[str, str]]:
    listed = ", ".join(str(number) for number in numbers)
    cases: list[tuple[Readable, str]] = [
        (WORDS["fingerprint"], plain(printed_fingerprint(one), longest=200)),
        (WORDS["unit"], plain(unit_words(one.unit).text(language))),
        (WORDS["units"], tr("hidden").text(language) if units_hidden(one) else format_number(one.units_in, language)),
        (WORDS["cutoff"], format_date(one.cutoff, language) if one.cutoff else "–"),
        (WORDS["sampling"], SAMPLING[one.sampling].text(language)),
        (WORDS["corrections"], " ".join(plain(line.text(language)) for line in one.correction_lines())),
    ]
    pairs: list[tuple[Readable, str]] = [
        (WORDS["sections"], listed),
        (WORDS["source"], plain(without_folder(one.source), longest=200)),
        *(cases if of_cases else []),
        (WORDS["procedure"], plain(one.procedure, longest=200)),
        (WORDS["version"], f"justice_metrics {plain(one.version)}" if one.version else ""),
    ]
    return [(term.text(language), words) for term, words in pairs if words]
