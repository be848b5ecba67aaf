"""Identity documents as clerks write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.cases.linkage.documents import Document, document_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234567", Document("1234567")),
        ("C.I. 1.234.567 LP.", Document("1234567", None, "lp")),
        ("ci: 1234567-1A", Document("1234567", "1a")),
        ("1234567 1B SC", Document("1234567", "1b", "sc")),
        ("01234567", Document("1234567")),
        ("AB123456", Document("ab123456")),
        ("AB-123456", Document("ab123456")),
        ("1234 56789 0101", Document("1234567890101")),
        ("001-1234567-8", Document("112345678")),
        ("QUMA040503MLPSMN09", Document("quma040503mlpsmn09")),
        ("S/N", Document()),
        ("123", Document()),
        ("0000000", Document()),
        ("1111111", Document()),
    ],
)
def test_documents(text: str, expected: Document) -> None:
    assert document_of(text) == expected


def test_what_tells_two_persons_apart_is_kept() -> None:
    assert document_of("1234567-1A") != document_of("1234567-1B")
    assert document_of("1234567-1A").number == document_of("1234567").number
    assert document_of("AB123456").number != document_of("123456").number
    assert document_of("123456 LP") != document_of("123456 SC")


@given(st.text(max_size=30))
def test_any_text_has_a_key_or_none(text: str) -> None:
    found = document_of(text)
    assert found.number is None or len(found.number) >= 4
