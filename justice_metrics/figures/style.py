"""The look of every figure: palette, type, page and number formats.

A series is told apart three times over (colour, hatch or dash, marker), so that a figure survives
a black-and-white printer and a reader who is blind to red and green.
"""

from __future__ import annotations

import io
import math
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format: TypeAlias = Callable[[float], str]
Dash: TypeAlias = tuple[float, tuple[float, ...]]
FigureFormat: TypeAlias = Literal["png", "svg", "pdf"]

PAGE_WIDTH: Final = 7.2
"""Width of a figure in inches: a text column of A4, so that type is printed at the size it is drawn."""
TEXT: Final = 8.5
"""Size of ordinary type in points."""
SMALL: Final = 7.5
"""Size of the smallest type in points."""
INK: Final = "#1a1a1a"
SOFT: Final = "#5f5f5f"
RULE: Final = "#cfcfcf"
OPEN: Final = "#e3e3e3"
"""Fill of cases that are still open, in every figure."""
FONTS: Final = ("DejaVu Sans", "sans-serif")

# What would otherwise write the time of day into the file.
_NO_DATE: Final[Mapping[FigureFormat, Mapping[str, Any]]] = MappingProxyType(
    {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
)


class Mark(NamedTuple):
    """How one series looks: every part but the colour tells it apart in black and white."""

    colour: str
    hatch: str
    dash: Dash
    marker: str


# Found by a search for nine colours whose distance (CIE Lab) stays above 27 in normal vision and in
# simulated deuteranopia and protanopia (Machado 2009), neighbours at least 18 apart in lightness.
_MARKS: Final = (
    Mark("#16357F", "", (0, ()), "o"),
    Mark("#F34706", "////", (0, (5, 1.6)), "s"),
    Mark("#0D4300", "....", (0, (1.2, 1.2)), "^"),
    Mark("#E977B2", "\\\\\\\\", (0, (7, 1.6, 1.2, 1.6)), "D"),
    Mark("#4B26BF", "xxxx", (0, (3, 1.2)), "v"),
    Mark("#51A9FC", "----", (0, (7, 1.4, 1.2, 1.4, 1.2, 1.4)), "P"),
    Mark("#966A5A", "||||", (0, (10, 2.4)), "X"),
    Mark("#A1BA66", "++++", (0, (1.2, 2.6)), "<"),
    Mark("#004C58", "oo", (0, (4, 1.2, 4, 1.2, 1.2, 1.2)), ">"),
)


def mark(index: int) -> Mark:
    """Return the look of series ``index``; after nine, the colours return with another hatch, dash and marker.

    Examples
    --------
    >>> mark(0).colour == mark(9).colour, mark(0).hatch == mark(9).hatch
    (True, False)
    """
    turn, place = divmod(index, len(_MARKS))
    other = _MARKS[(place + turn) % len(_MARKS)]
    return Mark(_MARKS[place].colour, other.hatch, other.dash, other.marker)


@contextmanager
def house_style() -> Iterator[None]:
    """Draw inside this block in the house style, whatever style the caller's session has set.

    Notes
    -----
    Type is drawn in the DejaVu Sans that matplotlib brings with it. A dollar sign in a label is a dollar
    sign, never the start of a formula. A letter that the font lacks is no warning: it comes with the data, and in
    an svg or a pdf the reader's own font may have it.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with house_style():
    ...     inside = matplotlib.rcParams["font.size"]
    >>> inside, matplotlib.rcParams["font.size"] == before
    (8.5, True)
    """
    import matplotlib

    with matplotlib.rc_context(_settings()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield


# A session's own style must not change a report, so these groups of settings start from the defaults.
_GROUPS: Final = frozenset(
    "axes errorbar figure font grid hatch legend lines markers mathtext "
    "patch path pdf savefig svg text xtick ytick".split()
)


def _settings() -> Any:
    import matplotlib

    plain = {key: value for key, value in matplotlib.rcParamsDefault.items() if key.split(".")[0] in _GROUPS}
    return plain | {
        "font.family": list(FONTS),
        "font.sans-serif": ["DejaVu Sans", "Verdana"],
        "font.size": TEXT,
        "text.color": INK,
        "text.parse_math": False,
        "axes.edgecolor": SOFT,
        "axes.labelcolor": INK,
        "axes.labelsize": TEXT,
        "axes.linewidth": 0.7,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.axisbelow": True,
        "xtick.color": SOFT,
        "xtick.labelcolor": INK,
        "xtick.labelsize": TEXT,
        "ytick.color": SOFT,
        "ytick.labelcolor": INK,
        "ytick.labelsize": TEXT,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "hatch.linewidth": 0.5,
        "legend.fontsize": TEXT,
        "legend.frameon": False,
        "lines.linewidth": 1.6,
        "lines.markersize": 5,
        # A reader's screen reader, a search and an auditor find the words of a figure only when they stay words;
        # a machine without the font shows a narrower one, so that nothing overlaps.
        "svg.fonttype": "none",
        "svg.hashsalt": "justice-metrics",
        "pdf.fonttype": 42,
        "figure.constrained_layout.h_pad": 0.06,
        "figure.constrained_layout.w_pad": 0.08,
    }


def new_axes(width: float = PAGE_WIDTH, height: float = 4.0) -> Axes:
    """Make a figure of its own, tied to no window and no session, and return its axes.

    Parameters
    ----------
    width, height : float
        Size of the whole figure in inches.

    Returns
    -------
    Axes
        They show themselves as a picture when they are the last line of a notebook cell.

    Examples
    --------
    >>> new_axes(4, 3).figure.get_size_inches().tolist()
    [4.0, 3.0]
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with house_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        return figure.add_subplot(axes_class=_shown_axes())


@cache
def _shown_axes() -> type[Axes]:
    """Axes whose picture is their representation: a notebook shows by itself only what pyplot has made."""
    from matplotlib.axes import Axes

    class ShownAxes(Axes):
        def _repr_png_(self) -> bytes:
            return figure_bytes(self, "png", dots_per_inch=110)

    return ShownAxes


def figure_bytes(figure: Axes | Figure, format: FigureFormat, *, dots_per_inch: int = 200) -> bytes:
    """Draw a figure as the bytes of a file; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Axes or Figure
        What a drawing function returned, or a figure of the caller's own.
    format : {"png", "svg", "pdf"}
        In svg and pdf words stay words: they can be searched, copied and read aloud.
    dots_per_inch : int
        Resolution of a png.

    Returns
    -------
    bytes
        The file, without date or time.

    Examples
    --------
    >>> figure_bytes(new_axes(3, 2), "svg") == figure_bytes(new_axes(3, 2), "svg")
    True
    """
    from matplotlib.axes import Axes

    whole = figure.figure.figure if isinstance(figure, Axes) else figure
    layout = whole.get_layout_engine()
    # A figure with a layout of its own makes room for its words; in a caller's figure the page grows to hold them.
    page = "tight" if layout is None else None
    file = io.BytesIO()
    with house_style():
        if layout is not None:
            # The layout starts from where the axes stand, so they are put back to where they stood at first.
            for axes in whole.axes:
                if (place := axes.get_subplotspec()) is not None:
                    axes.set_subplotspec(place)
            layout.execute(whole)
        whole.savefig(file, format=format, dpi=dots_per_inch, bbox_inches=page, metadata=dict(_NO_DATE[format]))
    return file.getvalue()


def save_figure(
    figure: Axes | Figure, path: str | Path, *, formats: Sequence[FigureFormat] | None = None
) -> tuple[Path, ...]:
    """Write a figure to one file per format; each is there whole or not at all.

    Parameters
    ----------
    figure : Axes or Figure
        What a drawing function returned.
    path : str or Path
        With ``formats``, the name without its ending (an ending ``.png``, ``.svg`` or ``.pdf`` is replaced).
        Without, the name with its ending, which decides the format.
    formats : sequence of {"png", "svg", "pdf"}, optional
        The files to write.

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``.

    Raises
    ------
    ValueError
        When neither ``formats`` nor the ending says which format is wanted.
    OSError
        When a file cannot be written; one of the same name that was there before is untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in save_figure(new_axes(3, 2), Path(folder) / "funnel", formats=("svg", "pdf"))]
    ['funnel.svg', 'funnel.pdf']
    """
    path = Path(path)
    ending = next((one for one in _NO_DATE if path.suffix.lower() == f".{one}"), None)
    stem = path.with_suffix("") if ending else path
    wanted = formats if formats is not None else [ending] if ending else []
    if not wanted or not set(wanted) <= set(_NO_DATE):
        asked = ", ".join(wanted) or path.suffix or "a file without ending"
        raise ValueError(f"a figure is written as {', '.join(_NO_DATE)}, not as {asked}")
    # All are drawn before the first is written: a fault in drawing leaves every file as it was.
    drawn = [(stem.with_name(f"{stem.name}.{one}"), figure_bytes(figure, one)) for one in wanted]
    for file, content in drawn:
        _write_whole(file, content)
    return tuple(file for file, _ in drawn)


def _write_whole(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def plain_number(value: float) -> str:
    """Write a count so that both languages read it alike; "–" where it is not defined.

    Examples
    --------
    >>> plain_number(321), plain_number(20000), plain_number(float("nan"))
    ('321', '20\\xa0000', '–')
    """
    if not math.isfinite(value):
        return "–"
    written = f"{abs(value):,.0f}" if abs(value) >= 10_000 else f"{abs(value):.0f}"
    return ("\N{MINUS SIGN}" if value < 0 else "") + written.replace(",", "\N{NO-BREAK SPACE}")


def plain_percent(value: float) -> str:
    """Write a share as a percentage without needless decimals.

    Examples
    --------
    >>> plain_percent(0.25), plain_percent(-0.125)
    ('25\\xa0%', '−12.5\\xa0%')
    """
    return f"{100 * value:.6g}\N{NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")
