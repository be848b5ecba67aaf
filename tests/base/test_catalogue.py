"""Every sentence that a user may read stands in the Spanish catalogue, with the same values in it."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import justice_metrics

PACKAGE = Path(justice_metrics.__file__).parent
LANGUAGES = ("es",)


@cache
def said() -> dict[str, tuple[str, ...]]:
    """Return every marked sentence of the package, with its plural where it has one."""
    keywords = {"tr": None, "trn": (1, 2)}
    found: dict[str, tuple[str, ...]] = {}
    for _, _, message, _, _ in extract_from_dir(PACKAGE, [("**.py", "python")], keywords=keywords):
        forms = message if isinstance(message, tuple) else (message,)
        found[forms[0]] = forms
    return found


def values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_untranslated(language: str) -> None:
    with (PACKAGE / f"base/locale/{language}.po").open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    sentences = said()
    assert len(sentences) > 900
    missing, other_values = [], []
    for first, forms in sentences.items():
        entry = catalogue.get(first)
        if entry is None or not all([entry.string] if isinstance(entry.string, str) else entry.string):
            missing.append(first)
            continue
        translated = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        wanted = set().union(*(values(one) for one in forms))
        other_values += [first for one in translated if values(one) - {"n"} != wanted - {"n"}]
    assert missing == []
    assert other_values == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    with (PACKAGE / f"base/locale/{language}.po").open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    ids = {one.id[0] if isinstance(one.id, list | tuple) else one.id for one in catalogue if one.id}
    assert ids - set(said()) == set()


def test_a_sentence_without_values_has_no_braces_left() -> None:
    assert all("{}" not in first for first in said())
