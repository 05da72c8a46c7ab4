"""Where steps and measurements stand on each axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.runs.axes import AXES, evaluation_positions, step_positions
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


def test_each_axis_counts_what_it_says():
    run = records()
    assert_allclose(step_positions(run, "step", None), run.steps)
    assert_allclose(step_positions(run, "epoch", 8), run.steps / 8)
    assert_allclose(step_positions(run, "examples", 8), run.steps * 50)
    assert_allclose(step_positions(run, "time", 8), run.steps / 4)
    assert_allclose(evaluation_positions(run, "step", 8), [0, 8, 16])
    assert_allclose(evaluation_positions(run, "epoch", None), [0, 1, 2])
    assert_allclose(evaluation_positions(run, "examples", 8), [0, 400, 800])
    assert_allclose(evaluation_positions(run, "time", 8), [0, 2, 4])


@given(axis=st.sampled_from(list(AXES)), steps=st.integers(16, 80))
def test_a_measurement_stands_where_the_step_before_it_stands(axis, steps):
    run = records(steps)
    along = step_positions(run, axis, 8)
    measured = evaluation_positions(run, axis, 8)
    assert measured[0] == 0
    assert_allclose(measured[1:], along[[7, 15]])


@pytest.mark.parametrize(
    ("axis", "changes"),
    [
        ("epoch", {}),
        ("examples", {"examples_seen": np.zeros(16, np.int64)}),
        ("time", {"seconds": np.full(16, np.nan)}),
        ("time", {"seconds": np.arange(16.0)[::-1]}),
    ],
)
def test_a_curve_that_does_not_tell_has_no_place(axis, changes):
    run = records()
    for name, column in changes.items():
        setattr(run, name, column)
    assert step_positions(run, axis, None) is None


def test_measurements_without_an_epoch_take_it_from_their_step():
    run = records()
    run.evaluations = [make_evaluation(8, epoch=float("nan"))]
    assert_allclose(evaluation_positions(run, "epoch", 8), [1])
    assert evaluation_positions(run, "epoch", None) is None


def test_a_run_as_it_is_recorded_stands_on_every_axis():
    curve = make_curve()
    for axis in AXES:
        positions = step_positions(curve.records, axis, curve.steps_per_epoch)
        assert positions.shape == curve.records.steps.shape
        assert np.isfinite(positions).all()
