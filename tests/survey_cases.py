"""Made surveys, small enough to count by hand, and one large enough for the disclosure gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

POINTS = [
    {"en": "strongly disagree", "es": "Muy en desacuerdo"},
    {"en": "disagree", "es": "En desacuerdo"},
    {"en": "neither", "es": "Ni de acuerdo ni en desacuerdo"},
    {"en": "agree", "es": "De acuerdo"},
    {"en": "strongly agree", "es": "Muy de acuerdo"},
]
TEXTS = {
    "heard": {"en": "Victims are heard", "es": "Se escucha a las víctimas"},
    "fair": {"en": "Judges are fair", "es": "Las juezas y los jueces son justos"},
    "slow": {"en": "Cases take too long", "es": "Los casos demoran demasiado"},
}


def mapping(**more: Any) -> dict[str, Any]:
    """Describe three statements of one scale, the last one turned round; ``more`` replaces whole sections."""
    return {
        "survey": {"id": "No", "round": "year"},
        "answers": {"agreement": {"points": POINTS, "dont_know": "No sabe", "no_answer": ["No responde", "99"]}},
        "items": {name: {"text": text, "scale": "trust", "reversed": name == "slow"} for name, text in TEXTS.items()},
        "scales": {"trust": {"text": {"en": "Trust", "es": "Confianza"}}},
        "groups": {"role": {"column": "job", "labels": {"Juez": "judge", "Usuaria": "user"}}},
        **more,
    }


def frame() -> pd.DataFrame:
    """Eight people: four judges and four users, in two rounds."""
    return pd.DataFrame(
        {
            "No": [1, 2, 3, 4, 5, 6, 7, 8],
            "year": [2016] * 4 + [2018] * 4,
            "job": ["Juez", "Usuaria"] * 4,
            "heard": [5, 2, "De acuerdo", "No sabe", "muy de acuerdo", 1, 3, None],
            "fair": [4, 1, 4, 2, 5, "99", 4, 2],
            "slow": [2, 5, 1, 4, "strongly disagree", 5, "No responde", 4],
        }
    )


def large_frame(people: int = 240, seed: int = 1) -> pd.DataFrame:
    """Many people whose trust differs by role and grows by round; a few do not answer, and judges are few."""
    rng = np.random.default_rng(seed)
    judge = np.arange(people) < people // 30
    role = np.where(judge, "Juez", np.where(np.arange(people) % 3 == 0, "Fiscal", "Usuaria"))
    year = np.where(rng.random(people) < 0.5, 2016, 2018)
    trust = rng.normal(size=people) - 0.8 * (role == "Usuaria") + 0.6 * (year == 2018)
    made: dict[str, Any] = {"No": np.arange(people), "year": year, "job": role}
    for name in TEXTS:
        felt = 0.8 * trust + 0.6 * rng.normal(size=people)
        points = np.clip(np.round(3 + 1.1 * (-felt if name == "slow" else felt)), 1, 5).astype(int).astype(object)
        points[rng.random(people) < 0.04] = "No sabe"
        made[name] = points
    return pd.DataFrame(made)
