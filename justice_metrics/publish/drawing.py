"""The figure of a result as the bytes of a file, whatever words the data have brought into it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..base.language import Language, tr
from ..base.result import Result
from ..figures.style import FigureFormat, figure_bytes
from .audience import MARKS, Audience, audience_of
from .inert import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONGEST_WORDS: Final = 240
_LINE: Final = 0.22  # inches


def drawn(
    result: Result, kind: FigureFormat, *, view: str | None = None, language: Language = "en", marked: bool = True
) -> bytes:
    """Return a figure of a result as bytes; the same result gives the same bytes.

    Parameters
    ----------
    result : Result
        Any answer of the library.
    kind : {"png", "svg", "pdf"}
        Format of the file.
    view : str, optional
        One of the further views of the result; its main figure by default.
    language : {"en", "es"}
        Language of the words in it.
    marked : bool
        Whether the picture itself says for whom it is and until when its data are complete: a picture that stands
        alone is soon passed on alone. That data are simulated stands in every picture, also in one of a page that says
        so at its head: who cuts it out takes the line along.
    """
    return drawn_as(result, (kind,), view=view, language=language, marked=marked)[kind]


def drawn_as(
    result: Result,
    kinds: Sequence[FigureFormat],
    *,
    view: str | None = None,
    language: Language = "en",
    marked: bool = True,
    audience: Audience | None = None,
) -> dict[FigureFormat, bytes]:
    """Return a figure of a result in several formats, drawn once; parameters as in `drawn`.

    Parameters
    ----------
    result : Result
        Any answer of the library, or what is published of it.
    kinds : sequence of {"png", "svg", "pdf"}
        The formats.
    view : str, optional
        One of the further views of the result; its main figure by default.
    language : {"en", "es"}
        Language of the words in it.
    marked : bool
        Whether the picture itself says for whom it is.
    audience : {"internal", "public"}, optional
        For whom it is; what the answer itself says by default.
    """
    axes = result.plot(language=language) if view is None else result.draw(view, language=language)
    root: Any = axes.figure
    words = mark_of(result, language, whole=marked, audience=audience)
    if words:
        _write_below(root.figure, words)
    _tame(root.figure)
    with warnings.catch_warnings():
        # A letter that the drawing font lacks is shown in the reader's own font; that is no news for an author.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        warnings.filterwarnings("ignore", message="constrained_layout not applied", category=UserWarning)
        return {kind: figure_bytes(axes, kind) for kind in kinds}


def _write_below(figure: Figure, words: str) -> None:
    """Write a line under a drawing, on a page made so much taller."""
    height = figure.get_figheight() + _LINE
    figure.set_figheight(height)
    layout: Any = figure.get_layout_engine()
    if layout is not None:
        layout.set(rect=(0, _LINE / height, 1, 1 - _LINE / height))
    figure.text(0.01, _LINE / height / 4, words, fontsize=7, color="0.3", ha="left", va="bottom")


def mark_of(result: Result, language: Language, *, whole: bool = True, audience: Audience | None = None) -> str:
    """Return what a picture says of itself: audience, cut-off, simulated; only the last where a page says the rest."""
    words = [MARKS[audience or audience_of(result)]] if whole else []
    if whole and result.provenance.units_in and result.provenance.cutoff:
        words.append(tr("data complete to {cutoff}", cutoff=result.provenance.cutoff))
    if result.provenance.simulated:
        words.append(tr("simulated data"))
    return " · ".join(one.text(language) for one in words)


def _tame(figure: Figure) -> None:
    """Take controls out of every word in a figure, and cut what would leave no room for the drawing."""
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    for artist in figure.findobj(Text):
        if isinstance(artist, Text):
            artist.set_text(_tamed(artist.get_text()))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                formatter.seq = [_tamed(words) for words in formatter.seq]
            elif isinstance(formatter, FuncFormatter):
                formatter.func = _tamed_words_of(formatter.func)


def _tamed_words_of(written: Callable[..., str]) -> Callable[..., str]:
    return lambda value, place=None: _tamed(written(value, place))


def _tamed(words: str) -> str:
    lines = "\n".join(plain(line) for line in words.split("\n"))
    return lines if len(lines) <= _LONGEST_WORDS else lines[: _LONGEST_WORDS - 1] + "…"
