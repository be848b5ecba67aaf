"""The search for words that a language of the site lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...base.errors import OutputError
from ...base.language import Label, Language, Message, Readable, catalogue, tr, trn
from .counts import Capital
from .model import Figure, Site
from .words import FOR_SCRIPTS, LEADS, TITLES, WORDS

# These speak every sentence of the library; a project test sees to it.
_WHOLE: Final = ("en", "es")
# A label of one plain text keeps it under this language.
_PLAIN: Final = ("en",)
_VALUE: Final = re.compile(r"\{\w+\}")
_NAMED: Final = 3


def ensure_translated(site: Site) -> None:
    """Refuse a site of which a word is missing in one of its languages.

    A label of one plain text stands for all languages: the name of a place. One that is written in languages must be
    written in all of them.

    Parameters
    ----------
    site : Site

    Raises
    ------
    OutputError
        With the language and the first words that are missing.
    """
    for language in site.languages:
        missing = list(dict.fromkeys(one for words in _all(site) for one in _missing(words, language)))
        if missing:
            raise OutputError(
                trn(
                    "{n} text of the site is missing in the language '{language}': {listed}.",
                    "{n} texts of the site are missing in the language '{language}': {listed}.",
                    len(missing),
                    language=language,
                    listed=[*(f"“{one[:80]}”" for one in missing[:_NAMED]), *(["…"] if len(missing) > _NAMED else [])],
                ),
                tr("Give each text in every language of the site, or leave the language out."),
            )


def _all(site: Site) -> Iterator[Readable]:
    yield from (site.title, site.institution, *site.texts.values())
    yield from (one for one in (site.contact, site.licence, site.citation, site.look.logo_words) if one is not None)
    yield from _inside(site.help)
    for words in (WORDS, TITLES, LEADS, FOR_SCRIPTS):
        yield from words.values()
    for figure in site.figures:
        yield from _of_figure(figure)


def _of_figure(figure: Figure) -> Iterator[Readable]:
    definition = figure.definition
    yield from (figure.title, figure.reads, *figure.notes)
    yield from (definition.answers, definition.numerator, definition.denominator, definition.pending)
    yield from (one for one in (definition.method, figure.provisional) if one is not None)
    for table in (figure.table, *figure.further):
        yield from (one.meaning for one in table.columns)
        for labels in table.labels.values():
            yield from labels.values()


def _inside(given: Any) -> Iterator[Readable]:
    """Yield the words in a mapping of lists of mappings."""
    if isinstance(given, Readable):
        yield given
    elif isinstance(given, Mapping):
        for one in given.values():
            yield from _inside(one)
    elif isinstance(given, list | tuple):
        for one in given:
            yield from _inside(one)


def _missing(words: Readable, language: Language) -> Iterator[str]:
    """Yield what of some words is not there in a language."""
    if isinstance(words, Label):
        if words.languages != _PLAIN and language not in words.languages:
            yield words.text(language)
    elif isinstance(words, Capital):
        yield from _missing(words.words, language)
    elif isinstance(words, Message):
        told = any(letter.isalpha() for letter in _VALUE.sub("", words.singular))
        if told and language not in _WHOLE and words.singular not in catalogue(language):
            yield words.singular
        for _, value in words.values:
            for one in _inside(value):
                yield from _missing(one, language)
