from __future__ import annotations

import math

import numpy as np

from explorer.training.record_columns import by_curve, join
from explorer.training.records import RunInfo
from tests.training.sample_records import divergence, measured, one_step, random_evaluation


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
