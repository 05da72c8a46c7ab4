"""What this app writes is read as the curves that it wrote."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.json_export import export_json
from explorer.exchange.long_table import export_csv, export_parquet
from explorer.exchange.reading import read_curves
from explorer.exchange.tensorboard_export import export_tensorboard
from explorer.runs.series import CurveData, FileNotes, Series
from tests.exchange.sample_curves import curves, make_curve, make_data, make_evaluation, make_row

FORMATS = [
    (export_csv, "x.csv"),
    (export_json, "x.json"),
    (export_parquet, "x.parquet"),
    (export_tensorboard, "x.zip"),
]


def plain(measured):
    """What was measured, as texts: NaN equals NaN, and 0.0 is not −0.0."""
    return {
        name: (one.steps.tolist(), repr(one.values.tolist()))
        for name, one in measured.items()
        if len(one)
    }


def check_same(after, before, name):
    assert after.x == before.x
    for measured in ("series", "events", "clocks"):
        assert plain(getattr(after, measured)) == plain(getattr(before, measured))
    # The others have no place for arrays.
    assert plain(after.snapshots) == (plain(before.snapshots) if name == "x.json" else {})


@pytest.fixture
def exported():
    losses = np.arange(1.0, 41.0)
    losses[7:10] = math.nan, math.inf, -math.inf
    hard = make_curve(data=make_data(40, losses=losses))
    return [hard, make_curve(25, label="=other", curve=1)]


@settings(max_examples=40)
@given(data=st.data(), exports=st.lists(curves(), max_size=2, unique_by=lambda c: c.label))
def test_any_curve_comes_back_bit_for_bit(data, exports):
    exports = [replace(c, row=replace(c.row, curve=k)) for k, c in enumerate(exports)]
    export, name = data.draw(st.sampled_from(FORMATS))
    written = export(exports)
    measured = [curve for curve in exports if any(map(len, curve.data.series.values()))]
    if not measured:
        with pytest.raises(
            ValueError, match=r"no measurement|no row|no curve|no file with|no scalar"
        ):
            read_curves(written, name)
        return
    reading = read_curves(written, name)
    assert reading.notes == ()
    assert [one.label for one in reading.curves] == [one.label for one in measured]
    for one, curve in zip(reading.curves, measured, strict=True):
        check_same(one.data, curve.data, name)


@pytest.mark.parametrize("label", ["0/", "sweep/a"])
def test_a_stroke_in_a_label_makes_no_folder_of_it(label):
    (curve,) = read_curves(export_tensorboard([make_curve(3, label=label)]), "x.zip").curves
    assert curve.label == label


def test_all_but_csv_keep_the_settings(exported):
    for export, name in FORMATS[1:]:
        curve = read_curves(export(exported), name).curves[0]
        assert curve.settings["learning_rate"] == repr(exported[0].row.config.learning_rate)


def test_json_keeps_confusions_and_outputs():
    generator = np.random.default_rng(0)
    every = [
        make_evaluation(
            step,
            full=full,
            confusion=generator.integers(0, 9, (10, 10)),
            digits_softmax=generator.random((20, 10)),
        )
        for step, full in ((0, False), (8, True), (16, False))
    ]
    exported = [make_curve(data=make_data(evaluations=every))]
    data = read_curves(export_json(exported), "x.json").curves[0].data
    confusion, softmax = data.snapshots["confusion"], data.snapshots["digits_softmax"]
    assert confusion.steps.tolist() == [0, 8, 16]
    for place, one in enumerate(every):
        np.testing.assert_array_equal(confusion.values[place], one.confusion)
        np.testing.assert_array_equal(softmax.values[place], one.digits_softmax)


# What 32 bits, a text of 17 digits, or JSON do not hold as a matter of course.
HARD = [math.nan, math.inf, -math.inf, 5e-324, -5e-324, 2.2e-308, 1e300, -1e300, -0.0, 0.0, 0.1]


@pytest.mark.parametrize(("export", "name"), FORMATS)
def test_hard_numbers_come_back_from_every_format(export, name):
    steps = np.arange(len(HARD)) * 3
    hard = Series(steps, HARD)
    clocks = {
        # Also at steps at which nothing else was measured.
        "epoch": Series(steps + 1, HARD),
        "seconds": hard,
        "examples": Series(steps, np.abs(HARD) + 0.5),
        "test_images": Series(steps, HARD),
        "tokens": hard,
    }
    series = {"train/loss": hard, "any tag": hard}
    data = CurveData(series, "epoch", clocks, file=FileNotes())
    row = make_row(config=None, environment=None, origin="x.csv")
    curve = ExportedCurve(row, data, "Hard")
    (read,) = read_curves(export([curve]), name).curves
    assert read.label == "Hard"
    check_same(read.data, data, name)


@pytest.mark.parametrize("change", [{"version": 2}, {"curves": [{}]}, {"curves": 3}])
def test_a_damaged_or_later_export_is_refused(exported, change):
    document = json.loads(export_json(exported)) | change
    with pytest.raises(ValueError, match=r"damaged|later version"):
        read_curves(json.dumps(document).encode(), "x.json")
