"""Functions that a formula may use: those that look at all values count every unit, not every distinct pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final

import numpy as np

from ..base.types import Counts, Floats

# Of each value by itself.
_PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "I": lambda values: np.asarray(values, dtype=np.float64),
}
FUNCTIONS: Final = (
    *_PLAIN,
    "center",
    "centre",
    "scale",
    "standardize",  # codespell:ignore
    "standardise",
    "bs",
    "poly",
)


def transforms(n: Counts) -> dict[str, Any]:
    """Return the functions by name, for patterns that stand for ``n`` units each.

    ``centre`` and ``scale`` use the mean and standard deviation (ddof 1) of the units, ``bs`` puts its
    knots at quantiles of the units (linear interpolation, as in R's ``splines::bs``), ``poly`` is orthonormal over the
    units (as R's ``poly``).

    Parameters
    ----------
    n : (P,)
    """
    from formulaic.materializers.types import FactorValues
    from formulaic.transforms import TRANSFORMS
    from formulaic.utils.stateful_transforms import stateful_transform

    spline = TRANSFORMS["bs"]

    def centred(data: Any, *, _state: MutableMapping[str, Any]) -> Floats:
        values = np.asarray(data, dtype=np.float64)
        if "mean" not in _state:
            _state["mean"] = weighted_mean(values, n)
        return np.asarray(values - _state["mean"])

    def scaled(data: Any, *, _state: MutableMapping[str, Any]) -> Floats:
        values = np.asarray(data, dtype=np.float64)
        if "mean" not in _state:
            _state["mean"] = weighted_mean(values, n)
            spread = float(n @ (values - _state["mean"]) ** 2)
            _state["deviation"] = np.sqrt(spread / max(int(n.sum()) - 1, 1))
        return np.asarray((values - _state["mean"]) / _state["deviation"])

    def bs(
        data: Any,
        df: int | None = None,
        knots: Sequence[float] | None = None,
        degree: int = 3,
        *,
        _state: MutableMapping[str, Any],
    ) -> Any:
        values = np.asarray(data, dtype=np.float64)
        if "inner" not in _state:
            _state["inner"] = list(knots) if knots is not None else _knots(values, n, df, degree)
        return spline(
            values, knots=_state["inner"], degree=degree, extrapolation="extend", _state=_state.setdefault("basis", {})
        )

    def poly(data: Any, degree: int = 1, *, _state: MutableMapping[str, Any]) -> Any:
        basis = orthogonal_polynomials(np.asarray(data, dtype=np.float64), int(degree), n, _state)
        return FactorValues(basis, column_names=tuple(str(one) for one in range(1, int(degree) + 1)))

    # both spellings, those of other libraries and ours
    looking = {"center": centred, "centre": centred, "scale": scaled}
    looking |= {"standardize": scaled, "standardise": scaled}  # codespell:ignore
    looking |= {"bs": bs, "poly": poly}
    return {**_PLAIN, **{name: stateful_transform(one) for name, one in looking.items()}}


def weighted_mean(values: Floats, n: Counts) -> float:
    """Return the mean over units."""
    return float(n @ values / n.sum())


def unit_quantiles(values: Floats, n: Counts, shares: Floats) -> Floats:
    """Return quantiles over units by linear interpolation, as if every unit were a row.

    Parameters
    ----------
    values, n : (P,)
        Distinct patterns and how many units each stands for.
    shares : (Q,)

    Examples
    --------
    >>> unit_quantiles(np.array([3.0, 1.0]), np.array([1, 3]), np.array([0.5, 0.9])).round(6).tolist()
    [1.0, 2.4]
    """
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(n[order])
    place = shares * (upto[-1] - 1)
    below = np.floor(place)
    low = values[order][np.searchsorted(upto, below, side="right")]
    high = values[order][np.searchsorted(upto, np.minimum(below + 1, upto[-1] - 1), side="right")]
    return np.asarray(low + (place - below) * (high - low), dtype=np.float64)


def orthogonal_polynomials(values: Floats, degree: int, n: Counts, state: MutableMapping[str, Any]) -> Floats:
    """Return polynomials that are orthonormal over units, by the three-term recurrence; shape (P, degree).

    The first call keeps the recurrence in ``state``; later ones evaluate the same polynomials on other values.
    """
    training = "shift" not in state
    shift, norm = state.setdefault("shift", []), state.setdefault("norm", [])
    basis = [np.ones_like(values)]
    for one in range(degree + 1):
        if training:
            norm.append(float(n @ basis[one] ** 2))
            shift.append(float(n @ (values * basis[one] ** 2)) / norm[one])
        following = (values - shift[one]) * basis[one]
        if one:
            following = following - norm[one] / norm[one - 1] * basis[one - 1]
        basis.append(following)
    return np.column_stack([basis[one] / np.sqrt(norm[one]) for one in range(1, degree + 1)])


def _knots(values: Floats, n: Counts, df: int | None, degree: int) -> list[float]:
    inner = 0 if df is None else int(df) - int(degree)
    if inner < 0:
        raise ValueError("fewer degrees of freedom than the degree of the spline")
    return [float(one) for one in unit_quantiles(values, n, np.arange(1, inner + 1) / (inner + 1))]
