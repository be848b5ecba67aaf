"""Detention, sentences, arrest warrants and reparation of the simulated cases, from streams of chance of their own."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..cases.calendar import date_of
from .attention import closed_days, days_of
from .draws import generator, waiting_times, whole_numbers
from .register import OUTCOMES, Table
from .victims import OFFENCES

DETENTION_SEED: Final = 233
SENTENCES_SEED: Final = 365
WARRANTS_SEED: Final = 89
REPARATION_SEED: Final = 113

DETENTION_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "desde": "Detención desde",
    "hasta": "Detención hasta",
}
SENTENCE_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "fecha": "Fecha de sentencia",
    "delito": "Delito de la sentencia",
    "anios": "Años",
    "meses": "Meses",
    "ejecucion": "Ejecución",
    "fecha_ejecucion": "Fecha de ejecución",
}
WARRANT_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "emitido": "Fecha de emisión",
    "ejecutado": "Fecha de ejecución",
}
REPARATION_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "fecha_orden": "Fecha de la orden",
    "monto": "Monto ordenado (Bs)",
    "fecha_pago": "Fecha de pago",
    "pagado": "Monto pagado (Bs)",
}

DETAINED: Final = 0.45
RELEASE_HAZARD: Final = 0.0015

# Years of prison, both ends included, for the offence of the sentence; a small share lies below the range.
SENTENCE_YEARS: Final = ((20, 25), (6, 10), (3, 6), (15, 20))
BELOW_RANGE: Final = 0.05
SAME_OFFENCE: Final = 0.90
ENFORCED: Final = 0.70
SUSPENDED_SENTENCE: Final = 0.10
ENFORCED_WITHIN: Final = 120
_LATER_CHANGED: Final = 1  # a changed offence is sexual abuse

WARRANT: Final = 0.25
# Chance per day that a warrant is executed: for three months, and from then on.
WARRANT_HAZARDS: Final = (0.010, 0.001)
_THREE_MONTHS: Final = 90

REPARATION: Final = 0.60
PAYMENT_HAZARD: Final = 0.0012
PAID_WHOLE: Final = 0.60
_STEP: Final = 500

CONVICTED: Final = (OUTCOMES["convicted"], OUTCOMES["final_conviction"])


def detention_table(cases: Table, cutoff_day: int) -> Table:
    """Write preventive detention: from the charge until release, verdict or another ending; open while it lasts."""
    rng = generator(DETENTION_SEED)
    charged, end = days_of(cases["fecha_imputacion"]), closed_days(cases, cutoff_day)
    held = np.flatnonzero((charged >= 0) & (rng.random(charged.size) < DETAINED))
    start = charged[held] + whole_numbers(rng, 0, 3, held.size)
    release = start + np.ceil(waiting_times(rng, np.full(held.size, RELEASE_HAZARD)))
    until = np.minimum(release, np.where(end[held] < cutoff_day, end[held], np.inf))
    kept = (start <= end[held]) & (start <= cutoff_day)
    rows = [
        (cases["numero_caso"][case], int(one), int(stop) if stop <= cutoff_day else None)
        for case, one, stop, there in zip(held, start, until, kept, strict=True)
        if there
    ]
    return {
        "numero_caso": [one[0] for one in rows],
        "desde": [date_of(one[1]) for one in rows],
        "hasta": [None if one[2] is None else date_of(one[2]) for one in rows],
    }


def sentences_table(cases: Table, cutoff_day: int) -> Table:
    """Write the sentences of those convicted: offence, length, whether it is enforced and since when."""
    rng = generator(SENTENCES_SEED)
    verdict, final = days_of(cases["fecha_sentencia"]), days_of(cases["fecha_ejecutoria"])
    table: Table = {name: [] for name in SENTENCE_HEADINGS}
    for place, how in enumerate(cases["forma_conclusion"]):
        if how not in CONVICTED:
            continue
        chance = rng.random(6)
        offence = OFFENCES.index(cases["delito"][place]) if chance[0] < SAME_OFFENCE else _LATER_CHANGED
        low, high = SENTENCE_YEARS[offence]
        years = low + int(chance[1] * (high - low + 1))
        if chance[2] < BELOW_RANGE:
            years = max(low - 1 - int(chance[1] * 2), 1)
        months = 0 if years == high or chance[3] < 0.7 else 6
        status, enforced = "En apelación", None
        if how == OUTCOMES["final_conviction"]:
            day = int(final[place]) + int(chance[5] * (ENFORCED_WITHIN + 1))
            status = "Suspendida" if chance[4] < SUSPENDED_SENTENCE else "No ejecutada"
            if SUSPENDED_SENTENCE <= chance[4] < SUSPENDED_SENTENCE + ENFORCED and day <= cutoff_day:
                status, enforced = "Ejecutada", date_of(day)
        row = (
            cases["numero_caso"][place],
            date_of(int(verdict[place])),
            OFFENCES[offence],
            years,
            months,
            status,
            enforced,
        )
        for name, cell in zip(SENTENCE_HEADINGS, row, strict=True):
            table[name].append(cell)
    return table


def warrants_table(cases: Table, cutoff_day: int) -> Table:
    """Write the arrest warrants: issued around the charge, executed soon, late or not."""
    rng = generator(WARRANTS_SEED)
    charged, complaint = days_of(cases["fecha_imputacion"]), days_of(cases["fecha_denuncia"])
    end = closed_days(cases, cutoff_day)
    asked = np.flatnonzero((charged >= 0) & (rng.random(charged.size) < WARRANT))
    issued = np.maximum(charged[asked] + whole_numbers(rng, -10, 30, asked.size), complaint[asked])
    early = np.ceil(waiting_times(rng, np.full(asked.size, WARRANT_HAZARDS[0])))
    late = _THREE_MONTHS + np.ceil(waiting_times(rng, np.full(asked.size, WARRANT_HAZARDS[1])))
    executed = issued + np.where(early <= _THREE_MONTHS, early, late)
    kept = issued <= end[asked]
    return {
        "numero_caso": [cases["numero_caso"][case] for case, one in zip(asked, kept, strict=True) if one],
        "emitido": [date_of(int(day)) for day, one in zip(issued, kept, strict=True) if one],
        "ejecutado": [
            date_of(int(day)) if day <= cutoff_day else None for day, one in zip(executed, kept, strict=True) if one
        ],
    }


def reparation_table(cases: Table, cutoff_day: int) -> Table:
    """Write the reparation ordered with a conviction, and what was paid of it."""
    rng = generator(REPARATION_SEED)
    verdict = days_of(cases["fecha_sentencia"])
    table: Table = {name: [] for name in REPARATION_HEADINGS}
    for place, how in enumerate(cases["forma_conclusion"]):
        if how not in CONVICTED:
            continue
        chance = rng.random(5)
        if chance[0] >= REPARATION:
            continue
        amount = _STEP * (10 + int(chance[1] * 111))
        day = int(verdict[place]) + int(np.ceil(-np.log1p(-chance[2]) / PAYMENT_HAZARD))
        paid: Any = None
        if day <= cutoff_day:
            paid = amount if chance[3] < PAID_WHOLE else _STEP * max(int(chance[4] * amount / _STEP), 1)
        row = (
            cases["numero_caso"][place],
            date_of(int(verdict[place])),
            amount,
            None if paid is None else date_of(day),
            paid,
        )
        for name, cell in zip(REPARATION_HEADINGS, row, strict=True):
            table[name].append(cell)
    return table
