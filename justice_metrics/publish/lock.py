"""One writer at a time for one place on the disk."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..base.errors import OutputError
from ..base.language import tr

_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


@contextmanager
def writing_alone(target: Path) -> Iterator[None]:
    """Hold the right to write ``target`` until the block ends; the system gives it back when the process dies.

    Parameters
    ----------
    target : Path
        The file or folder that is to be written; its parent folder must exist.

    Raises
    ------
    OutputError
        When another run is writing the same place at this moment.
    """
    path = target.with_name(f".{target.name}.justice_metrics-lock")
    handle = _taken(path, target.name)
    try:
        yield
    finally:
        # Removed while it is still held, so that nobody can take hold of a file that is about to vanish.
        with suppress(OSError):
            path.unlink()
        os.close(handle)
        with suppress(OSError):  # Windows does not remove a file that is open
            path.unlink(missing_ok=True)


def _taken(path: Path, name: str) -> int:
    for _ in range(3):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
            if _is_still(path, handle):
                return handle
        except OSError as error:
            os.close(handle)
            if error.errno not in _BUSY:
                raise
            break
        os.close(handle)
    raise OutputError(
        tr("Another run is writing '{name}' at this moment.", name=name),
        tr("Wait until it has finished, then run the same command again."),
    )


def _is_still(path: Path, handle: int) -> bool:
    """Whether the locked file is the one that has the name now, and not one that its last owner has removed."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network drives know no locks. Two writers at once then end with an error, not with half a folder.
            if error.errno not in {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}:
                raise
