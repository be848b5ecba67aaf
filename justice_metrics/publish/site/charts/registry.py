"""Which chart belongs to which question."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..model import Chart
from .curves import incidence, open_curve
from .flows import flows
from .levels import by_level, by_size, convictions, delays, endings, funnel, open_by_age, rates, rates_by_size
from .limits import limits
from .periods import months, years

CHARTS: Final[Mapping[str, Chart]] = MappingProxyType(
    {
        "attrition": funnel,
        "outcome_shares": endings,
        "case_ages": open_by_age,
        "open_share": open_curve,
        "conviction_rates": convictions,
        "cumulative_incidence": incidence,
        "case_flows": flows,
        "time_limits": limits,
        "registration_delay": delays,
        "population_rates": rates_by_size,
    }
)
"""By question, of its main table; of ``case_ages`` also of its table ``status``."""

COUNTS: Final[Mapping[str, Chart]] = MappingProxyType(
    {
        "month": months,
        "year": years,
        "to_date": years,
        "levels": by_level,
        "levels_by_size": by_size,
        "rates": rates,
    }
)
"""Of counts, by what a table lists: periods, or the levels of an attribute."""


def chart_of(question: str, *, lists: str = "") -> Chart | None:
    """Return the chart of a question; for counts, by what the table lists.

    Parameters
    ----------
    question : str
        Name of the question, as in ``Published.asked.question``.
    lists : str
        One of ``COUNTS``, for ``case_counts``.

    Returns
    -------
    Chart or None
        None where a table says it all.

    Examples
    --------
    >>> chart_of("attrition") is CHARTS["attrition"], chart_of("case_counts", lists="month") is COUNTS["month"]
    (True, True)
    """
    return COUNTS.get(lists) if question == "case_counts" else CHARTS.get(question)
