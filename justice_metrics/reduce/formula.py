"""A formula in the language of statisticians, made into a design matrix over covariate patterns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import Message, tr
from ..base.types import Counts, Floats, Values
from .transforms import FUNCTIONS, transforms

# What a formula may hold besides names, numbers and known functions. A formula comes from a study file, and
# such a file is data: it must not be able to run anything.
_ARITHMETIC: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd)
_COMPARISONS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_CATEGORICAL: Final = "C"
_OPTIONS_INSTEAD: Final = {
    "strata": "strata",
    "cluster": "cluster",
    "offset": "offset",
    "id": "cluster",
    "tt": "strata",
}
_MOST_POWER: Final = 20
# Relative to its own variance, what is left of a column once those before it are known.
_COLLINEAR: Final = 1e-10


class Covariate(NamedTuple):
    """One covariate over the patterns.

    Attributes
    ----------
    values : (P,)
        Codes 0..len(levels) - 1 of a categorical one, else the numbers themselves.
    levels : tuple of str or None
        In the order in which a reader expects them; None for a number.
    """

    values: Values
    levels: tuple[str, ...] | None


class DesignColumn(NamedTuple):
    """One coefficient: the term of the formula that it belongs to, and its level beside the reference level."""

    term: str
    level: str
    reference: str


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


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula that was read and found to name known covariates only.

    Attributes
    ----------
    text : str
    terms : tuple of tuple of (shown, expression) pairs
        The factors of each term, as the user wrote them and with names that are safe to compute with.
    names : mapping of str to str
        Name of each covariate to its safe name: ``c0, c1, …`` for categorical ones, ``x0, x1, …`` for numbers.
    references : mapping of str to str
        Reference levels that the formula names itself.
    """

    text: str
    terms: tuple[tuple[tuple[str, str], ...], ...]
    names: Mapping[str, str]
    references: Mapping[str, str]

    @property
    def covariates(self) -> tuple[str, ...]:
        """Names of the covariates, in the order of the formula."""
        return tuple(self.names)

    @property
    def categorical(self) -> frozenset[str]:
        """Those of them that are told apart by level."""
        return frozenset(name for name, safe in self.names.items() if safe.startswith("c"))


def read_formula(text: str, *, known: Sequence[str], numeric: Iterable[str]) -> Formula:
    """Read a formula such as ``age + C(court) + sex:bs(age, df=4)``.

    Parameters
    ----------
    text : str
        Terms on the right side only: what is explained is the time to an outcome, which has its own argument.
    known : sequence of str
        Covariates there are.
    numeric : iterable of str
        Those that are numbers; any other is categorical.

    Raises
    ------
    QuestionError
        When the formula cannot be read, names an unknown covariate or function, or has no term.
    """
    numbers = set(numeric)
    parsed = _parsed(text)
    reader = _Reader(tuple(known), numbers)
    terms = []
    for term in parsed:
        factors = [(_shown(one.expr, known), reader.rewritten(one.expr)) for one in term.factors if one.expr != "1"]
        if factors:
            terms.append(tuple(factors))
    if not terms:
        raise QuestionError(tr("The formula names no covariate."), suggestion("", tuple(known)))
    return Formula(text.strip(), tuple(terms), reader.names, reader.references)


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
) -> list[Design]:
    """Return the design of the patterns, and of other patterns coded like them (same levels, knots and centres).

    Parameters
    ----------
    formula, covariates, n, references
        As in :func:`design_of`.
    others : sequence of mappings of str to Covariate
        Patterns to predict for, with the same levels.
    """
    from formulaic import Formula as Terms

    chosen = {
        name: _reference(name, covariates[name], n, {**formula.references, **(references or {})})
        for name in formula.names
        if covariates[name].levels is not None
    }
    written = "1 + " + " + ".join(":".join(expression for _, expression in term) for term in formula.terms)
    context = transforms(n)
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


