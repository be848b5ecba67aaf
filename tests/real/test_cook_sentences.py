"""Prison sentences of one county: medians, quartiles and means by offence, against a plain computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.measures.records.sentences import Sentences, sentences

pytestmark = pytest.mark.needs_data

PERSON = "case_participant_id"
A_YEAR = {"Year(s)": 12.0, "Months": 1.0, "Days": 12 / 365.25}


@pytest.fixture(scope="module")
def prison(shared_data: Path) -> pd.DataFrame:
    """Sentences to the state prison, with their length in months; 'Term' and empty units have none."""
    table = pd.read_csv(shared_data / "us_cook_2019" / "sentencing.csv.gz", low_memory=False)
    table = table[table["commitment_type"] == "Illinois Department of Corrections"]
    return table.assign(
        months=table["commitment_term"] * table["commitment_unit"].map(A_YEAR),
        day=pd.to_datetime(table["sentence_date"], format="%m/%d/%Y %I:%M:%S %p"),
        person=table[PERSON].astype(str),
    )


@pytest.fixture(scope="module")
def answer(prison: pd.DataFrame) -> Sentences:
    people = prison.drop_duplicates("person")[["person", "received_date"]]
    cases = jm.CaseData.from_frame(
        people,
        {
            "cases": {"id": "person", "procedure": "common_law", "cutoff": "2019-12-02", "unit": "accused"},
            "dates": {"report": "received_date"},
            "sentences": {"id": "person", "date": "day", "months": "months", "offence": "offense_category"},
        },
        children={"sentences": prison[["person", "day", "months", "offense_category"]]},
    )
    return sentences(cases)


def test_every_sentence_is_counted(prison: pd.DataFrame, answer: Sentences) -> None:
    main = answer.main
    assert main["denominator"].sum() == len(prison)
    assert main["numerator"].sum() == (prison["months"] > 0).sum()
    # this country has no legal ranges here, and nothing says whether a sentence is enforced
    assert main["compared"].sum() == 0
    status = answer.tables["status"]
    assert status["numerator"][status["status"] == "not_recorded"].tolist() == [len(prison)]


def test_lengths_by_offence(prison: pd.DataFrame, answer: Sentences) -> None:
    main = answer.main
    for at, offence in enumerate(main["sentenced_for"]):
        length = prison.loc[(prison["offense_category"] == offence) & (prison["months"] > 0), "months"].to_numpy()
        # kept to a hundredth of a month
        length = np.floor(length * 100 + 0.5) / 100
        assert main["numerator"][at] == len(length)
        if not len(length):
            assert np.isnan(main["estimate"][at])
            continue
        quarters = np.quantile(length, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
        found = [main[one][at] for one in ("lower_quartile", "estimate", "upper_quartile")]
        assert found == pytest.approx(quarters.tolist(), abs=1e-9)
        assert main["mean"][at] == pytest.approx(length.mean())
        assert not main["conf_low"][at] > main["estimate"][at]
        assert not main["conf_high"][at] < main["estimate"][at]
