"""How large an unmeasured cause must be: its two sizes against each other, for the estimate and for its limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .placing import floats, set_words
from .style import RULE, Format, house_style, mark, new_axes, plain_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def tipping_curves(
    *,
    size: ArrayLike,
    needed: ArrayLike,
    names: Sequence[str],
    x_label: str,
    y_label: str,
    percent: Format = plain_percent,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what one size of a cause must be when the other is given.

    Parameters
    ----------
    size : array_like
        (N,) rising shares along the axis.
    needed : array_like
        (S, N) shares that are needed, one row per curve; NaN where none would do.
    names : sequence of str
        (S,) names of the curves.
    x_label, y_label : str
    percent : callable
        How a share is written.
    title : str, optional
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        One line per curve, with its name written at its upper end.

    Examples
    --------
    >>> axes = tipping_curves(size=[0.1, 0.2, 0.4], needed=[[0.8, 0.4, 0.2]], names=["to zero"], x_label="more common",
    ...                       y_label="effect")
    >>> axes.lines[0].get_ydata().tolist()
    [0.8, 0.4, 0.2]
    """
    across, curves = floats(size), np.atleast_2d(floats(needed))
    if curves.shape != (len(names), len(across)):
        raise ValueError(f"{len(names)} names and {len(across)} sizes, but curves of shape {curves.shape}")
    with house_style():
        axes = ax if ax is not None else new_axes()
        for place, (name, curve) in enumerate(zip(names, curves, strict=True)):
            look = mark(place)
            axes.plot(across, curve, color=look.colour, linestyle=look.dash, label=name)
        axes.set_xlim(0, float(across.max(initial=0.1)))
        axes.set_ylim(0, 1)
        axes.grid(visible=True, color=RULE)
        axes.xaxis.set_major_formatter(lambda value, _: percent(value))
        axes.yaxis.set_major_formatter(lambda value, _: percent(value))
        axes.legend(loc="upper right")
        set_words(axes, own=ax is None, title=title, x_label=x_label, y_label=y_label)
    return axes
