"""Headings of regressions name attributes in the reader's language."""

from __future__ import annotations

from justice_metrics.measures.formula_words import FormulaWords


def test_attributes_are_named_and_functions_stay() -> None:
    assert FormulaWords("offence + bs(department, df=4)").text("es") == "delito + bs(departamento, df=4)"


def test_a_name_of_the_users_own_stays() -> None:
    assert FormulaWords("ward * karno").text("es") == "ward * karno"
