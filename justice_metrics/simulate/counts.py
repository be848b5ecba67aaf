"""A simulated ministry table: what courts send every month when they send no case files, gaps and marks among it."""

from __future__ import annotations

import csv
import io
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base.types import Counts, Floats
from .draws import generator, happens, normal
from .places import courts

SEED: Final = 2_018_04
FIRST_YEAR: Final = 2016
MONTHS: Final = 28  # January 2016 to April 2018, the cut-off of the other sample files

OFFENCES: Final = ("Violencia familiar o doméstica", "Abuso sexual", "Violación", "Feminicidio")
_SHARES: Final = (0.58, 0.19, 0.18, 0.05)
_MONTH_WORDS: Final = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
# Fewer cases come in and end while the courts are on vacation.
_SEASON: Final = (0.93, 0.97, 1.05, 1.03, 1.04, 1.02, 0.98, 1.05, 1.06, 1.08, 1.02, 0.77)

# What stands in place of a number, or beside one.
NOT_AVAILABLE: Final = "S/D"
NOT_APPLICABLE: Final = "N/C"
SUPPRESSED: Final = "*"
PENDING: Final = "pend."
PROVISIONAL: Final = "(p)"

HEADINGS: Final = (
    "Departamento",
    "Juzgado",
    "Delito",
    "Año",
    "Mes",
    "Jueces",
    "Pendientes al inicio",
    "Ingresadas",
    "Reabiertas",
    "Recibidas de otro juzgado",
    "Resueltas",
    "Resueltas en plazo",
    "Remitidas a otro juzgado",
    "Pendientes al final",
    "Pendientes de más de 3 años",
)


class Truth(NamedTuple):
    """The numbers before anything was lost on the way; shapes (courts, offences, months), judges (courts, months)."""

    pending_start: Counts
    new: Counts
    reopened: Counts
    transferred_in: Counts
    resolved: Counts
    resolved_on_time: Counts
    transferred_out: Counts
    pending_end: Counts
    old_pending: Counts
    judges: Counts


