"""Duration models as answers: without lifelines a message; with it, ratios, choices, calibration, pending cases."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import MissingExtraError, QuestionError
from justice_metrics.measures.duration_model import DurationModel, duration_model
from tests.made_cases import wide


def test_without_lifelines_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def hidden(name: str, *more: Any) -> Any:
        return None if name == "lifelines" else found(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", hidden)
    with pytest.raises(MissingExtraError, match=r"pip install 'justice-metrics\[lifelines\]'"):
        duration_model(jm.sample_cases())


def simulated(n: int = 2_000, **more: Any) -> pd.DataFrame:
    """Weibull times that are twice as long in office b."""
    rng = np.random.default_rng(7)
    office = rng.integers(0, 2, n)
    days = np.floor(rng.weibull(1.4, n) * 300 * 2.0**office).astype(int)
    cutoff = rng.integers(100, 900, n)
    return pd.DataFrame(
        {
            "days": np.minimum(days, cutoff),
            "end": (days <= cutoff).astype(int),
            "office": np.where(office, "b", "a"),
            "court": rng.integers(0, 30, n).astype(str),
            **more,
        }
    )


def model(frame: pd.DataFrame, **more: Any) -> DurationModel:
    given = {name: more.pop(name) for name in ("frequency", "weight", "entry") if name in more}
    times = jm.durations(frame, days="days", ending="end", outcomes={"1": "verdict"}, by=("office", "court"), **given)
    settings = {"formula": 'C(office, Treatment("a"))', "outcome": "any_exit", **more}
    return duration_model(times, **settings)


@pytest.mark.lifelines
class TestWithLifelines:
    @pytest.fixture(autouse=True)
    def _lifelines(self) -> None:
        pytest.importorskip("lifelines", reason="lifelines is not installed")

    def test_the_ratio_is_found(self) -> None:
        answer = model(simulated())
        main = answer.main
        assert main["level"].tolist() == ["a", "b"]
        assert main["estimate"][0] == 1
        assert main["conf_low"][1] < 2 < main["conf_high"][1]
        assert main["estimate"][1] == pytest.approx(2, rel=0.1)
        assert main["at_risk"].sum() == 2_000
        assert "times as long" in answer.summary()
        assert "Longer." in answer.summary()

    def test_the_true_distribution_describes_best(self) -> None:
        models = model(simulated()).tables["models"]
        assert models["distribution"].tolist()[int(np.argmin(models["aic"]))] == "weibull"
        assert models["aic"] == pytest.approx(2 * models["parameters"] - 2 * models["log_likelihood"])

    def test_predictions_agree_with_what_was_observed(self) -> None:
        answer = model(simulated(), horizon_days=400)
        table = answer.tables["calibration"]
        assert table["denominator"].sum() == 2_000
        assert ((table["conf_low"] <= table["predicted"]) & (table["predicted"] <= table["conf_high"])).all()
        curve = answer.tables["curve"]
        early = curve["days"] <= 600
        assert np.abs(curve["predicted"][early] - curve["estimate"][early]).max() < 0.04

    def test_pending_cases(self) -> None:
        frame = simulated()
        answer = model(frame, formula="")
        table = answer.tables["pending"]
        assert table["denominator"].sum() == (frame["end"] == 0).sum()
        assert ((table["share"] > 0) & (table["share"] < 1)).all()
        # a Weibull model whose pace rises: the longer a case has been open, the sooner it ends
        assert (np.diff(table["estimate"]) < 0).all()
        assert len(answer.main) == 0

    def test_frequencies_are_rows_and_weights_are_robust(self) -> None:
        frame = simulated(400)
        twice = model(frame.assign(n=2), frequency="n")
        rows = model(pd.concat([frame, frame]))
        assert twice.main["conf_high"] == pytest.approx(rows.main["conf_high"], nan_ok=True)
        weighted = model(frame.assign(w=np.where(np.arange(400) % 2, 1.5, 0.5)), weight="w")
        table = weighted.tables["coefficients"]
        assert table["std_error"][0] != pytest.approx(table["std_error_model"][0])
        assert np.isnan(weighted.tables["models"]["aic"]).all()
        assert np.isnan(weighted.tables["calibration"]["conf_low"]).all()

    def test_clusters_and_delayed_entry(self) -> None:
        frame = simulated(800)
        late = frame.assign(since=np.where(frame["days"] > 60, 50, -1))
        assert model(late, entry="since").main["estimate"][1] == pytest.approx(2, rel=0.25)
        clustered = model(frame, cluster="court")
        assert clustered.main["estimate"] == pytest.approx(model(frame).main["estimate"])
        assert any("30" in one.text() for one in clustered.notes)

    def test_a_level_without_an_ending_has_no_ratio(self) -> None:
        frame = simulated(300)
        frame.loc[frame["office"] == "b", "end"] = 0
        answer = model(frame)
        assert np.isnan(answer.main["estimate"][1])
        assert any("office" in one.text() for one in answer.notes)

    def test_refusals(self) -> None:
        with pytest.raises(QuestionError, match="no distribution"):
            model(simulated(100), compare=("weibul",))
        rejected = wide([{"id": f"{n}", "complaint": 0, "outcome": "rejected", "ended": 50 + n} for n in range(5)])
        with pytest.raises(QuestionError, match="No case came"):
            duration_model(rejected, outcome="conviction")

    def test_no_table_holds_a_unit(self) -> None:
        answer = model(simulated())
        assert all(len(table) < 200 for table in answer.tables.values())

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_figures(self, language: str) -> None:
        answer = model(simulated(400))
        assert answer.plot(language=language).get_xlabel()
        assert len(answer.plot_curve(language=language).lines) >= 2
        drawn = answer.plot_calibration(language=language).lines[1]
        assert drawn.get_ydata() == pytest.approx(answer.tables["calibration"]["estimate"])
        assert model(simulated(400), formula="").plot(language=language).get_ylabel()

    def test_case_files(self) -> None:
        answer = duration_model(jm.sample_cases(), formula="department", outcome="verdict", distribution="log-normal")
        assert answer.provenance.question == "duration_model"
        assert any("nothing else ends a case" in one.text() for one in answer.notes)
        assert "pending" not in answer.tables
