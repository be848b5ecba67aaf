"""True effects in the small worlds, found once by simulation: every case living under both strategies.

Support started within 180 days against not started within 180 days; endings up to day 720; a million cases. The errors
of the simulation are 0.0002 and less. ``tests/simulate/test_effect_worlds.py`` finds one of them again.
"""

from __future__ import annotations

from justice_metrics.simulate.effect_worlds import EFFECTIVE, MEDIATED, MONTH, STOPPING

SEED, CASES = 2018, 1_000_000
WITHIN, HORIZON, WINDOW = 6 * MONTH, 24 * MONTH, MONTH

# by world and timing: difference in verdicts, in dismissals
TRUTHS = {
    (EFFECTIVE, "usual"): (0.039377, -0.011364),
    (EFFECTIVE, "even"): (0.038701, -0.010911),
    (EFFECTIVE, "late"): (0.037195, -0.010121),
    (MEDIATED, "usual"): (0.033037, -0.009595),
    (MEDIATED, "even"): (0.031138, -0.008684),
    (MEDIATED, "late"): (0.027200, -0.007211),
    (STOPPING, "usual"): (0.017031, -0.006727),
    (STOPPING, "even"): (0.017285, -0.006559),
    (STOPPING, "late"): (0.018424, -0.006468),
}
NOTHING = (0.0, 0.0)  # support does nothing: exactly, since every case lives the same life twice
