from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.training.record_columns import from_bytes, join, to_bytes, to_columns
from explorer.training.records import (
    DivergenceRecord,
    EvalRecord,
    LearningRateRecord,
    NormRecord,
    RunInfo,
    StepRecord,
)

any_float = st.floats(allow_nan=True, allow_infinity=True)


def evaluation(curve: int = 0, step: int = 0, loss: float = 1.0) -> EvalRecord:
    generator = np.random.default_rng(step)
    return EvalRecord(
        curve=curve,
        step=step,
        epoch=0.5,
        full=True,
        examples=100,
        losses={"cross_entropy": loss, "multiclass_hinge": 2.0},
        accuracy=0.25,
        confusion=generator.integers(0, 9, (10, 10)),
        digits_softmax=generator.random((20, 10)),
    )


@given(st.lists(st.tuples(st.integers(0, 2), any_float, any_float), max_size=20))
def test_losses_and_norms_come_back_bit_for_bit_nan_and_inf_included(
    values: list[tuple[int, float, float]],
) -> None:
    records = []
    for step, (curve, loss, norm) in enumerate(values):
        records.append(StepRecord(curve, step, step * 200, loss, step / 10))
        records.append(NormRecord(curve, step, (norm, 1.0), (0.5,)))
    for k, curve in enumerate(from_bytes(to_bytes(to_columns(records, 3)))):
        own = [(step, *value[1:]) for step, value in enumerate(values) if value[0] == k]
        np.testing.assert_array_equal(curve.steps, [step for step, _, _ in own])
        np.testing.assert_array_equal(curve.losses, [loss for _, loss, _ in own])
        assert curve.gradient_norms.shape[0] == len(own)
        if own:
            np.testing.assert_array_equal(curve.gradient_norms[:, 0], [norm for _, _, norm in own])
            np.testing.assert_array_equal(curve.dead_fractions, [[0.5]] * len(own))


def test_measurements_come_back_whole() -> None:
    before = evaluation(1, 7, loss=math.nan)
    columns = to_columns([before, LearningRateRecord(1, 8, 0.5), DivergenceRecord(1, 9)], 2)
    first, second = from_bytes(to_bytes(columns))
    after = second.latest_evaluation
    assert first.latest_evaluation is None
    assert after is not None
    assert math.isnan(after.losses["cross_entropy"])
    assert (after.step, after.epoch, after.full, after.accuracy) == (7, 0.5, True, 0.25)
    np.testing.assert_array_equal(after.confusion, before.confusion)
    np.testing.assert_array_equal(after.digits_softmax, before.digits_softmax)
    assert second.learning_rates == [LearningRateRecord(1, 8, 0.5)]
    assert (first.diverged_at, second.diverged_at) == (None, 9)


def test_parts_join_in_order_and_keep_the_first_divergence() -> None:
    parts = [
        to_columns([StepRecord(0, 1, 200, 2.0, 0.1), evaluation(0, 0)], 1),
        to_columns([], 1),
        to_columns([StepRecord(0, 2, 400, math.inf, 0.2), DivergenceRecord(0, 2)], 1),
    ]
    joined = join(parts[:1], 1, 5).extended(join(parts[1:], 1, 9))
    assert joined.cursor == 9
    assert joined.curves[0].steps.tolist() == [1, 2]
    assert joined.curves[0].losses.tolist() == [2.0, math.inf]
    assert joined.curves[0].diverged_at == 2
    assert len(joined.curves[0].evaluations) == 1


def test_run_info_survives_json_with_its_pixels() -> None:
    digits = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    info = RunInfo(
        dataset="digits",
        dataset_description="digits",
        dataset_note="",
        train_images=3,
        test_images=2,
        data_md5="0",
        device="cpu",
        device_name="a processor",
        device_memory_bytes=None,
        threads=1,
        versions={"torch": "2"},
        digits=digits,
        digit_labels=np.repeat(np.arange(10), 2),
    )
    again = RunInfo.from_json(info.to_json())
    np.testing.assert_array_equal(again.digits, digits)
    np.testing.assert_array_equal(again.digit_labels, info.digit_labels)
    assert again.device_memory_bytes is None
    assert again.versions == {"torch": "2"}