def counts_csv() -> bytes:
    """Return the table as a ministry's spreadsheet saves it: semicolons, Windows letters.

    Examples
    --------
    >>> counts_csv().decode("cp1252").splitlines()[0][:27]
    'Departamento;Juzgado;Delito'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(_rows(truth()))
    return text.getvalue().encode("cp1252")


def truth(seed: int = SEED) -> Truth:
    """Draw the flows of every court, offence and month.

    Cases come in at a court's own rate, are resolved at a court's own pace out of those that are there, and some are
    sent from one court of a department to another.

    Parameters
    ----------
    seed : int
        The stream is this table's own: no other sample file changes with it.

    Returns
    -------
    Truth
        In each month pending at the end is pending at the start and what came in, less what went out.
    """
    rng = generator(seed)
    places = courts()
    shape = (len(places), len(OFFENCES))
    seats = np.array([sum(other.department == one.department for other in places) for one in places])
    share = np.array([one.share for one in places]) * seats / len(places)
    rate = 270.0 * share[:, None] * np.array(_SHARES)[None, :]
    pace = 0.055 * np.exp(0.25 * normal(rng, shape[0]))
    punctual = np.clip(0.55 + 0.12 * normal(rng, shape[0]), 0.2, 0.9)
    judges = 3 - happens(rng, 0.15, shape[0] * MONTHS).reshape(shape[0], MONTHS).astype(np.int64)
    months = {name: np.zeros((*shape, MONTHS), np.int64) for name in Truth._fields[:-1]}
    pending = _poisson(rng, rate * 16)
    for month in range(MONTHS):
        season = _SEASON[month % 12]
        new = _poisson(rng, rate * season)
        reopened = _poisson(rng, 0.04 * rate)
        sent = np.minimum(_poisson(rng, 0.01 * rate), pending)
        received = _received(rng, sent, [one.department for one in places])
        there = pending + new + reopened - sent
        resolved = np.minimum(_poisson(rng, there * (pace[:, None] * season)), there)
        end = there + received - resolved
        for name, value in (
            ("pending_start", pending),
            ("new", new),
            ("reopened", reopened),
            ("transferred_in", received),
            ("resolved", resolved),
            ("resolved_on_time", np.minimum(_poisson(rng, resolved * punctual[:, None]), resolved)),
            ("transferred_out", sent),
            ("pending_end", end),
            ("old_pending", np.minimum(_poisson(rng, 0.12 * end), end)),
        ):
            months[name][:, :, month] = value
        pending = end
    return Truth(**months, judges=judges)


def _rows(flows: Truth) -> list[list[object]]:
    """Write the numbers down as they arrive: late, marked, withheld, or not at all."""
    rng = generator(SEED + 1)
    places = courts()
    small = np.array([not one.capital for one in places])
    silent = {(int(court), 5) for court in np.flatnonzero(small)[:2]} | {(4, 8)}
    late = {int(np.flatnonzero(small)[-1])}  # its last month has not come yet
    provisional = happens(rng, 0.2, len(places))
    recounted = happens(rng, 0.004, flows.new.size).reshape(flows.new.shape)
    # A small court hears no feminicide: those of its district go to the capital.
    out_of_competence = small & happens(rng, 0.5, len(places))
    rows: list[list[object]] = []
    for month in range(MONTHS):
        year, name = FIRST_YEAR + month // 12, _MONTH_WORDS[month % 12]
        for court, place in enumerate(places):
            if court in late and month == MONTHS - 1:
                continue
            for number, offence in enumerate(OFFENCES):
                cell = [int(one[court, number, month]) for one in flows[:-1]]
                if recounted[court, number, month] and month:
                    cell[0] += 2  # the shelf was counted again over the new year
                written: list[object] = list(cell)
                if offence == "Feminicidio" and out_of_competence[court]:
                    written = [NOT_APPLICABLE] * len(cell)
                elif (court, month) in silent:
                    written = [NOT_AVAILABLE] * len(cell)
                else:
                    written = _marked(written, place.department, offence) if month < 12 else written
                    if month == MONTHS - 1:
                        written[5] = PENDING  # whether a time limit was kept is known a month later
                        if provisional[court]:
                            written[4] = f"{written[4]} {PROVISIONAL}"
                start, new, reopened, received, resolved, on_time, sent, end, old = written
                rows.append(
                    [
                        *(place.department, place.name, offence, year, name, int(flows.judges[court, month])),
                        *(start, new, reopened, received, resolved, on_time, sent, end, old),
                    ]
                )
    return rows


def _marked(cell: list[object], department: str, offence: str) -> list[object]:
    """Withhold a small count where a reader of the table would know the family."""
    if department == "Pando" and offence == "Violación":
        return [SUPPRESSED if place in {4, 5} and one in {1, 2} else one for place, one in enumerate(cell)]
    return cell


def _received(rng: np.random.Generator, sent: Counts, departments: list[str]) -> Counts:
    """Give each case that was sent away to another court of its department; shapes (courts, offences)."""
    received = np.zeros_like(sent)
    of = np.array(departments)
    for court, offence in zip(*np.nonzero(sent), strict=True):
        others = np.flatnonzero((of == of[court]) & (np.arange(len(of)) != court))
        if not len(others):
            # a court without a neighbour keeps its cases
            received[court, offence] += sent[court, offence]
            continue
        for _ in range(int(sent[court, offence])):
            received[others[int(rng.random() * len(others))], offence] += 1
    return received


def _poisson(rng: np.random.Generator, mean: Floats) -> Counts:
    """Draw Poisson numbers by the inverse of the distribution function, from uniform numbers only."""
    uniform = rng.random(mean.shape)
    drawn = np.zeros(mean.shape, np.int64)
    mass = np.exp(-mean)
    reached: NDArray[np.float64] = mass.copy()
    number = 0
    while (open_ones := uniform > reached).any() and number < 10_000:
        number += 1
        drawn[open_ones] += 1
        mass = mass * mean / number
        reached = reached + mass
    return drawn
