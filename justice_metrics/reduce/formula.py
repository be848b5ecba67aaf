"""A formula in the language of statisticians, read and found to name what there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ..base.errors import QuestionError, suggestion
from ..base.language import Message, tr
from ..base.types import Values
from ..cases.attributes import suggested
from .transforms import FUNCTIONS

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


def _parsed(text: str) -> Any:
    from formulaic import Formula as Terms
    from formulaic import SimpleFormula
    from formulaic.errors import FormulaParsingError, FormulaSyntaxError

    example = tr("Write it like: age + court, or sex*age, or bs(age, df=4) + I(age >= 18).")
    if re.search(r"(?<![\w.)\]])\.(?!\w)", text):
        raise QuestionError(tr("The formula '{formula}' uses '.' for all covariates.", formula=text.strip()), example)
    try:
        parsed = Terms(text.strip() or "0")
    except (FormulaParsingError, FormulaSyntaxError, SyntaxError, ValueError, TypeError, IndexError, AttributeError):
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
                suggested(name, self.known),
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


def unknown_reference(names: Iterable[str], formula: Formula) -> Message | None:
    """Return the complaint about a reference for a covariate that the formula does not tell apart by level."""
    for name in names:
        if name not in formula.categorical:
            return tr(
                "A reference level was given for '{name}', which the formula does not tell apart by level.", name=name
            )
    return None
