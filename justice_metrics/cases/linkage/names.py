"""Keys of Spanish names: what two clerks would write alike, kept beside the raw text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

# Words that join names and tell nobody apart: "de la Cruz" and "Cruz" are one surname.
PARTICLES: Final = frozenset("de del la las los el y e da das do dos di von van der den".split())
_WIDOW: Final = frozenset(("viuda", "vda", "vd", "viudade"))
_DASHES: Final = re.compile(r"[-‐‑‒–—/]")
_APOSTROPHES: Final = re.compile(r"['’‘ʼ`´]")
_NO_LETTER: Final = re.compile(r"[^a-zñ ]+")
# Stand-ins of clerks for a name that they do not have.
_NO_NAME: Final = frozenset(
    "nn sn na x xx xxx xxxx sd sindato sinnombre sinapellido desconocido desconocida noregistra nd no".split()
)

_SHORT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ma": "maria",
        "m": "maria",
        "mria": "maria",
        "fco": "francisco",
        "fca": "francisca",
        "fdo": "fernando",
        "gpe": "guadalupe",
        "glmo": "guillermo",
        "jph": "jose",
        "ant": "antonio",
        "rdo": "ricardo",
        "mgl": "miguel",
        "teo": "teodoro",
    }
)
# Only names that stand for one formal name; "Beto" is Alberto as often as Roberto, and is left alone.
_FAMILIAR: Final[Mapping[str, str]] = MappingProxyType(
    {
        familiar: formal
        for formal, all_of_it in {
            "jose": "pepe pepito chepe",
            "josefa": "pepa pepita",
            "francisco": "paco pancho panchito curro",
            "francisca": "paca panchita",
            "ignacio": "nacho",
            "guadalupe": "lupe lupita",
            "guillermo": "memo",
            "teresa": "tere teresita",
            "rosario": "charo chayo",
            "concepcion": "concha conchita",
            "consuelo": "chelo",
            "dolores": "lola lolita",
            "enrique": "quique kike",
            "antonio": "tono",
            "fernando": "nando",
            "ramon": "moncho",
            "manuel": "manolo manolito",
            "maria": "mari marita mariquita",
            "jesus": "chucho chuy",
            "eduardo": "lalo",
            "juana": "juanita",
            "juan": "juancho juanito",
            "isabel": "chabela",
            "rosa": "rosita",
            "ana": "anita",
            "carmen": "carmencita",
            "luis": "lucho",
            "santiago": "chago",
        }.items()
        for familiar in all_of_it.split()
    }
)

# In this order: what sounds alike in most of America. Each pattern sees the text as the ones before left it.
_SOUNDS: Final = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        ("ñ", "n"),
        ("ph", "f"),
        ("(?<=[kpt])h", ""),
        ("h(?=u[aeio])", "g"),
        ("w(?=[aeio])", "gu"),
        ("w", "u"),
        ("ch", "1"),
        ("h", ""),
        ("^x", "j"),
        ("x", "s"),
        ("sc(?=[ei])", "s"),
        ("c(?=[ei])", "s"),
        ("z", "s"),
        ("qu(?=[ei])", "k"),
        ("[cq]", "k"),
        ("gu(?=[ei])", "2"),
        ("g(?=[ei])", "j"),
        ("2", "g"),
        ("ll", "y"),
        ("y", "i"),
        ("v", "b"),
        ("n(?=[bp])", "m"),
        (r"([a-z0-9])\1+", r"\1"),
    )
)


class Given(NamedTuple):
    """Keys of given names; None where nothing was written.

    Attributes
    ----------
    whole : str or None
        All of them, formal and without particles, joined by spaces.
    first, last : str or None
        The first and the last of them.
    sound, first_sound : str or None
        How all of them and the first sound.
    """

    whole: str | None = None
    first: str | None = None
    last: str | None = None
    sound: str | None = None
    first_sound: str | None = None


class Surnames(NamedTuple):
    """Keys of surnames, as two columns and as a set.

    Attributes
    ----------
    first, second : str or None
        Core without particles; ñ is a letter of its own.
    both : str or None
        The two in alphabetical order, so that a swapped pair is the same; None with one surname.
    first_sound, second_sound, both_sound : str or None
        The same by sound, where ñ is n.
    married : bool
        Whether the second may be a husband's ("de Condori"), so that another second surname is no difference.
    """

    first: str | None = None
    second: str | None = None
    both: str | None = None
    first_sound: str | None = None
    second_sound: str | None = None
    both_sound: str | None = None
    married: bool = False


def words_of(text: str | None) -> tuple[str, ...]:
    """Return the words of a name in small letters without marks; ñ stays.

    Examples
    --------
    >>> words_of("  NÚÑEZ-Del  Prado "), words_of("Q'uispe"), words_of("S/N")
    (('nuñez', 'del', 'prado'), ('quispe',), ())
    """
    if not text:
        return ()
    small = unicodedata.normalize("NFC", text.replace("ª", " ").replace("º", " ")).casefold()
    apart = unicodedata.normalize("NFD", small.replace("ñ", "\0"))
    bare = "".join(one for one in apart if not unicodedata.combining(one)).replace("\0", "ñ")
    if _NO_LETTER.sub("", bare).replace(" ", "") in _NO_NAME:
        return ()
    bare = _APOSTROPHES.sub("", _DASHES.sub(" ", bare))
    return tuple(_NO_LETTER.sub(" ", bare).split())


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """Return how a word sounds: b and v, s, c and z, ll and y, g and j, h, ñ and n make no difference.

    Soundex and its kin are made for English and part what Spanish spells at will.

    Parameters
    ----------
    word : str
        As ``words_of`` gives it.

    Examples
    --------
    >>> sound("vasquez") == sound("basques"), sound("huanca") == sound("wanka"), sound("llanos") == sound("yanos")
    (True, True, True)
    >>> sound("guerra"), sound("gerardo"), sound("chavez")
    ('gera', 'jerardo', '1abes')
    """
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


def given_names(text: str | None) -> Given:
    """Make the keys of given names.

    Parameters
    ----------
    text : str or None
        As the register has it.

    Examples
    --------
    >>> given_names("Ma. de los Ángeles").whole, given_names("MARÍA ANGELES").whole
    ('maria angeles', 'maria angeles')
    >>> given_names("Pepe").first, given_names("Ximena").sound == given_names("JIMENA").sound
    ('jose', True)
    """
    written = words_of(text)
    words = [one for one in written if one not in PARTICLES] or list(written)
    if not words:
        return Given()
    # An abbreviation stands before another name; "Ma" alone is as good as any.
    formal = [_SHORT.get(one, one) if len(words) > 1 or len(one) > 1 else one for one in words]
    formal = [_FAMILIAR.get(one.replace("ñ", "n"), one) for one in formal]
    heard = [sound(one) for one in formal]
    return Given(" ".join(formal), formal[0], formal[-1], " ".join(heard), heard[0])


def surnames(first: str | None, second: str | None = None) -> Surnames:
    """Make the keys of surnames from two cells, or from one that holds both.

    Parameters
    ----------
    first, second : str or None
        As the register has them. When the second is blank, the first may hold both.

    Examples
    --------
    >>> surnames("De la Cruz", "Muñoz")[:3]
    ('cruz', 'muñoz', 'cruz muñoz')
    >>> surnames("Munoz", "Cruz").both_sound == surnames("De la Cruz", "Muñoz").both_sound
    True
    >>> surnames("Quispe Mamani de Condori")[:2], surnames("Quispe", "Vda. de Condori")[:2]
    (('quispe', 'mamani'), ('quispe', None))
    """
    parts = _parts(words_of(first)) + _parts(words_of(second))
    own = [part for part in parts if part.joined != "widow"]
    if not own:
        return Surnames()
    one = own[0].core
    other = own[1] if len(own) > 1 else None
    married = other is not None and other.joined == "de"
    two = other.core if other is not None else None
    one_sound, two_sound = sound(one), sound(two) if two else None
    return Surnames(
        first=one,
        second=two,
        both=" ".join(sorted((one, two))) if two else None,
        first_sound=one_sound,
        second_sound=two_sound,
        both_sound=" ".join(sorted((one_sound, two_sound))) if two_sound else None,
        married=married,
    )


class _Part(NamedTuple):
    """One surname: its core, and by which words it hangs on what stands before."""

    core: str
    joined: str  # "", "de", "widow", or other particles


def _parts(words: tuple[str, ...]) -> list[_Part]:
    """Split the words of a cell into surnames, each with the particles before it."""
    found: list[_Part] = []
    before: list[str] = []
    for word in words:
        if word in PARTICLES or word in _WIDOW:
            before.append(word)
            continue
        joined = "widow" if any(one in _WIDOW for one in before) else " ".join(before)
        # "Ortiz y Pino" is one double surname; its second half tells people apart as well as any second surname.
        found.append(_Part(word, joined))
        before = []
    if not found and before:
        # Somebody whose surname is a particle, such as "Dos": better than nothing.
        found.append(_Part(before[-1], ""))
    return found
