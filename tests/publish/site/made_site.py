"""A small site of made counts: two offences, two places (one with a hostile name), fifteen months."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd

import justice_metrics as jm
from justice_metrics.base.language import Label
from justice_metrics.disclosure.released import Release
from justice_metrics.publish.site.build import site_files

HOSTILE = "<script>alert(1)</script>"
TITLE = Label({"es": "Observatorio de prueba", "en": "Test observatory"})
INSTITUTION = Label({"es": "Fiscalía de prueba", "en": "Test office"})
DAY = dt.date(2024, 5, 1)
HELP = {
    "leave": {"url": "https://example.org/neutral"},
    "hotlines": [{"name": Label("Line"), "number": "800 14 0348", "dial": "800140348", "free": True}],
    "services": [{"name": Label("House"), "address": "Street 1", "place": Label("Oruro")}],
}


def counted() -> Any:
    """Return counts of January 2023 to March 2024: 30 and 20 a month by offence, 40 and 10 by place; one of 3."""
    rows = []
    for place in range(15):
        month = f"{2023 + place // 12}-{place % 12 + 1:02d}"
        for offence, department, n in (
            ("rape", "La Paz", 25),
            ("rape", HOSTILE, 5),
            ("abuse", "La Paz", 15),
            ("abuse", HOSTILE, 5),
        ):
            rows.append({"Month": month, "Offence": offence, "Place": department, "New": n + place})
    rows.append({"Month": "2024-03", "Offence": "stalking", "Place": "La Paz", "New": 3})
    plan = {
        "counts": {
            "period": "Month",
            "keys": {"offence": "Offence", "department": "Place"},
            "quantities": {"complaints": {"column": "New", "label": {"en": "complaints", "es": "denuncias"}}},
        }
    }
    return jm.CountData.from_frame(pd.DataFrame(rows), plan)


@cache
def release() -> Release:
    """Return the counts as the gate passes them."""
    answer = jm.case_counts(counted(), by=("offence", "department"), combine=[["offence", "department"]])
    return jm.release(answer, jm.DisclosurePolicy())


def files(**changed: Any) -> dict[str, bytes]:
    """Return every file of the site."""
    given = {
        "title": TITLE,
        "institution": INSTITUTION,
        "published_on": DAY,
        "help": HELP,
        "record": {"results.json": b"{}", "changes.csv": b""},
    }
    return site_files(release(), **{**given, **changed})
