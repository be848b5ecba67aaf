"""The tables of the bounds for files that were not coded: shares, and days until half of all came there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Count, Of, box
from ...base.language import Message, tr
from ...base.table import Column, Table
from ...base.types import Floats
from ...estimate.missing_bounds import Bounds, quantile_bounds, share_bounds
from ...estimate.survey import linearised_share
from ...reduce.uncoded_files import UncodedFiles
from ...tables import Strata
from ..declared import interval_columns, strata_columns
from ..time_to import TimeTo
from .log_tables import STATUS_WORDS

# Files of which nothing is known, and the statuses that say so.
MISSING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "not_coded": ("drawn", "found", "lost", "sealed", "eligible"),
        "lost": ("lost",),
        "sealed": ("sealed",),
    }
)
MISSING_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "not_coded": tr("all that were not coded"),
        "lost": STATUS_WORDS["lost"],
        "sealed": STATUS_WORDS["sealed"],
    }
)
MEDIAN: Final = 0.5
_DIMENSION: Final = "what became of the file"


class _Limits(NamedTuple):
    """Bounds of a share, with the error of the draw beyond each."""

    bounds: Bounds
    conf_low: Floats
    conf_high: Floats


class Odds(NamedTuple):
    """Weights of the files whose time is told, and of those of which nothing is known, in each group."""

    timed: Floats  # (G,)
    missing: Floats  # (G,)


def read_at(kind: Odds) -> tuple[list[float], list[float]]:
    """Return the shares of the coded files whose days bound the median of each group."""
    found = quantile_bounds(MEDIAN, kind.timed, kind.missing)
    return found.low.tolist(), found.high.tolist()


def timed_weights(times: TimeTo, groups: Strata, by: tuple[str, ...]) -> Floats:
    """Return the weights of the coded files whose time is told, in each group; 0 where there is none."""
    told = dict(zip(_groups_of(times.main, by), times.main["denominator"].tolist(), strict=True))
    return np.array([told.get(one, 0.0) for one in groups.levels], np.float64)


def _groups_of(main: Table, by: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [tuple(row) for row in zip(*(main[one].tolist() for one in by), strict=True)] if by else [()] * len(main)


def bounds_table(found: Sequence[UncodedFiles], by: tuple[str, ...], of: str, level: float) -> Table:
    """Return the share of each group if none of the missing files came there, and if all did."""
    limits = [_limits(one, level) for one in found]
    came = {f"came to {of.replace('{', '(').replace('}', ')')}": ("yes",)}
    gone = {one: {_DIMENSION: statuses} for one, statuses in MISSING.items()}
    rests = Of(inputs=("numerator", "denominator", "files"))
    columns = (
        *strata_columns(by),
        Column("missing", tr("missing files"), "text", "key", "key"),
        Column("numerator", tr("coded files that came to it"), "units", "count", "count",
               cell=CellOf(fixed=came, internal=True)),
        Column("denominator", tr("coded files"), "units", "count", "count", cell=CellOf(internal=True)),
        Column("files", tr("missing files"), "units", "count", "count",
               cell=CellOf(fixed={"unit": ("drawn file",)}, each={"missing": gone}, internal=True)),
        Column("estimate", tr("share, by the coded files"), "share", "estimate", "share", of=rests),
        Column("bound_low", tr("share if none of the missing files came to it"), "share", "interval", "interval",
               of=rests),
        Column("bound_high", tr("share if all of them did"), "share", "interval", "interval", of=rests),
        *(Column(one.name, one.meaning, one.unit, one.role, one.kind, one.decimals, of=rests)
          for one in interval_columns()[1:]),
    )  # fmt: skip
    counts = {name: _stacked([getattr(one, name) for one in found]) for name in ("came", "coded", "files")}
    weighted = [_stacked([getattr(one, name) for one in found]) for name in ("numerator", "denominator")]
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = weighted[0] / np.where(weighted[1] > 0, weighted[1], np.nan)
    levels = found[0].strata.levels
    values = {
        **_groups(by, levels),
        "missing": list(MISSING) * len(levels),
        "numerator": counts["came"],
        "denominator": counts["coded"],
        "files": counts["files"],
        "estimate": estimate,
        "bound_low": _stacked([one.bounds.low for one in limits]),
        "bound_high": _stacked([one.bounds.high for one in limits]),
        "conf_low": _stacked([one.conf_low for one in limits]),
        "conf_high": _stacked([one.conf_high for one in limits]),
    }
    return Table(
        columns,
        values,
        labels={"missing": MISSING_WORDS},
        title=tr("Shares if none or all of the missing files had it"),
        cells=_cells_behind(found[0], by, came),
    )


def _cells_behind(found: UncodedFiles, by: tuple[str, ...], came: Mapping[str, tuple[str, ...]]) -> list[Count]:
    """Return the counts that must be large enough: coded files that came there, and that did not."""
    cells = []
    for place, level in enumerate(found.strata.levels):
        if not found.coded[place]:
            continue  # from 0 to 100 % says that nobody read a file there, and of no case how it came out
        group = dict(zip(by, level, strict=True))
        there, every = int(found.came[place]), int(found.coded[place])
        cells.append(Count(box({**group, **came}), there, ("", "", place)))
        other = dict.fromkeys(came, ("no",))
        cells.append(Count(box({**group, **other}), every - there, ("", "", place)))
    return cells


def _limits(found: UncodedFiles, level: float) -> _Limits:
    return _Limits(
        share_bounds(found.numerator, found.denominator, found.missing),
        linearised_share(found.none, level).conf_low,
        linearised_share(found.every, level).conf_high,
    )


def median_table(times: TimeTo, odds: Sequence[Odds], groups: Strata, by: tuple[str, ...]) -> Table:
    """Return the median days of each group if the missing files were quickest, and if they never came there."""
    main = times.main
    levels = groups.levels
    day = {
        (group, float(share)): (float(days), float(low), float(high))
        for group, share, days, low, high in zip(
            _groups_of(main, by), main["share"], main["estimate"], main["conf_low"], main["conf_high"], strict=True
        )
    }
    nowhere = (float("nan"),) * 3

    def read(group: tuple[str, ...], share: float) -> tuple[float, float, float]:
        # before the first day everybody would have to be there; above 1 nobody knows a day
        return (0.0,) * 3 if share <= 0 else day.get((group, share), nowhere)

    rows = []
    for place, group in enumerate(levels):
        for kind in odds:
            soon, late = (one[place] for one in read_at(kind))
            first, last = read(group, soon), read(group, late)
            rows.append((read(group, MEDIAN)[0], first[0], last[0], first[1], last[2]))
    values = np.array(rows, np.float64).reshape(-1, 5)
    columns = (
        *strata_columns(by),
        Column("missing", tr("missing files"), "text", "key", "key"),
        Column("estimate", tr("median days, by the coded files"), "days", "estimate", "quantile"),
        Column("bound_low", tr("if all missing files were there on the first day"), "days", "interval", "quantile"),
        Column("bound_high", tr("if they never came there"), "days", "interval", "quantile"),
        Column("conf_low", tr("lower limit"), "days", "interval", "quantile"),
        Column("conf_high", tr("upper limit"), "days", "interval", "quantile"),
    )
    told = {
        **_groups(by, levels),
        "missing": list(MISSING) * len(levels),
        **{one: values[:, place] for place, one in enumerate(("estimate", "bound_low", "bound_high", "conf_low",
                                                              "conf_high"))},
    }  # fmt: skip
    return Table(
        columns,
        told,
        labels={"missing": MISSING_WORDS},
        title=tr("Median days if the missing files were quickest or slowest"),
        guard="internal",
    )


def _groups(by: tuple[str, ...], levels: Sequence[tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: [level[place] for level in levels for _ in MISSING] for place, name in enumerate(by)}


def _stacked(columns: Sequence[Floats]) -> Floats:
    """Return what stands in one column per kind of missing file, group by group."""
    return np.stack(columns, axis=1).ravel()
