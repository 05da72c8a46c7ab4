"""CSV: a table that any reader of CSV reads, and no name in it is a formula."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.exchange.long_table import COLUMNS, export_csv, parted, shielded, unshielded
from explorer.exchange.reading import read_curves
from tests.exchange.sample_curves import make_curve, make_data


def test_the_table_is_one_that_any_reader_of_csv_reads():
    losses = np.arange(1.0, 21.0)
    losses[3:6] = math.nan, math.inf, -math.inf
    data = make_data(20, losses=losses)
    curve = make_curve(data=data, label='Two\nlines, "quoted"; ünïcode')
    rows = list(csv.DictReader(io.StringIO(export_csv([curve]).decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert {row["label"] for row in rows} == {curve.label}
    assert {row["x"] for row in rows} == {"step"}
    trained = [row for row in rows if row["kind"] == "train"]
    assert [row["metric"] for row in trained] == ["cross_entropy"] * 20
    assert [row["value"] for row in trained[3:6]] == ["nan", "inf", "-inf"]
    assert [float(row["value"]) for row in trained[6:]] == losses[6:].tolist()
    # 1,437 images in batches of 200 are 8 steps.
    assert [float(row["epoch"]) for row in trained] == (np.arange(1, 21) / 8).tolist()
    measured = [row for row in rows if row["metric"] == "accuracy"]
    assert [row["kind"] for row in measured] == ["test", "test", "test_full"]
    assert (measured[0]["step"], measured[0]["examples"]) == ("0", "0")
    assert [row["test_images"] for row in measured] == ["360"] * 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_no_name_can_be_a_formula_of_a_spreadsheet(start):
    label = f"{start}HYPERLINK(1)"
    content = export_csv([make_curve(3, label=label)])
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    assert {row[2][0] for row in rows} == {"'"}
    assert read_curves(content, "c.csv").curves[0].label == label


@given(st.text())
def test_shielding_a_name_loses_nothing(text):
    assert unshielded(shielded(text)) == text


@given(st.text("a/ ", max_size=6))
def test_parting_a_name_loses_nothing(name):
    kind, metric = parted(name)
    assert (f"{kind}/{metric}" if kind else metric) == name


def test_two_curves_of_one_name_stay_two():
    one, other = make_curve(3), make_curve(4, curve=1)
    found = read_curves(export_csv([one, other]), "c.csv")
    assert [curve.label for curve in found.curves] == [
        "Cross-entropy",
        "Cross-entropy (Ab3_x-9Q:1)",
    ]
