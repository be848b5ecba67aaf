"""The dirty copy of the register: faults that such files have, each planted a known number of times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Counts, Flags
from .draws import some_of
from .register import HEADINGS, OUTCOMES, PENDING

Row: TypeAlias = dict[str, Any]


class Fault(NamedTuple):
    """One kind of fault: how often it is planted, in which rows it can be, and what it does to one.

    ``plant`` gets the row and the running number of the fault, and changes the row in place.
    """

    rows: int
    words: str
    fits: Callable[[Row], bool]
    plant: Callable[[Row, int], None]


CUTOFF: Final = dt.date(2018, 4, 30)
AGES: Final = (-1, 150, 999)
_OTHER_MARKS: Final = (" ", "/", "_", ".")
_SPELLINGS: Final = {
    "Rechazo de denuncia": ("RECHAZO DE DENUNCIA", "Rechaso de denuncia", "Rechazo denuncia", "rechazo de  denuncia"),
    PENDING: ("EN TRAMITE", "En tramite", "en curso", "En Trámite"),
    "Sobreseimiento": ("SOBRESEIMIENTO", "Sobreseido", "sobreseimiento", "Sobreseimento"),
}
_SPACED: Final = ("forma_conclusion", "departamento", "delito", "juzgado")


def _days(n: int) -> dt.timedelta:
    return dt.timedelta(days=n)


def _stands_charged(row: Row) -> bool:
    """Charged, nothing after it yet."""
    return (
        row["fecha_imputacion"] is not None
        and row["forma_conclusion"] == PENDING
        and row["fecha_acusacion"] is None
        and row["fecha_procedimiento_abreviado"] is None
    )


def _rejected(row: Row) -> bool:
    return bool(row["forma_conclusion"] == OUTCOMES["rejected"])


def _pending(row: Row) -> bool:
    return bool(row["forma_conclusion"] == PENDING)


def _charge_before_complaint(row: Row, i: int) -> None:
    row["fecha_imputacion"] = row["fecha_denuncia"] - _days(5 + 7 * i)


def _accusation_before_charge(row: Row, _: int) -> None:
    row["fecha_imputacion"], row["fecha_acusacion"] = row["fecha_acusacion"], row["fecha_imputacion"]
    row["fecha_notificacion_imputacion"] = None


def _future(row: Row, i: int) -> None:
    row["fecha_imputacion"], row["fecha_notificacion_imputacion"] = CUTOFF + _days(17 + 41 * i), None


def _verdict_before_trial(row: Row, i: int) -> None:
    row["fecha_sentencia"] = row["fecha_conclusion"] = row["fecha_juicio"] - _days(2 + i)


def _sentence_without_verdict(row: Row, _: int) -> None:
    row["fecha_sentencia"] = row["fecha_conclusion"]


def _no_charge(row: Row, _: int) -> None:
    row["fecha_imputacion"] = row["fecha_notificacion_imputacion"] = None


def _respelled(row: Row, i: int) -> None:
    words = _SPELLINGS[row["forma_conclusion"]]
    row["forma_conclusion"] = words[i % len(words)]


def _spaced(row: Row, i: int) -> None:
    column = _SPACED[i % len(_SPACED)]
    row[column] = f"{row[column]} " if i % 2 else f" {row[column]}  "


def _setter(column: str, *values: Any) -> Callable[[Row, int], None]:
    def plant(row: Row, i: int) -> None:
        row[column] = values[i % len(values)]

    return plant


def _anything(_: Row) -> bool:
    return True


def _decided_by_trial(row: Row) -> bool:
    """First verdict after a trial, not yet final, with room between the opening order and the trial."""
    verdict = row["forma_conclusion"] in {OUTCOMES["convicted"], OUTCOMES["acquitted"]}
    return (
        verdict and row["fecha_juicio"] is not None and (row["fecha_juicio"] - row["fecha_apertura_juicio"]).days > 20
    )


def _accused_on_another_day(row: Row) -> bool:
    return row["fecha_acusacion"] is not None and row["fecha_acusacion"] != row["fecha_imputacion"]


# the order is that of planting: rare kinds of rows are taken before common ones
FAULTS: Final[dict[str, Fault]] = {
    "verdict_before_trial": Fault(
        5, "sentence dated a few days before the trial", _decided_by_trial, _verdict_before_trial
    ),
    "accusation_before_charge": Fault(
        6, "dates of charge and accusation swapped", _accused_on_another_day, _accusation_before_charge
    ),
    "stage_skipped": Fault(8, "accusation, but charge and its notification empty", _accused_on_another_day, _no_charge),
    "default_date_9999": Fault(
        7, "accusation dated 31/12/9999", _stands_charged, _setter("fecha_acusacion", dt.date(9999, 12, 31))
    ),
    "future_date": Fault(9, "charge dated after the cut-off", _stands_charged, _future),
    "impossible_date": Fault(
        4, "charge dated 30/02/2016", _stands_charged, _setter("fecha_imputacion", "30/02/2016", "31/11/2016")
    ),
    "month_only_date": Fault(
        4, 'charge dated "ene-16" or the like', _stands_charged, _setter("fecha_imputacion", "ene-16", "sep-17")
    ),
    "missing_code_date": Fault(3, 'charge dated "S/D"', _stands_charged, _setter("fecha_imputacion", "S/D")),
    "charge_before_complaint": Fault(6, "charge dated before the complaint", _stands_charged, _charge_before_complaint),
    "pending_with_conclusion_date": Fault(
        7, '"En trámite" with a conclusion date', _pending, _setter("fecha_conclusion", dt.date(2018, 3, 28))
    ),
    "outcome_without_date": Fault(11, "rejected, conclusion date empty", _rejected, _setter("fecha_conclusion", None)),
    "date_without_outcome": Fault(6, "conclusion date, outcome empty", _rejected, _setter("forma_conclusion", None)),
    "sentence_without_verdict": Fault(5, "rejected, but with a sentence date", _rejected, _sentence_without_verdict),
    "default_date_1900": Fault(
        8, "complaint dated 01/01/1900", _anything, _setter("fecha_denuncia", dt.date(1900, 1, 1))
    ),
    "complaint_missing": Fault(6, "complaint date empty", _anything, _setter("fecha_denuncia", None)),
    "impossible_age": Fault(9, "age -1, 150 or 999", _anything, _setter("edad", *AGES)),
    "label_variant": Fault(
        24, "outcome written in another way", lambda row: row["forma_conclusion"] in _SPELLINGS, _respelled
    ),
    "outer_spaces": Fault(30, "spaces before or after a text", _anything, _spaced),
}
COPIES: Final[dict[str, tuple[int, str]]] = {
    "duplicate_row": (10, "the same row twice"),
    "same_case_other_format": (8, "the same row again, its case number with other marks"),
}
PLANTED: Final[dict[str, int]] = {name: fault.rows for name, fault in FAULTS.items()} | {
    name: count for name, (count, _) in COPIES.items()
}


def dirty_rows(rng: np.random.Generator, clean: list[Row]) -> list[Row]:
    """Return a copy of the register's rows with every fault of ``PLANTED``, at most one in each row.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides which rows.
    clean : list of dict
        Rows of the register, as column name to value.

    Returns
    -------
    list of dict
        All rows in their order; copies follow at random places.
    """
    rows = [dict(row) for row in clean]
    free = np.ones(len(rows), dtype=np.bool_)
    for fault in FAULTS.values():
        for i, at in enumerate(_free_rows(rng, rows, free, fault)):
            fault.plant(rows[at], i)
    copies: list[tuple[int, Row]] = []
    for name, (count, _) in COPIES.items():
        chosen = some_of(rng, np.flatnonzero(free), count)
        free[chosen] = False
        copies += [(int(rng.random() * len(rows)), _copy(rows[at], i, name)) for i, at in enumerate(chosen)]
    for place, row in sorted(copies, key=lambda copy: copy[0], reverse=True):
        rows.insert(place, row)
    return rows


def _free_rows(rng: np.random.Generator, rows: list[Row], free: Flags, fault: Fault) -> Counts:
    fitting = np.array([at for at in np.flatnonzero(free) if fault.fits(rows[at])], dtype=np.int64)
    chosen = some_of(rng, fitting, fault.rows)
    free[chosen] = False
    return chosen


def _copy(row: Row, i: int, name: str) -> Row:
    if name == "duplicate_row":
        return dict(row)
    number = row["numero_caso"].replace("-", _OTHER_MARKS[i % len(_OTHER_MARKS)])
    return {**row, "numero_caso": number.lower() if i % 2 else number}


def rows_of(table: dict[str, list[Any]]) -> list[Row]:
    """Return a table as rows."""
    return [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]


def table_of(rows: list[Row]) -> dict[str, list[Any]]:
    """Return rows as a table."""
    return {column: [row[column] for row in rows] for column in HEADINGS}
