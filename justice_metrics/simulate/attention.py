"""Hearings, protection measures and statements of the simulated cases, from a stream of chance of their own.

They are drawn after the cases and change nothing about them: every table hangs on dates that the register has already.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..base.types import Days, Floats
from ..cases.calendar import date_of, day_number
from .draws import generator, levels, waiting_times, whole_numbers
from .register import PENDING, Table

HEARINGS_SEED: Final = 161
MEASURES_SEED: Final = 348
STATEMENTS_SEED: Final = 308

HEARING_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "tipo": "Tipo de audiencia",
    "fecha": "Fecha señalada",
    "estado": "Estado",
    "motivo": "Motivo de suspensión",
}
MEASURE_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "medida": "Medida de protección",
    "solicitud": "Fecha de solicitud",
    "resolucion": "Fecha de resolución",
    "levantamiento": "Fecha de levantamiento",
    "incumplimiento": "Fecha de incumplimiento",
}
STATEMENT_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "fecha": "Fecha de declaración",
    "ante": "Declaró ante",
    "grabada": "Grabada",
}

# Chance that a hearing which was set is suspended.
TRIAL_SUSPENDED: Final = 0.45
CONTINUATION_SUSPENDED: Final = 0.35
PRECAUTIONARY_SUSPENDED: Final = 0.25
_MOST_SUSPENDED: Final = 8
_NOTICE_DAYS: Final = 8  # no hearing is set sooner after the decision that sets it
REASONS: Final[dict[str, float]] = {
    "Inasistencia del acusado o su defensa": 0.30,
    "Inasistencia de testigos o peritos": 0.22,
    "Inasistencia del Ministerio Público": 0.18,
    "Falta de notificación": 0.15,
    "Acusado no trasladado": 0.08,
    "Causa del juzgado": 0.04,
    "S/D": 0.03,
}
HELD, SUSPENDED, SCHEDULED = "Realizada", "Suspendida", "Señalada"
PRECAUTIONARY, TRIAL, CONTINUATION = "Medidas cautelares", "Juicio oral", "Continuación de juicio"

MEASURE_REQUESTED: Final = 0.55
ORDERED_AT_ONCE: Final = 0.35
# Chance per day of being ordered after the first: for a month, and from then on.
ORDER_HAZARDS: Final = (0.06, 0.015)
_FIRST_MONTH: Final = 30
BREACH_HAZARD: Final = 0.0009
LIFTED: Final = 0.40
LIFTED_AFTER: Final = 180
_MEASURES: Final[dict[str, float]] = {
    "Prohibición de acercamiento": 0.60,
    "Salida del agresor del domicilio": 0.28,
    "Custodia policial": 0.12,
}

RECORDED: Final = 0.40
# Chance of giving 0, 1, 2 … statements, without a recorded one and with one.
STATEMENTS: Final = (0.05, 0.42, 0.28, 0.15, 0.07, 0.03)
STATEMENTS_RECORDED: Final = (0.0, 0.70, 0.22, 0.08, 0.0, 0.0)
_BEFORE: Final[dict[str, float]] = {"Policía": 0.45, "Fiscalía": 0.35, "Psicología forense": 0.20}
CHAMBER: Final = "Cámara Gesell"


def days_of(column: list[Any]) -> Days:
    """Return the days of a column of dates; -1 where there is none."""
    return np.array([-1 if one is None else day_number(one) for one in column], dtype=np.int32)


def closed_days(cases: Table, cutoff_day: int) -> Days:
    """Return the day on which each case ended, by a first verdict or otherwise; the cut-off for open ones."""
    verdict, concluded = days_of(cases["fecha_sentencia"]), days_of(cases["fecha_conclusion"])
    pending = np.array([how == PENDING for how in cases["forma_conclusion"]])
    ended = np.where(verdict >= 0, verdict, np.where(pending, -1, concluded))
    return np.where(ended >= 0, ended, cutoff_day).astype(np.int32)


def hearings_table(cases: Table, cutoff_day: int) -> Table:
    """Write the hearings: precautionary measures, settings of the trial, its continuation.

    A trial is set again and again until a setting is held; each is suspended with the same chance, whatever happened
    before, so that the number of settings is geometric. The setting that is held stands on the register's trial date.
    """
    rng = generator(HEARINGS_SEED)
    charged, opened, tried = (days_of(cases[f"fecha_{one}"]) for one in ("imputacion", "apertura_juicio", "juicio"))
    end = closed_days(cases, cutoff_day)
    rows: list[tuple[str, str, int, str]] = []
    for place, number in enumerate(cases["numero_caso"]):
        last = int(end[place])
        if charged[place] >= 0:
            failed = _suspended(rng, PRECAUTIONARY_SUSPENDED)
            days = int(charged[place]) + 2 + np.cumsum(whole_numbers(rng, 2, 12, failed + 1))
            rows += _settings(number, PRECAUTIONARY, days.tolist(), last, cutoff_day)
        if opened[place] >= 0:
            failed = _suspended(rng, TRIAL_SUSPENDED)
            until = int(tried[place]) if tried[place] >= 0 else last
            first = int(opened[place]) + _NOTICE_DAYS
            earlier = np.unique(whole_numbers(rng, min(first, until - 1), until - 1, failed)).tolist()
            upcoming = cutoff_day + int(whole_numbers(rng, 5, 60, 1)[0])
            if tried[place] >= 0:
                rows += [(number, TRIAL, day, SUSPENDED) for day in earlier] + [(number, TRIAL, until, HELD)]
            else:
                rows += [(number, TRIAL, day, SUSPENDED) for day in earlier]
                rows += [(number, TRIAL, upcoming, SCHEDULED)] if last == cutoff_day else []
        if tried[place] >= 0:
            wanted = int(whole_numbers(rng, 1, 4, 1)[0])
            span = last - int(tried[place])
            days = int(tried[place]) + np.unique(whole_numbers(rng, 1, max(span, 1), wanted))
            fell = rng.random(wanted) < CONTINUATION_SUSPENDED
            for day, off in zip(days.tolist(), fell.tolist(), strict=False):
                if day <= last:
                    rows.append((number, CONTINUATION, day, SUSPENDED if off else HELD))
    reasons, shares = tuple(REASONS), np.array(tuple(REASONS.values()))
    drawn = levels(rng, shares, len(rows))
    return {
        "numero_caso": [one[0] for one in rows],
        "tipo": [one[1] for one in rows],
        "fecha": [date_of(one[2]) for one in rows],
        "estado": [one[3] for one in rows],
        "motivo": [reasons[why] if one[3] == SUSPENDED else None for one, why in zip(rows, drawn, strict=True)],
    }


def measures_table(cases: Table, cutoff_day: int) -> Table:
    """Write the protection measures that were asked for, ordered or not, lifted or not, breached or not."""
    rng = generator(MEASURES_SEED)
    complaint, end = days_of(cases["fecha_denuncia"]), closed_days(cases, cutoff_day)
    asked = np.flatnonzero(rng.random(complaint.size) < MEASURE_REQUESTED)
    n = asked.size
    requested = complaint[asked] + whole_numbers(rng, 0, 7, n)
    ordered = requested + _order_waits(rng, n)
    in_time = ordered <= end[asked]
    requested_in_time = requested <= end[asked]
    breached = ordered + np.ceil(waiting_times(rng, np.full(n, BREACH_HAZARD)))
    lifted = np.where(rng.random(n) < LIFTED, ordered + LIFTED_AFTER, np.inf)
    over = np.minimum(lifted, cutoff_day)
    kinds = tuple(_MEASURES)
    drawn = levels(rng, np.array(tuple(_MEASURES.values())), n)
    table: Table = {
        "numero_caso": [cases["numero_caso"][one] for one in asked],
        "medida": [kinds[one] for one in drawn],
        "solicitud": _written(requested, requested_in_time),
        "resolucion": _written(ordered, in_time),
        "levantamiento": _written(lifted, in_time & (lifted <= cutoff_day)),
        "incumplimiento": _written(breached, in_time & (breached <= over)),
    }
    return {
        name: [cell for cell, kept in zip(column, requested_in_time, strict=True) if kept]
        for name, column in table.items()
    }


def statements_table(cases: Table, cutoff_day: int) -> Table:
    """Write the statements of the victims; one in a chamber is recorded, and fewer follow."""
    rng = generator(STATEMENTS_SEED)
    complaint, end = days_of(cases["fecha_denuncia"]), closed_days(cases, cutoff_day)
    n = complaint.size
    chamber = rng.random(n) < RECORDED
    numbers = np.where(chamber, levels(rng, np.array(STATEMENTS_RECORDED), n), levels(rng, np.array(STATEMENTS), n))
    rows: list[tuple[str, int, str, str]] = []
    for place, number in enumerate(cases["numero_caso"]):
        many = int(numbers[place])
        first = int(complaint[place])
        last = min(int(end[place]), first + 365)
        waits = np.concatenate([whole_numbers(rng, 0, 10, 1), whole_numbers(rng, 15, 330, max(many - 1, 0))])
        days = np.sort(np.minimum(first + waits[:many], last))
        whom = levels(rng, np.array(tuple(_BEFORE.values())), many)
        for turn, day in enumerate(days.tolist()):
            recorded = bool(chamber[place]) and turn == 0
            rows.append((number, day, CHAMBER if recorded else tuple(_BEFORE)[whom[turn]], "si" if recorded else "no"))
    return {
        "numero_caso": [one[0] for one in rows],
        "fecha": [date_of(one[1]) for one in rows],
        "ante": [one[2] for one in rows],
        "grabada": [one[3] for one in rows],
    }


def _suspended(rng: np.random.Generator, chance: float) -> int:
    """Draw how many settings in a row are suspended before one is held."""
    fell = rng.random(_MOST_SUSPENDED) < chance
    return _MOST_SUSPENDED if fell.all() else int(np.argmin(fell))


def _settings(number: str, kind: str, days: list[int], last: int, cutoff_day: int) -> list[tuple[str, str, int, str]]:
    """Return the settings of a hearing: all but the last suspended; one that lies ahead is only scheduled."""
    rows: list[tuple[str, str, int, str]] = []
    for turn, day in enumerate(days):
        state = HELD if turn == len(days) - 1 else SUSPENDED
        if day > cutoff_day:
            return [*rows, (number, kind, day, SCHEDULED)]
        if day > last:
            return rows
        rows.append((number, kind, day, state))
    return rows


def _order_waits(rng: np.random.Generator, n: int) -> Floats:
    """Draw the days from request to order: none for some, then at one rate for a month and at another after it."""
    at_once = rng.random(n) < ORDERED_AT_ONCE
    early = np.ceil(waiting_times(rng, np.full(n, ORDER_HAZARDS[0])))
    late = _FIRST_MONTH + np.ceil(waiting_times(rng, np.full(n, ORDER_HAZARDS[1])))
    return np.where(at_once, 0.0, np.where(early <= _FIRST_MONTH, early, late))


def _written(days: Floats | Days, known: Any) -> list[Any]:
    return [date_of(int(day)) if there else None for day, there in zip(days, known, strict=True)]
