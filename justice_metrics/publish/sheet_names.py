"""Names of the sheets of a workbook, in the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..base.language import Language, Readable, tr
from ..base.table import Table

LONGEST_NAME: Final = 26
"""A workbook takes 31 characters; some are kept for a number that tells sheets of like names apart."""

SHEET_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "actors": tr("actors"),
        "arms": tr("each group"),
        "assumptions": tr("assumptions"),
        "balance": tr("likeness of the cases"),
        "bounds": tr("bounds"),
        "checklist": tr("checklist"),
        "coefficients": tr("coefficients"),
        "completeness": tr("completeness"),
        "controls": tr("negative controls"),
        "curves": tr("day by day"),
        "detectable": tr("smallest difference"),
        "difference": tr("difference"),
        "e_values": tr("E-values"),
        "endings": tr("endings"),
        "flow": tr("flow"),
        "hazard_ratios": tr("hazard ratios"),
        "imputation": tr("dates filled in"),
        "known_causes": tr("known causes"),
        "milestones": tr("chosen days"),
        "naive": tr("naive figure"),
        "overlap": tr("overlap"),
        "pilot": tr("pilot"),
        "present": tr("presence by day"),
        "protocol": tr("protocol"),
        "ratios": tr("ratios"),
        "rules": tr("rules"),
        "sizes": tr("sizes"),
        "spells": tr("spells"),
        "strategies": tr("other timings"),
        "tests": tr("tests"),
        "tipping": tr("tipping points"),
        "truncation": tr("truncated weights"),
        "unweighted": tr("unweighted"),
        "weights": tr("weights"),
    }
)


def sheet_name(name: str, table: Table, language: Language) -> str:
    """Return words for the sheet of a table: those for its name, or for readers of another language its title.

    Parameters
    ----------
    name : str
        Name of the table in its result.
    table : Table
        The table.
    language : {"en", "es"}
        Language of the workbook.

    Returns
    -------
    str
        At most ``LONGEST_NAME`` characters, in whole words where there are several; in English the name itself, as it
        is called in a program.
    """
    if language == "en":
        return name.replace("_", " ")
    if name in SHEET_WORDS:
        return SHEET_WORDS[name].text(language)
    if table.title is None:
        return name.replace("_", " ")
    title = table.title.text(language)
    cut = title[: LONGEST_NAME + 1].rpartition(" ")[0].rstrip(" ,;:")
    return title if len(title) <= LONGEST_NAME else cut or title[:LONGEST_NAME]
