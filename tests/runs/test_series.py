"""Series and curves hold what they were given, and take nothing that is none."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.series import LARGEST_STEP, CurveData, Series, Snapshots

STEPS = st.lists(st.integers(0, LARGEST_STEP), unique=True, max_size=20).map(sorted)


@given(steps=STEPS, data=st.data())
def test_a_series_keeps_every_number_bit_for_bit(steps, data):
    values = data.draw(st.lists(st.floats(), min_size=len(steps), max_size=len(steps)))
    one = Series(np.array(steps, np.int64), np.array(values, np.float64))
    assert len(one) == len(steps)
    assert one.steps.tolist() == steps
    assert one.values.tobytes() == np.array(values, np.float64).tobytes()
    again = pickle.loads(pickle.dumps(one))
    assert again.values.tobytes() == one.values.tobytes()


@pytest.mark.parametrize(
    ("steps", "values", "words"),
    [
        ([0, 0], [1, 2], "must rise"),
        ([1, 0], [1, 2], "must rise"),
        ([-1, 0], [1, 2], "between 0"),
        ([0, LARGEST_STEP + 1], [1, 2], "between 0"),
        ([0, 1], [1], "2 steps"),
        ([[0, 1]], [[1, 2]], "one row"),
        ([0.5, 1.5], [1, 2], "whole numbers"),
    ],
)
def test_what_is_no_series_is_refused(steps, values, words):
    with pytest.raises(ValueError, match=words):
        Series(np.array(steps), np.array(values))


def test_nobody_writes_to_a_series_by_mistake():
    one = Series(np.array([0, 1]), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="read-only"):
        one.values[0] = 5.0
    with pytest.raises(AttributeError):
        one.values = np.zeros(2)


def test_snapshots_are_arrays_of_one_shape_by_step():
    one = Snapshots(np.array([0, 5]), np.zeros((2, 10, 10), np.int64))
    assert one.values.dtype == np.int64
    for values in (np.zeros((3, 10, 10)), np.zeros(2)):
        with pytest.raises(ValueError, match="2 steps"):
            Snapshots(np.array([0, 5]), values)


def test_a_curve_says_what_its_steps_count():
    one = Series(np.array([0]), np.array([1.0]))
    given = {"train/loss": one}
    curve = CurveData(given, x="epoch", clocks={"epoch": one}, events={"diverged": one})
    given["other"] = one
    assert list(curve.series) == ["train/loss"]
    assert pickle.loads(pickle.dumps(curve)).x == "epoch"
    with pytest.raises(ValueError, match="none of step, epoch"):
        CurveData({}, x="furlongs")
    with pytest.raises(ValueError, match="Series"):
        CurveData({"loss": np.zeros(3)})
    with pytest.raises(ValueError, match="Snapshots"):
        CurveData({}, snapshots={"confusion": one})
