from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.runs.records import CurveChunk, Records, RunInfo, by_curve
from tests.runs.sample_records import Seen, divergence, one_step, random_measurement, recorded


def test_parts_join_in_order_and_keep_the_divergence() -> None:
    first = recorded(evaluations=[random_measurement(0)])
    parts = [
        by_curve([CurveChunk(0, first), one_step(0, 1, 200, 2.0, 0.1)], 1),
        by_curve([], 1),
        by_curve([one_step(0, 2, 400, math.inf, 0.2), divergence(0, 2)], 1),
    ]
    known = Records(parts[0], 5)
    for part in parts[1:]:
        known = known.extended(Records(part, 9))
    seen = Seen(known.curves[0])
    assert known.cursor == 9
    assert seen.steps.tolist() == [1, 2]
    assert seen.losses.tolist() == [2.0, math.inf]
    assert seen.diverged_at == 2
    assert len(seen.evaluations) == 1


def test_records_that_begin_anew_take_the_place_of_those_before() -> None:
    known = Records(by_curve([one_step(0, 1, 200, 2.0, 0.1)], 1), 5)
    whole = Records(by_curve([one_step(0, 1, 200, 3.0, 0.1)], 1), 6, is_whole=True)
    assert known.extended(whole) is whole
    with pytest.raises(ValueError, match="Steps must rise"):
        known.extended(Records(whole.curves, 6))


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
