"""Files of personal data that leave only on request: named for what they are, and readable by their owner only."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..base.errors import OutputError
from ..base.language import tr

# Every such file begins with this, so that nobody sends it on unaware.
PREFIX: Final = "PERSONAL_DATA_"
# How a formula begins, also with the wide signs of other keyboards.
_FORMULA: Final = re.compile("^'*[=+\\-@\t\r＝＋－＠]")


def write_private(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, separator: str = ",") -> Path:
    """Write a csv file beside its place, readable by its owner only, and put it there when it is complete.

    Parameters
    ----------
    path : Path
        Where; a file of that name is replaced. Its name should begin with ``PREFIX``.
    header : sequence of str
    rows : iterable of sequence of str
        Texts that a spreadsheet would take for a formula get a ``'`` in front.
    separator : str
        Character between cells.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    OutputError
        When it cannot be written; an earlier file is then still there.
    """
    with placed(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines, delimiter=separator)
        writer.writerow([inert(cell) for cell in header])
        writer.writerows([inert(cell) for cell in row] for row in rows)
    return path


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Give an empty file beside a place, readable by its owner only, and put it there when it is complete.

    Parameters
    ----------
    path : Path
        Where; a file of that name is replaced.

    Yields
    ------
    Path
        What to write to.

    Raises
    ------
    OutputError
        When it cannot be written; an earlier file is then still there.
    """
    if not path.parent.is_dir():
        raise OutputError(
            tr("There is no folder '{name}'.", name=path.parent.name), tr("Make it first, on the secure side.")
        )
    # the ending stays, as some writers know the format by it
    beside = path.with_name(f".{os.getpid()}.part.{path.name}")
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        raise OutputError(
            tr("The file '{name}' could not be written.", name=path.name),
            tr("Look at the rights of the folder and at the room on the disk; an earlier file is unchanged."),
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def inert(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula; reading a csv file takes the apostrophe off again.

    A text that begins with apostrophes before such a sign gets one more, so that it comes back with its own.

    Examples
    --------
    >>> inert("=1+1"), inert("'=1+1"), inert("La Paz")
    ("'=1+1", "''=1+1", 'La Paz')
    """
    return f"'{text}" if _FORMULA.match(text) else text
