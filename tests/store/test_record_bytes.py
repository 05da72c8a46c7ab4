from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.runs.curve_data import imported_records
from explorer.runs.record_columns import CurveRecords, ImportedCurve, by_curve
from explorer.runs.records import LearningRateRecord
from explorer.runs.series import CurveData
from explorer.store.record_bytes import from_bytes, to_bytes
from tests.exchange.sample_curves import imported_data
from tests.runs.sample_records import chunk_of_steps, norms, one_step, random_evaluation

any_float = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.tuples(st.integers(0, 2), any_float, any_float), max_size=20), st.booleans())
def test_losses_and_norms_come_back_bit_for_bit_nan_and_inf_included(
    values: list[tuple[int, float, float]], small: bool
) -> None:
    records = []
    for step, (curve, loss, norm) in enumerate(values):
        records.append(one_step(curve, step, step * 200, loss, step / 10))
        records.append(norms(curve, step, (norm, 1.0), (0.5,)))
    for k, curve in enumerate(from_bytes(to_bytes(by_curve(records, 3), small=small))):
        own = [(step, *value[1:]) for step, value in enumerate(values) if value[0] == k]
        np.testing.assert_array_equal(curve.steps, [step for step, _, _ in own])
        assert curve.losses.tobytes() == np.array([loss for _, loss, _ in own]).tobytes()
        assert curve.gradient_norms.shape[0] == len(own)
        if own:
            np.testing.assert_array_equal(curve.gradient_norms[:, 0], [norm for _, _, norm in own])
            np.testing.assert_array_equal(curve.dead_fractions, [[0.5]] * len(own))


@pytest.mark.parametrize("small", [False, True])
def test_measurements_come_back_whole(small: bool) -> None:
    before = random_evaluation(1, 7, loss=math.nan)
    earlier = random_evaluation(1, 3)
    columns = [
        CurveRecords(),
        CurveRecords(
            evaluations=[earlier, before],
            learning_rates=[LearningRateRecord(1, 8, 0.5)],
            diverged_at=9,
        ),
    ]
    first, second = from_bytes(to_bytes(columns, small=small))
    after = second.latest_evaluation
    assert first.latest_evaluation is None
    assert after is not None
    assert math.isnan(after.losses["cross_entropy"])
    assert (after.step, after.epoch, after.full, after.accuracy) == (7, 0.5, True, 0.25)
    np.testing.assert_array_equal(second.evaluations[0].confusion, earlier.confusion)
    np.testing.assert_array_equal(after.confusion, before.confusion)
    np.testing.assert_array_equal(after.digits_softmax, before.digits_softmax)
    assert second.learning_rates == [LearningRateRecord(1, 8, 0.5)]
    assert (first.diverged_at, second.diverged_at) == (None, 9)


@given(
    arrays.arrays(np.int64, st.integers(0, 9)),
    arrays.arrays(np.float64, st.tuples(st.integers(0, 4), st.integers(1, 3))),
)
def test_any_numbers_come_back_bit_for_bit_from_the_small_form(
    whole: np.ndarray, broken: np.ndarray
) -> None:
    (back,) = from_bytes(to_bytes([CurveRecords(steps=whole, gradient_norms=broken)], small=True))
    assert (back.steps.dtype, back.steps.tobytes()) == (np.int64, whole.tobytes())
    assert back.gradient_norms.shape == broken.shape
    assert back.gradient_norms.tobytes() == broken.tobytes()


def test_measurements_of_different_shapes_are_packed_too() -> None:
    one, other = random_evaluation(), random_evaluation()
    object.__setattr__(other, "confusion", np.zeros((3, 3), np.int64))
    (back,) = from_bytes(to_bytes([CurveRecords(evaluations=[one, other])], small=True))
    np.testing.assert_array_equal(back.evaluations[0].confusion, one.confusion)
    assert back.evaluations[1].confusion.shape == (3, 3)
    np.testing.assert_array_equal(back.evaluations[1].digits_softmax, other.digits_softmax)


def test_the_small_form_of_a_real_curve_is_a_fourth() -> None:
    generator = np.random.default_rng(0)
    own = np.arange(1, 3001)
    losses = generator.random(3000).astype(np.float32)
    columns = [chunk_of_steps(0, own, 200 * own, losses, own / 300).records]
    assert len(to_bytes(columns, small=True)) < len(to_bytes(columns)) / 4


@settings(max_examples=30)
@given(imported_data(), st.booleans())
def test_whatever_a_file_told_comes_back_bit_for_bit(data: CurveData, small: bool) -> None:
    mapping = {"train/loss": next(iter(data.series), "none")}
    curve = ImportedCurve(data, mapping, {"lr": "0.1"}, {"a": "%"})
    (after,) = from_bytes(to_bytes([imported_records(curve)], small=small))
    found = after.imported
    assert found is not None
    assert (found.mapping, found.settings, found.units) == (mapping, {"lr": "0.1"}, {"a": "%"})
    assert found.data.x == data.x
    for name in ("series", "clocks", "events"):
        before = getattr(data, name)
        assert list(getattr(found.data, name)) == list(before)
        for key, one in getattr(found.data, name).items():
            assert one.steps.tobytes() == before[key].steps.tobytes()
            assert one.values.tobytes() == before[key].values.tobytes()
    if data.series:
        assert after.losses.tobytes() == data.series[mapping["train/loss"]].values.tobytes()
