"""Thinning and smoothing of long curves, and what of them stays while a curve grows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_allclose, assert_array_equal

from explorer.figures.curves import MOST_POINTS, kept_points, smoothed, smoothing_weight, thinned

weights = st.sampled_from([0.0, 0.5, 0.9, 0.98, 0.995])
broken = st.sampled_from([math.nan, math.inf, -math.inf])
curves = arrays.arrays(
    np.float64, st.integers(0, 400), elements=st.floats(-1e6, 1e6) | broken, fill=st.floats(-1, 1)
)


def walk(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count).cumsum()


def places_of(y: np.ndarray, most: int = MOST_POINTS) -> list[int]:
    return kept_points(np.arange(y.size), y, most).tolist()


@given(curves, st.integers(16, 100))
def test_first_newest_and_extreme_points_are_kept_and_never_too_many(y, most):
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


@given(st.integers(1, 9_000), st.integers(1, 400), st.integers(16, 1000), st.integers(0, 99))
def test_a_growing_curve_keeps_its_points_or_becomes_a_third_shorter(count, more, most, seed):
    y = walk(count + more, seed)
    gaps = np.random.default_rng(seed).integers(0, y.size, 3)
    for begin in gaps:
        y[begin : begin + 20] = [math.nan, math.inf, -math.inf][seed % 3]
    before, after = places_of(y[:count], most), places_of(y, most)
    same = sum(np.cumprod([a == b for a, b in zip(before, after, strict=False)], dtype=int))
    is_anew = same < len(before) - 40
    if is_anew:
        assert len(after) < 0.8 * most + more


def test_a_curve_is_drawn_anew_twice_while_its_length_doubles():
    y, most = walk(64_000), 500
    drawn, anew = [], 0
    for count in range(100, y.size, 100):
        new = places_of(y[:count], most)
        same = sum(np.cumprod([a == b for a, b in zip(drawn, new, strict=False)], dtype=int))
        anew += same < len(drawn) - 40
        drawn = new
    assert anew == 2 * math.log2(64_000 / 500)


def test_where_values_are_not_finite_stays_marked_with_what_is_on_either_side():
    y = np.sin(np.arange(50_000) / 500)
    y[20_000:20_010] = math.nan
    y[33_333] = math.inf
    y[49_000:] = -math.inf
    places = kept_points(np.arange(y.size), y)
    marked = places[~np.isfinite(y[places])]
    assert marked.tolist() == [20_000, 20_009, 33_333, 49_000, 49_999]
    assert {19_999, 20_010, 33_332, 33_334, 48_999} <= set(places.tolist())
    assert places.size <= MOST_POINTS
    _, kept = thinned(np.arange(y.size), y)
    assert_array_equal(kept, y[places])


def test_gaps_without_number_leave_room_for_the_curve():
    y = np.sin(np.arange(10_000) / 100)
    y[::2] = math.nan
    places = kept_points(np.arange(y.size), y, 200)
    marked = places[~np.isfinite(y[places])]
    assert 40 <= marked.size <= 100
    assert (marked[0], marked[-1]) == (0, 9_998)
    assert 100 <= places.size - marked.size <= 200 - marked.size


@pytest.mark.parametrize(
    "x",
    [np.zeros(5_000), np.r_[np.zeros(4_999), 1], np.r_[np.arange(2_500), 1e12 + np.arange(2_500)]],
    ids=["all equal", "equal but one", "a wide gap"],
)
@pytest.mark.parametrize("size", [1.0, 1e308])
def test_any_positions_and_sizes_can_be_thinned(x, size):
    y = size * np.random.default_rng(0).uniform(-1, 1, 5_000)
    places = kept_points(x, y)
    assert 0.6 * MOST_POINTS <= places.size <= MOST_POINTS
    assert y[places].min() == y.min()


def test_a_column_of_a_table_is_thinned_as_it_is_alone():
    y = walk(5_000)
    assert places_of(np.stack([y, -y], axis=1)[:, 0]) == places_of(y)


def test_nothing_finite_keeps_the_two_ends():
    assert places_of(np.full(5_000, math.nan)) == [0, 4_999]


def test_a_range_is_drawn_in_full_with_one_point_beyond_either_end():
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


@pytest.mark.parametrize("count", [20_000, 30_000, 43_000])
def test_a_thinned_noisy_loss_covers_nearly_the_same_pixels(count):
    generator = np.random.default_rng(0)
    x = np.cumsum(generator.random(count))
    y = 2.3 * np.exp(-x / 5_000) + 0.3 * generator.random(count)
    places, evenly = kept_points(x, y), np.linspace(0, x.size - 1, MOST_POINTS).astype(int)
    whole = painted(x, y, y.min(), y.max())

    def wrong(chosen: np.ndarray) -> float:
        return (painted(x[chosen], y[chosen], y.min(), y.max()) ^ whole).sum() / whole.sum()

    assert wrong(places) < 0.3
    assert wrong(places) < 0.6 * wrong(evenly)


@pytest.mark.parametrize(
    ("x", "y", "most", "told"),
    [
        ([1.0, 2.0], [1.0], 20, "as long as one another"),
        ([2.0, 1.0], [1.0, 1.0], 20, "must not fall"),
        ([1.0, math.nan], [1.0, 1.0], 20, "must be finite"),
        ([1.0, 2.0], [1.0, 1.0], 15, "At least 16"),
    ],
)
def test_curves_that_cannot_be_thinned_are_told(x, y, most, told):
    with pytest.raises(ValueError, match=told):
        kept_points(np.array(x), np.array(y), most)


@given(count=st.integers(1, 700), weight=weights, seed=st.integers(0, 99))
def test_smoothing_is_the_debiased_moving_average_step_by_step(count, weight, seed):
    y = walk(count, seed)
    expected, average = [], 0.0
    for step, value in enumerate(y, start=1):
        average = weight * average + (1 - weight) * value
        expected.append(average / (1 - weight**step))
    assert_allclose(smoothed(y, weight), expected, rtol=1e-9, atol=1e-9)
    assert_allclose(smoothed(y, weight), pd.Series(y).ewm(alpha=1 - weight).mean(), rtol=1e-12)


@given(
    arrays.arrays(np.float64, st.integers(1, 300), elements=st.floats(-1e280, 1e280) | broken),
    st.integers(0, 300),
    weights,
)
def test_the_average_of_a_longer_curve_begins_with_the_same_bits(y, count, weight):
    assert smoothed(y[:count], weight).tobytes() == smoothed(y, weight)[:count].tobytes()


@given(value=st.floats(-1e6, 1e6), weight=weights)
def test_smoothing_leaves_a_constant_curve_as_it_is(value, weight):
    assert_allclose(smoothed(np.full(600, value), weight), value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("y", "found"),
    [
        ([2.0, 2.0, math.inf, 2.0], [2.0, 2.0, math.nan, math.nan]),
        ([2.0, math.inf, 1.0], [2.0, math.nan, math.nan]),
        ([math.nan, 1.0], [math.nan, math.nan]),
        ([], []),
    ],
)
def test_smoothing_ends_where_the_curve_stops_being_finite(y, found):
    assert_array_equal(smoothed(np.array(y), 0.9), found)


@given(
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=200),
    weight=weights,
)
def test_an_average_of_any_numbers_lies_among_them(values, weight):
    found = smoothed(np.array(values), weight)
    assert found.min() >= min(values)
    assert found.max() <= max(values)


@pytest.mark.parametrize("weight", [-0.1, 1.0, 2.0])
def test_a_weight_outside_zero_to_one_is_refused(weight):
    with pytest.raises(ValueError, match="smoothing weight must be at least 0 and below 1"):
        smoothed(np.ones(3), weight)


@given(st.integers(0, 10**7))
def test_short_curves_are_not_smoothed_and_long_ones_over_one_to_three_percent(count):
    weight = smoothing_weight(count)
    if count < 100:
        assert weight == 0
    else:
        # The average looks back over about 1 / (1 − w) points.
        assert max(2, count / 128) <= 1 / (1 - weight) <= max(2, count / 32)
        assert smoothing_weight(4 * count) > weight or count < 128
    assert len({smoothing_weight(points) for points in range(count, 2 * count, 97)}) <= 2
