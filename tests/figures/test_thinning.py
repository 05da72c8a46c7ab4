from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.figures.thinning import MOST_POINTS, kept_points

curves = arrays.arrays(
    np.float64,
    st.integers(0, 400),
    elements=st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf]),
    fill=st.floats(-1, 1),
)


@given(curves, st.integers(16, 100))
def test_first_newest_and_extreme_points_are_kept_and_never_too_many(
    y: np.ndarray, most: int
) -> None:
    places = kept_points(np.arange(y.size), y, most)
    assert places.dtype == np.int64
    assert places.size <= most
    assert (np.diff(places) > 0).all()
    if y.size <= most:
        assert places.tolist() == list(range(y.size))
        return
    assert {0, y.size - 1} <= set(places.tolist())
    finite = y[np.isfinite(y)]
    if finite.size:
        kept = y[places][np.isfinite(y[places])]
        assert (kept.min(), kept.max()) == (finite.min(), finite.max())


def test_where_values_are_not_finite_stays_marked() -> None:
    y = np.sin(np.arange(50_000) / 500)
    y[20_000:20_010] = math.nan
    y[33_333] = math.inf
    y[49_000:] = -math.inf
    places = kept_points(np.arange(y.size), y)
    broken = places[~np.isfinite(y[places])]
    assert broken.tolist() == [20_000, 20_009, 33_333, 49_000, 49_999]
    assert places.size <= MOST_POINTS


def test_gaps_without_number_leave_room_for_the_curve() -> None:
    y = np.sin(np.arange(10_000) / 100)
    y[::2] = math.nan
    places = kept_points(np.arange(y.size), y, 200)
    broken = places[~np.isfinite(y[places])]
    assert 40 <= broken.size <= 50
    assert (broken[0], broken[-1]) == (0, 9_998)
    assert places.size <= 200


@pytest.mark.parametrize(
    "x",
    [np.zeros(5_000), np.r_[np.zeros(4_999), 1], np.r_[np.arange(2_500), 1e12 + np.arange(2_500)]],
    ids=["all equal", "equal but one", "a wide gap"],
)
@pytest.mark.parametrize("size", [1.0, 1e308])
def test_any_positions_and_sizes_can_be_thinned(x: np.ndarray, size: float) -> None:
    y = size * np.random.default_rng(0).uniform(-1, 1, 5_000)
    places = kept_points(x, y)
    assert MOST_POINTS - 4 <= places.size <= MOST_POINTS
    assert y[places].min() == y.min()


def test_nothing_finite_keeps_the_two_ends() -> None:
    places = kept_points(np.arange(5_000), np.full(5_000, math.nan))
    assert places.tolist() == [0, 4_999]


def test_a_range_is_drawn_in_full_with_one_point_beyond_either_end() -> None:
    x, y = np.arange(100_000) / 10, np.random.default_rng(0).random(100_000)
    places = kept_points(x, y, x_min=500.0, x_max=550.0)
    assert places.tolist() == list(range(4_999, 5_502))
    wide = kept_points(x, y, x_min=500.0, x_max=5_000.0)
    assert wide.size <= MOST_POINTS
    assert (wide[0], wide[-1]) == (4_999, 50_001)
    assert y[wide].max() == y[4_999:50_002].max()
    assert kept_points(x, y, x_min=9_999.0).tolist() == list(range(99_989, 100_000))
    beyond = kept_points(x, y, x_min=20_000.0, x_max=30_000.0)
    assert beyond.tolist() == [99_999]
    assert kept_points(x, y, x_max=-1.0).tolist() == [0]
    between = kept_points(x, y, x_min=500.01, x_max=500.02)
    assert between.tolist() == [5_000, 5_001]


def painted(x: np.ndarray, y: np.ndarray, low: float, high: float) -> np.ndarray:
    """The pixels, 300 rows by 600 columns, that a line through the points covers."""
    columns = np.linspace(x[0], x[-1], 600 * 20)
    line = (np.interp(columns, x, y) - low) / (high - low) * 299
    tops, bottoms = line.reshape(600, 20).max(1), line.reshape(600, 20).min(1)
    rows = np.arange(300)[:, None]
    return (rows <= tops) & (rows >= bottoms - 1)


def test_a_thinned_noisy_loss_covers_nearly_the_same_pixels() -> None:
    generator = np.random.default_rng(0)
    x = np.cumsum(generator.random(30_000))
    y = 2.3 * np.exp(-x / 5_000) + 0.3 * generator.random(30_000)
    places, evenly = kept_points(x, y), np.linspace(0, x.size - 1, MOST_POINTS).astype(int)
    whole = painted(x, y, y.min(), y.max())

    def wrong(chosen: np.ndarray) -> float:
        return (painted(x[chosen], y[chosen], y.min(), y.max()) ^ whole).sum() / whole.sum()

    assert wrong(places) < 0.2
    assert wrong(places) < wrong(evenly) / 2


@pytest.mark.parametrize(
    ("x", "y", "most", "told"),
    [
        ([1.0, 2.0], [1.0], 20, "as long as one another"),
        ([2.0, 1.0], [1.0, 1.0], 20, "must not fall"),
        ([1.0, math.nan], [1.0, 1.0], 20, "must be finite"),
        ([1.0, 2.0], [1.0, 1.0], 15, "At least 16"),
    ],
)
def test_curves_that_cannot_be_thinned_are_told(
    x: list[float], y: list[float], most: int, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        kept_points(np.array(x), np.array(y), most)
