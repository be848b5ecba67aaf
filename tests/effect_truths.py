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
    (EFFECTIVE, "usual"): (0.039244, -0.011315),
    (EFFECTIVE, "even"): (0.038507, -0.010868),
    (EFFECTIVE, "late"): (0.037171, -0.010068),
    (MEDIATED, "usual"): (0.033096, -0.009630),
    (MEDIATED, "even"): (0.031336, -0.008741),
    (MEDIATED, "late"): (0.027285, -0.007254),
    (STOPPING, "usual"): (0.015291, -0.006500),
    (STOPPING, "even"): (0.015669, -0.006366),
    (STOPPING, "late"): (0.017688, -0.006372),
}
NOTHING = (0.0, 0.0)  # support does nothing: exactly, since every case lives the same life twice
