from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.record_columns import CurveRecords, by_curve, join
from explorer.runs.records import LearningRateRecord, RunInfo
from explorer.store.record_bytes import to_bytes
from tests.runs.sample_records import divergence, eval_record, measured, one_step, random_evaluation


def test_parts_join_in_order_and_keep_the_first_divergence() -> None:
    parts = [
        by_curve([one_step(0, 1, 200, 2.0, 0.1), measured(random_evaluation(0, 0))], 1),
        by_curve([], 1),
        by_curve([one_step(0, 2, 400, math.inf, 0.2), divergence(0, 2)], 1),
    ]
    joined = join(parts[:1], 1, 5).extended(join(parts[1:], 1, 9))
    assert joined.cursor == 9
    assert joined.curves[0].steps.tolist() == [1, 2]
    assert joined.curves[0].losses.tolist() == [2.0, math.inf]
    assert joined.curves[0].diverged_at == 2
    assert len(joined.curves[0].evaluations) == 1


@given(st.lists(st.floats(0, 0.2), max_size=30), st.floats(-0.1, 5), st.integers(0, 40))
def test_the_records_until_a_time_are_those_made_by_then(
    waits: list[float], until: float, diverged_at: int
) -> None:
    steps = np.arange(1, len(waits) + 1)
    seconds = np.cumsum(waits)
    tenth = steps[steps % 10 == 0]
    whole = CurveRecords(
        steps=steps,
        examples_seen=20 * steps,
        losses=1.0 / steps,
        seconds=seconds,
        norm_steps=tenth,
        gradient_norms=np.ones((len(tenth), 3)),
        dead_fractions=np.ones((len(tenth), 2)),
        evaluations=[eval_record(int(step), 0.5) for step in (0, *tenth)],
        diverged_at=diverged_at if diverged_at in steps else None,
        learning_rates=[LearningRateRecord(0, int(step), 0.5) for step in tenth],
    )
    part = whole.until(until)
    made = [step for step, at in zip(steps, seconds, strict=True) if at <= until]
    last = made[-1] if made else 0
    assert part.steps.tolist() == made
    assert part.losses.shape == part.seconds.shape == part.examples_seen.shape == part.steps.shape
    assert part.norm_steps.tolist() == [step for step in made if step % 10 == 0]
    assert len(part.gradient_norms) == len(part.dead_fractions) == len(part.norm_steps)
    assert [e.step for e in part.evaluations] == [
        e.step for e in whole.evaluations if e.step <= last
    ]
    assert [r.step for r in part.learning_rates] == part.norm_steps.tolist()
    assert part.diverged_at == (whole.diverged_at if diverged_at <= last else None)
    assert to_bytes([whole.until(math.inf)]) == to_bytes([whole])


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
        pixel_mean=77.9,
        pixel_scale=82.8,
        digits=digits,
        digit_labels=np.repeat(np.arange(10), 2),
    )
    again = RunInfo.from_json(info.to_json())
    np.testing.assert_array_equal(again.digits, digits)
    np.testing.assert_array_equal(again.digit_labels, info.digit_labels)
    assert again.device_memory_bytes is None
    assert again.versions == {"torch": "2"}
