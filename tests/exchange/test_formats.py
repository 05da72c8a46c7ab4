"""JSON and Parquet hold what the records hold; every format is offered and safely named."""

from __future__ import annotations

import csv
import io
import json
import math
import re

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.exchange.exported import labelled, safe_name
from explorer.exchange.exports import EXPORTS
from explorer.exchange.json_export import FORMAT, VERSION, export_json
from explorer.exchange.long_table import (
    COLUMNS,
    WORDS,
    export_csv,
    export_parquet,
    unshielded,
)
from explorer.exchange.settings import split_settings
from explorer.runs.config import TrainingConfig
from tests.exchange.sample_curves import curves, make_curve, make_data, make_evaluation, make_row


def refuse(constant: str) -> float:
    raise AssertionError(f"{constant} is no JSON")


def test_json_holds_everything_and_stays_json():
    losses = np.arange(1.0, 13.0)
    losses[2:5] = math.nan, math.inf, -math.inf
    softmax = np.full((20, 10), 0.1)
    softmax[0, 0] = math.nan
    confusion = np.arange(100).reshape(10, 10)
    measured = make_evaluation(12, confusion=confusion, digits_softmax=softmax)
    data = make_data(
        12, losses=losses, diverged_at=3, gradient_norms=np.full((2, 3), math.inf),
        evaluations=[measured],
    )  # fmt: skip
    curve = make_curve(data=data, tags=("a", "b"), note="Why", label='</script> "x"')
    document = json.loads(export_json([curve]), parse_constant=refuse)
    assert (document["format"], document["version"]) == (FORMAT, VERSION)
    (one,) = document["curves"]
    assert one["label"] == curve.label
    assert TrainingConfig.from_dict(one["config"]) == curve.row.config
    assert one["environment"]["data_md5"] == "0" * 32
    assert (one["tags"], one["note"]) == (["a", "b"], "Why")
    assert one["created_at"] == "2025-10-09T08:53:20Z"
    loss = one["series"]["train/cross_entropy"]["value"]
    assert loss[2:5] == ["NaN", "Infinity", "-Infinity"]
    assert loss[5:] == losses[5:].tolist()
    examples = one["clocks"]["examples"]
    assert dict(zip(examples["step"], examples["value"], strict=True))[12] == 12 * 200
    assert one["series"]["layer/gradient_norm_1"]["value"][0] == "Infinity"
    snapshots = one["snapshots"]
    assert snapshots["confusion"] == {"step": [12], "value": [confusion.tolist()]}
    assert snapshots["digits_softmax"]["value"][0][0][0] == "NaN"
    assert one["events"] == {
        "diverged": {"step": [3], "value": ["NaN"]},
        "learning_rate": {"step": [12], "value": [0.005]},
    }


@settings(max_examples=25)
@given(curves())
def test_json_of_any_curve_is_json(curve):
    (one,) = json.loads(export_json([curve]), parse_constant=refuse)["curves"]
    assert set(one["series"]) == set(curve.data.series)


@settings(max_examples=25)
@given(st.lists(curves(), max_size=2))
def test_parquet_has_the_rows_of_the_csv_with_their_types(exported):
    table = pq.read_table(io.BytesIO(export_parquet(exported)))
    text = export_csv(exported).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert table.num_rows == len(rows)
    for column in COLUMNS:
        values = table.column(column).to_pylist()
        texts = [row[column] for row in rows]
        if column in WORDS:
            texts = [unshielded(one) for one in texts]
        if column == "value":
            texts = [str(float(one)) for one in texts]
        known = ["" if value is None else value for value in values]
        if column in ("epoch", "seconds", "value"):
            known = [one if one == "" else repr(one) for one in known]
            texts = [one if one == "" else repr(float(one)) for one in texts]
        assert [str(one) for one in known] == texts


def test_parquet_carries_settings_and_environment():
    schema = pq.read_schema(io.BytesIO(export_parquet([make_curve()])))
    head = json.loads(schema.metadata[FORMAT.encode()])
    assert head["curves"][0]["config"]["loss"] == "cross_entropy"
    assert head["curves"][0]["environment"]["device"] == "cpu"


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_is_written_from_one_or_more_curves_the_same_every_time(name):
    exporter = EXPORTS[name]
    chosen = [make_curve(30), make_curve(12, label="../other one\\ \n<b>", curve=1)]
    for some in (chosen[:1], chosen):
        assert exporter.why_not([curve.row for curve in some]) == ""
        assert exporter.export(some) == exporter.export(some) != b""
        name = exporter.file_name([curve.label for curve in some])
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}\.(csv|json|parquet|html|zip|py)", name)
    assert re.fullmatch(r"[a-z]+/[a-z.-]+", exporter.mime)
    assert exporter.described.endswith(".")


@given(st.text())
def test_file_names_are_plain(text):
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,60}", safe_name(text))


def test_curves_of_several_runs_get_names_that_tell_them_apart():
    rows = [
        make_row(),
        make_row(run_id="b", run_name="Other"),
        make_row(run_id="c", run_name="Other"),
        make_row(run_id="d", run_name="", label="MSE"),
    ]
    assert labelled(rows) == [
        "A race: Cross-entropy",
        "Other: Cross-entropy (b:0)",
        "Other: Cross-entropy (c:0)",
        "MSE",
    ]
    assert labelled(rows[:1]) == ["Cross-entropy"]


def test_only_settings_that_differ_are_told_by_curve():
    faster = make_row(config=TrainingConfig(learning_rate=0.5, dataset="digits", epochs=2))
    foreign = make_row(config=None, environment=None, origin="x.csv")
    differing, shared = split_settings([make_row(), faster])
    assert differing == {"Learning rate": ["0.01", "0.5"]}
    assert shared["Layers"] == "784–200–200–10"
    differing, shared = split_settings([make_row(), faster, foreign])
    assert differing["Learning rate"] == ["0.01", "0.5", "not known"]
    assert differing["Read from"] == ["trained in this app"] * 2 + ["x.csv"]
    assert shared["Seed"] == "0"
