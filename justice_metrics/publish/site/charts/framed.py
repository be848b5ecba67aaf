"""What every chart has in common: its data under one name, words for those who do not see it, how it is embedded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ....base.errors import MissingExtraError
from ....base.language import Language, tr, trn
from ..model import Figure
from .locale import vega_locale
from .rows import Row
from .theme import INK, SMALL, SOFT, WHITE, config

if TYPE_CHECKING:
    import altair as alt
    from altair import LayerChart

NUMBERS: Final = "numbers"
"""Name of the data of a chart: a script may put other rows in their place."""
SERIES_WORDS: Final = "series_words"
"""Name of the parameter that holds the words of each series."""
WHOLE: Final = "datum.value % 1 ? '' : datum.label"
"""Labels of an axis of counts: there are no half cases."""
# "May, 2024: 1,234"; series without words are not told
_SAID: Final = (
    f"datum.label + ({SERIES_WORDS}[datum.series] ? ', ' + {SERIES_WORDS}[datum.series] : '') + ': ' + datum.text"
)
_OVER: Final[Mapping[str, Any]] = MappingProxyType(
    {"anchor": "start", "frame": "group", "fontSize": SMALL, "fontWeight": "normal", "color": SOFT, "offset": 12}
)


def altair() -> Any:
    """Return altair.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    try:
        import altair
    except ModuleNotFoundError as absent:
        raise MissingExtraError.named("altair", "portal") from absent
    return altair


def framed(
    layers: Sequence[alt.Chart],
    rows: Sequence[Row],
    figure: Figure,
    *,
    kind: str,
    language: Language,
    height: int,
    band: int = 0,
    series: Mapping[str, str] | None = None,
    over: str = "",
) -> LayerChart:
    """Put layers over one another as one chart of the house.

    Parameters
    ----------
    layers : sequence of Chart
        Without data of their own.
    rows : sequence of Row
        The data, under the name `NUMBERS`.
    figure : Figure
        What it is a chart of.
    kind : str
        Which builder it is from, for scripts.
    language : str
    height : int
        In pixels.
    band : int
        How much of it each level takes, where levels stand below one another: for scripts that show others.
    series : mapping of str to str, optional
        Words of each series.
    over : str
        What the upright axis counts, on a line above the chart: to be read without turning the head.

    Returns
    -------
    LayerChart
        As wide as the box that it stands in.
    """
    alt = altair()
    words = dict(series or {})
    chart = alt.layer(*layers, data=alt.NamedData(name=NUMBERS))
    chart = chart.add_params(alt.param(name=SERIES_WORDS, value=words))
    locale = vega_locale(language)
    embed = {
        "mode": "vega-lite",
        "ast": True,
        "actions": False,
        "renderer": "svg",
        "defaultStyle": False,
        # that a series has no rows under a filter is no fault
        "logLevel": 1,
        "tooltip": {"disableDefaultStyle": True},
        "formatLocale": locale["number"],
        "timeFormatLocale": locale["time"],
    }
    made: LayerChart = chart.properties(
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 4, "right": 8, "top": 6, "bottom": 4},
        description=described(rows, figure, language),
        datasets={NUMBERS: list(rows)},
        **({"title": alt.TitleParams(over, **_OVER)} if over else {}),
        usermeta={"chart": kind, "series": words, "band": band, "embedOptions": embed},
        config=config(),
    )
    return made


def said() -> dict[str, Any]:
    """Return the channels by which a mark tells what it is: read aloud, and shown under the pointer."""
    alt = altair()
    told = alt.ExprRef(_SAID)
    return {"description": alt.DescriptionValue(told), "tooltip": alt.TooltipValue(told)}


def in_order(base: Any, **least: Any) -> Any:
    """Return an invisible layer of all rows, from which the scales take the order of the levels and their least length.

    Parameters
    ----------
    base : Chart
        With the levels on one of its axes.
    **least : XDatum or YDatum
        So far the other axis goes at least: where all is zero or hidden it would have no length.
    """
    return base.mark_point(opacity=0, size=0, aria=False).encode(**least)


def series_legend(series: Mapping[str, str], *, outline: str | None = None) -> Any:
    """Return the legend of some series; on a phone each stands on a line of its own."""
    lined = {"symbolStrokeColor": outline, "symbolStrokeWidth": 1} if outline else {}
    return altair().Legend(
        **lined,
        labelExpr=f"{SERIES_WORDS}[datum.value]",
        symbolType="square",
        symbolOpacity=1,
        values=list(series),
        columns={"expr": f"width < 420 ? 1 : {3 if len(series) > 3 else 0}"},
    )


def hidden_above(base: Any, which: str) -> Any:
    """Return a small empty box at the upper edge for each number that is not shown, where no bar can be empty."""
    alt = altair()
    return (
        base.mark_bar(fill=WHITE, stroke=INK, strokeDash=[2, 2], strokeWidth=1)
        .encode(y=alt.YValue(1), y2=alt.Y2Value(10), **said())
        .transform_filter(f"!isValid(datum.n) && datum.text != '' && {which}")
    )


def described(rows: Sequence[Row], figure: Figure, language: Language) -> str:
    """Return what a chart shows, for those who do not see it; all its numbers stand in the table beside it."""
    lines = [_sentence(figure.title.text(language)), _sentence(figure.reads.text(language))]
    hidden = sum(one["status"] == "suppressed" for one in rows)
    if hidden:
        lines.append(trn("One number is hidden.", "{n} numbers are hidden.", hidden).text(language))
    lines.append(tr("All numbers stand in the table beside this chart.").text(language))
    return " ".join(lines)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", "!", ":")) else words + "."
