"""A number says where it comes from."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError

import pytest

from justice_metrics.base.language import tr
from justice_metrics.base.provenance import SAMPLING_WORDS, UNIT_WORDS, LeftOut, Provenance, unit_words

DATA = Provenance(cutoff=dt.date(2018, 4, 30), units_in=1200, unit="victim", source="casos.csv", version="0.1.0")


def test_lines_are_sentences() -> None:
    assert [str(one) for one in DATA.lines()] == [
        "1,200 units in the data, counted as: victim.",
        "Data complete to 30 Apr 2018 (cut-off); cases open on that day are pending.",
        "Sampling: files drawn from all that were registered, open ones too.",
    ]
    assert DATA.lines()[0].text("es").startswith("1.200 unidades")


def test_simulated_data_say_so_first() -> None:
    simulated = Provenance(cutoff=DATA.cutoff, simulated=True)
    assert str(simulated.lines()[0]) == "Simulated data: no case in it is real."


def test_an_answer_adds_its_question_and_what_it_left_out() -> None:
    answer = DATA.add("attrition", by=("sex",), level=0.95).leave_out(
        LeftOut(tr("a date is missing"), 3), LeftOut(tr("no date for the start"), 0), LeftOut(tr("not yet"), 1)
    )
    assert answer.question == "attrition"
    assert answer.settings == (("by", ("sex",)), ("level", 0.95))
    assert [one.n for one in answer.left_out] == [3, 1]
    said = [str(one) for one in answer.lines()]
    assert "Left out: 3 units: a date is missing." in said
    assert "Left out: 1 unit: not yet." in said
    assert DATA.left_out == ()


def test_nobody_changes_it() -> None:
    with pytest.raises(FrozenInstanceError):
        DATA.units_in = 7  # type: ignore[misc]


def test_every_unit_and_frame_has_words() -> None:
    assert set(UNIT_WORDS) == {"complaint", "case", "victim", "accused", "charge", "offence", "person"}
    assert unit_words("victim").text("es") == "víctima"
    assert unit_words("hearing").text("es") == "hearing"
    assert set(SAMPLING_WORDS) == {"registered", "census", "closed_only", "prevalent", "counts", "survey", "undeclared"}
    for frame in SAMPLING_WORDS:
        lines = Provenance(cutoff=DATA.cutoff, sampling=frame).lines()  # type: ignore[arg-type]
        assert SAMPLING_WORDS[frame] in lines
