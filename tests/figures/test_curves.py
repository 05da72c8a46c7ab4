"""Thinning and smoothing of long curves, and their styles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from explorer.figures.curves import (
    default_smoothing,
    smoothed,
    thinned,
)

weights = st.sampled_from([0.0, 0.5, 0.9, 0.98, 0.995])


def walk(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count).cumsum()


@given(count=st.integers(1, 6000), most=st.integers(16, 1000), seed=st.integers(0, 99))
def test_a_thinned_curve_keeps_its_ends_its_extremes_and_its_order(count, most, seed):
    x, y = np.arange(count) * 3, walk(count, seed)
    kept_x, kept_y = thinned(x, y, most)
    assert kept_x.size <= most
    assert kept_x[0] == x[0]
    assert kept_x[-1] == x[-1]
    assert kept_y.min() == y.min()
    assert kept_y.max() == y.max()
    assert (np.diff(kept_x) > 0).all() or count == 1
    assert_array_equal(kept_y, y[kept_x // 3])


def test_a_curve_is_drawn_anew_only_as_often_as_its_length_doubles():
    y, most = walk(60_000), 500
    drawn, anew = np.empty(0), 0
    for count in range(100, y.size, 100):
        x, _ = thinned(np.arange(count), y[:count], most)
        kept = np.cumprod(x[: drawn.size] == drawn[: x.size]).sum() if drawn.size else 0
        anew += kept < drawn.size - 4
        drawn = x
    assert anew == np.ceil(np.log2(60_000 / most))


def test_a_short_curve_is_drawn_point_by_point():
    x, y = np.arange(1000), walk(1000)
    assert_array_equal(thinned(x, y)[1], y)


def test_a_peak_of_one_step_among_a_hundred_thousand_is_kept():
    y = np.zeros(100_000)
    y[54_321] = 7
    x, kept = thinned(np.arange(100_000), y)
    assert x[kept.argmax()] == 54_321


def test_points_that_are_not_finite_are_left_out():
    y = np.array([1.0, np.nan, 2.0, np.inf, 3.0])
    x, kept = thinned(np.arange(5), y)
    assert_array_equal(x, [0, 2, 4])
    assert_array_equal(kept, [1, 2, 3])
    assert thinned(np.arange(0), np.empty(0))[0].size == 0


@given(count=st.integers(1, 700), weight=weights, seed=st.integers(0, 99))
def test_smoothing_is_the_debiased_moving_average_step_by_step(count, weight, seed):
    y = walk(count, seed)
    expected, average = [], 0.0
    for step, value in enumerate(y, start=1):
        average = weight * average + (1 - weight) * value
        expected.append(average / (1 - weight**step))
    assert_allclose(smoothed(y, weight), expected, rtol=1e-9, atol=1e-9)


@given(value=st.floats(-1e6, 1e6), weight=weights)
def test_smoothing_leaves_a_constant_curve_as_it_is(value, weight):
    assert_allclose(smoothed(np.full(600, value), weight), value, rtol=1e-9, atol=1e-12)


def test_smoothing_ends_where_the_curve_stops_being_finite():
    y = np.array([2.0, 2.0, np.inf, 2.0])
    assert_array_equal(np.isnan(smoothed(y, 0.9)), [False, False, True, True])
    assert smoothed(np.empty(0), 0.9).size == 0


def test_one_infinity_is_not_smoothed_away():
    assert_array_equal(smoothed(np.array([2.0, np.inf, 1.0]), 0.9), [2.0, np.nan, np.nan])


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


@pytest.mark.parametrize("points", [0, 10, 99, 100, 700, 999, 1_000, 30_000])
def test_a_short_run_is_not_smoothed_and_a_long_one_by_a_small_part_of_it(points):
    weight = default_smoothing(points)
    assert (weight == 0) == (points < 100)
    assert 1 / (1 - weight) <= max(1, points / 10) + 1e-9
