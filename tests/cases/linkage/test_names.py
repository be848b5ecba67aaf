"""Keys of Spanish names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.cases.linkage.names import given_names, sound, surnames, words_of
from justice_metrics.simulate.people_names import MEN, SURNAMES, WOMEN

SURNAME = st.sampled_from(SURNAMES)
GIVEN = st.sampled_from(WOMEN + MEN)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("  Núñez   del  Prado ", ("nuñez", "del", "prado")),
        ("ÑANDÚ", ("ñandu",)),
        ("N\u0303andu", ("ñandu",)),  # the letter and its mark apart, as some systems export them
        ("García-López", ("garcia", "lopez")),
        ("Q'uispe", ("quispe",)),
        ("D’Angelo", ("dangelo",)),
        ("S/N", ()),
        ("N.N.", ()),
        ("desconocida", ()),
        ("sin apellido", ()),
        ("...", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_words(written: str | None, words: tuple[str, ...]) -> None:
    assert words_of(written) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ma. Elena", "MARÍA ELENA"),
        ("Mª Elena", "Maria Elena"),
        ("M. Elena", "María Elena"),
        ("Ma. de los Ángeles", "Maria Angeles"),
        ("Pepe", "José"),
        ("Toño", "Antonio"),
        ("Paco Javier", "Francisco Javier"),
        ("Gpe. Luz", "Guadalupe Luz"),
    ],
)
def test_one_given_name_in_two_spellings(one: str, other: str) -> None:
    assert given_names(one).whole == given_names(other).whole


@pytest.mark.parametrize(("one", "other"), [("Ximena", "Jimena"), ("Yénifer", "Llenifer"), ("Vilma", "Bilma")])
def test_given_names_that_sound_alike(one: str, other: str) -> None:
    assert given_names(one).sound == given_names(other).sound
    assert given_names(one).whole != given_names(other).whole


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vásquez", "Basques"),
        ("Chávez", "Chabes"),
        ("Llanos", "Yanos"),
        ("Huanca", "Wanka"),
        ("Huanca", "Guanca"),
        ("Quispe", "Kispe"),
        ("Muñoz", "Munos"),
        ("Gerónimo", "Jerónimo"),
        ("Hernández", "Ernandes"),
        ("Zenteno", "Senteno"),
        ("Céspedes", "Sespedes"),
        ("Carranza", "Caransa"),
        ("Guerra", "Guera"),
    ],
)
def test_surnames_that_sound_alike(one: str, other: str) -> None:
    assert surnames(one).first_sound == surnames(other).first_sound


@pytest.mark.parametrize(
    ("one", "other"),
    [("Rojas", "Rocas"), ("Mora", "Moya"), ("Luna", "Lima"), ("Gallo", "Galo"), ("Cano", "Ceno"), ("Guerra", "Guarra")],
)
def test_surnames_that_do_not(one: str, other: str) -> None:
    assert surnames(one).first_sound != surnames(other).first_sound


def test_enye_is_a_letter_of_its_own_in_one_key_and_n_in_the_other() -> None:
    with_it, without = surnames("Muñoz"), surnames("Munoz")
    assert with_it.first != without.first
    assert with_it.first_sound == without.first_sound


@pytest.mark.parametrize(
    ("first", "second", "cores", "married"),
    [
        ("De la Cruz", "Muñoz", ("cruz", "muñoz"), False),
        ("Cruz", "de los Ríos", ("cruz", "rios"), False),
        ("De la Cruz Muñoz", None, ("cruz", "muñoz"), False),
        ("Quispe", "de Condori", ("quispe", "condori"), True),
        ("Quispe Mamani de Condori", None, ("quispe", "mamani"), False),
        ("Quispe", "Vda. de Condori", ("quispe", None), False),
        ("Quispe", "Mamani viuda de Condori", ("quispe", "mamani"), False),
        ("Silva", None, ("silva", None), False),
        ("Ortiz y Pino", None, ("ortiz", "pino"), False),
        (None, "Mamani", ("mamani", None), False),
        ("S/N", "Mamani", ("mamani", None), False),
        ("N.N.", None, (None, None), False),
    ],
)
def test_two_surnames(first: str | None, second: str | None, cores: tuple[str | None, ...], married: bool) -> None:
    found = surnames(first, second)
    assert (found.first, found.second) == cores
    assert found.married is married


def test_nothing_written_has_no_keys() -> None:
    assert given_names(None) == given_names("  ") == (None, None, None, None, None)
    assert surnames(None, None).first is None


@given(SURNAME, SURNAME)
def test_a_swapped_pair_is_the_same_set(one: str, other: str) -> None:
    assert surnames(one, other).both == surnames(other, one).both
    assert surnames(one, other).both_sound == surnames(other, one).both_sound


@given(SURNAME, SURNAME)
def test_one_cell_with_both_is_as_good_as_two(one: str, other: str) -> None:
    assert surnames(f"{one} {other}") == surnames(one, other)


@given(SURNAME, st.sampled_from(["de", "de la", "del", "de los", "DE LAS"]))
def test_particles_make_no_difference_to_the_core(one: str, particle: str) -> None:
    assert surnames(f"{particle} {one}").first == surnames(one).first


@given(GIVEN, st.booleans())
def test_capitals_and_marks_make_no_difference(name: str, capitals: bool) -> None:
    changed = name.upper() if capitals else name.lower()
    assert given_names(changed) == given_names(name)


@given(st.text(max_size=30))
def test_any_text_has_keys_of_small_letters_only(text: str) -> None:
    found = given_names(text)
    assert found.whole is None or all(one in " ñ" or "a" <= one <= "z" for one in found.whole)
    assert surnames(text) == surnames(text.strip())


@given(st.text(alphabet="abcdefghijklmnñopqrstuvwxyz", max_size=12))
def test_a_sound_has_no_doubled_sign(word: str) -> None:
    found = sound(word)
    assert all(one != other for one, other in pairwise(found))
    assert "ñ" not in found
