"""The logo of a site: a picture, and nothing that runs or asks for something elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ...base.errors import SettingsError
from ...base.language import tr

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_LARGEST: Final = 200_000
# What a picture needs none of: scripts, handlers, foreign documents, anything from another place.
_ALIVE: Final = re.compile(
    rb"<\s*(script|foreignobject|iframe|embed|object|audio|video|image|style|animate|set)\b|<!(doctype|entity)|\son\w+\s*="
    rb"|(href|src)\s*=\s*[\"']?\s*(?!#)[^\s\"'>]|url\(\s*[\"']?\s*(?!#)",
    re.IGNORECASE,
)


def logo_bytes(path: Path) -> bytes:
    """Read a logo, a png or svg file.

    Parameters
    ----------
    path : Path
        A file that exists.

    Raises
    ------
    SettingsError
        When it is neither, larger than 200 kB, or an svg with more in it than a drawing.
    """
    held = path.read_bytes()
    if len(held) > _LARGEST:
        raise SettingsError(
            tr("The logo '{name}' has {n} bytes.", name=path.name, n=len(held)),
            tr("Make it smaller: every page loads it, and {most} bytes are allowed.", most=_LARGEST),
        )
    if held.startswith(_PNG):
        return held
    if not re.search(rb"<svg[\s>]", held[:4000]):
        raise SettingsError(
            tr("The logo '{name}' is neither a png nor an svg.", name=path.name), tr("Save it as one of these.")
        )
    if _ALIVE.search(held):
        raise SettingsError(
            tr(
                "The logo '{name}' holds more than a drawing: a script, a style or something elsewhere.", name=path.name
            ),
            tr("Save it as a plain svg, with its shapes drawn in it, or as a png."),
        )
    return held
