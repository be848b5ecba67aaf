"""Kaplan-Meier, Nelson-Aalen and Aalen-Johansen against R on many data sets, from 8 cases to 10,000 a day."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier, nelson_aalen
from justice_metrics.estimate.steps import at_days
from tests.estimate.curve_counts import answers, data_sets, equal, table

SINGLE_CAUSE = {"veteran", "colon", "rossi", "kidney", "heart"}
LATE = {"heart", "abortion"}


def differing(rows, fields, read):
    """Rows of R's answer that ours does not meet: 8 digits of estimates, 6 of standard errors and limits."""
    found = []
    for row in rows:
        ours = read(row)
        for column, (value, digits) in ours.items():
            if column in fields and not equal(value, row[column], digits):
                found.append((row["data"], row["group"], row["day"], column, value, row[column]))
    return found


@pytest.mark.parametrize("data", data_sets())
def test_survival_and_hazards_equal_survfit(data):
    counts = table(data)
    events, risk = counts.together
    curve = kaplan_meier(events, risk, limits="arcsine")
    poisson, binomial = (nelson_aalen(events[:, None], risk, variance=kind) for kind in ("poisson", "greenwood"))

    def read(row):
        where, day = counts.groups.index(row["group"]), [int(row["day"])]
        values = {
            "survival": (curve.survival, 8),
            "std_error": (curve.std_error, 6),
            "conf_low": (curve.conf_low, 6),
            "conf_high": (curve.conf_high, 6),
            "hazard": (poisson.hazard[:, 0], 8),
            "poisson": (poisson.std_error[:, 0], 6),
            "binomial": (binomial.std_error[:, 0], 6),
        }
        ours = {name: (at_days(counts.days, field[where], day, before=0)[0], n) for name, (field, n) in values.items()}
        # R has limits where the curve is still 1 or already 0; we have none there, as on the other scales
        whole = ours["survival"][0] in (0, 1)
        return {k: v for k, v in ours.items() if not (whole and k in ("std_error", "conf_low", "conf_high"))}

    fields = {"survival", "std_error", "conf_low", "conf_high", "hazard", "poisson", "binomial"}
    assert not differing(answers("survival", data=data), fields, read)


@pytest.mark.parametrize("data", [name for name in data_sets() if name not in LATE])
def test_incidence_equals_survfit_and_cmprsk(data):
    counts = table(data)
    events, risk = counts.pooled
    multinomial = aalen_johansen(events, risk)
    counting = aalen_johansen(events, risk, variance="counting_process")
    hazard = nelson_aalen(events, risk).hazard

    def read(row):
        where, day = (counts.groups.index(row["group"]), int(row["cause"]) - 1), [int(row["day"])]
        values = {
            "incidence": (multinomial.incidence, 8),
            "std_error": (multinomial.std_error, 6),
            "counting": (counting.std_error, 6),
            "hazard": (hazard, 8),
        }
        return {name: (at_days(counts.days, field[where], day, before=0)[0], n) for name, (field, n) in values.items()}

    assert not differing(answers("incidence", data=data), {"incidence", "std_error", "counting", "hazard"}, read)


# ---- Nelson-Aalen by hand ------------------------------------------------------------------------------------------


def test_cumulative_hazard_and_its_variances_by_hand():
    """Three of five end at once, then one of two."""
    events, risk = np.array([[[3, 1]]]), np.array([[5, 2]])
    spreads = {
        "poisson": (3 / 25, 3 / 25 + 1 / 4),
        "greenwood": (3 * 2 / 125, 3 * 2 / 125 + 1 / 8),
        "counting_process": (3 * 2 / 100, 3 * 2 / 100 + 1 / 4),
    }
    for variance, spread in spreads.items():
        found = nelson_aalen(events, risk, variance=variance)
        np.testing.assert_allclose(found.hazard[0, 0], [3 / 5, 11 / 10], rtol=1e-15)
        np.testing.assert_allclose(found.std_error[0, 0] ** 2, spread, rtol=1e-14)


def test_limits_of_a_cumulative_hazard_by_hand():
    events, risk = np.array([[[0, 3]]]), np.array([[5, 5]])
    reach = 1.959963984540054 * np.sqrt(3 / 25)
    plain = nelson_aalen(events, risk, limits="plain")
    np.testing.assert_allclose(plain.conf_low[0, 0], [0, 0], atol=1e-15)  # 0.6 - 0.68 is cut
    np.testing.assert_allclose(plain.conf_high[0, 0], [0, 0.6 + reach], rtol=1e-14)
    log = nelson_aalen(events, risk)
    assert np.isnan([log.conf_low[0, 0, 0], log.conf_high[0, 0, 0]]).all()
    ends = [log.conf_low[0, 0, 1], log.conf_high[0, 0, 1]]
    np.testing.assert_allclose(ends, 0.6 * np.exp([-reach / 0.6, reach / 0.6]), rtol=1e-14)


@pytest.mark.parametrize("variance", ["poisson", "greenwood", "counting_process"])
def test_hazards_of_outcomes_add_up_to_that_of_all(variance):
    rng = np.random.default_rng(3)
    events = rng.integers(0, 3, (2, 3, 9))
    risk = 40 + np.flip(np.cumsum(np.flip(events.sum(axis=1), axis=-1), axis=-1), axis=-1)
    each = nelson_aalen(events, risk, variance=variance)
    together = nelson_aalen(events.sum(axis=1, keepdims=True), risk, variance=variance)
    np.testing.assert_allclose(each.hazard.sum(axis=1, keepdims=True), together.hazard, rtol=1e-13)
    doubled = nelson_aalen(2 * events, 2 * risk, variance="poisson")
    np.testing.assert_allclose(2 * doubled.std_error**2, nelson_aalen(events, risk).std_error ** 2, rtol=1e-13)
