"""Whether a query only reads: asked before it is sent, by words alone, and rather refused than trusted."""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = re.compile(r"\s*(?:--[^\n]*(?:\n|$)|/\*.*?\*/)", re.DOTALL)
_READS: Final = re.compile(r"\s*\(*\s*(?:select|with|values|from)\b", re.IGNORECASE)
_NAMES: Final = re.compile(r"""("(?:[^"]|"")*")|'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/""", re.DOTALL)
# Signs by which servers differ about where a text, a name or a comment ends. With one of them nothing is set aside:
# backslashes, `names`, [names], $$texts$$, q'{texts}', comments after # or a bare --, comments in comments.
_UNCLEAR: Final = re.compile(r"\\|`|\[|\$\w*\$|#|--(?!\s|$)|/\*(?:(?!\*/).)*/\*|\bn?q'", re.DOTALL | re.IGNORECASE)
# Comments that MySQL and MariaDB execute, and names in which any letter may be written as a number.
_HIDDEN: Final = re.compile(r"/\*M?!|\bu&[\"']", re.IGNORECASE)
# SQL Server needs no semicolon between two statements, so each word that begins one counts.
_WORDS: Final = re.compile(
    r"\b(?:insert|update|delete|merge|drop|alter|create|truncate|grant|revoke|deny|into|outfile|dumpfile|exec|execute|"
    r"call|declare|commit|shutdown|kill|backup|restore|reconfigure|dbcc|waitfor|openrowset|openquery|opendatasource)\b"
    r"|;\s*\S",
    re.IGNORECASE,
)
# Functions that reach files, other servers or settings, also from inside a SELECT and a transaction that only reads.
_FUNCTIONS: Final = re.compile(
    r"\b(?:pg_\w+|dblink\w*|lo_\w+|xp_\w+|sp_\w+|utl_\w+|dbms_\w+|set_config|setval|nextval|load_file|load_extension|"
    r"sys_exec|sys_eval|\w+_to_xml\w*|httpuritype|xmltype)\b(?=\"?\s*[(.])",
    re.IGNORECASE,
)


def begins_as_select(query: str) -> bool:
    """Return whether a query begins with a word of reading, comments aside.

    Examples
    --------
    >>> begins_as_select("-- casos\\nSELECT 1"), begins_as_select("delete from casos")
    (True, False)
    """
    while found := _COMMENT.match(query):
        query = query[found.end() :]
    return _READS.match(query) is not None


def word_of_writing(query: str) -> str | None:
    """Return the first word of a query that may do more than read, ``;`` before a second statement, or None.

    Texts, quoted names and comments are set aside, unless servers differ about where they end.

    Examples
    --------
    >>> word_of_writing("WITH a AS (SELECT 1) DELETE FROM casos"), word_of_writing("SELECT 'delete' FROM casos")
    ('DELETE', None)
    """
    if hidden := _HIDDEN.search(query):
        return hidden[0]
    unclear = _UNCLEAR.search(query) is not None
    bare = query if unclear else _NAMES.sub(" ", query)
    # a function may be called by its quoted name
    called = query if unclear else _NAMES.sub(lambda found: found[1] or " ", query)
    found = _WORDS.search(bare) or _FUNCTIONS.search(called)
    if found is None:
        return None
    return ";" if found[0].startswith(";") else found[0]
