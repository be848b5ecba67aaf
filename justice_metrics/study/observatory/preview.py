"""Look at a site on this machine before it goes anywhere: served to this machine alone."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from ...base.errors import OutputError, ReadError
from ...base.language import tr

LOOPBACK: Final = "127.0.0.1"


class _Pages(SimpleHTTPRequestHandler):
    """The files of one folder, and nothing else: no lists of folders, no log."""

    def end_headers(self) -> None:
        """Have the browser ask again each time: a site is looked at while it changes."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - the name is the base class's
        """Refuse: a static host shows no folders either."""
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Tell nothing: who looked at which page is nobody's business."""


def preview_server(folder: str | Path, *, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of a site that answers this machine only; ``serve_forever`` starts it.

    Parameters
    ----------
    folder : path
        The site.
    port : int
        0 takes a free one.

    Raises
    ------
    ReadError
        When the folder holds no site.
    OutputError
        When the port is taken.

    Examples
    --------
    >>> preview_server("nowhere")
    Traceback (most recent call last):
    ...
    justice_metrics.base.errors.ReadError: 'nowhere' is no site: it holds no index.html.
    Build one first: justice-metrics observatory build observatory.toml
    """
    place = Path(folder)
    if not (place / "index.html").is_file():
        raise ReadError(
            tr("'{folder}' is no site: it holds no {name}.", folder=place.name, name="index.html"),
            tr("Build one first: justice-metrics observatory build observatory.toml"),
        )
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(_Pages, directory=str(place.resolve())))
    except OSError as error:
        raise OutputError(
            tr("Port {port} cannot be used: {reason}.", port=str(port), reason=error.strerror or type(error).__name__),
            tr("Name another one with --port, or leave it out."),
        ) from error
