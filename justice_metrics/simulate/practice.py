"""How victims were treated in the simulated cases, item by item, and what of it the files tell."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.types import Counts, Days, Flags, Floats
from ..cases.calendar import day_number
from .attention import CHAMBER, closed_days, days_of
from .draws import generator, happens, waiting_times, whole_numbers
from .register import OUTCOMES, Table

SEED: Final = 2_018_07
REFORM_YEAR: Final = 2016  # complaints from this year on are the second round
ROUNDS: Final = ("2014-2015", "2016-2017")
DEPARTMENT_SHIFT: Final[Mapping[str, float]] = MappingProxyType(
    {"La Paz": 0.0, "Santa Cruz": -0.05, "Cochabamba": -0.05, "Chuquisaca": -0.15}
)
# Every second court of a department does better than its department, the others worse, by this much.
COURT_SHIFT: Final = 0.08
# In files of rejected complaints it is this many times as often not told what was done.
THIN_FILES: Final = 2.0
_LEAST, _MOST = 0.02, 0.98

YES, NO, NOT_APPLICABLE, NOT_DOCUMENTED = "yes", "no", "not_applicable", "not_documented"


class Chance(NamedTuple):
    """What is chosen for one item.

    Attributes
    ----------
    met : float
        Share of the cases of the first round in which the standard is kept, in La Paz, court by court on average.
    change : float
        What the second round adds to it.
    silent : float
        Share of the files that do not tell.
    """

    met: float
    change: float
    silent: float


CHANCES: Final[Mapping[str, Chance]] = MappingProxyType(
    {
        "child_friendly_space": Chance(0.25, 0.20, 0.10),  # of those who were not heard in a chamber
        "anticipated_evidence": Chance(0.15, 0.05, 0.05),
        "contact_with_accused": Chance(0.60, 0.10, 0.20),
        "forensic_examination": Chance(0.85, 0.00, 0.05),
        "health_referral_72h": Chance(0.55, 0.10, 0.15),
        "psychological_care": Chance(0.50, 0.15, 0.15),
        "protection_followed_up": Chance(0.20, 0.10, 0.20),
        "rights_explained": Chance(0.45, 0.20, 0.20),
        "victim_informed": Chance(0.35, 0.25, 0.25),
        "interpreter": Chance(0.25, 0.00, 0.10),
        "support_person": Chance(0.65, 0.00, 0.15),
        "private_complaint": Chance(0.40, 0.10, 0.30),
        "identity_protected": Chance(0.55, 0.20, 0.02),
        "closed_hearings": Chance(0.80, 0.00, 0.10),
        "conciliation_offered": Chance(0.85, 0.05, 0.20),
        "evidence_asked_of_victim": Chance(0.70, 0.00, 0.30),
        "specialised_police": Chance(0.60, 0.10, 0.05),
        "specialised_prosecutor": Chance(0.50, 0.15, 0.02),
        "trained_interviewer": Chance(0.45, 0.15, 0.15),
    }
)
# Items of which "yes" is the wrong that is looked for.
WRONGS: Final = ("contact_with_accused", "conciliation_offered", "evidence_asked_of_victim")
# Settled when the complaint is made, so that files give no other day for them.
SETTLED: Final = ("rights_explained", "private_complaint", "specialised_police")
# Items in days, and the act to which they count.
TIMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "recorded_interview_days": "recorded_interview",
        "forensic_examination_days": "forensic_examination",
        "protection_days": "protection_ordered",
    }
)
# The examination: at once for some, then by a chance per day; and how often its day is not in the file.
EXAMINED_AT_ONCE: Final = 0.45
EXAMINED_PER_DAY: Final = 0.25
DAY_SILENT: Final = 0.05
# Other acts: some day of the first half year while the case is open.
ACT_WITHIN: Final = 180
# The fact: days before the complaint for those who come soon; others come within three years; some cannot say.
COMES_SOON: Final = 0.40
SOON_DAYS: Final = 3
LATEST_DAYS: Final = 1095
FACT_SILENT: Final = 0.15


class Practice(NamedTuple):
    """How the victims of a register were treated.

    Attributes
    ----------
    done : dict of str to list
        By item: "yes", "no" or "not_applicable"; whole numbers for what is counted, None where that does not apply.
    told : dict of str to list
        The same as the files tell it: with "not_documented", and None in place of numbers that are not told.
    act_day : dict of str to Days
        By yes-or-no item: the day of the act, where the file tells of it and of its day; -1 elsewhere; shapes (n,).
    fact_day : Days
        Day of the fact as the files tell it, -1 where they do not; shape (n,).
    """

    done: dict[str, list[Any]]
    told: dict[str, list[Any]]
    act_day: dict[str, Days]
    fact_day: Days


def kept_chance(item: str, cases: Table) -> Floats:
    """Return the chance that the standard of an item is kept in each case to which it applies; shape (n,)."""
    chosen = CHANCES[item]
    shift = np.array([DEPARTMENT_SHIFT.get(one, 0.0) for one in cases["departamento"]])
    better = np.array([1.0 if odd else -1.0 for odd in _odd_courts(cases["juzgado"])])
    chance = chosen.met + shift + COURT_SHIFT * better + chosen.change * second_round(cases)
    return np.clip(chance, _LEAST, _MOST)


def second_round(cases: Table) -> Flags:
    """Return which cases belong to the second round, by the year of their complaint; shape (n,)."""
    return np.array([day.year >= REFORM_YEAR for day in cases["fecha_denuncia"]])


def practice_of(cases: Table, support: Table, children: Mapping[str, Table], cutoff_day: int) -> Practice:
    """Draw the practice of every case of a register.

    What the register's other tables know is taken from there: statements, measures, lawyers and the defender of
    children. All else is drawn, and changes nothing about how the case goes on.
    """
    n = len(cases["numero_caso"])
    complaint = days_of(cases["fecha_denuncia"])
    fact = complaint - _days_ago(n)
    heard, known_days = _from_tables(cases["numero_caso"], support, children)
    applies = _applies(cases, complaint, fact) | {"protection_followed_up": known_days["protection_ordered"] >= 0}
    everybody: Flags = np.ones(n, dtype=np.bool_)
    done: dict[str, list[Any]] = {"statements_taken": heard.tolist()}
    done |= {item: _answers(day >= 0, everybody) for item, day in known_days.items()}
    for item in CHANCES:
        kept = happens(_stream(item), kept_chance(item, cases), n)
        if item == "child_friendly_space":
            kept |= known_days["recorded_interview"] >= 0
        done[item] = _answers(kept != (item in WRONGS), applies.get(item, everybody))
    days = _act_days(cases, complaint, cutoff_day) | known_days
    done |= {item: _waits(done[of], days[of] - complaint) for item, of in TIMED.items()}
    told = {item: _as_told(item, answers, cases) for item, answers in done.items() if item not in TIMED}
    act_day = {item: _told_days(item, told[item], day) for item, day in days.items()}
    told |= {item: _waits(told[of], act_day[of] - complaint) for item, of in TIMED.items()}
    return Practice(
        done, told, act_day, np.where(happens(_stream("fact told"), FACT_SILENT, n), -1, fact).astype(np.int32)
    )


def met_share(practice: Practice, item: str, among: Flags, *, told: bool = True) -> float:
    """Return the share in which the standard of a yes-or-no item was kept, among those to which it applies.

    Parameters
    ----------
    practice : Practice
    item : str
    among : Flags
        Which cases are asked about; shape (n,).
    told : bool
        Whether only files that tell are counted.
    """
    answers = np.array((practice.told if told else practice.done)[item])
    good = NO if item in WRONGS else YES
    counted = among & ((answers == YES) | (answers == NO))
    return float((answers[counted] == good).mean())


def _stream(name: str) -> np.random.Generator:
    """Return a stream of chance of its own for each item: one more item changes no other."""
    return generator(SEED + zlib.crc32(name.encode()))


def _odd_courts(courts: list[str]) -> list[bool]:
    """Return for each case whether its court is the second, fourth … in alphabetical order."""
    place = {court: turn for turn, court in enumerate(sorted(set(courts)))}
    return [place[court] % 2 == 1 for court in courts]


def _days_ago(n: int) -> Days:
    """Draw how many days before the complaint the fact was; shape (n,)."""
    rng = _stream("fact")
    soon, late = whole_numbers(rng, 0, SOON_DAYS, n), whole_numbers(rng, SOON_DAYS + 1, LATEST_DAYS, n)
    return np.where(happens(rng, COMES_SOON, n), soon, late).astype(np.int32)


def _applies(cases: Table, complaint: Days, fact: Days) -> dict[str, Flags]:
    """Return where the items that do not apply to all cases apply; shapes (n,)."""
    return {
        "anticipated_evidence": days_of(cases["fecha_imputacion"]) >= 0,
        "closed_hearings": days_of(cases["fecha_juicio"]) >= 0,
        "health_referral_72h": complaint - fact <= SOON_DAYS,
        "interpreter": np.array([one in _OTHER_LANGUAGES for one in cases["idioma"]]),
    }


_OTHER_LANGUAGES: Final = ("Aymara", "Quechua", "Guaraní", "Otro")


def _from_tables(numbers: list[str], support: Table, children: Mapping[str, Table]) -> tuple[Counts, dict[str, Days]]:
    """Return what the tables of a register tell by themselves: how many statements, and the first days of some acts."""
    place = {number: row for row, number in enumerate(numbers)}
    statements, measures = children["statements"], children["measures"]
    heard = np.bincount([place[one] for one in statements["numero_caso"]], minlength=len(numbers))
    recorded = [whom == CHAMBER for whom in statements["ante"]]
    ordered = [day is not None for day in measures["resolucion"]]
    lawyer = [actor == "Abogado/a" for actor in support["tipo_actor"]]
    defender = [institution == "DNA" for institution in support["institucion"]]
    return heard, {
        "recorded_interview": _first_days(place, statements["numero_caso"], statements["fecha"], recorded),
        "protection_ordered": _first_days(place, measures["numero_caso"], measures["resolucion"], ordered),
        "legal_representation": _first_days(place, support["numero_caso"], support["desde"], lawyer),
        "child_defender": _first_days(place, support["numero_caso"], support["desde"], defender),
    }


def _first_days(place: dict[str, int], numbers: list[str], days: list[Any], wanted: list[bool]) -> Days:
    """Return the first wanted day of each case, -1 where there is none; shape (n,)."""
    first = np.full(len(place), -1, dtype=np.int32)
    for number, day, there in zip(numbers, days, wanted, strict=True):
        if there:
            row, at = place[number], day_number(day)
            first[row] = at if first[row] < 0 else min(int(first[row]), at)
    return first


def _act_days(cases: Table, complaint: Days, cutoff_day: int) -> dict[str, Days]:
    """Draw on which day each act was done, if it was; shapes (n,)."""
    n = complaint.size
    end = closed_days(cases, cutoff_day)
    charged, tried = days_of(cases["fecha_imputacion"]), days_of(cases["fecha_juicio"])
    days = {}
    for item in CHANCES:
        if item in SETTLED:
            continue
        rng, begin = _stream(f"{item} day"), complaint
        if item == "forensic_examination":
            later = np.ceil(waiting_times(rng, np.full(n, -np.log1p(-EXAMINED_PER_DAY))))
            days[item] = complaint + np.where(happens(rng, EXAMINED_AT_ONCE, n), 0, later).astype(np.int32)
            continue
        if item == "closed_hearings":
            days[item] = tried
            continue
        if item == "anticipated_evidence":
            begin = np.maximum(charged, complaint)
        within = SOON_DAYS if item == "health_referral_72h" else ACT_WITHIN
        days[item] = (begin + whole_numbers(rng, 0, np.clip(end - begin, 0, within), n)).astype(np.int32)
    return days


def _as_told(item: str, answers: list[Any], cases: Table) -> list[Any]:
    """Leave out what files do not tell: more of it in those of rejected complaints."""
    if item not in CHANCES:
        return answers
    rejected = np.array([how == OUTCOMES["rejected"] for how in cases["forma_conclusion"]])
    share = CHANCES[item].silent * np.where(rejected, THIN_FILES, 1.0)
    silent = happens(_stream(f"{item} told"), share, len(answers))
    return [
        NOT_DOCUMENTED if gone and one != NOT_APPLICABLE else one for one, gone in zip(answers, silent, strict=True)
    ]


def _told_days(item: str, told: list[Any], day: Days) -> Days:
    """Return the days of the acts that files tell of, but for some; shape (n,)."""
    there = np.array([one == YES for one in told]) & ~happens(_stream(f"{item} day told"), DAY_SILENT, day.size)
    return np.where(there, day, -1).astype(np.int32)


def _answers(yes: Flags, applies: Flags) -> list[Any]:
    return [NOT_APPLICABLE if not there else YES if one else NO for one, there in zip(yes, applies, strict=True)]


def _waits(answers: list[Any], days: Days) -> list[Any]:
    """Return the days that an act took, None where it was not done or its day is not told."""
    return [int(day) if one == YES and day >= 0 else None for one, day in zip(answers, days, strict=True)]
