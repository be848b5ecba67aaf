"""The design matrix of a formula over covariate patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import Message, tr
from ..base.types import Counts, Floats, Values
from .formula import Covariate, Formula
from .transforms import transforms

# Relative to its own variance, what is left of a column once those before it are known.
_COLLINEAR: Final = 1e-10


class DesignColumn(NamedTuple):
    """One coefficient: the term of the formula that it belongs to, and its level beside the reference level.

    Attributes
    ----------
    term : str
        As the formula has it; factors of an interaction are joined by a colon.
    level, reference : str
        Empty for a number.
    at : tuple of (covariate, code)
        Levels that a pattern must have to be among those that the column speaks of.
    covariates : tuple of str
        Covariates of the term, where each is a factor by itself; a function of a covariate is none.
    factors : tuple of str
        Factors of the term as the formula has them, functions too.
    """

    term: str
    level: str
    reference: str
    at: tuple[tuple[str, int], ...]
    covariates: tuple[str, ...]
    factors: tuple[str, ...]


class Design(NamedTuple):
    """The design matrix of the patterns.

    Attributes
    ----------
    matrix : (P, p)
    columns : tuple of DesignColumn, p of them
    dropped : tuple of DesignColumn
        Columns that those before them determine.
    """

    matrix: Floats
    columns: tuple[DesignColumn, ...]
    dropped: tuple[DesignColumn, ...]


def design_of(
    formula: Formula, covariates: Mapping[str, Covariate], n: Counts, *, references: Mapping[str, str] | None = None
) -> Design:
    """Return the design matrix of the patterns, without intercept: the baseline hazard takes its place.

    Parameters
    ----------
    formula : Formula
    covariates : mapping of str to Covariate
        Each over the same P patterns.
    n : (P,)
        Units of each pattern: centring, scaling, knots and orthogonal polynomials are those of all units, not of the
        distinct patterns.
    references : mapping of str to str, optional
        Reference level of categorical covariates; by default the one that the formula names, else the most frequent.

    Raises
    ------
    QuestionError
        When a reference is no level, or a term is not defined for some pattern (the logarithm of 0).
    """
    return designs_of(formula, covariates, n, references=references)[0]


def designs_of(
    formula: Formula,
    covariates: Mapping[str, Covariate],
    n: Counts,
    *,
    references: Mapping[str, str] | None = None,
    others: Sequence[Mapping[str, Covariate]] = (),
    units: Counts | None = None,
) -> list[Design]:
    """Return the design of the patterns, and of other patterns coded like them (same levels, knots and centres).

    Parameters
    ----------
    formula, covariates, n, references
        As in :func:`design_of`.
    others : sequence of mappings of str to Covariate
        Patterns to predict for, with the same levels.
    units : (P,), optional
        Where the time of units was split, so that ``n`` counts rows: units, each once. The most frequent level,
        centres and knots are then those of the units, whatever covariate changes in time.
    """
    from formulaic import Formula as Terms

    units = n if units is None else units
    chosen = {
        name: reference_of(name, covariates[name], units, {**formula.references, **(references or {})})
        for name in formula.names
        if covariates[name].levels is not None
    }
    written = "1 + " + " + ".join(":".join(expression for _, expression in term) for term in formula.terms)
    context = transforms(units)
    with np.errstate(all="ignore"):
        made = _evaluated(
            lambda: Terms(written).get_model_matrix(
                _table(formula, covariates, chosen), context=context, output="numpy", na_action="ignore"
            )
        )
        more = [
            _evaluated(lambda one=one: made.model_spec.get_model_matrix(_table(formula, one, chosen), context=context))
            for one in others
        ]
    spec = made.model_spec
    labels = _column_labels(formula, covariates, chosen, spec.column_names[1:])
    matrix = np.ascontiguousarray(np.asarray(made, dtype=np.float64)[:, 1:])
    _ensure_defined(matrix, labels)
    kept = _independent(matrix, n)
    columns = tuple(one for one, there in zip(labels, kept, strict=True) if there)
    dropped = tuple(one for one, there in zip(labels, kept, strict=True) if not there)
    matrices = [matrix, *(np.asarray(one, dtype=np.float64)[:, 1:] for one in more)]
    return [Design(np.ascontiguousarray(one[:, kept]), columns, dropped) for one in matrices]


def reference_of(name: str, covariate: Covariate, n: Counts, asked: Mapping[str, str]) -> int:
    """Return the place of the reference level: the one asked for, else the most frequent, the first of equals."""
    levels = covariate.levels or ()
    if name in asked:
        if asked[name] not in levels:
            raise QuestionError(
                tr("'{level}' is no level of '{name}'.", level=asked[name], name=name), suggestion(asked[name], levels)
            )
        return levels.index(asked[name])
    return int(np.bincount(covariate.values, weights=n, minlength=len(levels)).argmax())


def _table(formula: Formula, covariates: Mapping[str, Covariate], references: Mapping[str, int]) -> Any:
    """Return the patterns as the frame that the formula library takes, levels by number with the reference first."""
    import pyarrow as pa

    columns = {}
    for name, safe in formula.names.items():
        values, levels = covariates[name]
        if levels is None:
            columns[safe] = pa.array(np.asarray(values, dtype=np.float64))
            continue
        place = _places(len(levels), references[name])
        names = [str(one) for one in np.argsort(place)]
        columns[safe] = pa.DictionaryArray.from_arrays(pa.array(place[values].astype(np.int32)), pa.array(names))
    return pa.table(columns).to_pandas()


def _places(size: int, reference: int) -> Counts:
    """Return where each level stands once the reference has gone to the front."""
    order = np.array([reference, *(one for one in range(size) if one != reference)])
    places = np.empty(size, np.int64)
    places[order] = np.arange(size)
    return places


def _evaluated(make: Any) -> Any:
    from formulaic.errors import FormulaicError

    try:
        return make()
    except (FormulaicError, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, AttributeError):
        raise QuestionError(
            tr("The formula cannot be computed on these data."),
            tr("Look at the arguments of its functions: bs(age, df=4), poly(age, 2), log(age)."),
        ) from None


def _column_labels(
    formula: Formula, covariates: Mapping[str, Covariate], references: Mapping[str, int], made: Sequence[str]
) -> tuple[DesignColumn, ...]:
    """Return what each column of the library's matrix is, from its factors; safe names hold no colon of the data."""
    name_of = {safe: name for name, safe in formula.names.items()}
    terms = {frozenset(expression for _, expression in term): term for term in formula.terms}
    labels = []
    for column in made:
        pieces = [re.fullmatch(r"(.*?)(?:\[(?:T\.)?(\d+)\])?", one) for one in column.split(":")]
        parts = [(found.group(1), found.group(2)) for found in pieces if found]
        factors = terms.get(frozenset(one for one, _ in parts), ())
        shown = {expression: word for word, expression in factors}
        levels: list[str] = []
        reference: list[str] = []
        at: list[tuple[str, int]] = []
        for expression, place in parts:
            name = name_of.get(expression, "")
            known = covariates[name].levels if name else None
            if known is not None and place is not None:
                levels.append(known[int(place)])
                reference.append(known[references[name]])
                at.append((name, int(place)))
            elif place is not None:
                levels.append(place)
        words = tuple(shown.get(one, name_of.get(one, one)) for one, _ in parts)
        plain = tuple(name_of[one] for one, _ in parts if one in name_of)
        labels.append(DesignColumn(":".join(words), " · ".join(levels), " · ".join(reference), tuple(at), plain, words))
    return tuple(labels)


