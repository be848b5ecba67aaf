"""Small worlds in which the effect of support is known: where the honest comparison is tried, and the naive one caught.

Six worlds of two thousand cases and thirty courts: an early dismissal competes with a late verdict, and a lawyer, a
psychologist and a social worker join while a case is open. So a case with support is one that lived long, whatever
support does. Months have 30 days. Lives are in :mod:`.effect_lives`, files in :mod:`.effect_studies`, and the truth
about strategies of support in :mod:`.effect_truth`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

MONTH: Final = 30
ACTORS: Final = ("lawyer", "psychologist", "social_worker")

TURNS: Final = (0, 3 * MONTH, 6 * MONTH, 12 * MONTH)  # from these days on the hazards below hold
VERDICT_PER_MONTH: Final = (0.004, 0.010, 0.035, 0.050)
DISMISSAL_PER_MONTH: Final = (0.080, 0.050, 0.020, 0.015)
ARRIVAL_PER_MONTH: Final = (0.050, 0.030, 0.020)  # by actor
MILESTONE_PER_MONTH: Final = 0.060


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectWorld:
    """What is chosen in a small world; the hazards themselves are the constants of this file.

    Parameters
    ----------
    cases, courts : int
        Size of one study. Every other court is well resourced (tier 1).
    severity_on_support, tier_on_support : float
        Log hazard ratios on the arrival of every actor; severity is 0 or 1 with mean 0.4, centred there.
    severity_on_verdict, tier_on_verdict : float
        Log hazard ratios on the verdict.
    frailty : float
        Standard deviation of the courts' own log hazard ratio on the verdict.
    support_on_verdict : float
        The direct effect: factor on the hazard of a verdict while any actor is present.
    support_on_milestone : float
        Factor on the hazard of the milestone while any actor is present.
    milestone_on_support, milestone_on_verdict : float
        Factors on arrivals and on the verdict once the milestone is reached.
    leaving_per_month : float
        Hazard of every present actor of leaving for good.
    loss_per_month, loss_if_severe, loss_if_supported : float
        Hazard of getting lost from view before the cut-off, and the factors on it for severe cases and while any actor
        is present.
    unrecorded : float
        Share of actors that left no trace in files dismissed within three months.
    misdated : float
        Share of first days of actors that are wrong: any day between the complaint and the last day seen.
    conviction_share : float
        Share of convictions among verdicts.
    """

    cases: int = 2000
    courts: int = 30
    severity_on_support: float = 0.0
    tier_on_support: float = 0.0
    severity_on_verdict: float = 0.0
    tier_on_verdict: float = 0.0
    frailty: float = 0.0
    support_on_verdict: float = 1.0
    support_on_milestone: float = 1.0
    milestone_on_support: float = 1.0
    milestone_on_verdict: float = 1.0
    leaving_per_month: float = 0.0
    loss_per_month: float = 0.0
    loss_if_severe: float = 1.0
    loss_if_supported: float = 1.0
    unrecorded: float = 0.0
    misdated: float = 0.0
    conviction_share: float = 0.7

    def but(self, **changes: float) -> EffectWorld:
        """Return the same world with something changed.

        Examples
        --------
        >>> CONFOUNDED.but(courts=8).courts
        8
        """
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # a whole number is a float, too


RANDOM: Final = EffectWorld()
"""World 1: support comes by chance and does nothing."""

CONFOUNDED: Final = EffectWorld(
    severity_on_support=0.7, tier_on_support=0.6, severity_on_verdict=0.7, tier_on_verdict=0.5, frailty=0.3
)
"""World 2: severity and the court decide about support and about the verdict; support does nothing."""

EFFECTIVE: Final = CONFOUNDED.but(support_on_verdict=1.5)
"""World 3: as world 2, and support multiplies the hazard of a verdict by 1.5."""

MILESTONE: Final = CONFOUNDED.but(milestone_on_support=3.0, milestone_on_verdict=3.0)
"""World 4: as world 2; the accusation attracts support and hastens the verdict; support does nothing."""

MEDIATED: Final = MILESTONE.but(support_on_milestone=2.5)
"""World 5: as world 4, and support brings about the accusation: all that it does it does by this way."""

UNDER_RECORDED: Final = CONFOUNDED.but(unrecorded=0.5)
"""World 6: as world 2, and half of the actors left no trace in files dismissed within three months."""

STOPPING: Final = EFFECTIVE.but(leaving_per_month=0.10)
"""World 3 with actors who leave for good after ten months on average; the effect leaves with the last of them."""

MISDATED: Final = EFFECTIVE.but(misdated=0.10)
"""World 3 with one wrong start date in ten."""

LOST: Final = EFFECTIVE.but(loss_per_month=0.02, loss_if_severe=3.0, loss_if_supported=1 / 3)
"""World 3 with cases that leave the view before the cut-off: severe ones more often, supported ones less."""

FEW_COURTS: Final = EFFECTIVE.but(courts=8)
"""World 3 in eight courts."""
