"""Settings written as TOML again say the same."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.publish.toml_text import toml_text

NAMES = st.text(min_size=1, max_size=6)
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=8)
SIMPLE = st.one_of(
    TEXTS, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.dates()
)
TABLES = st.recursive(
    st.dictionaries(NAMES, st.one_of(SIMPLE, st.lists(SIMPLE, max_size=3)), max_size=3),
    lambda inner: st.dictionaries(NAMES, st.one_of(inner, st.lists(inner, min_size=1, max_size=2)), max_size=3),
    max_leaves=6,
)


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_it_reads_back_as_it_was(content: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(content)) == content


def test_a_mapping_of_labels() -> None:
    content = {
        "cases": {"cutoff": dt.date(2018, 4, 30), "sampling": {"frame": "registered"}},
        "outcome": {"labels": {'Sentencia "condenatoria"': "convicted", "En trámite": "pending"}},
        "stages": [{"state": "charged", "id": ["a", "b"]}, {"state": "trial"}],
    }
    assert tomllib.loads(toml_text(content)) == content
    assert '"En trámite" = "pending"' in toml_text(content)
