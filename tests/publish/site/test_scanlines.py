"""Level lines through areas: strokes stay inside, names stand where there is room."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.publish.site.scanlines import place_of_name, spans, strokes

BOX = np.array([[0.0, 0], [100, 0], [100, 50], [0, 50], [0, 0]])
HOLE = np.array([[40.0, 10], [40, 40], [60, 40], [60, 10], [40, 10]])


def test_a_hole_parts_a_line() -> None:
    assert spans([BOX, HOLE], 25.0).tolist() == [[0, 40], [60, 100]]
    assert spans([BOX, HOLE], 60.0).tolist() == []


def test_strokes_cover_an_area_at_their_distance_and_leave_holes_free() -> None:
    lines = strokes([BOX, HOLE], 5.0)
    length = sum(float(np.hypot(*(one[1] - one[0]))) for one in lines)
    assert length * 5.0 == pytest.approx(100 * 50 - 20 * 30, rel=0.05)
    ends = np.concatenate(lines)
    assert ends.min() >= -1e-9
    assert (ends[:, 0] <= 100 + 1e-9).all()
    middles = np.array([one.mean(axis=0) for one in lines])
    in_hole = (middles > (40, 10)).all(axis=1) & (middles < (60, 40)).all(axis=1)
    assert not in_hole.any()


def test_strokes_of_neighbours_lie_on_one_grid_and_rise_to_the_right() -> None:
    beside = BOX + np.array([100.0, 0.0])
    for start, end in [*strokes([BOX], 8.0), *strokes([beside], 8.0)]:
        across = (start.sum() / np.sqrt(2), end.sum() / np.sqrt(2))  # y points downwards
        assert across[0] == pytest.approx(across[1])
        assert across[0] / 8.0 == pytest.approx(round(across[0] / 8.0))


def test_a_name_stands_in_the_middle_or_where_the_area_is_wide() -> None:
    assert place_of_name([BOX], tall=10.0)[:3] == pytest.approx((50, 25, 100), abs=1)
    flask = np.array([[45.0, 0], [55, 0], [55, 60], [100, 60], [100, 100], [0, 100], [0, 60], [45, 60], [45, 0]])
    found = place_of_name([flask], tall=10.0)
    assert found.y > 60
    assert found.room == pytest.approx(100, abs=1)


def test_an_area_lower_than_the_name_has_no_room() -> None:
    assert place_of_name([BOX], tall=60.0).room == 0.0
