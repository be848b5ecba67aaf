"""The sample as case data, without files."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Literal

from ..cases.casedata import CaseData
from .bolivia import TRUE_EFFECT
from .extracts import CHILD_HEADINGS, COHORT, NATIONAL, child_tables, closed_tribunal_files, draw
from .register import HEADINGS, SUPPORT_HEADINGS


def sample_cases(
    which: Literal["registered", "closed", "national"] = "registered", *, true_effect: float = TRUE_EFFECT
) -> CaseData:
    """Simulated Bolivian case files: the registered cohort, the closed tribunal files or the national extract.

    Parameters
    ----------
    which : {"registered", "closed", "national"}
        1,200 registered cases; the closed tribunal files among them; 20,000 cases of the whole country.
    true_effect : float
        How many times as fast every move forward to a verdict happens on the days on which all three actors are
        present. The sample on disk has the default; 1 is a world in which support changes nothing, to see what an
        analysis makes of it.

    Returns
    -------
    CaseData
        Its provenance says that it is simulated.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> jm.sample_cases().n_units
    1200
    """
    import pandas as pd

    mapping_name = {
        "registered": "bolivia_mapping.toml",
        "closed": "bolivia_closed_mapping.toml",
        "national": "bolivia_national_mapping.toml",
    }[which]
    extract = draw(NATIONAL if which == "national" else COHORT, true_effect=true_effect)
    cases, support = closed_tribunal_files(extract) if which == "closed" else (extract.cases, extract.support)
    mapping: dict[str, Any] = tomllib.loads(
        files(__package__).joinpath("texts", mapping_name).read_text(encoding="utf-8")
    )
    headings = ({}, {}) if which == "national" else (HEADINGS, SUPPORT_HEADINGS)
    frames = [
        pd.DataFrame({words.get(name, name): column for name, column in table.items()})
        for table, words in zip((cases, support), headings, strict=True)
    ]
    children = {}
    if which == "registered":
        children = {
            name: pd.DataFrame({CHILD_HEADINGS[name][key]: column for key, column in table.items()})
            for name, table in child_tables(cases, COHORT.cutoff).items()
        }
    return CaseData.from_frame(frames[0], mapping, support=frames[1], children=children)
