"""Formulas: what they may hold, what they refuse and in which words, and the matrix they make."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import QuestionError
from justice_metrics.base.types import Counts, Floats
from justice_metrics.reduce.design import Design, design_of, designs_of
from justice_metrics.reduce.formula import Covariate, read_formula
from justice_metrics.reduce.transforms import orthogonal_polynomials, unit_quantiles

PATTERNS = {
    "sex": Covariate(np.array([0, 1, 0, 1, 0]), ("f", "m")),
    "age": Covariate(np.array([20.0, 30, 40, 50, 61]), None),
    "de partment": Covariate(np.array([0, 1, 2, 1, 0]), ("A:b", "x]", "not_recorded")),
}
N = np.array([3, 2, 1, 4, 9])


def design(text: str, **more: dict[str, str]) -> Design:
    return design_of(read_formula(text, known=tuple(PATTERNS), numeric=("age",)), PATTERNS, N, **more)


def columns(text: str) -> list[tuple[str, str, str]]:
    return [one[:3] for one in design(text).columns]


def repeated() -> Floats:
    """The ages of all units, one by one."""
    return np.repeat(PATTERNS["age"].values, N)


class TestTerms:
    def test_levels_stand_beside_the_most_frequent_one(self) -> None:
        assert columns("sex + age") == [("sex", "m", "f"), ("age", "", "")]
        assert design("sex").matrix[:, 0].tolist() == [0, 1, 0, 1, 0]

    def test_the_reference_can_be_named_in_the_formula_or_beside_it(self) -> None:
        assert columns('C(sex, Treatment("m"))') == [("sex", "f", "m")]
        assert design("sex", references={"sex": "m"}).columns[0][:3] == ("sex", "f", "m")

    def test_names_and_levels_may_hold_marks_of_the_language_of_formulas(self) -> None:
        assert columns("`de partment`") == [("de partment", "x]", "A:b"), ("de partment", "not_recorded", "A:b")]

    def test_interactions(self) -> None:
        assert columns("sex*age") == [("sex", "m", "f"), ("age", "", ""), ("sex:age", "m", "f")]
        assert design("sex*age").matrix[:, 2].tolist() == [0, 30, 0, 50, 0]

    def test_an_interaction_by_itself_keeps_all_levels(self) -> None:
        made = design("age + age:sex")
        assert np.linalg.matrix_rank(made.matrix) == made.matrix.shape[1] == 2

    @pytest.mark.parametrize("text", ["age", "~ age", "age - 1", "age + 0", "1 + age"])
    def test_the_constant_is_never_there(self, text: str) -> None:
        assert columns(text) == [("age", "", "")]

    def test_columns_that_others_determine_are_dropped(self) -> None:
        made = design("age + I(2*age) + sex")
        assert [one.term for one in made.columns] == ["age", "sex"]
        assert [one.term for one in made.dropped] == ["I(2 * age)"]

    def test_arithmetic_in_braces_and_comparisons(self) -> None:
        assert design("{age / 10}").matrix[:, 0].tolist() == [2, 3, 4, 5, 6.1]
        assert design("I(age >= 40)").matrix[:, 0].tolist() == [0, 0, 1, 1, 1]


class TestFunctionsOfAllUnits:
    """What looks at all values counts every unit, as if the patterns were written out."""

    def test_centre_and_scale(self) -> None:
        ages = repeated()
        assert design("centre(age)").matrix[:, 0] == pytest.approx(PATTERNS["age"].values - ages.mean())
        wanted = (PATTERNS["age"].values - ages.mean()) / ages.std(ddof=1)
        assert design("scale(age)").matrix[:, 0] == pytest.approx(wanted)
        assert design("standardise(age)").matrix[:, 0] == pytest.approx(wanted)

    def test_knots_lie_at_quantiles_of_units(self) -> None:
        shares = np.array([0.1, 1 / 3, 0.5, 0.9])
        assert unit_quantiles(PATTERNS["age"].values, N, shares) == pytest.approx(np.quantile(repeated(), shares))

    def test_polynomials_are_orthonormal_over_units(self) -> None:
        made = np.repeat(design("poly(age, 2)").matrix, N, axis=0)
        assert made.T @ made == pytest.approx(np.eye(2), abs=1e-12)
        assert made.sum(axis=0) == pytest.approx(np.zeros(2), abs=1e-9)

    def test_other_patterns_are_coded_like_those_of_the_fit(self) -> None:
        read = read_formula("bs(age, df=4) + scale(age) + sex", known=tuple(PATTERNS), numeric=("age",))
        same = designs_of(read, PATTERNS, N, others=[PATTERNS])
        assert same[0].matrix == pytest.approx(same[1].matrix)
        one = {name: Covariate(values[2:3], levels) for name, (values, levels) in PATTERNS.items()}
        assert designs_of(read, PATTERNS, N, others=[one])[1].matrix == pytest.approx(same[0].matrix[2:3])

    @given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=20))
    def test_quantiles_are_those_of_the_units(self, drawn: list[tuple[int, int]]) -> None:
        values, n = (np.array(one) for one in zip(*drawn, strict=True))
        shares = np.array([0.0, 0.2, 0.5, 0.77, 1.0])
        wanted = np.quantile(np.repeat(values, n), shares)
        assert unit_quantiles(values.astype(np.float64), n, shares) == pytest.approx(wanted, abs=1e-9)

    def test_polynomials_of_values_written_out(self) -> None:
        n: Counts = np.ones(len(repeated()), np.int64)
        out = orthogonal_polynomials(repeated(), 3, n, {})
        folded = orthogonal_polynomials(PATTERNS["age"].values, 3, N, {})
        assert out == pytest.approx(np.repeat(folded, N, axis=0))


REFUSED = {
    "age + ag": ("names 'ag', which these data do not have", "Did you mean 'age'?"),
    "lgo(age)": ("'lgo' is no function", "Did you mean 'log'?"),
    "log(sex)": ("'sex' is no number", "term of its own"),
    "age + strata(sex)": ("no term of a formula here", "argument strata"),
    "cluster(sex)": ("no term of a formula here", "argument cluster"),
    "C(sex, Sum)": ("coding of levels", "reference level"),
    'C(sex, Treatment("x"))': ("'x' is no level of 'sex'", "There are: f, m"),
    "": ("names no covariate", "There are: sex, age"),
    "1": ("names no covariate", "There are: sex, age"),
    "verdict ~ age": ("more than one side", "argument outcome"),
    "age | sex": ("more than one side", "argument outcome"),
    ".": ("uses '.'", "Write it like"),
    "age +": ("cannot be read", "Write it like"),
    "[)": ("cannot be read", "Write it like"),
    "age + C(age)": ("both as a number and by level", "one of the two"),
    "log(age - 20)": ("no value for 1 of the 5", "log(age + 1)"),
    "bs(age, df=1)": ("cannot be computed", "arguments of its functions"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_formula_that_says_nothing_is_refused_in_words(text: str) -> None:
    problem, remedy = REFUSED[text]
    with pytest.raises(QuestionError) as raised:
        design(text)
    assert problem in str(raised.value)
    assert remedy in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "I(__import__('os'))",
        "age.__class__",
        "I(age.__class__)",
        "I((lambda: age)())",
        "I([one for one in age])",
        "log(open('x'))",
        "I(9**9**9)",
        "I(age**99)",
        "I(age if age else 1)",
        "I(age[0])",
        "I(f'{age}')",
        "np.load(age)",
        "eval('age')",
    ],
)
def test_a_formula_comes_from_a_file_and_runs_nothing(text: str) -> None:
    with pytest.raises(QuestionError):
        design(text)


@given(st.text(alphabet="agesx+*:()^~1.,C`'\" -|/\\{}[]=<>_", max_size=25))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        made = design(text)
    except QuestionError:
        return
    assert np.isfinite(made.matrix).all()
    assert len(made.columns) == made.matrix.shape[1]
