"""Where steps and measurements stand on each axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.runs.axes import AXES, data_positions
from explorer.runs.series import CurveData, Series
from tests.exchange.sample_curves import make_curve, make_evaluation
from tests.runs.sample_records import recorded


def measured(steps: int = 16, **clocks: object) -> CurveData:
    """A curve of 8 steps an epoch, with these clocks instead of its own."""
    at = np.arange(steps + 1)
    every = {"examples": at * 50.0, "seconds": at * 0.25, "epoch": at / 8} | clocks
    evaluations = [make_evaluation(0), make_evaluation(8), make_evaluation(16, full=True)]
    data = recorded(steps=at[1:], losses=1.0 / at[1:], evaluations=evaluations)
    known = {name: Series(at, values) for name, values in every.items() if values is not None}
    return replace(data, clocks=known)


def positions(data: CurveData, name: str, axis: str):
    """Where a series of a curve stands on an axis."""
    return data_positions(data, data.series[name].steps, axis, 1000.0)


LOSS, TEST, FULL = "train/cross_entropy", "test/accuracy", "test_full/accuracy"


def test_each_axis_counts_what_it_says():
    run = measured()
    steps = run.series[LOSS].steps
    assert_allclose(positions(run, LOSS, "step"), steps)
    assert_allclose(positions(run, LOSS, "epoch"), steps / 8)
    assert_allclose(positions(run, LOSS, "examples"), steps * 50)
    assert_allclose(positions(run, LOSS, "time"), steps / 4)
    assert_allclose(positions(run, LOSS, "clock"), 1_000_000 + 250 * steps)
    assert_allclose(positions(run, TEST, "step"), [0, 8])
    assert_allclose(positions(run, TEST, "epoch"), [0, 1])
    assert_allclose(positions(run, TEST, "examples"), [0, 400])
    assert_allclose(positions(run, TEST, "time"), [0, 2])


@given(axis=st.sampled_from([axis for axis in AXES if axis != "clock"]), steps=st.integers(16, 80))
def test_a_measurement_stands_where_the_step_before_it_stands(axis, steps):
    run = measured(steps)
    along = positions(run, LOSS, axis)
    assert_allclose(positions(run, TEST, axis), [0, along[7]])
    assert_allclose(positions(run, FULL, axis), along[[15]])


@pytest.mark.parametrize(
    ("axis", "changes"),
    [
        ("epoch", {"epoch": None}),
        ("examples", {"examples": None}),
        ("time", {"seconds": np.full(17, np.nan)}),
        ("time", {"seconds": np.arange(17.0)[::-1]}),
        ("clock", {"seconds": None}),
    ],
)
def test_a_curve_that_does_not_tell_has_no_place(axis, changes):
    assert positions(measured(**changes), LOSS, axis) is None


def test_on_the_clock_stands_only_what_is_known_to_have_begun():
    data = measured()
    assert data_positions(data, data.series[LOSS].steps, "clock") is None


def test_a_run_as_it_is_recorded_stands_on_every_axis():
    data = make_curve().data
    steps = data.series[LOSS].steps
    for axis in AXES:
        found = data_positions(data, steps, axis, 0.0)
        assert found.shape == steps.shape
        assert np.isfinite(found).all()
