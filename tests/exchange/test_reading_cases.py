"""Files as tools write them, each read as its row of the table says."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from explorer.exchange.reading import read_curves
from explorer.runs.series import BEGAN, Series
from tests.exchange.curve_cases import cases

CASES = Path(__file__).parent / "cases"
EVERY = {CASES / name: case for name, case in cases().items()}


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-9, nan_ok=True)


def test_every_file_has_its_row_in_the_table():
    assert {path for path in CASES.rglob("*") if path.is_file()} == EVERY.keys()


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_a_file_is_read_as_the_table_says(path):
    case = EVERY[path]
    if case.refusal:
        with pytest.raises(ValueError, match=r"^[A-Z].*[.]$") as caught:
            read_curves(path.read_bytes(), path.name)
        assert str(caught.value).startswith(case.refusal)
        return
    reading = read_curves(path.read_bytes(), path.name)
    assert [one.label for one in reading.curves] == [one.label for one in case.curves]
    for one, expected in zip(reading.curves, case.curves, strict=True):
        assert one.data.x == expected.x
        if path.name != "cols200.csv":
            assert list(one.data.series) == list(expected.series)
        for name, (count, first, last, begun, ended) in expected.series.items():
            series = one.data.series[name]
            assert (len(series), series.steps[0], series.steps[-1]) == (count, first, last)
            assert (series.values[0], series.values[-1]) == (near(begun), near(ended))
        told = {name: clock for name, clock in one.data.clocks.items() if name != BEGAN}
        clocks = {k: (v.values[0], v.values[-1]) for k, v in told.items()}
        assert clocks == {k: (near(a), near(b)) for k, (a, b) in expected.clocks.items()}
        assert one.settings == expected.settings
        assert one.units == expected.units
    assert len(reading.notes) == len(case.notes), reading.notes
    for note, begins in zip(reading.notes, case.notes, strict=True):
        assert note.startswith(begins)
        assert note.endswith(".")


def test_two_hundred_columns_are_two_hundred_series():
    (curve,) = read_curves((CASES / "cols200.csv").read_bytes(), "cols200.csv").curves
    assert list(curve.data.series) == [f"m{k}/loss" for k in range(200)]


@pytest.mark.parametrize(
    "name",
    [
        "keras_csvlogger.csv", "lightning_metrics.csv", "hf_log_history_pandas.csv", "gan.csv",
        "two_losses.csv", "ultralytics_v83_results.csv", "timm_summary.csv", "cols200.csv",
        "comment_lines.csv", "wandb_history.csv", "utf8_bom_crlf.csv", "nan_ok.csv",
    ],
)  # fmt: skip
def test_a_plain_table_holds_the_numbers_that_pandas_reads(name):
    content = (CASES / name).read_bytes()
    (curve,) = read_curves(content, name).curves
    frame = pd.read_csv(io.BytesIO(content), comment="#", dtype=str, keep_default_na=False)
    lower = {column.lower(): column for column in frame.columns}
    x = next(lower[word] for word in ("step", "_step", "epoch") if word in lower)
    for series_name, series in curve.data.series.items():
        measured = frame[frame[series_name] != ""]
        assert series.steps.tolist() == measured[x].astype(int).tolist()
        np.testing.assert_array_equal(series.values, measured[series_name].astype(float))


def test_the_same_numbers_are_the_same_curve_in_every_layout():
    expected = read_curves((CASES / "train_step.csv").read_bytes(), "a.csv").curves[0]
    for name in ("batch.csv", "batch_iter.csv", "comment_lines.csv", "space_sep.txt",
                 "trainer_global_step.csv", "utf8_bom_crlf.csv", "step_float.csv"):  # fmt: skip
        (curve,) = read_curves((CASES / name).read_bytes(), name).curves
        (series,) = curve.data.series.values()
        (other,) = expected.data.series.values()
        series = Series(series.steps[:6], series.values[:6])
        np.testing.assert_array_equal(series.steps, other.steps)
        np.testing.assert_array_equal(series.values, other.values)


def test_minus_infinity_and_nan_are_measured_and_nothing_is_not():
    (curve,) = read_curves((CASES / "nan_cells.csv").read_bytes(), "x.csv").curves
    loss, val = curve.data.series["loss"], curve.data.series["val_loss"]
    assert loss.steps.tolist() == [0, 1, 2, 3, 5]
    np.testing.assert_array_equal(loss.values, [2, np.nan, np.nan, np.inf, 0.5])
    assert val.steps.tolist() == [0, 2, 3, 4, 5]
    np.testing.assert_array_equal(val.values, [2.1, np.inf, -np.inf, 1.0, 0.9])


def test_after_a_resume_the_later_values_count_and_the_dropped_tail_is_gone():
    (curve,) = read_curves((CASES / "resume_dup.csv").read_bytes(), "x.csv").curves
    loss = curve.data.series["loss"]
    assert loss.steps.tolist() == list(range(0, 90, 5))
    assert loss.values[loss.steps == 40] == 0.5618533460583517
    assert loss.values[loss.steps == 35] == 0.6887168286084429


def test_a_reading_travels_to_another_process():
    reading = read_curves((CASES / "tbx_logs.zip").read_bytes(), "tbx_logs.zip")
    again = pickle.loads(pickle.dumps(reading))
    assert again.notes == reading.notes
    assert [one.label for one in again.curves] == ["runA", "runB"]
    assert again.curves[0].settings == {"lr": "0.1"}
