"""Four linked stage tables of one prosecutor's office: persons and charges, each counted as what they are."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.table import Table
from tests.real.plain import incidence

pytestmark = pytest.mark.needs_data

HERE = Path(__file__).parent / "cook"
EPOCH = dt.date(1970, 1, 1)
CUTOFF = (dt.date(2019, 11, 28) - EPOCH).days
PERSON, CHARGE = "case_participant_id", "charge_id"

# What each way of disposal is, written down a second time; the order decides between two on one day.
CLASSES = {
    "FNPC": "dismissal",
    "Nolle Prosecution": "dismissal",
    "Case Dismissed": "dismissal",
    "Charge Rejected": "dismissal",
    "Death Suggested-Cause Abated": "extinction",
    "Superseded by Indictment": "transfer",
    "Transferred - Misd Crt": "transfer",
    "FNG": "acquittal",
    "FNG Reason Insanity": "acquittal",
    "Verdict-Not Guilty": "acquittal",
}
GUILTY = ("Plea Of Guilty", "Plea of Guilty", "Finding Guilty", "Verdict Guilty")


def class_of(disposition: str) -> str | None:
    return "conviction" if disposition.startswith(GUILTY) else CLASSES.get(disposition)


@pytest.fixture(scope="module")
def persons(shared_data: Path) -> jm.CaseData:
    return jm.read_cases(mapping=HERE / "persons.toml")


@pytest.fixture(scope="module")
def charges(shared_data: Path) -> jm.CaseData:
    return jm.read_cases(mapping=HERE / "charges.toml")


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> dict[str, pd.DataFrame]:
    """The published tables by pandas alone; dates as days since 1970."""
    found = {}
    for name in ("intake", "initiation", "dispositions", "sentencing"):
        path = shared_data / "us_cook_2019" / f"{name}.csv.gz"
        found[name] = frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in ("disposition_date", "sentence_date"):
            if column in frame:
                read = pd.to_datetime(frame[column], format="%m/%d/%Y %I:%M:%S %p")
                frame[column] = (read - pd.Timestamp(EPOCH)).dt.days
    return found


@pytest.fixture(scope="module")
def told(tables: dict[str, pd.DataFrame]) -> dict[tuple[str, str], tuple[int, list[tuple[int, int, str]]]]:
    """Day of receipt and acts of each charge of each person, one charge after the other."""
    acts: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    start: dict[tuple[str, str], int] = {}
    initiated = tables["initiation"]
    for person, charge, received, event in initiated[[PERSON, CHARGE, "received_date", "event_date"]].to_numpy():
        start[person, charge] = (dt.date.fromisoformat(received) - EPOCH).days
        if event:
            acts[person, charge].append(((dt.date.fromisoformat(event) - EPOCH).days, 1, "open"))
    order = {
        one: place
        for place, one in enumerate(("open", "dismissal", "extinction", "transfer", "acquittal", "conviction"))
    }
    disposed = tables["dispositions"]
    for person, charge, day, label in disposed[[PERSON, CHARGE, "disposition_date", "charge_disposition"]].to_numpy():
        acts[person, charge].append((day, 2, "open"))
        ending = class_of(label) or "open"
        if ending != "open" or label == "BFW":
            acts[person, charge].append((day, 3 + order[ending], ending))
    for person, charge, day in tables["sentencing"][[PERSON, CHARGE, "sentence_date"]].to_numpy():
        acts[person, charge].append((day, 9, "conviction"))
    return {key: (start[key], acts[key]) for key in start}


@pytest.fixture(scope="module")
def standing(
    told: dict[tuple[str, str], tuple[int, list[tuple[int, int, str]]]],
) -> dict[tuple[str, str], tuple[int, int, str]]:
    """Day of receipt, last day and ending with which each charge stands."""
    return {key: (start, *stands(acts)) for key, (start, acts) in told.items()}


@pytest.fixture(scope="module")
def timed(
    told: dict[tuple[str, str], tuple[int, list[tuple[int, int, str]]]],
) -> dict[tuple[str, str], tuple[int, int, str]]:
    """The same with the day of its first verdict for a charge that ever had one: that day, and no later one, counts."""
    found = {}
    for key, (start, acts) in told.items():
        verdicts = [(day, ending) for day, _, ending in acts if ending in {"acquittal", "conviction"}]
        found[key] = (start, *(min(verdicts) if verdicts else stands(acts)))
    return found


def stands(acts: list[tuple[int, int, str]]) -> tuple[int, str]:
    """Return the last day of a charge and how it stands: in its last ending from which it did not go on.

    A charge that was given up can be taken up again, by an act that has happened. A verdict cannot: an earlier stage
    with a later date is a slip.
    """
    happened = [one for one in acts if one[2] != "open" or one[0] <= CUTOFF]
    latest = max(happened, default=(0, 0, "open"))
    endings = [one for one in happened if one[2] != "open"]
    lasting = [one for one in endings if one[2] not in {"dismissal", "transfer"} or one == latest]
    day, _, ending = max(lasting, default=(CUTOFF, 0, "pending"))
    return day, ending


def column(table: Table, name: str, **where: object) -> list[Any]:
    kept = np.ones(len(table), dtype=bool)
    for key, value in where.items():
        kept &= np.asarray(table[key] == value)
    return np.asarray(table[name])[kept].tolist()


def recorded(cases: jm.CaseData) -> dict[str, int]:
    table = jm.attrition(cases, age_months=()).main
    return dict(zip(table["stage"], table["recorded"], strict=True))


def outcomes(cases: jm.CaseData) -> dict[str, int]:
    table = jm.outcome_shares(cases).main
    return {one: n for one, n in zip(table["outcome"], table["numerator"], strict=True) if n}


# ------------------------------------------------------------------------------------------------- persons and charges


def test_persons_through_the_stages(persons: jm.CaseData) -> None:
    steps = recorded(persons)
    assert (steps["received"], steps["initiated"], steps["disposed"]) == (36_190, 28_886, 11_322)
    assert steps["final_verdict"] == 4_112


def test_persons_reached_is_persons_recorded(persons: jm.CaseData) -> None:
    """No orphans: whoever shows a later stage shows the earlier ones."""
    table = jm.attrition(persons, age_months=()).main
    assert table["reached"].tolist() == table["recorded"].tolist()


def test_charges_are_other_figures_with_another_label(
    persons: jm.CaseData, charges: jm.CaseData, tables: dict[str, pd.DataFrame]
) -> None:
    steps = recorded(charges)
    pairs = {name: len(frame[[PERSON, CHARGE]].drop_duplicates()) for name, frame in tables.items() if CHARGE in frame}
    assert pairs == {"initiation": 73_029, "dispositions": 20_234, "sentencing": 4_309}
    assert (steps["initiated"], steps["disposed"], steps["final_verdict"]) == tuple(pairs.values())
    labels = [jm.attrition(one).provenance.lines()[0].text() for one in (persons, charges)]
    assert labels == [
        "36,190 units in the data, counted as: accused.",
        "73,029 units in the data, counted as: charge (count).",
    ]


def test_verdicts_are_counted_once_per_person(persons: jm.CaseData, tables: dict[str, pd.DataFrame]) -> None:
    disposed = tables["dispositions"]
    judged = disposed[[class_of(one) in {"conviction", "acquittal"} for one in disposed["charge_disposition"]]]
    either = set(judged[PERSON]) | set(tables["sentencing"][PERSON])
    assert recorded(persons)["verdict"] == len(either)


# ----------------------------------------------------------------------------------------- how charges and persons end


def test_how_charges_stand(charges: jm.CaseData, standing: dict[tuple[str, str], tuple[int, int, str]]) -> None:
    assert outcomes(charges) == Counter(ending for *_, ending in standing.values())


@pytest.mark.parametrize(
    "principal",
    [("conviction", "acquittal", "pending"), ("conviction", "pending"), ("pending", "conviction")],
    ids="-".join,
)
def test_from_charges_to_persons(
    charges: jm.CaseData, standing: dict[tuple[str, str], tuple[int, int, str]], principal: tuple[str, ...]
) -> None:
    """A person ends as the principal charge did, which is a decision and changes the figures."""
    made = charges.to_unit("accused", principal=principal)
    assert (made.n_units, made.unit) == (28_886, "accused")
    rest = ("conviction", "acquittal", "rejection", "dismissal", "withdrawal", "alternative_exit", "extinction")
    places = list(dict.fromkeys((*principal, *rest, "transfer", "other", "pending")))
    by_person: dict[str, list[str]] = defaultdict(list)
    for (person, _), (_, _, ending) in standing.items():
        by_person[person].append(ending)
    wanted = Counter(min(endings, key=places.index) for endings in by_person.values())
    assert outcomes(made) == wanted


def test_stages_of_persons_made_from_charges(persons: jm.CaseData, charges: jm.CaseData) -> None:
    made = recorded(charges.to_unit("accused", principal=("conviction", "pending")))
    direct = recorded(persons)
    assert {one: made[one] for one in ("initiated", "disposed", "verdict", "final_verdict")} == {
        one: direct[one] for one in ("initiated", "disposed", "verdict", "final_verdict")
    }
    # Who was never charged has no charge to be made a person of.
    assert made["received"] == 28_886


def test_cases_are_fewer_than_persons(charges: jm.CaseData, tables: dict[str, pd.DataFrame]) -> None:
    made = charges.to_unit("case", principal=("conviction", "pending"))
    assert made.n_units == tables["initiation"]["case_id"].nunique()
    assert recorded(made)["final_verdict"] == tables["sentencing"]["case_id"].nunique()


def test_persons_read_from_rows_of_charges_are_warned_about(persons: jm.CaseData, charges: jm.CaseData) -> None:
    """Read straight into persons, a charge given up later hides a sentence; the check counts them."""
    table = jm.check(persons, rules="several_outcomes").main
    several = column(table, "n", detail="all")
    assert several
    assert several[0] > 2_000
    by_principal = outcomes(charges.to_unit("accused", principal=("conviction", "pending")))
    assert outcomes(persons)["conviction"] < by_principal["conviction"]


# ------------------------------------------------------------------------------------------------------------- faults


def test_dates_with_am_and_pm_are_read_to_the_day(charges: jm.CaseData, tables: dict[str, pd.DataFrame]) -> None:
    days = charges.milestones.select("first__disposed").collect().get_column("first__disposed").to_list()
    assert Counter(one for one in days if one is not None) == Counter(tables["dispositions"]["disposition_date"])
    assert all(one.unreadable == 0 for one in charges.intake.conversions)


def test_impossible_dates_survive_and_are_counted(charges: jm.CaseData) -> None:
    day = nw.col("first__disposed")
    dates = {
        "2109": day == (dt.date(2109, 4, 22) - EPOCH).days,
        "before 2019": day < (dt.date(2019, 1, 1) - EPOCH).days,
    }
    found = {name: len(charges.milestones.filter(one).select("unit_id").collect()) for name, one in dates.items()}
    assert found == {"2109": 1, "before 2019": 79}
    table = jm.check(charges, rules=("date_after_cutoff", "dates_out_of_order")).main
    assert column(table, "n", rule="date_after_cutoff", detail="disposed") == [1]
    assert column(table, "n", rule="dates_out_of_order", detail="disposed<received") == [587]


def test_charges_that_time_cannot_be_told_of(
    charges: jm.CaseData, timed: dict[tuple[str, str], tuple[int, int, str]]
) -> None:
    made = jm.cumulative_incidence(charges, start="received")
    late = sum(start > CUTOFF for start, _, _ in timed.values())
    timely = [(start, day) for start, day, ending in timed.values() if start <= CUTOFF and ending != "pending"]
    wanted = {
        "starts after the cut-off": late,
        "ended before it started, by its dates": sum(day < start for start, day in timely),
        "ended after the cut-off, by its dates": sum(day > CUTOFF for _, day in timely),
    }
    told = {one.reason.text(): one.n for one in made.provenance.left_out}
    assert told == {reason: n for reason, n in wanted.items() if n}
    assert len(told) == 2


def test_incidence_of_charges_is_that_of_a_plain_loop(
    charges: jm.CaseData, timed: dict[tuple[str, str], tuple[int, int, str]]
) -> None:
    made = jm.cumulative_incidence(charges, start="received")
    sound = [one for one in timed.values() if one[0] <= one[1] <= CUTOFF]
    names = made.table.outcomes
    by_hand = incidence(((day - start, ending) for start, day, ending in sound), names)
    kept = np.isin(made.table.days, list(by_hand))
    wanted = np.array([[shares[one] for shares in by_hand.values()] for one in names])
    np.testing.assert_allclose(made.curves.incidence[0][:, kept], wanted, rtol=0, atol=1e-11)
