"""CSV: what is written reads back as it was, and tables of others are understood or refused."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.exchange.csv_export import COLUMNS, export_csv, shielded, unshielded
from explorer.exchange.imports import ReadFile, read_file
from explorer.exchange.refusal import ImportRefused
from explorer.exchange.roles import curves_of
from tests.exchange.sample_curves import content, curves, make_curve


def read(text: str, name: str = "mine.csv") -> ReadFile:
    return read_file(name, text.encode())


@settings(max_examples=60)
@given(st.lists(curves(), max_size=2, unique_by=(lambda c: c.label, lambda c: c.row.run_id)))
def test_what_is_exported_is_imported_as_it_was(exported):
    file = export_csv(exported)
    exported = [curve for curve in exported if curve.series()]
    if not exported:
        with pytest.raises(ImportRefused, match="no measurement"):
            read_file("c.csv", file)
        return
    found = read_file("c.csv", file)
    assert found.is_own
    assert found.notes == ()
    for place, (before, after) in enumerate(zip(exported, curves_of(found.curves), strict=True)):
        assert after.label == before.label
        assert after.own_loss == (before.own_loss if before.records.steps.size else "")
        for one in (*after.records.evaluations, *after.records.learning_rates):
            assert one.curve == place
        if place == 0:
            assert content(after.records) == content(before.records)


def test_a_whole_curve_is_imported_as_it_was():
    curve = make_curve(250)
    (after,) = curves_of(read_file("c.csv", export_csv([curve])).curves)
    assert content(after.records) == content(curve.records)


def test_the_table_is_one_that_any_reader_of_csv_reads():
    curve = make_curve(20, label='Two\nlines, "quoted"; ünïcode')
    curve.records.losses[3:6] = math.nan, math.inf, -math.inf
    rows = list(csv.DictReader(io.StringIO(export_csv([curve]).decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert {row["label"] for row in rows} == {curve.label}
    trained = [row for row in rows if row["kind"] == "train"]
    assert [row["metric"] for row in trained] == ["cross_entropy"] * 20
    assert [row["value"] for row in trained[3:6]] == ["NaN", "Infinity", "-Infinity"]
    assert [float(row["value"]) for row in trained[6:]] == curve.records.losses[6:].tolist()
    # 1,437 images in batches of 200 are 8 steps.
    assert [float(row["epoch"]) for row in trained] == (curve.records.steps / 8).tolist()
    measured = [row for row in rows if row["metric"] == "accuracy"]
    assert [row["kind"] for row in measured] == ["test", "test", "test_full"]
    assert (measured[0]["step"], measured[0]["examples"]) == ("0", "0")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_no_name_can_be_a_formula_of_a_spreadsheet(start):
    label = f"{start}HYPERLINK(1)"
    content = export_csv([make_curve(3, label=label)])
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    assert {row[2][0] for row in rows} == {"'"}
    assert read_file("c.csv", content).curves[0].label == label


@given(st.text())
def test_shielding_a_name_loses_nothing(text):
    assert unshielded(shielded(text)) == text


def test_a_column_for_each_metric_is_understood():
    found = read(
        "run,Step,epoch,loss,val_acc,phase\n"
        "a,1,0.5,2.25,,warm-up\na,2,1,NaN,0.5,warm-up\n\nb,1,0.5,-inf,,\nb,2,1,1e-3,0.75,\n"
    )
    assert not found.is_own
    assert found.notes == ("The column “phase” holds no number and is left out.",)
    first, second = found.curves
    assert (first.label, second.label) == ("a", "b")
    assert first.series["loss"].steps.tolist() == [1, 2]
    assert repr(first.series["loss"].values.tolist()) == "[2.25, nan]"
    assert second.series["loss"].values.tolist() == [-math.inf, 0.001]
    assert first.series["val_acc"].steps.tolist() == [2]
    assert first.series["val_acc"].epochs.tolist() == [1.0]


def test_a_row_for_each_metric_is_understood():
    found = read("experiment;tag;step;value\nx;loss;3;1\nx;loss;1;3\nx;acc;3;0.5\ny;loss;1;2\n")
    assert [curve.label for curve in found.curves] == ["x", "y"]
    assert found.curves[0].series["loss"].steps.tolist() == [1, 3]
    assert found.curves[0].series["loss"].values.tolist() == [3, 1]
    assert found.series_names() == ["loss", "acc"]


def test_what_tensorboard_and_weights_and_biases_download_is_understood():
    tensorboard = read("Wall time,Step,Value\n100.5,10,2.5\n101.0,20,2.25\n", "run1_loss.csv")
    one = tensorboard.curves[0].series["run1_loss"]
    assert (one.steps.tolist(), one.seconds.tolist()) == ([10, 20], [0.0, 0.5])
    biases = read(
        '"Step","run - a - loss","run - a - loss__MIN","run - a - loss__MAX","b - loss",'
        '"b - loss__MIN","b - loss__MAX"\n1,0.5,0.5,0.5,0.7,0.7,0.7\n2,0.4,0.4,0.4,,,\n'
    )
    assert [curve.label for curve in biases.curves] == ["run - a", "b"]
    assert biases.curves[0].series["loss"].values.tolist() == [0.5, 0.4]
    assert biases.curves[1].series["loss"].steps.tolist() == [1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  \n\n", "empty"),
        ("loss,accuracy\n1,2\n", "no column called “step”.*“loss, accuracy”"),
        ("step\n1\n", "no named column"),
        ("step,loss\n", "no column of numbers"),
        ("step,note\n1,a\n2,b\n", "no column of numbers"),
        ("step,loss\n1,0.5\n2,high\n", "Line 3: “loss” is “high”, not a number"),
        ("step;loss\n1;0,5\n2;1\n", "Line 2: “loss” is “0,5”, not a number: write decimals with a"),
        ("step,loss\n1,0x1f\n2,1\n", "not a number"),
        ("step,loss\n1,1_000\n2,1\n", "not a number"),
        ("step,loss\n1,0.5,7\n", "Line 2 has 3 cells, the first row has 2"),
        ("step,loss\n1\n", "Line 2 has 1 cells"),
        ("step,loss\n-1,0.5\n", "“step” is “-1”, not a whole number from 0"),
        ("step,loss\n1.5,0.5\n", "“1.5”, not a whole number"),
        ("step,loss\n,0.5\n", "“step” is “”, not a whole number"),
        ("step,loss\nNaN,0.5\n", "“NaN”, not finite"),
        ("step,loss\n1e300,0.5\n", "not a whole number"),
        ("step,epoch,loss\n1,inf,0.5\n", "“epoch” is “inf”, not finite"),
        ("step,loss\n1,0.5\n1,0.6\n", "“loss” of curve “mine” has two values at step 1"),
        ("step,loss,loss\n1,0.5,1\n", "Two columns are called “loss”"),
        ('step,loss\n1,"0.5\n', "Line 2 is not a row of a table"),
        ("step,loss\n1,0.5\0\n", "NUL"),
        (f"step,loss\n1,{'1' * 200_000}\n", "not a row of a table: field larger"),
        (f"step,{'x' * 500}\n1,2\n", "is longer than 200 characters"),
        (f"step,{','.join(f'm{k}' for k in range(1200))}\n", "more than 1,000 columns"),
        (f"step,{','.join(f'm{k}' for k in range(900))}\n1{',2' * 900}\n", "more than 500 series"),
        ("run,step,loss\n" + "".join(f"{k},1,2\n" for k in range(80)), "more than 64 curves"),
        ("\x89PNG\r\n\x1a\n" + "binary" * 50, "no column called “step”"),
    ],
)
def test_a_table_that_is_none_is_refused_in_a_sentence(text, said):
    with pytest.raises(ImportRefused, match=said) as refused:
        read(text)
    assert str(refused.value).endswith((".", ".)"))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("step,loss\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"step,l\xf6ss\n1,2\n", "UTF-8"),
        (b"\xff" * 100, "UTF-8"),
        (b"a" * (20 * 2**20 + 1), "larger than 20 MB"),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_a_sentence(content, said):
    with pytest.raises(ImportRefused, match=said):
        read_file("x.csv", content)


def own_table(**changes: str) -> str:
    values = dict.fromkeys(COLUMNS, "") | {
        "run": "r", "curve": "0", "label": "l", "kind": "train", "metric": "loss", "step": "1",
        "value": "2",
    }  # fmt: skip
    return ",".join(COLUMNS) + "\n" + ",".join((values | changes).values()) + "\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": "x"}, "“value” is “x”"),
        ({"value": ""}, "“value” is “”"),
        ({"test_images": "1.5"}, "“test_images” is “1.5”, not a whole number"),
        ({"examples": "1e400"}, "“examples”"),
        ({"kind": "test", "metric": "accuracy", "value": "1.5"}, "fraction from 0 to 1"),
        ({"kind": "test", "metric": "accuracy", "value": "-Infinity"}, "fraction from 0 to 1"),
        ({"kind": "layer", "metric": "gradient_norm_2"}, "not complete"),
    ],
)
def test_a_table_of_ours_that_was_changed_by_hand_is_refused(changes, said):
    with pytest.raises(ImportRefused, match=said):
        curves_of(read(own_table(**changes)).curves)


def test_two_curves_of_one_name_stay_two():
    one, other = make_curve(3), make_curve(4, curve=1)
    found = read_file("c.csv", export_csv([one, other]))
    assert [curve.label for curve in found.curves] == [
        "Cross-entropy",
        "Cross-entropy (Ab3_x-9Q:1)",
    ]


def test_unknown_kinds_in_our_columns_are_somebody_elses_series():
    assert not read(own_table(kind="train", metric="nll")).is_own
    assert read(own_table()).is_own


def test_steps_far_beyond_any_training_are_kept_exactly():
    (curve,) = read(f"step,loss\n{2**53 - 1},1\n").curves
    assert curve.series["loss"].steps.tolist() == [2**53 - 1]
    assert curve.series["loss"].steps.dtype == np.int64
