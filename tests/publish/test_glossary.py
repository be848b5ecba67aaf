from __future__ import annotations

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
