"""Where steps and measurements stand on each axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.runs.axes import AXES, data_positions
from explorer.runs.curve_data import curve_data
from explorer.runs.record_columns import CurveRecords
from tests.exchange.sample_curves import make_curve, make_evaluation


def records(steps: int = 16) -> CurveRecords:
    at = np.arange(1, steps + 1)
    return CurveRecords(
        steps=at,
        examples_seen=at * 50,
        losses=1.0 / at,
        seconds=at * 0.25,
        evaluations=[make_evaluation(0), make_evaluation(8), make_evaluation(16, full=True)],
    )


def positions(run: CurveRecords, name: str, axis: str, steps_per_epoch: int | None = 8):
    """Where a series of a run stands on an axis."""
    data = curve_data(run, "cross_entropy", steps_per_epoch)
    return data_positions(data, data.series[name].steps, axis, 1000.0)


LOSS, TEST, FULL = "train/cross_entropy", "test/accuracy", "test_full/accuracy"


def test_each_axis_counts_what_it_says():
    run = records()
    assert_allclose(positions(run, LOSS, "step", None), run.steps)
    assert_allclose(positions(run, LOSS, "epoch"), run.steps / 8)
    assert_allclose(positions(run, LOSS, "examples"), run.steps * 50)
    assert_allclose(positions(run, LOSS, "time"), run.steps / 4)
    assert_allclose(positions(run, LOSS, "clock"), 1_000_000 + 250 * run.steps)
    assert_allclose(positions(run, TEST, "step"), [0, 8])
    assert_allclose(positions(run, TEST, "epoch", None), [0, 1])
    assert_allclose(positions(run, TEST, "examples"), [0, 400])
    assert_allclose(positions(run, TEST, "time"), [0, 2])


@given(axis=st.sampled_from([axis for axis in AXES if axis != "clock"]), steps=st.integers(16, 80))
def test_a_measurement_stands_where_the_step_before_it_stands(axis, steps):
    run = records(steps)
    along = positions(run, LOSS, axis)
    assert_allclose(positions(run, TEST, axis), [0, along[7]])
    assert_allclose(positions(run, FULL, axis), along[[15]])


@pytest.mark.parametrize(
    ("axis", "changes"),
    [
        ("epoch", {}),
        ("examples", {"examples_seen": np.zeros(16, np.int64)}),
        ("time", {"seconds": np.full(16, np.nan)}),
        ("time", {"seconds": np.arange(16.0)[::-1]}),
        ("clock", {"seconds": np.full(16, np.nan)}),
    ],
)
def test_a_curve_that_does_not_tell_has_no_place(axis, changes):
    run = records()
    for name, column in changes.items():
        setattr(run, name, column)
    assert positions(run, LOSS, axis, None) is None


def test_on_the_clock_stands_only_what_is_known_to_have_begun():
    data = curve_data(records(), "cross_entropy", 8)
    assert data_positions(data, data.series[LOSS].steps, "clock") is None


def test_measurements_without_an_epoch_take_it_from_their_step():
    run = records()
    run.evaluations = [make_evaluation(8, epoch=float("nan"))]
    assert_allclose(positions(run, TEST, "epoch"), [1])
    assert positions(run, TEST, "epoch", None) is None


def test_a_run_as_it_is_recorded_stands_on_every_axis():
    curve = make_curve()
    for axis in AXES:
        found = data_positions(curve.data, curve.records.steps, axis, 0.0)
        assert found.shape == curve.records.steps.shape
        assert np.isfinite(found).all()
