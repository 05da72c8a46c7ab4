"""What this app writes is read as the curves that it wrote."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.exchange.csv_export import export_csv
from explorer.exchange.json_export import export_json
from explorer.exchange.long_table import rows_of
from explorer.exchange.parquet_export import export_parquet
from explorer.exchange.reading import read_curves
from explorer.exchange.tensorboard_export import export_tensorboard
from tests.exchange.sample_curves import curves, make_curve, make_evaluation

SIDES = ("epoch", "examples", "seconds")
FORMATS = [(export_csv, "x.csv"), (export_json, "x.json"), (export_parquet, "x.parquet")]


def plain(measured, at=None):
    """What was measured, as texts: NaN equals NaN, and 0.0 is not −0.0."""
    kept = {
        name: (one.steps, one.values)
        if at is None
        else (one.steps[np.isin(one.steps, at)], one.values[np.isin(one.steps, at)])
        for name, one in measured.items()
    }
    return {
        name: (steps.tolist(), repr(values.tolist()))
        for name, (steps, values) in kept.items()
        if steps.size
    }


def check_same(after, before, name):
    assert after.x == before.x
    assert plain(after.series) == plain(before.series)
    assert plain(after.events) == plain(before.events)
    if name == "x.json":
        assert plain(after.clocks) == plain(before.clocks)
        assert plain(after.snapshots) == plain(before.snapshots)
        return
    # A table has a row where something was measured, and a clock stands beside it.
    every = [one.steps for one in (*before.series.values(), *before.events.values())]
    every += [clock.steps for kind, clock in before.clocks.items() if kind not in SIDES]
    steps = np.concatenate([np.empty(0, np.int64), *every])
    assert plain(after.clocks) == plain(before.clocks, steps)


@pytest.fixture
def exported():
    curves = [make_curve(40), make_curve(25, label="=other", curve=1)]
    curves[0].records.losses[7:10] = math.nan, math.inf, -math.inf
    return curves


@settings(max_examples=40)
@given(data=st.data(), exports=st.lists(curves(), max_size=2, unique_by=lambda c: c.label))
def test_any_curve_comes_back_bit_for_bit(data, exports):
    exports = [replace(c, row=replace(c.row, curve=k)) for k, c in enumerate(exports)]
    export, name = data.draw(st.sampled_from(FORMATS))
    written = export(exports)
    measured = [curve for curve in exports if any(map(len, curve.data.series.values()))]
    if not measured:
        with pytest.raises(ValueError, match=r"no measurement|no row|no curve"):
            read_curves(written, name)
        return
    reading = read_curves(written, name)
    assert reading.notes == ()
    assert [one.label for one in reading.curves] == [one.label for one in measured]
    for one, curve in zip(reading.curves, measured, strict=True):
        check_same(one.data, curve.data, name)


def test_json_and_parquet_keep_the_settings(exported):
    for export, name in ((export_json, "x.json"), (export_parquet, "x.parquet")):
        curve = read_curves(export(exported), name).curves[0]
        assert curve.settings["learning_rate"] == repr(exported[0].row.config.learning_rate)


def test_json_keeps_confusions_and_outputs(exported):
    generator = np.random.default_rng(0)
    exported[0].records.evaluations = [
        make_evaluation(
            step,
            full=full,
            confusion=generator.integers(0, 9, (10, 10)),
            digits_softmax=generator.random((20, 10)),
        )
        for step, full in ((0, False), (8, True), (8, False), (16, False))
    ]
    data = read_curves(export_json(exported), "x.json").curves[0].data
    last = {e.step: e for e in sorted(exported[0].records.evaluations, key=lambda e: e.full)}
    confusion, softmax = data.snapshots["confusion"], data.snapshots["digits_softmax"]
    assert confusion.steps.tolist() == sorted(last)
    for place, step in enumerate(sorted(last)):
        np.testing.assert_array_equal(confusion.values[place], last[step].confusion)
        np.testing.assert_array_equal(softmax.values[place], last[step].digits_softmax)


def test_event_files_come_back_as_they_were_but_for_32_bits(exported):
    reading = read_curves(export_tensorboard(exported), "x.zip")
    assert [one.label for one in reading.curves] == ["01-Cross-entropy", "02-other"]
    for one, curve in zip(reading.curves, exported, strict=True):
        after = dict(rows_of(one.data))
        for key, series in rows_of(curve.data):
            found = after[key]
            np.testing.assert_array_equal(found.steps, series.steps)
            np.testing.assert_array_equal(found.values, series.values.astype(np.float32))


@pytest.mark.parametrize("change", [{"version": 2}, {"curves": [{}]}, {"curves": 3}])
def test_a_damaged_or_later_export_is_refused(exported, change):
    document = json.loads(export_json(exported)) | change
    with pytest.raises(ValueError, match=r"damaged|later version"):
        read_curves(json.dumps(document).encode(), "x.json")