def _parsed(text: str) -> Any:
    from formulaic import Formula as Terms
    from formulaic import SimpleFormula
    from formulaic.errors import FormulaParsingError, FormulaSyntaxError

    example = tr("Write it like: age + court, or sex*age, or bs(age, df=4) + I(age >= 18).")
    if re.search(r"(?<![\w.)\]])\.(?!\w)", text):
        raise QuestionError(tr("The formula '{formula}' uses '.' for all covariates.", formula=text.strip()), example)
    try:
        parsed = Terms(text.strip() or "0")
    except (FormulaParsingError, FormulaSyntaxError, SyntaxError, ValueError, TypeError, IndexError):
        raise QuestionError(tr("The formula '{formula}' cannot be read.", formula=text.strip()), example) from None
    if not isinstance(parsed, SimpleFormula):
        raise QuestionError(
            tr("The formula '{formula}' has more than one side.", formula=text.strip()),
            tr("Write the covariates only; what is explained is named by the argument outcome."),
        )
    return parsed


class _Reader:
    """Turns each factor into an expression of safe names, and refuses what a formula may not hold."""

    def __init__(self, known: tuple[str, ...], numeric: set[str]) -> None:
        self.known = known
        self.numeric = numeric
        self.names: dict[str, str] = {}
        self.references: dict[str, str] = {}

    def rewritten(self, expression: str) -> str:
        """Return one factor with safe names."""
        if expression in self.known:
            return self._name(expression, categorical=expression not in self.numeric)
        quoted: list[str] = []

        def place(found: re.Match[str]) -> str:
            quoted.append(found.group(1))
            return f"__quoted_{len(quoted) - 1}"

        plain = re.sub(r"`([^`]*)`", place, expression)
        try:
            tree = ast.parse(plain, mode="eval").body
        except SyntaxError:
            raise self._unreadable(expression) from None
        safe = self._checked(tree, quoted, expression)
        # Arithmetic by itself would be read as the arithmetic of formulas, where + joins terms.
        return ast.unparse(safe if isinstance(safe, ast.Name | ast.Call) else ast.Call(ast.Name("I"), [safe], []))

    def _checked(self, node: ast.expr, quoted: Sequence[str], whole: str) -> ast.expr:
        """Return the node with safe names; anything that is not arithmetic on covariates is refused."""

        def deeper(one: ast.expr) -> ast.expr:
            return self._checked(one, quoted, whole)

        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | bool):
            return node
        if isinstance(node, ast.Name):
            name = quoted[int(node.id.rsplit("_", 1)[1])] if node.id.startswith("__quoted_") else node.id
            if name in self.known and name not in self.numeric:
                raise QuestionError(
                    tr("'{name}' is no number, so '{whole}' cannot be computed.", name=name, whole=whole),
                    tr("Use it as a term of its own."),
                )
            return ast.Name(self._name(name, categorical=False), ast.Load())
        if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
            if isinstance(node.op, ast.Pow) and not _small_power(node.right):
                raise self._unreadable(whole)
            return ast.BinOp(deeper(node.left), node.op, deeper(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, _ARITHMETIC):
            return ast.UnaryOp(node.op, deeper(node.operand))
        if isinstance(node, ast.Compare) and all(isinstance(one, _COMPARISONS) for one in node.ops):
            return ast.Compare(deeper(node.left), node.ops, [deeper(one) for one in node.comparators])
        if isinstance(node, ast.List | ast.Tuple):
            return ast.List([deeper(one) for one in node.elts], ast.Load())
        if isinstance(node, ast.Call):
            return self._called(node, quoted, whole)
        raise self._unreadable(whole)

    def _called(self, node: ast.Call, quoted: Sequence[str], whole: str) -> ast.expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "np"
        ):
            name = node.func.attr
        if name in _OPTIONS_INSTEAD:
            raise QuestionError(
                tr("'{whole}' is no term of a formula here.", whole=whole),
                tr("Give it as the argument {argument}.", argument=_OPTIONS_INSTEAD[name]),
            )
        if name == _CATEGORICAL:
            return self._as_levels(node, quoted, whole)
        if name not in FUNCTIONS:
            raise QuestionError(
                tr("'{name}' is no function that a formula knows.", name=name or whole),
                suggestion(name, (_CATEGORICAL, *FUNCTIONS)),
            )
        arguments = [self._checked(one, quoted, whole) for one in node.args]
        options = [ast.keyword(one.arg, self._checked(one.value, quoted, whole)) for one in node.keywords if one.arg]
        return ast.Call(ast.Name(name, ast.Load()), arguments, options)

    def _as_levels(self, node: ast.Call, quoted: Sequence[str], whole: str) -> ast.expr:
        """Read ``C(court)`` or ``C(court, Treatment("La Paz"))``."""
        if not node.args or not isinstance(node.args[0], ast.Name):
            raise self._unreadable(whole)
        given = node.args[0].id
        name = quoted[int(given.rsplit("_", 1)[1])] if given.startswith("__quoted_") else given
        safe = self._name(name, categorical=True)
        for one in (*node.args[1:], *(word.value for word in node.keywords)):
            inside = [*one.args, *(word.value for word in one.keywords)] if isinstance(one, ast.Call) else [one]
            words = (
                [ast.unparse(one.func).rsplit(".", 1)[-1].casefold()] if isinstance(one, ast.Call) else ["treatment"]
            )
            if words != ["treatment"] or len(inside) != 1 or not isinstance(inside[0], ast.Constant):
                raise QuestionError(
                    tr("'{whole}' asks for a coding of levels that is not made here.", whole=whole),
                    tr('Levels are compared with a reference level: C({name}, Treatment("…")).', name=name),
                )
            self.references[name] = str(inside[0].value)
        return ast.Name(safe, ast.Load())

    def _name(self, name: str, *, categorical: bool) -> str:
        if name not in self.known:
            raise QuestionError(
                tr("The formula names '{name}', which these data do not have.", name=name),
                suggestion(name, self.known),
            )
        kind = "c" if categorical else "x"
        safe = self.names.setdefault(name, f"{kind}{len(self.names)}")
        if not safe.startswith(kind):
            raise QuestionError(
                tr("The formula uses '{name}' both as a number and by level.", name=name), tr("Use one of the two.")
            )
        return safe

    def _unreadable(self, whole: str) -> QuestionError:
        return QuestionError(
            tr("'{whole}' is no term that a formula may hold.", whole=whole),
            tr("A term is made of covariates, numbers, + - * / **, comparisons, and these functions: {known}.",
               known=", ".join((_CATEGORICAL, *FUNCTIONS))),
        )  # fmt: skip


