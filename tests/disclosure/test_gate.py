from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.cells import Count, Of, box
from justice_metrics.base.errors import DisclosureError, QuestionError
from justice_metrics.base.language import Label, Setting, tr
from justice_metrics.base.provenance import Correction, LeftOut, Provenance
from justice_metrics.base.quantities import SUPPRESSED
from justice_metrics.base.result import Protected, Published, Result
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.formulas import computed
from justice_metrics.disclosure.listed import NOT_LISTED
from justice_metrics.disclosure.policy import DisclosurePolicy, Exact
from justice_metrics.disclosure.published import ProtectedCells
from justice_metrics.disclosure.release import Release, release
from justice_metrics.disclosure.safe import printed_fingerprint
from justice_metrics.publish.record import as_json
from justice_metrics.publish.report import report_bytes
from tests.disclosure.gate_answers import (
    Answer,
    Weighted,
    answer,
    behind,
    by_sex,
    count,
    key,
    share,
    stratum,
    table,
)

SUPPRESS = DisclosurePolicy(zeros="structural")


@pytest.fixture
def rounding(monkeypatch: pytest.MonkeyPatch) -> DisclosurePolicy:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", hashlib.sha256(b"of the tests").hexdigest())
    return DisclosurePolicy(mode="round", zeros="structural")


def hidden(shown: Table, name: str) -> list[bool]:
    return [one == SUPPRESSED for one in shown.statuses.get(name, ("",) * len(shown))]


def everything(thing: Any) -> str:
    """All words and numbers that a release holds, but for the dossier."""
    if isinstance(thing, Release):
        thing = dataclasses.replace(thing, raw={})
    if isinstance(thing, np.ndarray | set | frozenset | list | tuple):
        inside = list(thing.tolist() if isinstance(thing, np.ndarray) else thing)
    elif isinstance(thing, Mapping):
        inside = [*thing.keys(), *thing.values()]
    elif isinstance(thing, type):
        return thing.__name__
    else:
        inside = [getattr(thing, one) for one in getattr(type(thing), "__slots__", ()) if hasattr(thing, one)]
        inside += list(getattr(thing, "__dict__", {}).values())
    return " ".join(everything(one) for one in inside) if inside else repr(thing)


# --------------------------------------------------------------------------------------------------- tables of counts


def test_a_small_count_hides_itself_and_what_is_computed_from_it() -> None:
    main = release(by_sex(), SUPPRESS).results[0].main
    assert hidden(main, "numerator")[0]
    assert np.isnan(main["numerator"][0])
    assert np.isnan(main["estimate"][0])
    assert hidden(main, "conf_low")[0]
    assert main["denominator"].tolist() == [60, 80]
    assert main["numerator"][1] == 24
    assert main["estimate"][1] == 0.3


def test_a_rounded_share_is_the_share_of_rounded_counts(rounding: DisclosurePolicy) -> None:
    made = release(by_sex(small=22, large=41), rounding)
    main = made.results[0].main
    n, d = (np.asarray(main[one], float) for one in ("numerator", "denominator"))
    assert (np.concatenate([n, d]) % 5 == 0).all()
    assert main["estimate"].tolist() == (n / d).tolist()
    assert main["conf_low"].tolist() == computed("wilson_low", [n, d], level=0.95).tolist()
    again = release(by_sex(small=22, large=41), rounding)
    assert again.results[0].main["numerator"].tolist() == n.tolist()


def test_without_a_formula_nothing_is_computed_from_rounded_counts(rounding: DisclosurePolicy) -> None:
    p = Column("half", tr("half"), "number", "estimate", "share", of=Of(inputs=("numerator",)))
    made = answer(stratum("sex"), count(), p, rows=[["female", 400, 0.0123456], ["male", 600, 0.5]])
    assert release(made, SUPPRESS).results[0].main["half"].tolist() == [0.0123456, 0.5]
    assert all(hidden(release(made, rounding).results[0].main, "half"))


