"""What the page of the sample says in numbers: realised shares, the true effect, the trap."""

from __future__ import annotations

import math
from typing import Final

from . import attention, bolivia, enforcement, faults, reliance
from .draws import generator
from .extracts import NATIONAL, Extract
from .register import OUTCOMES, PENDING, Table
from .truth import Contrast, Timing, Truth, true_contrast

TRUTH_SEED: Final = 730
TRUTH_COPIES: Final = 50
STARTED_WITHIN_DAYS: Final = 90
HORIZON_DAYS: Final = 730

# what `national_truth` returns: two million simulated cases, too many for every writing of the sample; tested
NATIONAL_TRUTH: Final = Contrast(
    started=Truth(0.070587, 0.0002561, 1_000_000),
    not_started=Truth(0.039261, 0.0001942, 1_000_000),
    difference=Truth(0.031326, 0.0003214, 1_000_000),
)

# the same where sets become complete when they usually do: earlier than at the end of the period, so more of them act
NATIONAL_TRUTH_USUAL: Final = Contrast(
    started=Truth(0.081021, 0.0002729, 1_000_000),
    not_started=Truth(0.039161, 0.0001940, 1_000_000),
    difference=Truth(0.041860, 0.0003348, 1_000_000),
)


def national_truth(
    national: Extract, *, timing: Timing = "late", copies: int = TRUTH_COPIES, seed: int = TRUTH_SEED
) -> Contrast:
    """Return the true contrast for the cases of the national extract, each simulated ``copies`` times."""
    return true_contrast(
        bolivia.bolivian_world(),
        national.run.cases.copied(copies),
        generator(seed),
        started_within_days=STARTED_WITHIN_DAYS,
        horizon_days=HORIZON_DAYS,
        timing=timing,
    )


def stage_shares(cases: Table) -> dict[str, float]:
    """Return the four shares of the published stage table, as a register shows them at its cut-off."""
    n = len(cases["forma_conclusion"])
    charged = [day is not None for day in cases["fecha_imputacion"]]
    before = [how for how, was in zip(cases["forma_conclusion"], charged, strict=True) if not was]
    return {
        "rejected": before.count(OUTCOMES["rejected"]) / n,
        "unresolved": before.count(PENDING) / n,
        "charged": sum(charged) / n,
        "final": sum(day is not None for day in cases["fecha_ejecutoria"]) / n,
    }


def naive_shares(extract: Extract) -> tuple[float, float]:
    """Return the share of cases with a verdict among those that ever had all actors, and among the others."""
    verdict = extract.run.first_day(*bolivia.VERDICTS) >= 0
    ever = extract.run.all_started_day() >= 0
    return float(verdict[ever].mean()), float(verdict[~ever].mean())


def facts(cohort: Extract, closed: Table, national: Extract) -> dict[str, str]:
    """Return every number of the page as text."""
    truth, naive = NATIONAL_TRUTH, naive_shares(national)
    given = bolivia.CONFOUNDING._asdict()
    judged = sum(day is not None for day in national.cases["fecha_sentencia"])
    return {
        "cohort_n": f"{len(cohort.cases['numero_caso']):,}",
        "cohort_spells": f"{len(cohort.support['desde']):,}",
        "closed_n": str(len(closed["numero_caso"])),
        "national_n": f"{NATIONAL.n:,}",
        "cohort_n_es": f"{len(cohort.cases['numero_caso']):,}".replace(",", "."),
        "national_n_es": f"{NATIONAL.n:,}".replace(",", "."),
        "national_verdicts": f"{judged:,}",
        "national_annulled": str(int((national.run.first_day(*bolivia.VERDICTS) >= 0).sum()) - judged),
        "national_spells": f"{len(national.support['desde']):,}",
        **{name: f"{100 * share:.2f}" for name, share in stage_shares(cohort.cases).items()},
        **{name: f"{value:g}" for name, value in given.items()},
        "effect": f"{bolivia.TRUE_EFFECT:g}",
        "milestone_arrivals": f"{bolivia.MILESTONE_ARRIVALS:g}",
        "court_spread": f"{bolivia.COURT_SPREAD:g}",
        "truth_copies": str(TRUTH_COPIES),
        "truth_n": f"{truth.started.n:,}",
        "truth_seed": str(TRUTH_SEED),
        **_truth_facts(truth),
        **_truth_facts(NATIONAL_TRUTH_USUAL, "usual"),
        "leaving_hazard": f"{reliance.LEAVING_HAZARD:g}",
        "leaving_half": f"{math.log(2) / reliance.LEAVING_HAZARD:.0f}",
        "leaving_supported": f"{reliance.SUPPORTED_TIMES:g}",
        "naive_ever": f"{100 * naive[0]:.1f}",
        "naive_never": f"{100 * naive[1]:.1f}",
        "faults": "\n".join(f"| `{name}`: {_words(name)} | {count} |" for name, count in faults.PLANTED.items()),
    }


def child_facts(children: dict[str, Table]) -> dict[str, str]:
    """Return what the page says of the tables that hang on the cases: their rows, and what was chosen for them."""
    chosen = {
        "trial_suspended": attention.TRIAL_SUSPENDED,
        "trial_first": 1 - attention.TRIAL_SUSPENDED,
        "continuation_suspended": attention.CONTINUATION_SUSPENDED,
        "precautionary_suspended": attention.PRECAUTIONARY_SUSPENDED,
        "requested": attention.MEASURE_REQUESTED,
        "ordered_at_once": attention.ORDERED_AT_ONCE,
        "lifted": attention.LIFTED,
        "recorded": attention.RECORDED,
        "repeated": sum(attention.STATEMENTS[2:]),
        "repeated_recorded": sum(attention.STATEMENTS_RECORDED[2:]),
        "detained": enforcement.DETAINED,
        "below_range": enforcement.BELOW_RANGE,
        "enforced": enforcement.ENFORCED,
        "warrant": enforcement.WARRANT,
        "reparation": enforcement.REPARATION,
        "paid_whole": enforcement.PAID_WHOLE,
    }
    return {
        **{f"{name}_n": f"{len(table['numero_caso']):,}" for name, table in children.items()},
        **{f"child_{name}": f"{100 * share:.0f}" for name, share in chosen.items()},
        "trial_settings": f"{1 / (1 - attention.TRIAL_SUSPENDED):.2f}",
        "order_early": f"{attention.ORDER_HAZARDS[0]:g}",
        "order_late": f"{attention.ORDER_HAZARDS[1]:g}",
        "breach": f"{attention.BREACH_HAZARD:g}",
        "lifted_after": str(attention.LIFTED_AFTER),
        "release": f"{enforcement.RELEASE_HAZARD:g}",
        "warrant_early": f"{enforcement.WARRANT_HAZARDS[0]:g}",
        "warrant_late": f"{enforcement.WARRANT_HAZARDS[1]:g}",
        "payment": f"{enforcement.PAYMENT_HAZARD:g}",
        "years": ", ".join(f"{low}-{high}" for low, high in enforcement.SENTENCE_YEARS),
    }


def _truth_facts(truth: Contrast, called: str = "truth") -> dict[str, str]:
    shown = {}
    for name, value in truth._asdict().items():
        shown[f"{called}_{name}"] = f"{100 * value.estimate:.2f}"
        shown[f"{called}_{name}_error"] = f"{100 * value.std_error:.3f}"
    return shown


def _words(fault: str) -> str:
    return faults.FAULTS[fault].words if fault in faults.FAULTS else faults.COPIES[fault][1]
