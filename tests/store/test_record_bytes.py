from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.runs.series import MEASURED, CurveData, FileNotes, Series, Snapshots, joined
from explorer.store.record_bytes import from_bytes, to_bytes
from tests.exchange.sample_curves import imported_data
from tests.runs.sample_records import Seen, random_measurement, recorded

any_float = st.floats(allow_nan=True, allow_infinity=True)


def content(data: CurveData) -> object:
    """Everything in a curve, bit for bit."""

    def bits(one: Series | Snapshots) -> object:
        return one.steps.tobytes(), one.values.dtype, one.values.shape, one.values.tobytes()

    every = {kind: getattr(data, kind) for kind in MEASURED}
    return data.x, {
        kind: {name: bits(one) for name, one in own.items()} for kind, own in every.items()
    }


@settings(max_examples=50)
@given(arrays.arrays(np.float64, st.integers(0, 9)), st.integers(0, 9), st.booleans())
def test_any_numbers_come_back_bit_for_bit_from_any_number_of_parts(
    values: np.ndarray, cut: int, small: bool
) -> None:
    steps = np.arange(values.size)
    parts = [
        CurveData({"train/loss": Series(steps[part], values[part])})
        for part in (slice(cut), slice(cut, None))
    ]
    whole = CurveData({"train/loss": Series(steps, values)})
    # In one payload, and in one after another.
    together = [to_bytes(((1, part) for part in parts), small=small)]
    apart = [to_bytes([(1, part)], small=small) for part in parts]
    for payloads in (together, apart):
        first, second = from_bytes(payloads, 2)
        assert content(first) == content(CurveData())
        assert content(second) == content(whole) == content(joined(parts))


@pytest.mark.parametrize("small", [False, True])
def test_measurements_and_events_come_back_whole(small: bool) -> None:
    curve = recorded(
        evaluations=[random_measurement(3), random_measurement(7, loss=math.nan)],
        learning_rates={8: 0.5},
        diverged_at=9,
    )
    other = CurveData(snapshots={"confusion": Snapshots(np.array([5]), np.zeros((1, 3, 3), int))})
    payload = to_bytes([(0, curve), (2, other)], small=small)
    first, nothing, third = from_bytes([payload], 3)
    assert [content(one) for one in (first, nothing, third)] == [
        content(one) for one in (curve, CurveData(), other)
    ]
    assert Seen(first).evaluations[1].confusion.dtype == np.int64


def test_nothing_comes_back_as_nothing() -> None:
    assert from_bytes([], 0) == ()
    for small in (False, True):
        (data,) = from_bytes([to_bytes([], small=small)], 1)
        assert content(data) == content(CurveData())


def test_the_small_form_of_a_real_curve_is_a_fourth() -> None:
    generator = np.random.default_rng(0)
    own = np.arange(1, 3001)
    losses = generator.random(3000).astype(np.float32)
    curve = [(0, recorded(steps=own, losses=losses, seconds=own // 64 / 8))]
    assert len(to_bytes(curve, small=True)) < len(to_bytes(curve)) / 4


@settings(max_examples=30)
@given(imported_data(), st.booleans())
def test_whatever_a_file_told_comes_back_bit_for_bit(data: CurveData, small: bool) -> None:
    mapping = {"train/loss": next(iter(data.series), "none")}
    file = FileNotes(mapping, {"lr": "0.1"}, {"a": "%"})
    curve = CurveData(data.series, data.x, data.clocks, file=file)
    (after,) = from_bytes([to_bytes([(0, curve)], small=small)], 1)
    assert after.file == file
    assert content(after) == content(curve)


def test_parts_that_do_not_go_on_where_the_last_one_ended_are_refused() -> None:
    payload = to_bytes([(0, recorded(steps=[1, 2]))])
    with pytest.raises(ValueError, match="Steps must rise"):
        from_bytes([payload, payload], 1)
