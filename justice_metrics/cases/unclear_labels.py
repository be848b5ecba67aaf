"""Labels that say nothing of a case: "other", "unknown", "not specified", in English and in Spanish."""

from __future__ import annotations

import re
from typing import Final

from .conversions.text import normalise

_UNCLEAR: Final = re.compile(
    r"^(otr[oa]s?|others?|unknown|unspecified|undetermined|miscellaneous|varios|desconocid[oa]s?|indeterminad[oa]s?"
    r"|s/[di]\.?|n/[ase]\.?|ns/nr|-+|\?+|x+|none given|no data"
    r"|(se )?(ignora|desconoce)|ignorad[oa]s?"
    r"|(no|sin|not) (se )?(espec\w*|identif\w*|determin\w*|defin\w*|clasific\w*|classified|known|stated|given|sabe"
    r"|consigna\w*|registra\w*|recorded|dato|datos|informacion|precis\w*|indica\w*))\b(?!\s+(de|del|of)\b)"
)


def says_nothing(label: str) -> bool:
    """Return whether a label is one of those under which cases are put that fit no other, or of which nothing is known.

    Parameters
    ----------
    label : str
        As the mapping leaves it.

    Examples
    --------
    >>> [says_nothing(one) for one in ("Otros", "Sin especificar", "Se ignora", "Sí", "otro familiar")]
    [True, True, True, False, False]
    """
    bare = normalise(label)
    found = _UNCLEAR.match(bare)
    if found is None:
        return False
    # "otro familiar" is a relationship, "otros delitos" is none of the offences of the list
    rest = bare[found.end() :].strip(" .,:;()-/")
    return not rest or rest.split()[0] in _OF_THE_LIST


_OF_THE_LIST: Final = frozenset(
    "delito delitos motivo motivos causa causas tipo tipos caso casos o y/o u and or reason reasons offence offences "
    "offense type types crime crimes especificar especifique specify".split()
)
