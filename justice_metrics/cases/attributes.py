"""Attributes that every breakdown knows by one name, whatever the file calls them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..base.errors import suggestion
from ..base.language import Message, Readable, tr

CANONICAL_ATTRIBUTES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "sex": tr("sex of the victim"),
        "age_at_fact": tr("age at the fact"),
        "indigenous": tr("indigenous self-identification"),
        "language": tr("language"),
        "disability": tr("disability"),
        "area": tr("urban or rural"),
        "relationship": tr("relationship to the accused"),
        "complaint_source": tr("source of the complaint"),
        "department": tr("department"),
        "municipality": tr("municipality"),
        "court": tr("court"),
        "office": tr("office"),
        "offence": tr("offence"),
        "year": tr("year of the complaint"),
    }
)

# What every coding sheet asks of a file beside them, and what tells of the draw.
_OF_SHEETS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "reviewed": tr("date of review"),
        "fact_date": tr("date of the fact"),
        "exit_reason": tr("ground given for the ending"),
        "round": tr("round of the study"),
        "stratum": tr("stratum"),
        "cluster": tr("cluster"),
    }
)

# Further names that tables of counts and public sites often have.
_OF_SITES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "age_group": tr("age group"),
        "age": tr("age"),
        "state": tr("state of the country"),
        "status": tr("how it stands"),
    }
)

ACTOR_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "lawyer": tr("lawyer"),
        "psychologist": tr("psychologist"),
        "social_worker": tr("social worker"),
        "prosecutor": tr("prosecutor"),
        "caregiver": tr("caregiver"),
        "other": tr("other support"),
    }
)


def actor_words(name: str) -> Readable:
    """Return the words of a support actor; one of the user's own is its own name."""
    return ACTOR_WORDS.get(name, tr("{name}", name=name))


def attribute_words(name: str) -> Readable:
    """Return the words of an attribute; one of the user's own is its own name."""
    known = CANONICAL_ATTRIBUTES.get(name) or _OF_SHEETS.get(name) or _OF_SITES.get(name)
    return known if known is not None else tr("{name}", name=name)


def suggested(word: str, known: tuple[str, ...], *own: tuple[str, Readable]) -> Message:
    """Say which attribute or actor was perhaps meant: by its name, or by its words in any language.

    Parameters
    ----------
    word : str
    known : tuple of str
        Names to choose from.
    *own : (str, Readable)
        Further words of a name, such as those of the user's own files.

    Examples
    --------
    >>> str(suggested("abogada", ("psychologist", "lawyer")))
    "Did you mean 'lawyer'? There are: psychologist, lawyer."
    """
    return suggestion(word, known, (*own, *ACTOR_WORDS.items(), *CANONICAL_ATTRIBUTES.items()))
