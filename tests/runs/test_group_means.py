"""Means of curves and their spread, against pandas and SciPy; best values and first steps."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.runs.group_means import BANDS, Points, best_place, first_reaching, mean_of

FINITE = st.floats(-1e6, 1e6)
BROKEN = FINITE | st.just(math.nan) | st.just(math.inf)


def points(y: list[float], x: list[float] | None = None) -> Points:
    at = np.arange(1.0, len(y) + 1) if x is None else np.array(x, np.float64)
    values = np.array(y, np.float64)
    return Points(at, values, np.arange(1, len(y) + 1), values)


curves = st.lists(BROKEN, min_size=1, max_size=20).map(points)


@given(st.lists(st.lists(FINITE, min_size=6, max_size=6), min_size=2, max_size=5))
def test_mean_deviation_and_error_are_those_of_pandas(rows):
    each = [points(row) for row in rows]
    table = pd.DataFrame(
        [(x, y) for one in each for x, y in zip(one.x, one.y, strict=True)], columns=["x", "y"]
    )
    grouped = table.groupby("x")["y"]
    scale = 1e-9 * (1 + np.abs(rows).max())
    for band, spread in (("sd", grouped.std()), ("se", grouped.sem())):
        found = mean_of(each, band)
        assert_allclose(found.y, grouped.mean(), atol=scale)
        assert_allclose(found.high - found.y, spread, atol=scale)
        assert_allclose(found.y - found.low, spread, atol=scale)
        assert found.count == len(rows)
    found = mean_of(each, "range")
    assert_allclose(found.low, grouped.min())
    assert_allclose(found.high, grouped.max())


def test_the_error_is_that_of_scipy_too():
    rows = np.random.default_rng(0).normal(size=(7, 30))
    found = mean_of([points(row) for row in rows], "se")
    assert_allclose(found.high - found.y, scipy.stats.sem(rows, axis=0))


@given(st.lists(curves, min_size=2, max_size=4), st.sampled_from(list(BANDS)))
def test_the_mean_lies_in_its_band_and_ends_with_the_first_curve_that_does(each, band):
    mean = mean_of(each, band)
    ends = [
        int(np.flatnonzero(~np.isfinite(one.y))[0]) if not np.isfinite(one.y).all() else len(one)
        for one in each
    ]
    assert len(mean) == min(ends)
    slack = 1e-9 * (1 + np.abs(mean.y))
    assert (mean.low <= mean.y + slack).all()
    assert (mean.y <= mean.high + slack).all()
    for one in each:
        part = one.y[: len(mean)]
        if band == "range":
            assert (mean.low <= part).all()
            assert (part <= mean.high).all()


def test_curves_measured_at_other_places_are_taken_to_run_straight_between_them():
    dense = points([0.0, 1.0, 2.0, 3.0, 4.0], [0, 1, 2, 3, 4])
    sparse = points([10.0, 14.0], [1, 3])
    found = mean_of([dense, sparse])
    # Only where both are; the sparse one is at 12 on its way.
    assert found.x.tolist() == [1, 2, 3]
    assert found.y.tolist() == [5.5, 7.0, 8.5]
    assert found.high.tolist() == [10, 12, 14]


@given(
    st.lists(st.tuples(st.integers(0, 50), FINITE), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 50), FINITE), min_size=2, max_size=12),
)
def test_at_other_places_the_mean_is_that_of_pandas_interpolation(first, second):
    series = [pd.Series({float(x): y for x, y in one}).sort_index() for one in (first, second)]
    places = sorted({*series[0].index, *series[1].index})
    frame = pd.DataFrame(
        [one.reindex(places).interpolate("index", limit_area="inside") for one in series]
    ).dropna(axis=1)
    assume(frame.shape[1] > 0 and list(series[0].index) != list(series[1].index))
    prefix = min(len(series[0]), len(series[1]))
    assume(list(series[0].index[:prefix]) != list(series[1].index[:prefix]))
    found = mean_of([points(list(one), list(one.index)) for one in series])
    assert_allclose(found.x, frame.columns)
    assert_allclose(found.y, frame.mean(), atol=1e-6)


@pytest.mark.parametrize("band", BANDS)
def test_the_largest_numbers_do_not_overflow(band):
    found = mean_of([points([1.7e308]), points([-1.7e308]), points([1.7e308])], band)
    assert np.isfinite([*found.y, *found.low, *found.high]).all()


def test_one_curve_is_itself_without_a_band():
    one = points([1.0, math.nan])
    assert mean_of([one], "sd") is one


@given(st.lists(BROKEN, max_size=12), st.sampled_from([-1, 1]))
def test_the_best_value_is_the_first_that_nothing_beats(values, better):
    place = best_place(np.array(values, np.float64), better)
    finite = [one for one in values if math.isfinite(one)]
    if not finite:
        assert place is None
    else:
        best = min(finite) if better < 0 else max(finite)
        assert place == values.index(best)


@given(st.lists(BROKEN, max_size=12), FINITE, st.sampled_from([-1, 1]))
def test_the_first_to_reach_a_value_has_none_before_it(values, goal, better):
    place = first_reaching(np.array(values, np.float64), goal, better)
    reached = [one >= goal if better > 0 else one <= goal for one in values]
    assert place == (reached.index(True) if True in reached else None)


def test_where_neither_way_is_better_a_value_is_reached_from_the_start():
    assert first_reaching(np.array([5.0, 3.0, 1.0]), 2.0, 0) == 2
    assert first_reaching(np.array([0.0, 1.0, 3.0]), 2.0, 0) == 2
