from __future__ import annotations

import pytest

from justice_metrics.base.language import Label
from justice_metrics.publish import glossary
from justice_metrics.publish.glossary import GLOSSARY, terms_in


def found(text: str) -> list[str]:
    return [str(term.word) for term in terms_in(text)]


def test_only_terms_that_occur_are_explained() -> None:
    assert found("Conviction rates among prosecutions") == ["conviction rate"]
    assert found("") == []


def test_a_term_inside_another_word_does_not_count() -> None:
    assert found("The community workflow") == []


def test_terms_stand_once_and_in_order() -> None:
    everything = " ".join(str(term.word) for term in GLOSSARY)
    words = found(everything)
    assert words == sorted(words, key=str.casefold)
    assert len(words) == len(set(words)) == len(GLOSSARY)


def test_no_term_is_explained_by_itself_alone() -> None:
    for term in GLOSSARY:
        assert len(str(term.meaning).split()) > 5
        assert str(term.meaning).endswith(".")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Weights under both strategies", "strategy"),
        ("Weights under both strategies", "weight"),
        ("Each row is an emulation of its own by cloning", "clone"),
        ("The question as a target trial", "emulation"),
        ("effective numbers of cases 77 and 900", "effective number of cases"),
        ("other periods of grace", "grace period"),
        ("No overlap: in 3 kinds of cases", "overlap"),
        ("Intervals are robust by cluster", "cluster"),
        ("a verdict at 1.63 times the pace", "hazard ratio"),
        ("No milestone was named", "milestone"),
        ("E-values: VanderWeele and Ding (2017)", "E-value"),
        ("adjusted for their number by Holm's method", "Holm"),
    ],
)
def test_words_of_the_effect_of_support_are_explained(text: str, term: str) -> None:
    assert term in found(text)


def test_a_single_letter_at_the_end_of_a_term_is_a_word() -> None:
    assert glossary._stands(Label("value E"), "the value e, of it", "en")
    assert not glossary._stands(Label("value E"), "the value expected", "en")