def test_a_difference_or_a_hundred_per_cent_by_rounding_alone_is_held_back(rounding: DisclosurePolicy) -> None:
    flow = ("start", "came", "went")
    columns = (
        key("court"),
        *(count(one, keys={"court": "court"}, fixed={"of": (one,)}) for one in (*flow, "end")),
        share("by_flows", "stock", *flow),
        share("residual", "difference", "end", "by_flows"),
        share("kept", "share", "went", "came"),
    )
    rows = [
        ["a", 103, 51, 44, 110, 110, 0, 44 / 51],
        ["b", 103, 51, 44, 210, 110, 100, 44 / 51],
        ["c", 303, 100, 100, 303, 303, 0, 1],
    ]
    main = release(answer(*columns, rows=rows, units=900), rounding).results[0].main
    assert hidden(main, "residual") == [True, False, True]
    assert not any(hidden(main, "by_flows"))
    assert hidden(main, "kept")[2]
    assert release(answer(*columns, rows=rows, units=900), SUPPRESS).results[0].main["residual"].tolist() == [0, 100, 0]


def test_a_column_that_declares_nothing_keeps_its_table_inside() -> None:
    loose = Column("mystery", tr("?"), "number", "estimate", "share")
    good = table((stratum("sex"), count()), [["female", 400], ["male", 600]])
    bad = table((stratum("sex"), count(), loose), [["female", 400, 3.0], ["male", 600, 4.0]])
    made = release(answer(tables={"main": good, "other": bad}), SUPPRESS)
    assert list(made.results[0].tables) == ["main"]
    assert "mystery" in " ".join(one.text() for one in made.ledger.lines())
    with pytest.raises(DisclosureError, match="mystery"):
        release(answer(tables={"main": bad}), SUPPRESS)


def test_one_hidden_row_hides_what_is_computed_from_all_rows() -> None:
    of = Of(inputs=("numerator",), formula="share_of_rows", rows="table")
    parts = Column("part", tr("share"), "share", "estimate", "share", of=of)
    rows = [["a", 3, 0.003], ["b", 397, 0.397], ["c", 600, 0.6]]
    main = release(answer(key("kind"), count(keys={"kind": "kind"}), parts, rows=rows), SUPPRESS).results[0].main
    assert all(hidden(main, "part"))
    whole = [["a", 300, 0.3], ["b", 100, 0.1], ["c", 600, 0.6]]
    main = release(answer(key("kind"), count(keys={"kind": "kind"}), parts, rows=whole), SUPPRESS).results[0].main
    assert main["part"].tolist() == [0.3, 0.1, 0.6]


def test_what_is_computed_from_something_computed_is_hidden_with_it() -> None:
    gap = Column(
        "gap", tr("gap"), "points", "estimate", "difference", of=Of(inputs=("estimate", "asked"), formula="difference")
    )
    asked = Column("asked", tr("asked"), "share", "estimate", "setting")
    convicted = count("numerator", fixed={"ending": ("conviction",)})
    columns = (stratum("sex"), gap, share(), convicted, count("denominator"), asked)
    rows = [["female", 0.06 - 0.5, 0.06, 6, 100, 0.5], ["male", 0.25, 0.75, 75, 100, 0.5]]
    main = release(answer(*columns, rows=rows, units=200), SUPPRESS).results[0].main
    assert hidden(main, "gap") == [True, False]
    assert main["gap"][1] == 0.25
    assert main["asked"].tolist() == [0.5, 0.5]


def test_a_number_that_was_missing_keeps_its_own_reason() -> None:
    one = table(
        (stratum("office"), count()), [["a", np.nan], ["b", 400.0]], statuses={"numerator": ["not_available", ""]}
    )
    main = release(answer(tables={"main": one}), SUPPRESS).results[0].main
    assert main.statuses["numerator"] == ("not_available", "")


# ------------------------------------------------------------------------------------------------------ rows and words


def test_rows_that_are_not_listed_mean_hidden_or_none() -> None:
    columns = (key("reason"), count(keys={"reason": "reason"}), count("denominator"), share())
    rows = [["a", 600, 1000, 0.6], ["b", 2, 1000, 0.002], ["c", 398, 1000, 0.398]]
    labels = {"reason": {"a": Label("Reason a"), "b": Label("Ana's reason"), "c": Label("Reason c")}}
    made = release(answer(*columns, rows=rows, sparse=True, labels=labels), SUPPRESS)
    main = made.results[0].main
    assert "b" not in main["reason"].tolist()
    assert "b" not in main.labels["reason"]
    assert "Ana" not in everything(made)
    assert not any(one.rules for one in made.ledger.entries)


