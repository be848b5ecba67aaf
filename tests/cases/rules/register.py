"""A made register without a fault, with every table and column that a rule looks at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, TypeAlias

import pandas as pd

from justice_metrics.cases.casedata import CaseData

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, list[Row]]

CUTOFF = "2018-04-30"
OF_CHILDREN, OF_ADULTS, INJURIES = "Violación de infante, niña, niño o adolescente", "Violación", "Lesiones leves"
MONTHS = {OF_CHILDREN: 264, OF_ADULTS: 200, INJURIES: 24}
ACTS = ("charged", "trial", "verdict")
# Days between the complaint and each act, by the way in which a case goes.
WAYS: dict[str, dict[str, int]] = {
    "pending": {},
    "charged": {"charged": 40},
    "tried": {"charged": 40, "trial": 191},
    "rejected": {"ended": 75},
    "convicted": {"charged": 40, "trial": 191, "verdict": 203, "ended": 203},
    "final": {"charged": 40, "trial": 191, "verdict": 203, "ended": 233},
}
LABELS = {"rejected": "Rechazo", "convicted": "Condena", "final": "Condena firme"}

MAPPING: dict[str, Any] = {
    "data": {"date_order": "ymd", "faults": "count", "official_rows": 320, "extracted": "2018-06-15"},
    "cases": {
        "id": "id",
        "unit": "case",
        "procedure": "bolivia",
        "cutoff": CUTOFF,
        "links": {"victim": "victim", "accused": "accused", "case": "id"},
    },
    "dates": {one: one for one in ("complaint", "charged", "trial", "verdict")},
    "outcome": {
        "column": "outcome",
        "date": "ended",
        "labels": {
            "Rechazo": "rejected",
            "Condena": "convicted",
            "Condena firme": "final_conviction",
            "Desistimiento": "withdrawn",
            "En trámite": "pending",
        },
    },
    "attributes": {
        "age_at_fact": {"column": "age", "type": "integer"},
        "filed": {"column": "filed", "type": "integer"},
        **{one: one for one in ("sex", "offence", "office", "status", "relationship", "weapon")},
        **{one: {"column": one, "type": "date"} for one in ("fact_day", "birth_day", "registered_day", "reopened_day")},
    },
    "reliance": {"left": "gone", "status": "still"},
    "support": {
        "id": "id",
        "actor": {"column": "who"},
        "start": "since",
        "end": "until",
        "institution": "where",
        "recorded": "written",
    },
    "hearings": {"scheduled": "set", "status": {"column": "became"}},
    "measures": {"requested": "asked", "ordered": "ordered"},
    "sentences": {"date": "day", "offence": "offence", "months": "months"},
}
# The same register with few columns, for rules that look at one of them as a whole.
LEAN: dict[str, Any] = {
    **{one: MAPPING[one] for one in ("data", "outcome")},
    "cases": {name: value for name, value in MAPPING["cases"].items() if name != "links"},
    "dates": {"complaint": "complaint", "charged": "charged"},
    "attributes": {
        name: MAPPING["attributes"][name] for name in ("age_at_fact", "relationship", "weapon", "offence", "sex")
    },
}
CHILDREN = ("hearings", "measures", "sentences")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def shifted(text: str, days: int) -> str:
    """Return a day so many days later."""
    return (day(text) + dt.timedelta(days=days)).isoformat()


def worked(text: str) -> str:
    """Return the day itself, or the Monday after a weekend."""
    return shifted(text, max(0, 7 - day(text).weekday()) if day(text).weekday() >= 5 else 0)


def cases() -> Iterator[Row]:
    """Yield 320 cases of 23 months, in every way that was over by the cut-off."""
    for place in range(320):
        complaint = shifted("2016-06-02", place * 215 // 100)
        open_days = (day(CUTOFF) - day(complaint)).days
        way = list(WAYS)[place % len(WAYS)]
        if open_days < max(WAYS[way].values(), default=0) + 5:
            way = "pending"
        offence = (OF_CHILDREN, OF_ADULTS, INJURIES)[place // 6 % 3]
        age = 3 + place % 11 if offence == OF_CHILDREN else 18 + place * 7 % 43
        fact = shifted(complaint, -6)
        row: Row = dict.fromkeys((*ACTS, "ended", "gone", "reopened_day"))
        row |= {"id": f"LPZ-{place:04d}", "victim": f"V{place:04d}", "accused": f"A{place:04d}", "way": way}
        row |= {act: worked(shifted(complaint, after)) for act, after in WAYS[way].items()}
        row |= {"complaint": complaint, "filed": complaint[:4], "fact_day": fact, "age": str(age)}
        row |= {"birth_day": shifted(fact, -int(365.25 * age) - 150), "registered_day": shifted(complaint, 3)}
        row |= {"outcome": LABELS.get(way, "En trámite"), "offence": offence, "sex": ("F", "M")[place % 5 == 0]}
        row |= {"status": "Concluido" if way in LABELS else "Abierto", "office": f"Juzgado {place // 18 % 3 + 1}"}
        row |= {"relationship": ("Padre", "Padrastro", "Vecino")[place // 7 % 3], "still": "engaged"}
        row |= {"weapon": ("ninguna", "arma blanca")[place // 6 % 2]}
        yield row


def clean() -> Tables:
    """Return every table of the register."""
    rows = list(cases())
    tables: Tables = {"cases": rows, "support": [], "hearings": [], "measures": [], "sentences": []}
    for place, row in enumerate(rows):
        complaint = row["complaint"]
        if place % 4 == 0:
            spell = {"who": "lawyer", "since": shifted(complaint, 1), "until": None, "where": "DNA"}
            tables["support"].append({"id": row["id"], **spell, "written": shifted(complaint, 2)})
        if row["trial"]:
            tables["hearings"].append({"id": row["id"], "set": row["trial"], "became": "held"})
        if place % 9 == 0:
            days = {"asked": complaint, "ordered": shifted(complaint, 1)}
            tables["measures"].append({"id": row["id"], **days})
        if row["verdict"]:
            told = {"day": row["verdict"], "offence": None, "months": str(MONTHS[row["offence"]])}
            tables["sentences"].append({"id": row["id"], **told})
    return tables


def frame_of(rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    frame = frame.drop(columns="way", errors="ignore").astype("string").astype(object)
    return frame.where(frame.notna(), None)


def read(tables: Tables, mapping: dict[str, Any] = MAPPING) -> CaseData:
    """Return the case data of the tables that a mapping describes."""
    children = {name: frame_of(tables[name]) for name in CHILDREN if name in mapping}
    support = frame_of(tables["support"]) if "support" in mapping else None
    return CaseData.from_frame(frame_of(tables["cases"]), mapping, support=support, children=children)
