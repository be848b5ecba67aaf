"""How the files of a plan are shared out among strata, and the margin that each stratum then has by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Label, tr
from ...base.table import Column, Table
from ...base.types import Counts, Floats
from ...estimate.allocation import allocation, neyman_allocation, proportional_allocation
from ...estimate.sample_sizes import drawn_for
from ..study_size_checks import ensure_shares
from .planned import Sampled

# What rounding of the machine leaves of a whole number is no further file.
_ROUNDING: Final = 1e-6


def strata_table(
    plan: Sampled,
    strata: Mapping[str, int],
    expected: Mapping[str, float],
    files: int,
    margin_of: Callable[[Sampled, float, float], float],
) -> Table:
    """Return three ways of sharing files out, and the margin that each stratum then has by itself.

    Parameters
    ----------
    plan : Sampled
        Of all strata together.
    strata, expected : mapping
        Files of each stratum in the frame, and the share expected there.
    files : int
        To be coded, shared out. No stratum gives more than those of its files that will not be lost.
    margin_of : function
        Margin of a share by the plan of a stratum, the share, and the files coded there.
    """
    names = list(strata)
    sizes = np.array([strata[one] for one in names])
    shares = np.array([expected[one] for one in names])
    # of files that will be lost none can be coded
    left = np.maximum(np.floor(sizes * (1 - plan.lost_share) + _ROUNDING), 0).astype(np.int64)
    given = proportional_allocation(sizes, files, most=left)
    least_error = neyman_allocation(sizes, np.sqrt(shares * (1 - shares)), files, most=left)
    # what a small stratum cannot give the others give
    alike = allocation(np.ones(len(sizes)), left, files)

    def drawn(coded: Counts) -> Floats:
        # rounded up, which in a small stratum may be one file more than it has
        return np.asarray(np.minimum(np.ceil(drawn_for(coded, plan.lost_share) - _ROUNDING), sizes), np.float64)

    margins = [
        margin_of(_within(plan, size), share, float(n)) if n else np.nan
        for size, share, n in zip(sizes, shares, given, strict=True)
    ]
    columns = (
        Column("stratum", tr("stratum"), "text", "key", "key"),
        Column("files_in_frame", tr("files in the frame"), "units", "estimate", "setting"),
        Column("share", tr("share expected"), "share", "estimate", "setting"),
        Column("proportional", tr("files in proportion"), "units", "estimate", "setting"),
        Column("margin", tr("margin of the stratum, percentage points"), "points", "estimate", "setting"),
        Column("least_error", tr("files for the least error of the whole (Neyman)"), "units", "estimate", "setting"),
        Column("alike", tr("files, as many in each"), "units", "estimate", "setting"),
        Column("drawn", tr("files to draw, in proportion"), "units", "estimate", "setting"),
        Column("drawn_least_error", tr("files to draw, least error"), "units", "estimate", "setting"),
        Column("drawn_alike", tr("files to draw, as many in each"), "units", "estimate", "setting"),
    )
    values = {
        "stratum": names,
        "files_in_frame": sizes,
        "share": shares,
        "proportional": given,
        "margin": np.array(margins),
        "least_error": least_error,
        "alike": alike,
        "drawn": drawn(given),
        "drawn_least_error": drawn(least_error),
        "drawn_alike": drawn(alike),
    }
    labels = {"stratum": {one: Label(one) for one in names}}
    return Table(columns, values, labels=labels, title=tr("How the files are shared out"), guard="words")


def files_of_strata(strata: Mapping[str, int], shares: Mapping[str, float] | None, files_in_frame: int | None) -> int:
    """Return the files that the strata have together.

    Raises
    ------
    QuestionError
        When a stratum has none, a share is expected where there is no stratum, or the frame has another number.
    """
    if not strata or any(one < 1 for one in strata.values()):
        raise QuestionError(
            tr("A stratum without files was named."), tr("Name the files that each stratum has in the frame.")
        )
    unknown = sorted(set(shares or {}) - set(strata))
    if unknown:
        raise QuestionError(
            tr("A share is expected in '{name}', which is no stratum.", name=unknown[0]),
            tr("There are: {known}.", known=list(strata)),
        )
    for value in (shares or {}).values():
        ensure_shares(strata_shares=value)
    together = sum(strata.values())
    if files_in_frame is not None and files_in_frame != together:
        raise QuestionError(
            tr("The strata have {n} files together, and the frame has {there}.", n=together, there=files_in_frame),
            tr("Leave {asked} out: it is what the strata have together.", asked="files_in_frame"),
        )
    return together


def _within(plan: Sampled, size: int) -> Sampled:
    """Return the plan of one stratum: its files, and its part of the clusters."""
    if not np.isfinite(plan.files_in_frame):
        return plan
    part = size / plan.files_in_frame
    clusters = None if plan.clusters is None else max(1, round(plan.clusters * part))
    return replace(plan, files_in_frame=float(size), clusters_in_frame=plan.clusters_in_frame * part, clusters=clusters)
