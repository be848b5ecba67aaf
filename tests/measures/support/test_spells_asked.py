"""Bases and institutions that no support spell has are refused with those there are; closed files tell no effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.effect import support_effect
from justice_metrics.measures.support.hazards import support_hazards
from justice_metrics.measures.support.outcomes import support_outcomes
from justice_metrics.measures.support.presence import support_presence
from justice_metrics.measures.support.reliance import reliance_by_support
from justice_metrics.measures.support.stages import support_stages
from justice_metrics.simulate.cases import sample_cases
from tests.support_cases import ACTORS, ten

QUESTIONS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (support_presence, {}),
    (support_effect, {}),
    (support_hazards, {}),
    (support_hazards, {"present": "while_present"}),
    (support_outcomes, {}),
    (support_stages, {}),
    (reliance_by_support, {}),
]


@pytest.fixture(scope="module")
def cases() -> CaseData:
    return sample_cases()


def refused(ask: Callable[..., Any], cases: CaseData, **given: Any) -> str:
    with pytest.raises(QuestionError) as told:
        ask(cases, actors="lawyer", **given)
    assert told.value.text("es")
    return told.value.text()


@pytest.mark.parametrize(("ask", "given"), QUESTIONS)
class TestUnknown:
    def test_basis(self, cases: CaseData, ask: Callable[..., Any], given: dict[str, Any]) -> None:
        text = refused(ask, cases, basis={"lawyer": ("audiencia", "hearing")}, **given)
        assert "'hearing' is not the basis of any support by: lawyer." in text
        assert "apersonamiento" in text
        assert "audiencia" in text

    def test_institution(self, cases: CaseData, ask: Callable[..., Any], given: dict[str, Any]) -> None:
        text = refused(ask, cases, institutions="dna", **given)
        assert "'dna' is not the institution" in text
        assert "DNA" in text


def test_basis_is_told_by_actor(cases: CaseData) -> None:
    """What another actor's spells have is no basis of this one's."""
    with pytest.raises(QuestionError, match="'apersonamiento' is not the basis of any support by: psychologist"):
        support_presence(cases, actors=("lawyer", "psychologist"), basis={"psychologist": "apersonamiento"})


def test_none_recorded() -> None:
    text = refused(support_presence, ten(), basis={"lawyer": "hearing"})
    assert "None is recorded" in text
    assert "key basis" in text


def test_basis_of_an_actor_not_asked_about(cases: CaseData) -> None:
    assert "'psychologist' is given a basis" in refused(support_hazards, cases, basis={"psychologist": "informe"})


@pytest.mark.parametrize("ask", [support_effect, reliance_by_support])
def test_closed_files_tell_no_effect(cases: CaseData, ask: Callable[..., Any]) -> None:
    closed = replace(cases, sampling=replace(cases.sampling, frame="closed_only"))
    text = refused(ask, closed)
    assert "closed files only" in text
    assert "support_outcomes" in text


def test_closed_files_tell_who_supports() -> None:
    closed = replace(ten(), sampling=replace(ten().sampling, frame="closed_only"))
    assert len(support_presence(closed, actors=ACTORS).main)
