"""Which chart a figure gets: by its question, or by what its counts list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .charts.registry import chart_of
from .charts.territory import Choropleth
from .figures import last_whole_year
from .model import Chart, Figure
from .turned import ORDERED, shape_of

if TYPE_CHECKING:
    from .shapes import Shapes

_RATES: Final = "population_rates"


def charted(figures: tuple[Figure, ...], shapes: Shapes | None, key: str | None) -> tuple[Figure, ...]:
    """Give each figure its chart.

    Parameters
    ----------
    figures : tuple of Figure
    shapes : Shapes, optional
        Territories, for maps.
    key : str, optional
        The attribute whose levels they are.
    """
    return tuple(replace(one, chart=_chart(one, shapes, key)) for one in figures)


def _chart(figure: Figure, shapes: Shapes | None, key: str | None) -> Chart | None:
    question = "" if figure.answer is None else figure.answer.provenance.question
    if shapes is not None and key is not None:
        if figure.by == key and figure.page == "territory":
            return Choropleth(shapes=shapes, place=key, value="count")
        if question == _RATES and any(one.name == key for one in figure.table.columns):
            return Choropleth(shapes=shapes, place=key, value="estimate", people=_people(figure), at=_last_year(figure))
    return chart_of(question, lists=_lists(figure))


def _lists(figure: Figure) -> str:
    """Say what the counts of a figure list."""
    if figure.by is not None:
        return "levels" if figure.by in ORDERED else "levels_by_size"
    if shape_of(figure) == "months":
        return "month"
    return "to_date" if "before" in figure.table.values else "year"


def _people(figure: Figure) -> str | None:
    return next((one.name for one in figure.table.columns if one.role == "count" and one.name == "numerator"), None)


def _last_year(figure: Figure) -> dict[str, str]:
    """Return which year of a table of rates by year a map shows: the last one that is over."""
    return {} if "year" not in figure.table.values else {"year": last_whole_year(figure.table, figure.cutoff)}
