"""Who supports, and from when: by hand, against the registers, at the edges, in every engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.presence import SupportPresence, support_presence
from justice_metrics.simulate.cases import sample_cases
from tests.made_cases import frame_of, wide, wide_mapping

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

COLUMNS = ("id", "actor", "start", "end", "institution", "basis", "day")
SECTION = {
    "id": "id",
    "actor": "actor",
    "start": "start",
    "end": "end",
    "institution": "institution",
    "basis": "basis",
    "recorded": "day",
}
# complaint on day 0, cut-off on day 200
ROWS: list[dict[str, Any]] = [
    {"id": "open", "court": "A", "complaint": 0, "outcome": None, "ended": None},
    {"id": "rejected", "court": "A", "complaint": 0, "outcome": "rejected", "ended": 50},
    {"id": "same day", "court": "A", "complaint": 0, "outcome": "rejected", "ended": 50},
    {"id": "nobody", "court": "B", "complaint": 0, "outcome": "rejected", "ended": 20},
    {"id": "undated", "court": "B", "complaint": 0, "outcome": None, "ended": None},
    {"id": "early", "court": "B", "complaint": 10, "outcome": None, "ended": None},
]
SPELLS: list[tuple[Any, ...]] = [
    ("open", "lawyer", 30, 90, "DNA", "appearance", 31),
    ("open", "lawyer", 100, None, "NGO", "hearing", 180),
    ("open", "psychologist", 60, 120, "DNA", "report", None),
    ("rejected", "lawyer", 10, None, "DNA", "appearance", 60),
    ("rejected", "psychologist", 70, None, "DNA", "report", 70),
    ("same day", "lawyer", 50, None, "DNA", "hearing", 50),
    ("undated", "lawyer", None, None, "DNA", "report", None),
    ("early", "lawyer", 5, 40, "DNA", "request", 9),
]


def presence_cases(frame: Any = lambda one: one, rows: list[dict[str, Any]] | None = None) -> CaseData:
    spells = frame_of([dict(zip(COLUMNS, one, strict=True)) for one in SPELLS])
    for name in ("institution", "basis"):
        spells[name] = spells[name].astype(object)
    table = frame_of(rows or ROWS)
    mapping = wide_mapping(list(table.columns), cutoff=200, support=SECTION, labels={"rejected": "rejected"})
    return CaseData.from_frame(frame(table), mapping, support=frame(spells))


@pytest.fixture(scope="module")
def answer() -> SupportPresence:
    return support_presence(presence_cases(), horizon_days=(10, 30, 100))


def of(answer: SupportPresence, table: str, **where: Any) -> pd.DataFrame:
    frame = answer.to_frame(table)
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame


class TestByHand:
    def test_lawyer(self, answer: SupportPresence) -> None:
        """Five cases, one undated left out; starts on days 0 (before the complaint), 10 and 30; one ends on day 20."""
        frame = of(answer, "main", support_by="lawyer")
        assert frame["denominator"].tolist() == [5, 5, 5]
        assert frame["numerator"].tolist() == [2, 3, 3]
        assert frame["estimate"].tolist() == pytest.approx([2 / 5, 3 / 5, 3 / 5])

    def test_numbers_of_actors(self, answer: SupportPresence) -> None:
        """Both actors: in the open case from day 60 on; in the rejected one the second came after the ending."""
        assert of(answer, "main", support_by="at_least_2")["numerator"].tolist() == [0, 0, 1]
        row = of(answer, "actors", support_by="at_least_2").iloc[0]
        assert (row["started"], row["late"], row["never"], row["undated"]) == (1, 1, 4, 0)
        row = of(answer, "actors", support_by="at_least_1").iloc[0]
        assert (row["started"], row["late"], row["never"], row["undated"]) == (3, 1, 1, 1)

    def test_actors(self, answer: SupportPresence) -> None:
        row = of(answer, "actors", support_by="lawyer").iloc[0]
        assert (row["units"], row["started"], row["late"], row["never"], row["undated"]) == (6, 3, 1, 1, 1)
        assert row["share_undated"] == pytest.approx(1 / 5)
        assert row["median_days"] == 10

    def test_still_there_at_the_end(self, answer: SupportPresence) -> None:
        frame = of(answer, "present").set_index(["actor", "when"])
        assert frame.loc[("lawyer", "ended"), ["denominator", "numerator"]].tolist() == [1, 1]
        assert frame.loc[("lawyer", "open"), ["denominator", "numerator"]].tolist() == [2, 1]
        assert frame.loc[("psychologist", "open"), ["denominator", "numerator"]].tolist() == [1, 0]
        assert np.isnan(frame.loc[("psychologist", "ended"), "estimate"])

    def test_spells(self, answer: SupportPresence) -> None:
        frame = of(answer, "spells").set_index(["actor", "kind", "level"])
        whole = frame.loc[("lawyer", "all", "all")]
        assert whole["spells"] == 6
        assert whole["share_undated"] == pytest.approx(1 / 6)
        assert whole["median_days"] == 30, "of -5, 10, 30, 50, 100"
        assert (whole["with_record"], whole["share_late"]) == (5, 2 / 5)
        assert whole["median_recording"] == 4, "of 0, 1, 4, 50, 80"
        assert frame.loc[("lawyer", "institution", "NGO"), "spells"] == 1
        bases = of(answer, "spells", actor="lawyer", kind="basis")["level"].tolist()
        assert bases == ["appearance", "hearing", "report", "request"]
        assert frame.loc[("psychologist", "all", "all"), "with_record"] == 1

    def test_active_only(self) -> None:
        """Who counts by hearings only came on the day of the ending, which is too late, and on day 100."""
        hearing = support_presence(
            presence_cases(), actors="lawyer", basis={"lawyer": ("hearing",)}, horizon_days=(150,)
        )
        assert hearing.main["numerator"].tolist() == [1]
        row = of(hearing, "actors").iloc[0]
        assert (row["started"], row["late"], row["undated"]) == (1, 1, 0)

    def test_one_institution(self) -> None:
        only = support_presence(presence_cases(), actors="lawyer", institutions="NGO", horizon_days=(150,))
        assert only.main["numerator"].tolist() == [1]
        assert of(only, "spells")["spells"].tolist() == [1, 1, 1]

    def test_groups(self, answer: SupportPresence) -> None:
        split = support_presence(presence_cases(), horizon_days=(10, 30, 100), by="court")
        for name in ("denominator", "numerator"):
            one = answer.to_frame().groupby(["support_by", "days"])[name].sum()
            two = split.to_frame().groupby(["support_by", "days"])[name].sum()
            pd.testing.assert_series_equal(one, two)

    def test_every_engine(self, engine: Any, answer: SupportPresence) -> None:
        other = support_presence(presence_cases(engine.frame), horizon_days=(10, 30, 100))
        for name, table in other.tables.items():
            for column in table.columns:
                there, here = table[column.name], answer.tables[name][column.name]
                assert np.array_equal(there, here, equal_nan=there.dtype.kind == "f"), (name, column.name)

    def test_frequencies(self, answer: SupportPresence) -> None:
        twice = support_presence(
            presence_cases(rows=[{**one, "frequency": 2} for one in ROWS]), horizon_days=(10, 30, 100)
        )
        assert twice.main["estimate"].tolist() == pytest.approx(answer.main["estimate"].tolist())
        for table, column in (("actors", "started"), ("present", "denominator"), ("spells", "spells")):
            assert twice.tables[table][column].tolist() == [2 * n for n in answer.tables[table][column]]


class TestSample:
    @pytest.fixture(scope="class")
    @staticmethod
    def presence() -> SupportPresence:
        return support_presence(sample_cases())

    def test_counts_of_the_register(self, presence: SupportPresence) -> None:
        frame = presence.to_frame("actors").set_index("support_by")
        assert (frame["started"] + frame["late"] + frame["never"] + frame["undated"] == 1_200).all()
        assert frame["started"].at["at_least_1"] >= frame["started"][["lawyer", "psychologist", "social_worker"]].max()
        ended = presence.to_frame("present").groupby("actor")["denominator"].sum()
        for actor, n in ended.items():
            assert n == frame["started"].at[actor]

    def test_recorded_late_like_the_check(self, presence: SupportPresence) -> None:
        from justice_metrics.measures.quality.check import check

        frame = presence.to_frame("spells")
        whole = frame[frame["kind"] == "all"]
        late = round(float((whole["share_late"] * whole["with_record"]).sum()))
        found = check(sample_cases(), rules="support_recorded_late").to_frame()
        assert late == found["n"][0]

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_told_and_drawn(self, presence: SupportPresence, language: str) -> None:
        assert len(presence.findings()) == 6
        assert presence.summary(language)  # type: ignore[arg-type]
        axes = presence.plot(language=language)  # type: ignore[arg-type]
        for line in axes.lines[:6]:
            heights = np.asarray(line.get_ydata(), np.float64)
            assert np.all(np.diff(heights[np.isfinite(heights)]) >= 0)

    def test_a_prosecutor_is_named_in_every_case(self) -> None:
        cases = sample_cases()
        assert cases.support is not None
        import narwhals.stable.v2 as nw

        renamed = cases.support.with_columns(
            actor=nw.when(nw.col("actor") == "lawyer").then(nw.lit("prosecutor")).otherwise(nw.col("actor"))
        )
        other = cases.with_(support=renamed, actors=("prosecutor", "psychologist", "social_worker"))
        said = " ".join(str(note) for note in support_presence(other, actors="prosecutor").notes)
        assert "named in every case" in said
        active = support_presence(other, actors="prosecutor", basis={"prosecutor": "audiencia"})
        assert "named in every case" not in " ".join(str(note) for note in active.notes)


class TestEdges:
    def test_nobody_ever(self) -> None:
        cases = wide([{"id": "a", "complaint": 0}, {"id": "b", "complaint": 0}], support=[("x", "lawyer", 5, None)])
        found = support_presence(cases, horizon_days=(30,))
        assert found.main["estimate"].tolist() == [0]
        assert found.findings()
        assert found.plot() is not None

    def test_all_undated(self) -> None:
        cases = wide(
            [{"id": "a", "complaint": 0}, {"id": "b", "complaint": 0}],
            support=[("a", "lawyer", None, None), ("a", "psychologist", 5, None)],
        )
        found = support_presence(cases, horizon_days=(30,), actors="lawyer")
        assert found.main["denominator"].tolist() == [1]
        assert "no date" in found.summary()

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"horizon_days": ()}, "must rise"),
            ({"horizon_days": (90, 30)}, "must rise"),
            ({"actors": "lawer"}, "is not a support actor"),
            ({"by": "cour"}, "cour"),
            ({"basis": {"judge": "hearing"}}, "judge"),
        ],
    )
    def test_refusals(self, settings: dict[str, Any], words: str) -> None:
        with pytest.raises(QuestionError, match=words):
            support_presence(presence_cases(), **settings)

    def test_without_spells(self) -> None:
        with pytest.raises(QuestionError):
            support_presence(wide([{"id": "a", "complaint": 0}]))
