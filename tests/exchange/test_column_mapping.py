"""Every series of a file is kept; some are also what this app draws as losses and accuracy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from explorer.exchange.column_mapping import (
    ColumnMapping,
    guessed,
    kept_curves,
    kept_name,
    loss_of,
    was_written_here,
)
from explorer.exchange.errors import ImportRefused
from explorer.exchange.long_table import export_csv
from explorer.exchange.reading import ReadCurve, read_curves
from explorer.runs.curve_data import GRADIENT_NORM, by_layer, on_test_images
from explorer.runs.series import CurveData, Series
from explorer.runs.summary import CurveSummary
from tests.exchange.sample_curves import make_curve
from tests.runs.sample_records import Seen


def named(*names: str, value: float = 0.5) -> list[ReadCurve]:
    steps = np.arange(2)
    return [ReadCurve("a", CurveData({name: Series(steps, [value] * 2) for name in names}))]


@pytest.mark.parametrize(
    ("names", "mapping"),
    [
        (["train/loss", "val/loss", "val/acc"], ColumnMapping("train/loss", "", "val/acc", "")),
        (["lr", "valLoss", "Loss"], ColumnMapping("Loss", "", "", "")),
        (
            ["train_acc", "test_acc", "train_nll"],
            ColumnMapping("train_nll", "cross_entropy", "test_acc"),
        ),
        (["epoch_accuracy", "epoch_loss"], ColumnMapping("epoch_loss", "", "epoch_accuracy", "")),
        (["test_cross_entropy", "cost"], ColumnMapping("cost", "", "", "test_cross_entropy")),
        (["loss/Cross-Entropy", "entropy"], ColumnMapping("loss/Cross-Entropy", "cross_entropy")),
        (["reward", "policy_entropy"], ColumnMapping()),
    ],
)
def test_names_are_guessed_and_a_kind_of_loss_only_where_it_is_named(names, mapping):
    assert guessed(named(*names)) == mapping


def test_what_cannot_be_an_accuracy_is_not_guessed_to_be_one_and_refused_where_it_is_said():
    curves = named("loss", "acc", value=-0.5)
    assert guessed(curves) == ColumnMapping("loss")
    with pytest.raises(ImportRefused, match="“acc” is no accuracy"):
        kept_curves(curves, ColumnMapping(test_accuracy="acc"))


def test_series_that_stand_for_nothing_are_kept_under_their_own_names():
    table = b"step,loss,acc,ce,lr\n1,2,,,0.1\n2,1,90.5,0.5,0.1\n4,0.5,NaN,0.25,0.01\n"
    reading = read_curves(table, "x.csv")
    mapping = ColumnMapping("loss", "raw_squared_error", "acc", "ce")
    (data,) = kept_curves(reading.curves, mapping)
    records = Seen(data)
    assert loss_of(data) == "raw_squared_error"
    assert list(data.series) == ["loss", "acc", "ce", "lr"]
    assert records.losses.tolist() == [2, 1, 0.5]
    first, second = records.evaluations
    assert (first.step, first.accuracy, first.losses) == (2, 90.5, {"cross_entropy": 0.5})
    assert (second.step, f"{second.accuracy}", second.examples) == (4, "nan", 0)
    assert on_test_images(data, "accuracy")[0].values[0] == 0.905
    assert CurveSummary().extended(data).best_accuracy == 0.905
    (nothing,) = kept_curves(reading.curves, ColumnMapping())
    assert list(nothing.series) == ["loss", "acc", "ce", "lr"]
    assert not nothing.known


def test_what_this_app_wrote_becomes_the_records_that_it_was():
    curve = make_curve(250)
    reading = read_curves(export_csv([curve]), "c.csv")
    assert was_written_here(reading.curves)
    (after,) = kept_curves(reading.curves, None)
    assert after.known.keys() == curve.data.series.keys()
    for name, one in after.known.items():
        assert_array_equal(one.values, curve.data.series[name].values)


def test_other_names_below_ours_are_somebody_elses_series():
    assert was_written_here(named("train/loss", "test/accuracy"))
    assert not was_written_here(named("train/nll"))
    assert not was_written_here(named("train/loss", "train/cross_entropy"))


def test_layers_that_do_not_fit_together_stay_series():
    steps = np.arange(3)
    data = CurveData({"layer/gradient_norm_2": Series(steps, [1.0, 2.0, 3.0])})
    (kept,) = kept_curves([ReadCurve("a", data)], None)
    assert not by_layer(kept, GRADIENT_NORM)
    assert list(kept.series) == ["layer/gradient_norm_2"]


def test_a_name_is_kept_printable_and_short():
    assert kept_name(" a\0b ") == "a\N{REPLACEMENT CHARACTER}b"
    assert kept_name("x" * 200) == f"{'x' * 79}…"
