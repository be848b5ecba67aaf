"""A data dictionary as a file: a workbook or a DDI codebook, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ...base.errors import OutputError
from ...base.language import Language, tr
from ..private_file import placed
from .codebook_xml import ddi_bytes
from .parts import DataDictionary
from .workbook import dictionary_workbook

_WRITERS: Final[Mapping[str, Callable[[DataDictionary, Language], bytes]]] = MappingProxyType(
    {".xlsx": dictionary_workbook, ".xml": ddi_bytes}
)
ENDINGS: Final = tuple(_WRITERS)


def dictionary_bytes(dictionary: DataDictionary, name: str, *, language: Language = "en") -> bytes:
    """Return a data dictionary as the bytes of a file of that name.

    Parameters
    ----------
    dictionary : DataDictionary
    name : str
        Ends in ``.xlsx`` (workbook) or ``.xml`` (DDI codebook).
    language : {"en", "es"}
        Language of headings; all words stand there in each language, this one first.

    Raises
    ------
    OutputError
        When the ending is another one.
    """
    writer = _WRITERS.get(Path(name).suffix.casefold())
    if writer is None:
        raise OutputError(
            tr("'{name}' cannot be written: its ending says no known format.", name=Path(name).name),
            tr("The name must end in one of: {known}.", known=ENDINGS),
        )
    return writer(dictionary, language)


def write_dictionary(dictionary: DataDictionary, path: str | Path, *, language: Language = "en") -> Path:
    """Write a data dictionary as a workbook (``.xlsx``) or as a DDI codebook (``.xml``).

    Parameters
    ----------
    dictionary : DataDictionary
    path : str or Path
        The folder must exist; a file of that name is replaced when the new one is complete.
    language : {"en", "es"}
        Language of headings; all words stand there in each language, this one first.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    OutputError
        When the ending is another one, or the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, justice_metrics as jm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = jm.write_dictionary(jm.data_dictionary("bolivia"), pathlib.Path(folder) / "codebook.xml")
    ...     file.read_bytes()[:5]
    b'<?xml'
    """
    path = Path(path)
    written = dictionary_bytes(dictionary, path.name, language=language)
    with placed(path) as beside:
        beside.write_bytes(written)
    return path
