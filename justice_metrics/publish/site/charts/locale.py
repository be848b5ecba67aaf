"""How a chart writes numbers and names months in each language."""

from __future__ import annotations

from functools import cache
from typing import Any

from ....base.language import Language


@cache
def vega_locale(language: Language) -> dict[str, dict[str, Any]]:
    """Return the customs of a language as Vega wants them, from the tables of Babel; English ones where it has none.

    Parameters
    ----------
    language : str

    Returns
    -------
    dict
        ``number``: decimal mark, thousands and percent sign; ``time``: names of months and days.

    Examples
    --------
    >>> vega_locale("es")["number"]["decimal"], vega_locale("es")["time"]["shortMonths"][0]
    (',', 'ene')
    """
    from babel.dates import get_day_names, get_month_names
    from babel.numbers import get_decimal_symbol, get_group_symbol

    customs = _known(language)
    months = {width: get_month_names(width, "stand-alone", customs) for width in ("wide", "abbreviated")}
    days = {width: get_day_names(width, "stand-alone", customs) for width in ("wide", "abbreviated")}
    # Babel's week begins on Monday, that of Vega on Sunday
    week = (6, 0, 1, 2, 3, 4, 5)
    return {
        "number": {
            "decimal": get_decimal_symbol(customs),
            "thousands": get_group_symbol(customs),
            "grouping": [3],
            "currency": ["", ""],
            "percent": "\u00a0%",
            "minus": "\N{MINUS SIGN}",
        },
        "time": {
            "dateTime": "%d/%m/%Y %H:%M",
            "date": "%d/%m/%Y",
            "time": "%H:%M",
            "periods": ["AM", "PM"],
            "days": [days["wide"][one] for one in week],
            "shortDays": [days["abbreviated"][one] for one in week],
            "months": [months["wide"][one] for one in range(1, 13)],
            "shortMonths": [months["abbreviated"][one] for one in range(1, 13)],
        },
    }


def month_name(month: int, language: Language) -> str:
    """Return the short name of a month, 1 for January.

    Examples
    --------
    >>> month_name(1, "en"), month_name(1, "es")
    ('Jan', 'ene')
    """
    return str(vega_locale(language)["time"]["shortMonths"][month - 1]).rstrip(".")


def _known(language: Language) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return "en"
    return language
