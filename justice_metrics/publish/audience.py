"""For whom an output is: people who may see the case files, or everybody; each output says which."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ..base.language import Message, tr
from ..base.result import Published, Result

Audience: TypeAlias = Literal["internal", "public"]

MARKS: Final[Mapping[Audience, Message]] = MappingProxyType(
    {
        "internal": tr("INTERNAL: not for publication"),
        "public": tr("PUBLIC RELEASE: small numbers are protected"),
    }
)
LEADS: Final[Mapping[Audience, Message]] = MappingProxyType(
    {
        "internal": tr(
            "This report is for people who may see the case files. Small numbers in it are not protected, so persons "
            "could be recognised; nothing in it may be published, quoted or passed on."
        ),
        "public": tr(
            "This report may be published and quoted. Its numbers went through rules of confidentiality: small counts, "
            "and what would let anybody compute them, are not shown. Quote each figure with its definition and cut-off."
        ),
    }
)
# Dark red and dark blue: both are read on white, in print without colour, and by who is blind to red and green.
COLOURS: Final[Mapping[Audience, str]] = MappingProxyType({"internal": "#8F1414", "public": "#16357F"})


def audience_of(result: Result) -> Audience:
    """Return for whom an answer is: one that the disclosure gate has made is for everybody.

    Parameters
    ----------
    result : Result
        Any answer of the library, or what is published of it.
    """
    return "public" if isinstance(result, Published) else "internal"