def _small_power(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, int | float) and abs(inner.value) <= _MOST_POWER


def _shown(expression: str, known: Sequence[str]) -> str:
    """Return a factor as a reader knows it: C(court) is the court."""
    found = re.match(r"C\(`?([^`,()]+)`?[,)]", expression)
    return found.group(1) if found and found.group(1) in known else expression


def _reference(name: str, covariate: Covariate, n: Counts, asked: Mapping[str, str]) -> int:
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
        levels, reference = [], []
        for expression, place in parts:
            name = name_of.get(expression, "")
            known = covariates[name].levels if name else None
            if known is not None and place is not None:
                levels.append(known[int(place)])
                reference.append(known[references[name]])
            elif place is not None:
                levels.append(place)
        term = ":".join(shown.get(one, name_of.get(one, one)) for one, _ in parts)
        labels.append(DesignColumn(term, " · ".join(levels), " · ".join(reference)))
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
            tr("The logarithm of 0 is not defined, for instance: write log(age + 1)."),
        )


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


def unknown_reference(names: Iterable[str], formula: Formula) -> Message | None:
    """Return the complaint about a reference for a covariate that the formula does not tell apart by level."""
    for name in names:
        if name not in formula.categorical:
            return tr(
                "A reference level was given for '{name}', which the formula does not tell apart by level.", name=name
            )
    return None
