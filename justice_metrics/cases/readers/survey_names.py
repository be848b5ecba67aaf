"""What the columns of a survey's export are called: the same question in every way in which it can be exported.

An export names a question by its name or its label, with the names or labels of its groups before it or without, with
any sign in between. A mapping names it once; here the columns are found that are meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from ..conversions.text import normalise
from .survey_form import PRIVATE_KINDS, Question, SurveyForm

# Signs between a group and a question, those of the two systems first.
SEPARATORS: Final = ("/", "-", "::", ":", ".", "|", ">", "~", "__", " / ", " - ", " > ", " | ", ": ")
_PARTS: Final = re.compile(r"[/:.|>~-]+")
_PRIVATE: Final = frozenset(
    "deviceid device_id subscriberid simserial phonenumber phone_number username email audit audit_url instancename "
    "_attachments _geolocation _notes _submitted_by submitterid submittername attachmentspresent "
    "attachmentsexpected".split()
)
_POINT: Final = ("latitude", "longitude", "altitude", "precision", "accuracy")


def columns_called(name: str, columns: Sequence[str], form: SurveyForm | None) -> list[str]:
    """Return the columns that a name of a mapping stands for, in their order.

    Several are one question that was moved to another group between two versions of the form.

    Parameters
    ----------
    name : str
    columns : sequence of str
        Header of an export.
    form : SurveyForm, optional

    Examples
    --------
    >>> columns_called("fecha", ["inicio", "hechos/fecha", "hechos/fecha_fin"], None)
    ['hechos/fecha']
    """
    if name in columns:
        return [name]
    question = form.called(name) if form is not None else None
    if form is not None and question is not None:
        found = _of_question(question, columns, form)
        if found:
            return found
    return ending_with(name, columns)


def ending_with(name: str, columns: Sequence[str]) -> list[str]:
    """Return the columns that end in a name, with a group and a sign before it."""
    for separator in SEPARATORS:
        found = [one for one in columns if one.endswith(separator + name) and len(one) > len(separator + name)]
        if found:
            return found
    return []


def _of_question(question: Question, columns: Sequence[str], form: SurveyForm) -> list[str]:
    """Return the columns of a question, by name or label, with its groups before it or without."""
    bare = {normalise(one): one for one in reversed(columns)}
    found: dict[str, None] = {}
    for way in question.spellings():
        if len(way) == 1 and form.called(way[0]) is not question:
            continue  # a label that several questions have
        for separator in SEPARATORS if len(way) > 1 else ("",):
            column = bare.get(normalise(separator.join(way)))
            if column is not None:
                found[column] = None
    return [one for one in columns if one in found]


def private_columns(columns: Sequence[str], form: SurveyForm | None, *, keep: Collection[str] = ()) -> list[str]:
    """Return the columns with places, recordings, and marks of the device or of who filled the form in.

    Parameters
    ----------
    columns : sequence of str
    form : SurveyForm, optional
        Knows the kind of every question.
    keep : collection of str
        Columns that a mapping names: those stay, whatever they are.

    Examples
    --------
    >>> columns = ["caso", "imagen", "imagen_URL", "lugar", "_lugar_latitude", "_lugar_longitude", "deviceid"]
    >>> private_columns(columns, None)
    ['imagen', 'imagen_URL', 'lugar', '_lugar_latitude', '_lugar_longitude', 'deviceid']
    """
    found = {one for one in columns if one.casefold() in _PRIVATE or last_part(one).casefold() in _PRIVATE}
    for one in columns:
        if one.endswith("_URL") and one.removesuffix("_URL") in columns:
            found |= {one, one.removesuffix("_URL")}
    found |= _points(columns)
    for question in form.questions if form is not None else ():
        if question.kind in PRIVATE_KINDS and form is not None:
            found |= set(_of_question(question, columns, form))
    return [one for one in columns if one in found and one not in keep]


def last_part(name: str) -> str:
    """Return what stands behind the last sign of a name.

    Examples
    --------
    >>> last_part("hechos/lugar/fecha"), last_part("_uuid")
    ('fecha', '_uuid')
    """
    return _PARTS.split(name)[-1]


def _points(columns: Sequence[str]) -> set[str]:
    """Return the columns of places: the place itself, and its parts."""
    found: set[str] = set()
    lower = {one.casefold(): one for one in columns}
    for one in columns:
        stem, sign, end = one[: -len("latitude")], one[-len("latitude") - 1 : -len("latitude")], one.casefold()
        if not end.endswith("latitude") or f"{stem}longitude".casefold() not in lower:
            continue
        found |= {lower[each] for part in _POINT if (each := f"{stem}{part}".casefold()) in lower}
        # "hechos/_lugar_latitude" belongs to "hechos/lugar", "lugar-Latitude" to "lugar"
        base = stem.removesuffix(sign)
        found |= {other for other in columns if other == base or other == _without_mark(base)}
    return found


def _without_mark(stem: str) -> str:
    head, mark, tail = stem.rpartition("_") if "/_" not in stem else stem.rpartition("/_")
    if mark == "/_":
        return f"{head}/{tail}"
    return stem.removeprefix("_") if stem.startswith("_") else f"{head}{mark}{tail}"
