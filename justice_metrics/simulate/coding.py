"""What a team writes down of the drawn files: the answers to a coding plan, taken from the simulated register."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np

from ..base.types import Counts, Days
from ..cases.calendar import date_of, day_number
from ..cases.coding.plan import CASE_TABLE, CodingPlan
from .coding_words import LEVELS, NO_DATA
from .draws import generator, happens, levels, whole_numbers
from .practice import ROUNDS, TIMED, Practice, second_round
from .register import OUTCOMES, PENDING, Table

# By table and question of the plan: one answer per row; ids of levels, whole numbers, dates, texts, or None.
Answers: TypeAlias = dict[str, Table]

SEED: Final = 2_018_08
CODERS: Final = ("C1", "C2", "C3")
FIRST_REVIEW: Final = dt.date(2018, 5, 2)
REVIEW_DAYS: Final = 60
SECOND_ACCUSED: Final = 0.12
ACCUSED_SEXES: Final = ("male", "female")
_REASONS: Final[Mapping[str, float]] = MappingProxyType(
    {"Faltan elementos suficientes": 0.70, "No se identificó al denunciado": 0.20, "El hecho no es delito": 0.10}
)

# question of the case table: column of the register
_CASE_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "case_id": "numero_caso",
        "department": "departamento",
        "municipality": "municipio",
        "court": "juzgado",
        "offence": "delito",
        "area": "area",
        "complaint_source": "fuente_denuncia",
        "sex": "sexo",
        "age_at_fact": "edad",
        "indigenous": "autoidentificacion_indigena",
        "language": "idioma",
        "disability": "discapacidad",
        "relationship": "vinculo_acusado",
        "reliance_status": "victima_sigue",
        "reliance_left": "fecha_desvinculacion",
        "complaint_date": "fecha_denuncia",
        "preliminary_date": "fecha_inicio_investigacion",
        "charged_date": "fecha_imputacion",
        "charged_notified": "fecha_notificacion_imputacion",
        "accusation_date": "fecha_acusacion",
        "trial_preparation_date": "fecha_apertura_juicio",
        "trial_date": "fecha_juicio",
        "abbreviated_date": "fecha_procedimiento_abreviado",
        "verdict_date": "fecha_sentencia",
        "final_verdict_date": "fecha_ejecutoria",
        "outcome_date": "fecha_conclusion",
    }
)
# The same for the tables that hang on the cases; they have the number of the case first.
_CHILD_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "support": {
            "case_id": "numero_caso",
            "actor": "tipo_actor",
            "institution": "institucion",
            "start": "desde",
            "end": "hasta",
            "basis": "respaldo",
            "recorded": "fecha_registro",
        },
        "statements": {"case_id": "numero_caso", "date": "fecha", "kind": "ante", "recorded": "grabada"},
        "hearings": {
            "case_id": "numero_caso",
            "scheduled": "fecha",
            "kind": "tipo",
            "status": "estado",
            "reason": "motivo",
        },
        "measures": {
            "case_id": "numero_caso",
            "kind": "medida",
            "requested": "solicitud",
            "ordered": "resolucion",
            "end": "levantamiento",
            "breached": "incumplimiento",
        },
        "sentences": {
            "case_id": "numero_caso",
            "date": "fecha",
            "offence": "delito",
            "years": "anios",
            "months": "meses",
            "status": "ejecucion",
            "enforced": "fecha_ejecucion",
        },
        "reparation": {
            "case_id": "numero_caso",
            "ordered": "fecha_orden",
            "ordered_amount": "monto",
            "paid": "fecha_pago",
            "paid_amount": "pagado",
        },
    }
)


def coded_answers(
    plan: CodingPlan, rows: Counts, cases: Table, support: Table, children: Mapping[str, Table], practice: Practice
) -> Answers:
    """Return what was coded of some files of a register.

    Parameters
    ----------
    plan : CodingPlan
        What is asked. A question of which the register knows nothing stays without an answer.
    rows : Counts
        Which rows of the register were coded; shape (coded,).
    cases, support, children
        The register.
    practice : Practice
        How the victims of the whole register were treated, as the files tell it.

    Returns
    -------
    dict
        Answers by table and question of the plan.
    """
    known = _case_answers(rows, cases, children["detention"], practice)
    answers: Answers = {CASE_TABLE: known, "accused": _accused(known)}
    coded = set(known["case_id"])
    for table, columns in _CHILD_COLUMNS.items():
        register = support if table == "support" else children[table]
        there = [row for row, number in enumerate(register["numero_caso"]) if number in coded]
        answers[table] = {
            name: _in_levels(f"{table}.{name}", [register[column][row] for row in there])
            for name, column in columns.items()
        }
    return {
        table.id: {
            field.name: answers[table.id].get(field.name) or [None] * len(answers[table.id]["case_id"])
            for field in table.fields
        }
        for table in plan.tables
    }


def _case_answers(rows: Counts, cases: Table, detention: Table, practice: Practice) -> Table:
    n = rows.size
    known = {
        name: _in_levels(f"case.{name}", [cases[column][row] for row in rows]) for name, column in _CASE_COLUMNS.items()
    }
    known["age_at_fact"] = [age if isinstance(age, int) else None for age in known["age_at_fact"]]
    states = {words: state for state, words in OUTCOMES.items()} | {PENDING: "pending"}
    known["outcome"] = [states[cases["forma_conclusion"][row]] for row in rows]
    rejected = np.array([one == "rejected" for one in known["outcome"]])
    reasons = levels(_stream("exit_reason"), np.array(tuple(_REASONS.values())), n)
    known["exit_reason"] = [
        tuple(_REASONS)[why] if there else None for why, there in zip(reasons, rejected, strict=True)
    ]
    begun = dict(zip(detention["numero_caso"], detention["desde"], strict=True))
    ended = dict(zip(detention["numero_caso"], detention["hasta"], strict=True))
    known["detention_start"] = [begun.get(number) for number in known["case_id"]]
    known["detention_end"] = [ended.get(number) for number in known["case_id"]]
    known["fact_date"] = _dates(practice.fact_day[rows])
    known["coder"] = [CODERS[one] for one in whole_numbers(_stream("coder"), 0, len(CODERS) - 1, n)]
    reviewed = day_number(FIRST_REVIEW) + np.sort(whole_numbers(_stream("reviewed"), 0, REVIEW_DAYS, n))
    known["reviewed"] = _dates(reviewed.astype(np.int32))
    known["round"] = [ROUNDS[int(one)] for one in second_round(cases)[rows]]
    for item, told in practice.told.items():
        if item not in TIMED:
            known[f"practice_{item}"] = [told[row] for row in rows]
    timed = {of: item for item, of in TIMED.items()}
    for item, day in practice.act_day.items():
        known[f"practice_{timed.get(item, item)}_date"] = _dates(day[rows])
    return known


def _accused(known: Table) -> Table:
    """Draw the accused of each case: one, sometimes two; each stands as the case does."""
    rng = _stream("accused")
    n = len(known["case_id"])
    many = 1 + happens(rng, SECOND_ACCUSED, n)
    case = np.repeat(np.arange(n), many)
    turn = np.concatenate([np.arange(1, one + 1) for one in many]) if n else np.array([], dtype=np.int64)
    sexes, ages = levels(rng, np.array((0.96, 0.04)), case.size), whole_numbers(rng, 16, 70, case.size)
    unknown = happens(rng, 0.20, case.size)
    return {
        "case_id": [known["case_id"][one] for one in case],
        "member": turn.tolist(),
        "accused_sex": [ACCUSED_SEXES[one] for one in sexes],
        "accused_age": [None if gone else age for age, gone in zip(ages.tolist(), unknown, strict=True)],
        "accused_relationship": [
            known["relationship"][one] if number == 1 else "other_relative"
            for one, number in zip(case, turn, strict=True)
        ],
        "outcome": [known["outcome"][one] for one in case],
        "outcome_date": [known["outcome_date"][one] for one in case],
    }


def _in_levels(question: str, texts: list[Any]) -> list[Any]:
    """Return the words of the register as ids of the plan's levels; "S/D" and the like as no data."""
    if question not in LEVELS:
        return texts
    known = LEVELS[question]
    return [None if text is None else known.get(text, NO_DATA) for text in texts]


def _dates(days: Days | Iterable[int]) -> list[Any]:
    return [None if day < 0 else date_of(int(day)) for day in days]


def _stream(name: str) -> np.random.Generator:
    return generator(SEED + zlib.crc32(name.encode()))