def test_the_order_of_rows_does_not_tell_which_hidden_count_is_larger() -> None:
    columns = (key("reason"), count(keys={"reason": "reason"}))
    first = [["c", 500], ["a", 6], ["b", 3]]
    second = [["c", 500], ["b", 6], ["a", 3]]
    orders = [
        release(answer(*columns, rows=rows), SUPPRESS).results[0].main["reason"].tolist() for rows in (first, second)
    ]
    assert orders[0] == orders[1] == ["a", "b", "c"]
    labels = {"reason": {"c": Label("C"), "b": Label("B"), "a": Label("A")}}
    shown = release(answer(*columns, rows=first, labels=labels), SUPPRESS).results[0].main
    assert shown["reason"].tolist() == ["c", "b", "a"]


def test_words_that_hold_a_number_of_cases_do_not_leave() -> None:
    notes = (tr("{n} left out", n=3), tr("Watched for {days} days", days=Setting(90)), tr("Plain."))
    rows = [["female", 400], ["male", 600]]
    made = release(answer(stratum("sex"), count(), rows=rows, notes=notes, title=tr("Of {n}", n=7)), SUPPRESS)
    assert [one.text() for one in made.results[0].notes] == ["Watched for 90 days", "Plain.", NOT_LISTED.text()]
    assert made.results[0].main.title is None
    with pytest.raises(DisclosureError, match="definition"):
        release(answer(stratum("sex"), count(), rows=rows, answers=tr("Of {n} cases?", n=7)), SUPPRESS)
    labels = {"sex": {"female": tr("women ({n})", n=7)}}
    with pytest.raises(DisclosureError, match="hold numbers"):
        release(answer(stratum("sex"), count(), rows=rows, labels=labels), SUPPRESS)


# -------------------------------------------------------------------------------------------------- medians and models


QUANTILES = [
    (19, "median", False),
    (20, "median", True),
    (39, "lower_quartile", False),
    (40, "lower_quartile", True),
    (5000, "smallest", False),
]


@pytest.mark.parametrize(("n", "name", "shown"), QUANTILES)
def test_a_quantile_rests_on_enough_cases_in_each_tail(n: int, name: str, shown: bool) -> None:
    days = Column(name, tr("days"), "days", "estimate", "quantile", of=Of(inputs=("numerator",)))
    rows = [["female", n, 101.0], ["male", 6000, 400.0]]
    main = release(answer(stratum("sex"), count(), days, rows=rows, units=n + 6000), SUPPRESS).results[0].main
    assert hidden(main, name)[0] is not shown
    if shown:
        assert main[name].tolist() == [98.0, 390.0]


def test_a_mean_has_two_digits_and_enough_cases() -> None:
    paid = Column("mean", tr("paid"), "number", "estimate", "mean", of=Of(inputs=("numerator",)))
    rows = [["a", 19, 1234.5], ["b", 20, 1234.5], ["c", 600, 98765.0]]
    columns = (key("kind"), count(keys={"kind": "kind"}), paid)
    main = release(answer(*columns, rows=rows, units=5000), SUPPRESS).results[0].main
    assert hidden(main, "mean") == [True, False, False]
    assert not any(hidden(main, "numerator"))
    assert main["mean"][2] == 99000.0


def ratios(*cells: float, guard: Any = "model") -> Table:
    columns = (
        key("term"),
        Column("estimate", tr("ratio"), "number", "estimate", "coefficient"),
        Column("conf_low", tr("low"), "number", "interval", "interval"),
        Column("n", tr("n"), "units", "count", "count"),
    )
    return table(columns, [["sex", 1.23456, 0.98765, 7]], guard=guard, cells=behind(*cells))