def _ensure_defined(matrix: Floats, labels: Sequence[DesignColumn]) -> None:
    bad = ~np.isfinite(matrix)
    if bad.any():
        column = int(np.flatnonzero(bad.any(axis=0))[0])
        raise QuestionError(
            tr(
                "The term '{term}' has no value for {n} of the {all} covariate patterns.",
                term=labels[column].term,
                n=int(bad[:, column].sum()),
                all=len(matrix),
            ),
            _remedy(labels[column].term),
        )


def _remedy(term: str) -> Message:
    """Return what to do about a term without a value, by what it computes."""
    if "log" in term:
        return tr("The logarithm of 0 is not defined, for instance: write log(age + 1).")
    if "/" in term:
        return tr("A division by 0 has no value: add to the divisor, or leave the term out.")
    return tr("A root of a number below 0 and a power beyond all numbers have no value: change the term.")


def _independent(matrix: Floats, n: Counts) -> Values:
    """Return which columns add something to those before them and to the constant, as flags of shape (p,)."""
    weights = n / max(int(n.sum()), 1)
    centred = matrix - weights @ matrix
    cross = (centred * weights[:, None]).T @ centred
    own = np.diag(cross).copy()
    size = np.abs(matrix).max(axis=0, initial=0.0) ** 2
    kept = np.zeros(len(own), dtype=np.bool_)
    left = cross.copy()
    for column in range(len(own)):
        pivot = left[column, column]
        if own[column] <= 1e-24 * size[column] or pivot <= _COLLINEAR * own[column]:
            continue
        kept[column] = True
        left -= np.outer(left[:, column], left[column]) / pivot
    return kept
