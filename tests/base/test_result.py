"""The contract of a result: declared columns, read-only numbers, the naive figure never in front."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.base.language import Label, Language, Readable, tr
from justice_metrics.base.provenance import LeftOut, Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Kind, Role, Table, Unit
from justice_metrics.base.types import names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COURT = Column("court", Label({"en": "court", "es": "juzgado"}), "text", "stratum", "stratum")
CASES = Column("n", Label({"en": "cases", "es": "casos"}), "units", "count", "count")
SHARE = Column("estimate", Label("share"), "share", "estimate", "share")
LOW = Column("conf_low", Label("lower limit"), "share", "interval", "interval")
HIGH = Column("conf_high", Label("upper limit"), "share", "interval", "interval")
DAYS = Column("days", Label("days"), "days", "estimate", "quantile")
POINTS = Column("points", Label("difference"), "points", "estimate", "difference")


class Answer(Result):
    def findings(self) -> tuple[Readable, ...]:
        return (Label("one case of two"),)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        raise NotImplementedError


def answer(tables: dict[str, Table] | None = None, **given: Any) -> Answer:
    main = Table((COURT, CASES), {"court": ["one", "two"], "n": np.array([3, 4])})
    return Answer(
        heading=Label({"en": "Cases & courts", "es": "Casos"}),
        tables={"main": main} if tables is None else tables,
        definition=Definition(answers=Label("q"), numerator=Label("some"), denominator=Label("all"), basis="cohort",
                              pending=Label("counted")),
        provenance=Provenance(cutoff=dt.date(2018, 4, 30), units_in=7).leave_out(LeftOut(tr("a date is missing"), 2)),
        **given,
    )  # fmt: skip


class TestColumns:
    @pytest.mark.parametrize("wrong", [{"unit": "percent"}, {"role": "colour"}, {"kind": "picture"}])
    def test_unit_role_and_kind_are_closed_sets(self, wrong: dict[str, str]) -> None:
        right: dict[str, Any] = {"unit": "units", "role": "count", "kind": "count"}
        with pytest.raises(TypeError, match="is not one of"):
            Column("n", Label("n"), **{**right, **wrong})

    def test_the_sets_are_those_that_the_gate_knows(self) -> None:
        assert get_args(Unit) == ("text", "units", "share", "points", "change", "days", "number")
        assert get_args(Role) == ("stratum", "key", "count", "estimate", "interval")
        assert set(get_args(Kind)) == {
            *("stratum", "key", "count", "share", "difference", "std_error", "interval", "quantile", "probability"),
            *("mean", "coefficient", "setting", "text"),
        }


class TestTables:
    def test_columns_are_declared_and_given_in_one_order(self) -> None:
        with pytest.raises(TypeError, match="columns declared"):
            Table((COURT, CASES), {"n": [1], "court": ["one"]})
        with pytest.raises(TypeError, match="columns declared"):
            Table((COURT,), {"court": ["one"], "n": [1]})

    def test_columns_are_of_one_length(self) -> None:
        with pytest.raises(TypeError, match="unequal length"):
            Table((COURT, CASES), {"court": ["one"], "n": [1, 2]})

    def test_nobody_writes_into_them(self) -> None:
        given = np.array([1, 2])
        table = Table((CASES,), {"n": given})
        with pytest.raises(ValueError, match="read-only"):
            table["n"][0] = 9
        given[0] = 9
        assert table["n"].tolist() == [1, 2]
        with pytest.raises(TypeError):
            table.values["n"] = given  # type: ignore[index]

    def test_length(self) -> None:
        assert len(Table((CASES,), {"n": [1, 2, 3]})) == 3
        assert len(Table((), {})) == 0

    def test_a_reader_sees_words_percentages_and_one_interval(self) -> None:
        table = Table(
            (COURT, CASES, SHARE, LOW, HIGH, DAYS, POINTS),
            {
                "court": ["one", "not_recorded", None],
                "n": [1234, 5, 6],
                "estimate": [0.5, np.nan, 1.0],
                "conf_low": [0.25, np.nan, 0.9],
                "conf_high": [0.75, np.nan, 1.0],
                "days": [365.0, 10.5, np.nan],
                "points": [-0.125, 0.0, np.nan],
            },
            labels={"court": {"one": Label({"en": "First court", "es": "Juzgado primero"})}},
        )
        headings, rows = table.display("en")
        assert headings == ["court", "cases", "share", "interval", "days", "difference"]
        assert rows[0] == ["First court", "1,234", "50.0\xa0%", "25.0\xa0% – 75.0\xa0%", "365", "-12.5"]
        assert rows[1] == ["not recorded", "5", "–", "–", "10.5", "0.0"]
        assert rows[2][0] == "–"
        headings, rows = table.display("es")
        assert headings[:2] == ["juzgado", "casos"]
        assert rows[0][:3] == ["Juzgado primero", "1.234", "50,0\xa0%"]
        assert rows[1][0] != "not recorded"


class TestResults:
    def test_main_stands_first(self) -> None:
        table = Table((CASES,), {"n": [1]})
        for tables in ({}, {"other": table}, {"other": table, "main": table}):
            with pytest.raises(TypeError, match="first table of a result is 'main'"):
                answer(tables)

    def test_a_naive_figure_is_never_the_main_table(self) -> None:
        naive = Table((CASES,), {"n": [1]}, warning=tr("a date is missing"))
        with pytest.raises(TypeError, match="cannot be the main table"):
            answer({"main": naive})
        assert answer({"main": Table((CASES,), {"n": [1]}), "naive": naive}).tables["naive"].warning is not None

    def test_nobody_changes_it(self) -> None:
        made = answer()
        with pytest.raises(FrozenInstanceError):
            made.notes = ()  # type: ignore[misc]
        with pytest.raises(TypeError):
            made.tables["main"] = made.main  # type: ignore[index]

    def test_a_question_needs_findings_and_a_drawing(self) -> None:
        with pytest.raises(TypeError, match="abstract"):
            Result(heading=Label("x"), tables={}, definition=None, provenance=None)  # type: ignore[abstract, arg-type]

    def test_summary(self) -> None:
        said = answer(notes=(Label("few cases"),)).summary("en").splitlines()
        assert said[0] == "Cases & courts"
        assert "One case of two" in said
        assert "Numerator: some" in said
        assert "Denominator: all" in said
        assert "Pending cases: counted" in said
        assert "Left out: 2 units: a date is missing." in said
        assert said[-1] == "Note: few cases"
        assert "Numerador: some" in answer().summary("es").splitlines()

    def test_a_page_is_inert(self) -> None:
        table = Table((COURT,), {"court": ["<script>alert(1)</script>"]})
        page = answer({"main": table})._repr_html_()
        assert "<script>" not in page
        assert "Cases &amp; courts" in page
        assert "<script>" not in table._repr_html_()


class TestFrames:
    @pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
    def test_the_library_that_the_cases_came_in(self, library: Any) -> None:
        if library == "polars":
            pytest.importorskip("polars")
        frame = answer(frame_library=library).to_frame()
        assert type(frame).__module__.split(".")[0] == library
        columns = frame.to_pydict() if library == "pyarrow" else {name: frame[name].to_list() for name in frame.columns}
        assert columns == {"court": ["one", "two"], "n": [3, 4]}

    def test_a_frame_is_a_copy(self) -> None:
        made = answer()
        frame = made.to_frame()
        frame.loc[0, "n"] = 99
        assert made.main["n"].tolist() == [3, 4]

    def test_no_such_table(self) -> None:
        with pytest.raises(QuestionError, match="Did you mean 'main'"):
            answer().to_frame("mein")


def test_names() -> None:
    assert names(None) == names(()) == ()
    assert names("court") == ("court",)
    assert names(["court", "sex", "court"]) == ("court", "sex")