def test_a_model_leaves_with_few_digits_when_its_cells_are_large_enough() -> None:
    main = release(answer(tables={"main": ratios(10, 800)}), SUPPRESS).results[0].main
    assert main["estimate"].tolist() == [1.23]
    assert main["conf_low"].tolist() == [0.98]
    assert hidden(main, "n") == [True]
    assert not main.cells


@pytest.mark.parametrize("cells", [(9, 800), ()])
def test_a_model_with_a_small_cell_or_without_any_stays(cells: tuple[float, ...]) -> None:
    with pytest.raises(DisclosureError, match="main table stays inside"):
        release(answer(tables={"main": ratios(*cells)}), SUPPRESS)


def test_a_person_can_let_a_model_leave() -> None:
    from justice_metrics.disclosure.policy import ExceptionMade

    policy = DisclosurePolicy(exceptions=(ExceptionMade(name="answer.main", reason="agreed", who="the board"),))
    assert release(answer(tables={"main": ratios(9, 800)}), policy).results[0].main["estimate"].tolist() == [1.23]


def test_words_leave_and_internal_tables_stay() -> None:
    main = table((stratum("sex"), count()), [["female", 400], ["male", 600]])
    articles = table(
        (key("article"), Column("years", tr("years"), "number", "estimate", "setting")), [["308", 20]], guard="words"
    )
    claims = table((key("article"), count()), [["308", 3]], guard="words")
    inner = table((key("id"), count()), [["1", 31337]], guard="internal")
    naive = table((key("id"), count()), [["1", 31337]], warning=tr("naive"))
    tables = {"main": main, "articles": articles, "claims": claims, "inner": inner, "naive": naive}
    made = release(answer(tables=tables), SUPPRESS)
    assert list(made.results[0].tables) == ["main", "articles"]
    assert "31337" not in everything(made)


def test_weighted_counts_stay_unless_units_stand_behind_them() -> None:
    columns = (
        stratum("sex"),
        count(),
        Column("estimate", tr("x"), "share", "estimate", "share", of=Of(inputs=("numerator",))),
    )
    rows = [["female", 400.5, 0.1234], ["male", 600.5, 0.5]]
    with pytest.raises(DisclosureError, match="weighted"):
        release(answer(*columns, rows=rows, kind=Weighted), SUPPRESS)
    made = release(answer(*columns, rows=rows, kind=Weighted, cells=behind(30, 40)), SUPPRESS)
    assert made.results[0].main["estimate"].tolist() == [0.123, 0.5]
    assert all(hidden(made.results[0].main, "numerator"))


def test_each_weighted_share_leaves_with_its_units() -> None:
    columns = (stratum("sex"), count(), count("denominator", fixed={"judged": ("yes",)}), share())
    rows = [["female", 400.5, 801, 0.504], ["male", 600.5, 2402, 0.25], ["other", 3, 9, 1 / 3]]
    units = {"female": (41, 30), "male": (54, 4), "other": (4, 2)}
    cells = [
        Count(box({"sex": sex} | more), n, ("", name, row))
        for row, (sex, both) in enumerate(units.items())
        for name, more, n in zip(("denominator", "numerator"), ({"judged": ("yes",)}, {}), both, strict=True)
    ]
    (shown,) = release(answer(*columns, rows=rows, kind=Weighted, cells=cells), SUPPRESS).results
    # a group of which nothing is shown is not listed, and no sum of weights leaves
    assert shown.main["sex"].tolist() == ["female", "male"]
    assert shown.main["estimate"].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    assert shown.main["numerator_unweighted"].tolist() == pytest.approx([30, np.nan], nan_ok=True)
    assert shown.main["denominator_unweighted"].tolist() == [41, 54]
    assert [one.name for one in shown.main.columns] == [
        "sex", "numerator_unweighted", "denominator_unweighted", "estimate",
    ]  # fmt: skip
    with pytest.raises(DisclosureError, match="all of its numbers are hidden"):
        release(answer(*columns, rows=rows[2:], kind=Weighted, cells=[_first(one) for one in cells[4:]]), SUPPRESS)


def _first(one: Count) -> Count:
    return dataclasses.replace(one, place=(*one.place[:2], 0))


