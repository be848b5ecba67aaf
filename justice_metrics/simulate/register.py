"""From a simulated run to the register that an office would keep: one row per victim, dates in columns."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np

from ..base.types import Counts, Days, Flags
from ..cases.calendar import date_of
from .draws import happens, levels, whole_numbers
from .places import CODES, Court
from .reliance import left_days
from .run import STILL_THERE, Run
from .victims import (
    AREAS,
    DISABILITIES,
    LANGUAGES,
    OFFENCES,
    PEOPLES,
    RELATIONSHIPS,
    SEXES,
    SOURCES,
    Victims,
)

# column name in a database -> heading in a spreadsheet; values are text, whole numbers, dates or None
Table: TypeAlias = dict[str, list[Any]]

HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "departamento": "Departamento",
    "municipio": "Municipio",
    "juzgado": "Juzgado",
    "delito": "Delito",
    "sexo": "Sexo",
    "edad": "Edad",
    "autoidentificacion_indigena": "Autoidentificación indígena",
    "idioma": "Idioma",
    "discapacidad": "Discapacidad",
    "area": "Área",
    "vinculo_acusado": "Vínculo con el acusado",
    "fuente_denuncia": "Fuente de la denuncia",
    "fecha_denuncia": "Fecha de denuncia",
    "fecha_inicio_investigacion": "Fecha de inicio de investigación",
    "fecha_imputacion": "Fecha de imputación",
    "fecha_notificacion_imputacion": "Fecha de notificación de la imputación",
    "fecha_acusacion": "Fecha de acusación",
    "fecha_apertura_juicio": "Fecha de apertura de juicio",
    "fecha_juicio": "Fecha de juicio",
    "fecha_procedimiento_abreviado": "Fecha de procedimiento abreviado",
    "fecha_sentencia": "Fecha de sentencia",
    "fecha_ejecutoria": "Fecha de ejecutoria",
    "forma_conclusion": "Forma de conclusión",
    "fecha_conclusion": "Fecha de conclusión",
    "victima_sigue": "Víctima sigue en el proceso",
    "fecha_desvinculacion": "Fecha de desvinculación",
}
SUPPORT_HEADINGS: Final[dict[str, str]] = {
    "numero_caso": "N° de caso",
    "tipo_actor": "Tipo de actor",
    "institucion": "Institución",
    "desde": "Desde",
    "hasta": "Hasta",
    "respaldo": "Respaldo",
    "fecha_registro": "Fecha de registro",
}

_DATED: Final[dict[str, tuple[str, ...]]] = {
    "fecha_denuncia": ("complaint",),
    "fecha_inicio_investigacion": ("preliminary",),
    "fecha_imputacion": ("charged",),
    "fecha_acusacion": ("accusation",),
    "fecha_apertura_juicio": ("trial_preparation",),
    "fecha_juicio": ("trial",),
    "fecha_procedimiento_abreviado": ("abbreviated",),
    "fecha_sentencia": ("convicted", "acquitted"),
    "fecha_ejecutoria": ("final_conviction", "final_acquittal"),
}
PENDING: Final = "En trámite"
OUTCOMES: Final[dict[str, str]] = {
    "rejected": "Rechazo de denuncia",
    "dismissed": "Sobreseimiento",
    "alternative_exit": "Salida alternativa",
    "withdrawn": "Desistimiento",
    "extinguished_preparatory": "Extinción de la acción (etapa preparatoria)",
    "extinguished_maximum": "Extinción de la acción (duración máxima)",
    "convicted": "Sentencia condenatoria",
    "acquitted": "Sentencia absolutoria",
    "final_conviction": "Sentencia condenatoria ejecutoriada",
    "final_acquittal": "Sentencia absolutoria ejecutoriada",
}
_NONE: Final = -1


def register_table(rng: np.random.Generator, run: Run, victims: Victims, seats: tuple[Court, ...]) -> Table:
    """Write a run as the wide register: attributes, one date per act, how the case stands at the cut-off.

    A register of one row per case remembers one date per act. An annulled verdict leaves no trace: the trial date
    becomes that of the new trial and the sentence date is empty until the new sentence. A rejection that was reopened
    is gone, and an appeal is not written down: the case stands as sentenced until the sentence is final.
    """
    days, outcome, outcome_day = _standing(run)
    table: Table = {"numero_caso": _case_numbers(run, victims, seats)}
    table["departamento"] = [seats[i].department for i in victims.court]
    table["municipio"] = [seats[i].municipality for i in victims.court]
    table["juzgado"] = [seats[i].name for i in victims.court]
    table["delito"] = _words(OFFENCES, victims.offence)
    table["sexo"] = _words(SEXES, victims.sex)
    table["edad"] = victims.age.tolist()
    table["autoidentificacion_indigena"] = _words(PEOPLES, victims.people)
    table["idioma"] = _words(LANGUAGES, victims.language)
    table["discapacidad"] = _words(DISABILITIES, victims.disability)
    table["area"] = _words(AREAS, victims.area)
    table["vinculo_acusado"] = _words(RELATIONSHIPS, victims.relationship)
    table["fuente_denuncia"] = _words(SOURCES, victims.source)
    for column, states in _DATED.items():
        table[column] = _dates(np.maximum.reduce([days[state] for state in states]))
    table["fecha_notificacion_imputacion"] = _dates(_notified(rng, run, days, outcome_day))
    table["forma_conclusion"] = [OUTCOMES.get(state, PENDING) for state in outcome]
    table["fecha_conclusion"] = _dates(outcome_day)
    table["victima_sigue"], table["fecha_desvinculacion"] = _reliance(rng, run, days, outcome, outcome_day)
    return {column: table[column] for column in HEADINGS}


def support_table(rng: np.random.Generator, run: Run, numbers: list[str], cutoff_day: int) -> Table:
    """Write the support spells of a run: who, from which institution, from when to when, on what basis."""
    unit, actor, start, end = run.support
    n = unit.size
    late = happens(rng, 0.1, n)
    lag = np.where(late, whole_numbers(rng, 15, 120, n), whole_numbers(rng, 0, 10, n))
    institution, basis = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for i, name in enumerate(run.actors):
        here = actor == i
        institution[here] = _drawn(rng, _INSTITUTIONS[name], int(here.sum()))
        basis[here] = _drawn(rng, _BASES[name], int(here.sum()))
    table: Table = {
        "numero_caso": [numbers[i] for i in unit],
        "tipo_actor": [_ACTOR_WORDS[run.actors[i]] for i in actor],
        "institucion": institution.tolist(),
        "desde": _dates(start),
        "hasta": _dates(np.where(end == STILL_THERE, _NONE, end)),
        "respaldo": basis.tolist(),
        "fecha_registro": _dates(np.minimum(start + lag, cutoff_day)),
    }
    order = np.lexsort((actor, start, unit))
    return {column: [values[i] for i in order] for column, values in table.items()}


def rows_where(table: Table, keep: list[bool]) -> Table:
    """Return the rows of a table that are marked."""
    return {name: [v for v, kept in zip(values, keep, strict=True) if kept] for name, values in table.items()}


def sprinkle_missing(rng: np.random.Generator, table: Table, marks: dict[str, float]) -> None:
    """Replace some attributes by a mark for "not recorded", as files have it; ``marks`` weighs the spellings.

    The mark ``""`` becomes an empty cell.
    """
    spellings, shares = tuple(marks), np.array(tuple(marks.values()))
    for column, share in _MISSING_SHARES.items():
        n = len(table[column])
        gone, spelling = happens(rng, share, n), levels(rng, shares, n)
        for i in np.flatnonzero(gone):
            table[column][i] = spellings[spelling[i]] or None


_MISSING_SHARES: Final[dict[str, float]] = {
    "sexo": 0.02,
    "edad": 0.03,
    "autoidentificacion_indigena": 0.06,
    "idioma": 0.05,
    "discapacidad": 0.06,
    "area": 0.02,
    "vinculo_acusado": 0.05,
    "fuente_denuncia": 0.04,
}
_ACTOR_WORDS: Final = {
    "lawyer": "Abogado/a",
    "psychologist": "Psicólogo/a",
    "social_worker": "Trabajador/a social",
}
_INSTITUTIONS: Final[dict[str, dict[str, float]]] = {
    "lawyer": {"DNA": 0.58, "SLIM": 0.10, "SEPDAVI": 0.17, "ONG": 0.15},
    "psychologist": {"DNA": 0.56, "SLIM": 0.10, "SEPDAVI": 0.10, "ONG": 0.24},
    "social_worker": {"DNA": 0.60, "SLIM": 0.10, "SEPDAVI": 0.08, "ONG": 0.22},
}
_BASES: Final[dict[str, dict[str, float]]] = {
    "lawyer": {"apersonamiento": 0.60, "memorial": 0.22, "audiencia": 0.18},
    "psychologist": {"informe": 0.80, "audiencia": 0.20},
    "social_worker": {"informe": 0.88, "audiencia": 0.12},
}


def _drawn(rng: np.random.Generator, shares: dict[str, float], n: int) -> list[str]:
    words = tuple(shares)
    return [words[i] for i in levels(rng, np.array(tuple(shares.values())), n)]


def _words(words: tuple[str, ...], numbers: Counts) -> list[str]:
    return [words[i] for i in numbers]


def _dates(days: Days) -> list[Any]:
    return [None if day == _NONE else date_of(int(day)) for day in days]


def _case_numbers(run: Run, victims: Victims, seats: tuple[Court, ...]) -> list[str]:
    """Number the cases of each department and year in the order of their complaints; SIM stands for simulated."""
    counted: dict[str, int] = {}
    numbers = []
    for court, day in zip(victims.court, run.cases.complaint_day, strict=True):
        series = f"SIM-{CODES[seats[court].department]}-{date_of(int(day)).year}"
        counted[series] = counted.get(series, 0) + 1
        numbers.append(f"{series}-{counted[series]:04d}")
    return numbers


def _standing(run: Run) -> tuple[dict[str, Days], list[str], Days]:
    """Date of each act as the register knows it, the state in which the case stands, and since when."""
    n, number = run.cases.n, {state: i for i, state in enumerate(run.states)}
    day = np.full((n, len(run.states)), _NONE, dtype=np.int32)
    now, verdict = np.full(n, _NONE, dtype=np.int64), np.full(n, _NONE, dtype=np.int64)
    kept_once = [number["preliminary"], number["trial"]]
    for seq in range(int(run.events.seq.max()) + 1):
        turn = run.events.seq == seq
        unit, entered, at = run.events.unit[turn], run.events.state[turn], run.events.day[turn]
        annulled = (now[unit] == number["appeal"]) & (entered == number["trial"])
        for state in ("convicted", "acquitted", "trial"):
            day[unit[annulled], number[state]] = _NONE
        verdict[unit[annulled]] = _NONE
        new = ~np.isin(entered, kept_once) | (day[unit, entered] == _NONE)
        day[unit[new], entered[new]] = at[new]
        judged = np.isin(entered, [number["convicted"], number["acquitted"]])
        verdict[unit[judged]] = entered[judged]
        now[unit] = entered
    appealed = np.isin(now, [number["appeal"], number["cassation"]])
    stands = np.where(appealed, verdict, now)
    names = [run.states[i] for i in stands]
    concluded = np.array([name in OUTCOMES for name in names])
    since = np.where(concluded, day[np.arange(n), stands], _NONE).astype(np.int32)
    return {state: day[:, i] for state, i in number.items()}, names, since


def _notified(rng: np.random.Generator, run: Run, days: dict[str, Days], outcome_day: Days) -> Days:
    """Notification of the charge: 1 to 25 days after it, before the next act, and unknown after the last day seen."""
    charged = days["charged"]
    notified = charged + whole_numbers(rng, 1, 25, charged.size)
    for later in (days["accusation"], days["abbreviated"], outcome_day):
        notified = np.where((later != _NONE) & (later < notified), np.maximum(later, charged), notified)
    known: Flags = (charged != _NONE) & (notified <= run.cases.last_day)
    return np.where(known, notified, _NONE).astype(np.int32)


def _reliance(
    rng: np.random.Generator, run: Run, days: dict[str, Days], outcome: list[str], outcome_day: Days
) -> tuple[list[str], list[Any]]:
    """Whether the victim still takes part, or did until the case ended, and since when not; some files do not say."""
    ended = np.maximum.reduce([days["convicted"], days["acquitted"]])
    ended = np.where(ended == _NONE, outcome_day, ended)
    last_day = np.where(ended == _NONE, run.cases.last_day, ended - 1)
    withdrew = np.array(outcome) == "withdrawn"
    n = run.cases.n
    left = left_days(rng.random(n), run, last_day, withdrew)
    unknown = happens(rng, 0.05, n)
    said = ["sin dato" if blank else "si" if day == _NONE else "no" for day, blank in zip(left, unknown, strict=True)]
    return said, _dates(np.where(unknown, _NONE, left))
