"""The model of the linkage: which agreements are told apart, and which pairs are compared at all.

Every condition is built from equality and edit distance, which DuckDB and Spark compute alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

# A complement or a place that is left out contradicts none; the complement is there to tell two persons apart.
_SAME_PERSON: Final = (
    "(document_extra_l = document_extra_r or document_extra_l is null or document_extra_r is null) and "
    "(document_place_l = document_place_r or document_place_l is null or document_place_r is null)"
)
# Which agreement is told, from none of the names known to no likeness. Frequent names tell less: ``tf``.
Level = Mapping[str, Any]


def comparisons(columns: Collection[str]) -> list[dict[str, Any]]:
    """Return the comparisons of the model, for the columns that at least two registers have.

    Parameters
    ----------
    columns : collection of str
        Optional keys in use: sex, place, document.
    """
    made = [_given(), _surnames(), _birth()]
    if "sex" in columns:
        made.append(_comparison("sex", _null("sex"), _same("sex", "sex", tf=False), _other()))
    if "place" in columns:
        made.append(_comparison("place", _null("place"), _same("place", "place"), _other()))
    if "document" in columns:
        made.append(
            _comparison(
                "document",
                _null("document"),
                _level("same document", f"document_l = document_r and {_SAME_PERSON}"),
                _same("document", "number, another complement or place", tf=False),
                _level("one digit", "levenshtein(document_l, document_r) <= 1"),
                _level("two digits", "levenshtein(document_l, document_r) = 2"),
                _other(),
            )
        )
    return made


def blocking(columns: Collection[str]) -> list[tuple[str, ...]]:
    """Return the sets of keys on which a pair must agree to be compared; one of them is enough.

    A pair that shares none is missed for good, so each set leaves out another of the things that clerks get wrong.
    """
    rules: list[tuple[str, ...]] = [
        ("birth_key", "given_first_sound"),
        ("birth_key", "surname_1_sound"),
        ("surnames_sound", "given_first_sound"),
        ("surname_1_sound", "given_sound", "birth_year"),
        ("surname_1_sound", "surname_2_sound", "birth_key"),
    ]
    if "place" in columns:
        rules += [("surname_1_sound", "given_sound", "place"), ("surnames_sound", "birth_year", "place")]
    if "document" in columns:
        rules.append(("document",))
    return rules


# Sessions in which agreement among true pairs is learnt: each holds other keys still, and learns of the rest.
TRAINING: Final = (("birth_key",), ("surnames_sound", "given_first_sound"))


def _given() -> dict[str, Any]:
    alike = "given_sound_l = given_sound_r or (length(given_l) > 4 and levenshtein(given_l, given_r) <= 1)"
    near_first = _near("given_first_l", "given_first_r", "given_first_sound_l", "given_first_sound_r")
    part = "(starts_with(given_l, given_r) or starts_with(given_r, given_l))"
    return _comparison(
        "given",
        _null("given"),
        _same("given", "given"),
        _level("sounds alike", alike, tf="given"),
        _level("one is a part", f"given_first_l = given_first_r and {part}", tf="given_first"),
        _same("given_first", "first name"),
        _level("another name", "given_first_l = given_last_r or given_last_l = given_first_r"),
        _level("first alike", near_first),
        _other(),
    )


def _surnames() -> dict[str, Any]:
    single = "(surname_2_l is null or surname_2_r is null or married_l or married_r)"
    near_1 = _near("surname_1_l", "surname_1_r", "surname_1_sound_l", "surname_1_sound_r")
    near_2 = _near("surname_2_l", "surname_2_r", "surname_2_sound_l", "surname_2_sound_r")
    crossed = "(surname_1_sound_l = surname_2_sound_r or surname_2_sound_l = surname_1_sound_r)"
    return _comparison(
        "surnames",
        {**_level("missing", "surname_1_l is null or surname_1_r is null"), "is_null_level": True},
        _level("both", "surname_1_l = surname_1_r and surname_2_l = surname_2_r", tf="surnames_set"),
        _same("surnames_set", "both, swapped"),
        _level("both sound alike", f"{near_1} and {near_2}"),
        _level("both sound alike, swapped", "surnames_sound_l = surnames_sound_r"),
        _level("first; one has no second", f"{single} and surname_1_l = surname_1_r", tf="surname_1"),
        _level("first alike; one has no second", f"{single} and {near_1}"),
        _level("first is the other's second; one has no second", f"{single} and {crossed}"),
        _same("surname_1", "first; seconds differ"),
        _level("one of two", f"{near_1} or {near_2} or {crossed}"),
        _other(),
    )


def _birth() -> dict[str, Any]:
    coarse = "(birth_l is null or birth_r is null)"
    aged = "(birth_aged_l or birth_aged_r)"
    return _comparison(
        "birth",
        {**_level("missing", "birth_year_l is null or birth_year_r is null"), "is_null_level": True},
        _level("day", "birth_l = birth_r"),
        _level("day and month exchanged", "birth_key_l = birth_key_r"),
        _level("year, day not known", f"{coarse} and not {aged} and birth_year_l = birth_year_r"),
        _level("age", f"{coarse} and {aged} and abs(birth_year_l - birth_year_r) <= 1"),
        _level("one sign", "levenshtein(birth_l, birth_r) <= 1"),
        _level("two signs", "levenshtein(birth_l, birth_r) = 2"),
        _level("near in years", "abs(birth_year_l - birth_year_r) <= 2"),
        _other(),
    )


def _near(one: str, other: str, one_sound: str, other_sound: str) -> str:
    return f"({one_sound} = {other_sound} or (length({one}) > 4 and levenshtein({one}, {other}) <= 1))"


def _comparison(name: str, *levels: Level) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": [dict(one) for one in levels]}


def _null(column: str) -> Level:
    return {**_level("missing", f"{column}_l is null or {column}_r is null"), "is_null_level": True}


def _same(column: str, words: str, *, tf: bool = True) -> Level:
    return _level(f"same {words}", f"{column}_l = {column}_r", tf=column if tf else None)


def _other() -> Level:
    return _level("other", "ELSE")


def _level(words: str, condition: str, *, tf: str | None = None) -> Level:
    level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": words}
    return {**level, "tf_adjustment_column": tf, "tf_minimum_u_value": 1e-5} if tf else level