# ---------------------------------------------------------------------------------------------------------- provenance


def test_provenance_keeps_protected_numbers_and_no_place_on_a_disk() -> None:
    whose = Provenance(
        question="answer",
        settings=(
            ("population", Path("/home/someone/people.csv")),
            ("file", "c:\\data\\x.csv"),
            ("level", 0.95),
            ("f", len),
        ),
        source="Ana Quispe.xlsx",
        fingerprint="f",
        units_in=1000,
        left_out=(LeftOut(tr("no date"), 3), LeftOut(tr("no end"), 30)),
        plan="plan of Ana",
        corrections=(Correction(action="dropped", what=tr("twice"), n=7),),
        cutoff=dt.date(2020, 1, 1),
    )
    made = release(answer(stratum("sex"), count(), rows=[["female", 400], ["male", 600]], provenance=whose), SUPPRESS)
    shown = made.results[0].provenance
    assert dict(shown.settings) == {
        "population": "people.csv",
        "file": "x.csv",
        "level": 0.95,
        "f": "builtin_function_or_method",
    }
    assert shown.units_in == 1000
    assert [(one.reason.text(), one.n) for one in shown.left_out] == [("no end", 30)]
    assert "Ana" not in everything(made)
    lines = [one.text() for one in shown.lines()]
    assert "A correction plan was applied to the data." in lines
    assert "Fewer than 10 units left out for one reason are not listed." in lines


def test_a_number_of_units_that_is_hidden_is_not_said() -> None:
    made = release(answer(stratum("sex"), count(), rows=[["female", 400], ["male", 600]], units=4), SUPPRESS)
    shown = made.results[0].provenance
    assert shown.units_in == 0
    assert "The number of units in the data is held back; counted as: case." in [one.text() for one in shown.lines()]


def test_a_rounded_release_says_no_fingerprint_that_can_be_guessed(rounding: DisclosurePolicy) -> None:
    made = release(by_sex(), rounding)
    assert made.results[0].provenance.fingerprint not in {"", "f"}
    assert len(made.results[0].provenance.fingerprint) == 32
    assert printed_fingerprint(made.results[0].provenance) == made.results[0].provenance.fingerprint


def test_no_file_holds_a_fingerprint_that_was_made_without_a_key() -> None:
    """A digest of columns and number of units: who tries one number after the other finds it, hidden or not."""
    plain = Provenance(question="answer", fingerprint="0b5bd9f3c0a4d7e1", units_in=140)
    asked = dataclasses.replace(by_sex(), provenance=plain)
    made = release(asked, SUPPRESS)
    for written in (json.dumps(as_json(made.results, "en")), report_bytes(made, language="en").decode()):
        assert plain.fingerprint not in written
    assert plain.fingerprint in json.dumps(as_json((asked,), "en"))


# --------------------------------------------------------------------------------------------------------- the release


def test_nothing_raw_is_kept_but_in_the_dossier() -> None:
    rows = [["female", 31337, 4], ["male", 31338, 31339]]
    columns = (stratum("sex"), count(), count("convicted", fixed={"ending": ("conviction",)}))
    raw = answer(*columns, rows=rows, units=62675)
    made = release(raw, SUPPRESS)
    assert "31337" in everything(made)
    assert np.isnan(made.results[0].main["convicted"][0])
    hidden_ones = [one for one in made.dossier()["results"][0]["counts"] if one["shown"] is None]
    assert 4.0 in [one["count"] for one in hidden_ones]
    found = everything(made).replace(",", " ").replace(")", " ").split()
    assert not {"4", "4.0"} & set(found)
    assert "raw" not in repr(made)


def test_sentences_are_made_from_what_is_shown() -> None:
    said = [one.text() for one in release(by_sex(), SUPPRESS).results[0].findings()]
    assert said == ["male: 24 of 80 (30.0\xa0%)."]


def test_the_drawing_says_which_rows_are_hidden() -> None:
    ax = release(by_sex(), SUPPRESS).results[0].plot()
    words = {one.get_text() for one in ax.texts}
    assert "hidden" in words


