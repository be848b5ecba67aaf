"""Coding drift: planted changes are found, nothing is on unchanged data, rare labels are not named, edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.unclear_labels import says_nothing
from justice_metrics.measures.quality.coding_drift import CodingDrift, coding_drift
from justice_metrics.measures.quality.date_heaping import date_heaping

MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2019-12-31"},
    "dates": {"complaint": "day"},
    "attributes": {"offence": "offence", "relationship": "kin", "court": "court", "municipality": "town"},
}
N = 2_400


def cases_of(frame: pd.DataFrame, mapping: dict[str, Any] = MAPPING) -> jm.CaseData:
    return jm.CaseData.from_frame(frame, mapping)


def steady(seed: int = 11) -> pd.DataFrame:
    """Four years in which nothing changes; courts lie in one town each."""
    rng = np.random.default_rng(seed)
    court = rng.choice(["A", "B", "C"], N)
    return pd.DataFrame(
        {
            "id": [f"c{one}" for one in range(N)],
            "day": np.datetime64("2015-01-01") + rng.integers(0, 1_460, N).astype("timedelta64[D]"),
            "offence": rng.choice(["Violación", "Abuso", "Estupro"], N, p=[0.5, 0.3, 0.2]),
            "kin": rng.choice(["Padre", "Vecino", "Otro"], N, p=[0.5, 0.4, 0.1]),
            "court": court,
            "town": np.char.add("Town ", court),
        }
    )


@pytest.fixture(scope="module")
def planted() -> CodingDrift:
    rng, data = np.random.default_rng(3), steady()
    year = data["day"].dt.year
    renamed = (year >= 2017) & (data["offence"] == "Violación")
    data.loc[renamed, "offence"] = "Violación agravada"
    # spread evenly over the cases of a year with another label, so that the years lie on the line
    order = data.groupby([year, data["kin"] == "Otro"])
    even = (order.cumcount() + rng.random(N)) / order["id"].transform("size")
    data.loc[even < (year - 2015) * 0.1, "kin"] = "Otro"
    data.loc[(data["court"] == "C") & (rng.random(N) < 0.5), "offence"] = "Estupro"
    data.loc[:7, "kin"] = "a name that eight files hold"
    return coding_drift(cases_of(data), by="court")


class TestPlanted:
    def test_a_replaced_label_is_new_and_gone(self, planted: CodingDrift) -> None:
        main = planted.to_frame().set_index(["court", "column", "before", "period"])
        row = main.loc[("all", "offence", "2016", "2017")]
        assert (row["state"], row["new"], row["gone"]) == ("replaced", 1, 1)
        assert row["moved"] in {"Violación", "Violación agravada"}
        assert row["p_value"] < 1e-6
        labels = planted.to_frame("labels")
        mine = labels[(labels["court"] == "all") & (labels["period"] == "2017") & (labels["column"] == "offence")]
        assert dict(zip(mine["label"], mine["state"], strict=True)) == {
            "Abuso": "steady", "Estupro": "steady", "Violación": "gone", "Violación agravada": "new",
        }  # fmt: skip
        told = " ".join(one.text() for one in planted.findings())
        assert "New: Violación agravada. No longer used: Violación." in told

    def test_the_year_after_is_steady_again(self, planted: CodingDrift) -> None:
        main = planted.to_frame().set_index(["court", "column", "before", "period"])
        assert main.loc[("all", "offence", "2017", "2018"), "state"] == "steady"
        assert main.loc[("all", "municipality", "2016", "2017"), "state"] == "steady"

    def test_growth_of_labels_that_say_nothing(self, planted: CodingDrift) -> None:
        growth = planted.to_frame("growth").set_index(["court", "column"])
        row = growth.loc[("all", "relationship")]
        assert row["labels"] == "Otro"
        # a tenth more of the other nine tenths every year
        assert row["conf_low"] < 0.09 < row["conf_high"]
        assert row["p_value"] < 1e-6

    def test_growth_in_a_file_that_covers_half_a_year(self) -> None:
        """October to March: the two years lie three months apart, and "Otro" grows by 40 points a year."""
        days = pd.date_range("2016-10-01", "2017-03-31").repeat(8)
        grown = np.arange(len(days)) % 40 / 40 < 0.1 + 0.4 * np.asarray((days - days[0]).days) / 365.25
        data = pd.DataFrame({"id": range(len(days)), "day": days, "kin": np.where(grown, "Otro", "Padre")})
        data = data.assign(offence="x", court="A", town="B")
        for period in ("year", "month"):
            row = coding_drift(cases_of(data), fields="relationship", period=period).to_frame("growth").iloc[0]
            assert row["estimate"] == pytest.approx(0.4, abs=0.06)

    def test_an_office_that_codes_otherwise(self, planted: CodingDrift) -> None:
        groups = planted.to_frame("groups").set_index(["court", "column"])
        assert groups.loc[("C", "offence"), "moved"] == "Estupro"
        assert groups.loc[("C", "offence"), "state"] == "changed"
        assert (groups.loc[(slice(None), "relationship"), "state"] == "steady").all()
        # a town belongs to one court: nothing to compare
        assert "municipality" not in groups.index.get_level_values("column")

    def test_rare_labels_are_never_named(self, planted: CodingDrift) -> None:
        every = " ".join(planted.to_frame(name).to_csv() for name in planted.tables) + planted.summary()
        assert "eight files" not in every
        assert "rarer_labels" in every

    def test_shares_of_a_period_add_up(self, planted: CodingDrift) -> None:
        labels = planted.to_frame("labels")
        sums = labels.groupby(["court", "column", "period"])[["n", "estimate"]].sum()
        assert np.allclose(sums["estimate"], 1)

    def test_figures_of_every_view(self, planted: CodingDrift) -> None:
        assert len(planted.plot(language="es").texts) == 3 * 3
        assert {"labels", "groups"} == set(planted.views)
        for view in planted.views:
            assert planted.draw(view).get_xlabel()


class TestNothingChanged:
    @pytest.mark.parametrize("correction", ["holm", "benjamini_hochberg"])
    def test_no_false_alarm(self, correction: Any) -> None:
        made = coding_drift(cases_of(steady()), by="court", period="quarter", false_alarms=correction)
        assert set(made.to_frame()["state"]) <= {"steady", "few"}
        assert set(made.to_frame("labels")["state"]) == {"steady"}
        assert len(made.findings()) == 1

    def test_the_order_of_rows_changes_nothing(self) -> None:
        data = steady()
        one, two = (coding_drift(cases_of(part)).to_frame() for part in (data, data.sample(frac=1, random_state=1)))
        pd.testing.assert_frame_equal(one, two)

    def test_many_labels_make_no_large_change_of_a_small_one(self) -> None:
        """A hundred labels, of which two move by four points: an index of 0.02, and 0.1 more by chance alone."""
        rng = np.random.default_rng(7)
        before = np.r_[0.30, 0.10, np.full(98, 0.6 / 98)]
        after = before + np.r_[-0.04, 0.04, np.zeros(98)]
        labels = [f"label {one}" for one in range(100)]
        offence = np.r_[rng.choice(labels, 2_000, p=before), rng.choice(labels, 2_000, p=after)]
        data = pd.DataFrame({"id": range(4_000), "day": np.repeat(["2016-03-01", "2017-03-01"], 2_000)})
        data = data.assign(offence=offence, kin="x", court="A", town="B")
        row = coding_drift(cases_of(data), fields="offence").to_frame().iloc[0]
        assert row["estimate"] > 0.09
        assert row["beyond"] < 0.05
        assert row["state"] in {"steady", "slight"}

    def test_units_that_can_belong_to_one_case_are_told(self) -> None:
        mapping = {**MAPPING, "cases": {**MAPPING["cases"], "unit": "victim"}}
        for question in (coding_drift, date_heaping):
            told, other = (question(cases_of(steady().head(80), one)).notes for one in (mapping, MAPPING))
            assert any("can belong to one case" in one.text() for one in told)
            assert not any("can belong to one case" in one.text() for one in other)


class TestEdges:
    def test_few_are_not_tested(self) -> None:
        made = coding_drift(cases_of(steady().head(60)), fields="offence")
        assert set(made.to_frame()["state"]) == {"few"}
        assert made.to_frame()["p_value"].isna().all()
        assert any("not tested" in one.text() for one in made.notes)

    def test_one_period_has_nothing_to_compare(self) -> None:
        data = steady().assign(day="2016-03-01")
        made = coding_drift(cases_of(data), fields="offence")
        assert len(made.main) == 0
        assert made.findings()
        assert made.plot() is not None

    def test_all_missing(self) -> None:
        data = steady().assign(offence=None)
        made = coding_drift(cases_of(data), fields="offence")
        assert len(made.main) == 0
        assert made.draw("labels") is not None

    def test_labels_given_by_hand_say_nothing(self) -> None:
        made = coding_drift(cases_of(steady()), fields="relationship", unclear="Vecino")
        assert made.to_frame("growth")["labels"].tolist() == ["Vecino"]

    @pytest.mark.parametrize(
        ("setting", "value"), [("fields", "offense"), ("false_alarms", "none"), ("least_index", -1), ("by", "curt")]
    )
    def test_wrong_settings_are_refused(self, setting: str, value: Any) -> None:
        with pytest.raises(QuestionError):
            coding_drift(cases_of(steady().head(20)), **{setting: value})

    @pytest.mark.parametrize("label", ["Otros", "OTRO", "Desconocido", "unknown", "S/D", "No especificado", "N/A"])
    def test_labels_that_say_nothing(self, label: str) -> None:
        assert says_nothing(label)

    @pytest.mark.parametrize("label", ["Sí", "No", "si", "Otro familiar", "No consanguíneo", "Nacional", "Ninguno"])
    def test_labels_that_say_something(self, label: str) -> None:
        assert not says_nothing(label)


class TestHeaping:
    def test_planted_heaps_are_found_and_only_they(self) -> None:
        rng, data = np.random.default_rng(5), steady()
        first = (data["court"] == "A") & (data["day"].dt.year == 2016) & (rng.random(N) < 0.4)
        data.loc[first, "day"] = data.loc[first, "day"].dt.to_period("M").dt.start_time
        found = date_heaping(cases_of(data), by="court").to_frame()
        heaped = found[found["state"] == "heaped"]
        # one twelfth of them on each first, which is a heap of its own
        assert set(heaped["sign"]) == {"first_of_month", "one_day"}
        assert set(heaped["court"]) <= {"A", "all"}
        assert set(heaped["period"]) == {"2016"}
        row = heaped[(heaped["court"] == "A") & (heaped["sign"] == "first_of_month")].iloc[0]
        assert row["counted"] >= first.sum()
        assert row["usual"] == pytest.approx(12 / 366)

    def test_one_day_of_typing(self) -> None:
        data = steady()
        data.loc[data.index[:120], "day"] = np.datetime64("2017-12-29")
        made = date_heaping(cases_of(data))
        heaped = made.to_frame()[lambda one: one["state"] == "heaped"]
        assert "one_day" in set(heaped["sign"])
        assert any("one and the same date" in one.text() for one in made.findings())
        assert made.plot(language="es").texts

    def test_hearings_in_bundles_are_no_heap(self) -> None:
        """Circuit courts: five hearings on each of forty days a year, drawn from all days of work."""
        for seed in range(3):
            rng = np.random.default_rng(seed)
            years = [pd.bdate_range(f"{year}-01-08", f"{year}-12-20") for year in (2015, 2016, 2017)]
            day = np.concatenate([np.repeat(rng.choice(year, 40, replace=False), 5) for _ in "ABC" for year in years])
            court = np.repeat(["A", "B", "C"], 600)
            data = pd.DataFrame({"id": range(1_800), "day": day, "court": court}).assign(offence="x", kin="y", town="z")
            assert "heaped" not in set(date_heaping(cases_of(data), by="court").to_frame()["state"])

    def test_nothing_piles_up_by_chance(self) -> None:
        made = date_heaping(cases_of(steady()), by="court", period="half_year")
        assert set(made.to_frame()["state"]) <= {"usual", "few"}
        assert len(made.findings()) == 1

    def test_stand_ins_and_days_after_the_cut_off_are_left_out(self) -> None:
        data = steady().head(100)
        data.loc[:49, "day"] = np.datetime64("1970-01-01")
        found = date_heaping(cases_of(data)).to_frame()
        assert found[found["sign"] == "one_day"]["denominator"].sum() == 50

    def test_an_unknown_date_is_refused(self) -> None:
        with pytest.raises(QuestionError, match="no date of these cases"):
            date_heaping(cases_of(steady().head(20)), dates="verdit")
