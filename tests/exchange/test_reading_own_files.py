"""What this app writes is read as the curves that it wrote."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from explorer.exchange.csv_export import export_csv
from explorer.exchange.json_export import export_json
from explorer.exchange.parquet_export import export_parquet
from explorer.exchange.reading import read_curves
from explorer.exchange.tensorboard_export import export_tensorboard
from tests.exchange.sample_curves import make_curve, make_evaluation

EVENTS = {"event/diverged": "diverged", "event/learning_rate": "learning_rate"}


@pytest.fixture
def exported():
    curves = [make_curve(40), make_curve(25, label="=other", curve=1)]
    curves[0].records.losses[7:10] = math.nan, math.inf, -math.inf
    return curves


@pytest.mark.parametrize(
    ("export", "name"),
    [(export_csv, "x.csv"), (export_json, "x.json"), (export_parquet, "x.parquet")],
)
def test_an_export_is_read_bit_for_bit(exported, export, name):
    reading = read_curves(export(exported), name)
    assert [one.label for one in reading.curves] == [one.label for one in exported]
    for one, curve in zip(reading.curves, exported, strict=True):
        expected = curve.series()
        assert set(one.data.series) | {k for k, v in EVENTS.items() if v in one.data.events} == set(
            expected
        )
        for key, series in expected.items():
            found = one.data.events[EVENTS[key]] if key in EVENTS else one.data.series[key]
            np.testing.assert_array_equal(found.steps, series.steps)
            np.testing.assert_array_equal(found.values, series.values)
        train = expected["train/cross_entropy"]
        for clock in ("seconds", "examples"):
            known = one.data.clocks[clock]
            at = np.isin(known.steps, train.steps)
            np.testing.assert_array_equal(known.values[at], getattr(train, clock))
        test = expected["test/accuracy"]
        epochs = one.data.clocks["epoch"]
        np.testing.assert_array_equal(epochs.values[np.isin(epochs.steps, test.steps)], test.epochs)


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
        for key, series in curve.series().items():
            found = one.data.events[EVENTS[key]] if key in EVENTS else one.data.series[key]
            np.testing.assert_array_equal(found.steps, series.steps)
            np.testing.assert_array_equal(found.values, series.values.astype(np.float32))


@pytest.mark.parametrize("change", [{"version": 2}, {"curves": [{}]}, {"curves": 3}])
def test_a_damaged_or_later_export_is_refused(exported, change):
    document = json.loads(export_json(exported)) | change
    with pytest.raises(ValueError, match=r"damaged|later version"):
        read_curves(json.dumps(document).encode(), "x.json")