def test_an_answer_that_is_not_made_anew_stays() -> None:
    class Stubborn(Answer):
        def rebuild(self, protected: Protected) -> Result:
            return self

    class Smuggler(Answer):
        def rebuild(self, protected: Protected) -> Result:
            return Published.of(self, Protected(tables=self.tables, provenance=protected.provenance))

    class Talker(Answer):
        def context(self) -> dict[str, object]:
            return {"counts": np.array([3])}

    rows = [["female", 400], ["male", 600]]
    for kind in (Stubborn, Smuggler, Talker):
        with pytest.raises(DisclosureError):
            release(answer(stratum("sex"), count(), rows=rows, kind=kind), SUPPRESS)


def test_some_answers_are_refused_and_the_others_published() -> None:
    bad = answer(tables={"main": ratios(3)})
    made = release([bad, by_sex()], SUPPRESS)
    assert len(made) == 1
    assert [one.question for one in made.refused] == ["answer"]
    assert made.ledger.to_record()["refused"][0]["reason"].startswith("its main table stays inside")


def test_what_was_published_before_stays_hidden() -> None:
    first = release(by_sex(), SUPPRESS)
    known = ProtectedCells.from_record(first.cells.to_record())
    again = release(by_sex(), SUPPRESS, previous=[known])
    assert again.results[0].main["numerator"].tolist()[1] == 24
    assert hidden(again.results[0].main, "numerator")[0]


def test_published_answers_and_rows_are_no_results() -> None:
    made = release(by_sex(), SUPPRESS)
    with pytest.raises(DisclosureError, match="published already"):
        release(list(made.results), SUPPRESS)
    with pytest.raises(DisclosureError, match="not a result"):
        release([{"name": "Ana"}], SUPPRESS)  # type: ignore[list-item]
    with pytest.raises(DisclosureError, match="without results"):
        release([], SUPPRESS)
    assert isinstance(made, Release)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=5), st.booleans())
@settings(max_examples=25, deadline=None)
def test_no_small_count_is_ever_shown(counts: list[int], sparse: bool) -> None:
    rows = [[chr(97 + place), n] for place, n in enumerate(counts)]
    try:
        made = release(
            answer(key("kind"), count(keys={"kind": "kind"}), rows=rows, units=sum(counts), sparse=sparse), SUPPRESS
        )
    except DisclosureError:
        return
    shown = [float(one) for one in made.results[0].main["numerator"] if not np.isnan(one)]
    assert all(one == 0 or one >= 10 for one in shown)
    assert len(shown) != len(counts) - 1 or sparse or made.results[0].provenance.units_in == 0


def test_a_reason_to_stay_tells_no_number_of_cases() -> None:
    class Refusing(Answer):
        def rebuild(self, protected: Protected) -> Result:
            raise QuestionError(tr("Only {n} cases are left.", n=3) if protected.minimum == 10 else tr("Curves stay."))

    rows = [["female", 400], ["male", 600]]
    bad = answer(stratum("sex"), count(), rows=rows, kind=Refusing)
    said = [[one.reason.text() for one in release([bad, by_sex()], policy).refused] for policy in
            (SUPPRESS, DisclosurePolicy(minimum=12))]  # fmt: skip
    assert said == [["it cannot be made anew"], ["Curves stay."]]


@pytest.mark.parametrize(("n", "d"), [(8, 321), (49, 1210)])
def test_a_headline_that_is_published_elsewhere_stays_printable(n: int, d: int) -> None:
    columns = (count("numerator", fixed={"ending": ("conviction",)}), count("denominator"), share())
    headline = answer(*columns, rows=[[n, d, n / d]], units=d)
    official = Exact(indicator="convictions_total", reason="yearbook of the courts", legal_basis="law of statistics")
    made = release(headline, DisclosurePolicy(exact=(official,))).results[0]
    assert made.main["estimate"].tolist() == [n / d]
    assert [one.text() for one in made.findings()] == [f"all: {n} of {d:,} ({n / d:.1%}).".replace("%", "\xa0%")]
    undeclared = release(headline, DisclosurePolicy()).results[0]
    assert hidden(undeclared.main, "numerator") == [n < 10]
