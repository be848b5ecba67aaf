"""Files of personal data that leave only on request: named for what they are, and readable by their owner only."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from ..base.errors import OutputError
from ..base.language import tr

# Every such file begins with this, so that nobody sends it on unaware.
PREFIX: Final = "PERSONAL_DATA_"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_private(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a csv file beside its place, readable by its owner only, and put it there when it is complete.

    Parameters
    ----------
    path : Path
        Where; a file of that name is replaced. Its name should begin with ``PREFIX``.
    header : sequence of str
    rows : iterable of sequence of str
        Texts that a spreadsheet would take for a formula get a ``'`` in front.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    OutputError
        When it cannot be written; an earlier file is then still there.
    """
    if not path.parent.is_dir():
        raise OutputError(
            tr("There is no folder '{name}'.", name=path.parent.name), tr("Make it first, on the secure side.")
        )
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(header)
            writer.writerows([_inert(cell) for cell in row] for row in rows)
            lines.flush()
            os.fsync(lines.fileno())
        beside.replace(path)
    except OSError:
        raise OutputError(
            tr("The file '{name}' could not be written.", name=path.name),
            tr("Look at the rights of the folder and at the room on the disk; an earlier file is unchanged."),
        ) from None
    finally:
        beside.unlink(missing_ok=True)
    return path


def _inert(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
