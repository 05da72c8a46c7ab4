"""Curves written in any layout are read as they were; and no bytes whatever do harm."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.found import Notes
from explorer.exchange.readers.restarts import settle
from explorer.exchange.reading import Reading, read_curves
from explorer.runs.series import LARGEST_STEP, Series

CASES = sorted(path for path in (Path(__file__).parent / "cases").rglob("*") if path.is_file())
NAMES = ("train/loss", "val_loss", "accuracy", "Verlust (größe)", "grad norm", "lr", "a,b;c", 'q"q')
STEP_NAMES = ("step", "Step", "global_step", "trainer/global_step", "iteration", "iter")


@st.composite
def curves(draw: st.DrawFn) -> dict[str, Series]:
    """Several series over one row of steps, each with some steps left out."""
    steps = sorted(
        draw(st.lists(st.integers(0, LARGEST_STEP), min_size=1, max_size=15, unique=True))
    )
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    found = {}
    for name in names:
        kept = draw(st.lists(st.sampled_from(steps), min_size=1, unique=True).map(sorted))
        values = draw(st.lists(st.floats(), min_size=len(kept), max_size=len(kept)))
        found[name] = Series(np.array(kept, np.int64), np.array(values))
    return found


def written(value: float, mark: str) -> str:
    return repr(float(value)).replace(".", mark)


def table(rows: list[list[str]], draw: st.DrawFn, delimiter: str) -> bytes:
    text = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return text.getvalue().encode(encoding)


def assert_read(content: bytes, name: str, expected: Mapping[str, Series]) -> Reading:
    reading = read_curves(content, name)
    (curve,) = reading.curves
    assert set(curve.data.series) == set(expected)
    for key, one in expected.items():
        series = curve.data.series[key]
        np.testing.assert_array_equal(series.steps, one.steps)
        np.testing.assert_array_equal(series.values, one.values)
        # Also the sign of zero.
        finite = np.isfinite(one.values)
        np.testing.assert_array_equal(
            np.signbit(series.values)[finite], np.signbit(one.values)[finite]
        )
    assert curve.data.x == "step"
    return reading


def wide_rows(series: Mapping[str, Series], x: str, mark: str = ".") -> list[list[str]]:
    steps = sorted({int(step) for one in series.values() for step in one.steps})
    by_step = {
        name: dict(zip(one.steps.tolist(), one.values.tolist(), strict=True))
        for name, one in series.items()
    }
    rows = [[x, *series]]
    for step in steps:
        cells = (
            written(by_step[name][step], mark) if step in by_step[name] else "" for name in series
        )
        rows.append([str(step), *cells])
    return rows


@given(series=curves(), data=st.data())
def test_a_wide_table_is_read_as_it_was_written(series, data):
    delimiter, mark = data.draw(
        st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("|", ".")])
    )
    rows = wide_rows(series, data.draw(st.sampled_from(STEP_NAMES)), mark)
    assert_read(table(rows, data.draw, delimiter), "x.csv", series)


@given(series=curves(), data=st.data())
def test_a_sparse_table_with_a_row_for_each_measurement_is_read_as_it_was_written(series, data):
    rows = [
        (int(step), k, written(value, "."))
        for k, one in enumerate(series.values())
        for step, value in zip(one.steps, one.values, strict=True)
    ]
    is_by_step = data.draw(st.booleans())
    rows.sort(key=lambda row: row[0] if is_by_step else row[1])
    cells = [
        [str(step), *(text if place == k else "" for place in range(len(series)))]
        for step, k, text in rows
    ]
    content = table([["step", *series], *cells], data.draw, ",")
    assert_read(content, "x.csv", series)


@given(series=curves(), data=st.data())
def test_a_long_table_is_read_as_it_was_written(series, data):
    metric, value = data.draw(
        st.sampled_from([("metric", "value"), ("tag", "value"), ("metricName", "metricValue")])
    )
    rows = [
        [name, str(int(step)), written(number, ".")]
        for name, one in series.items()
        for step, number in zip(one.steps, one.values, strict=True)
    ]
    order = data.draw(st.sampled_from(["by name", "by step", "backwards"]))
    rows.sort(key=lambda row: int(row[1]) if order != "by name" else 0)
    rows = rows[::-1] if order == "backwards" else rows
    delimiter = data.draw(st.sampled_from([",", ";", "\t"]))
    assert_read(table([[metric, "step", value], *rows], data.draw, delimiter), "x.csv", series)


@given(series=curves(), data=st.data())
def test_json_lines_and_json_are_read_as_they_were_written(series, data):
    rows = wide_rows(series, "step")
    records = [
        {name: json.loads(cell.replace("nan", "NaN").replace("inf", "Infinity"))
         for name, cell in zip(rows[0], row, strict=True) if cell}
        for row in rows[1:]
    ]  # fmt: skip
    if data.draw(st.booleans()):
        content = json.dumps(records).encode()
    else:
        content = "\n".join(map(json.dumps, records)).encode()
    if data.draw(st.booleans()):
        content = gzip.compress(content)
    assert_read(content, "x.json", series)


def test_an_index_of_which_parquet_tells_only_where_it_begins_counts_the_steps():
    frame = pd.DataFrame({"loss": [2.0, 1.5, 1.0]}, index=pd.RangeIndex(10, 40, 10, name="step"))
    (curve,) = read_curves(frame.to_parquet(), "x.parquet").curves
    assert curve.data.series["loss"].steps.tolist() == [10, 20, 30]


def test_a_batch_without_rows_does_no_harm_to_an_arrow_stream():
    schema = pa.schema([("step", pa.int64()), ("loss", pa.float64())])
    file = io.BytesIO()
    with pa.ipc.new_stream(file, schema) as stream:
        for rows in ([], [1, 2]):
            stream.write_batch(pa.record_batch([rows, [0.5 * one for one in rows]], schema=schema))
    (curve,) = read_curves(file.getvalue(), "x.arrows").curves
    assert curve.data.series["loss"].values.tolist() == [0.5, 1.0]


@given(series=curves(), is_parquet=st.booleans())
def test_parquet_and_arrow_are_read_as_they_were_written(series, is_parquet):
    steps = sorted({int(step) for one in series.values() for step in one.steps})
    columns = {"step": pa.array(steps, pa.int64())}
    for name, one in series.items():
        at = dict(zip(one.steps.tolist(), one.values.tolist(), strict=True))
        columns[name] = pa.array([at.get(step) for step in steps], pa.float64())
    file = io.BytesIO()
    if is_parquet:
        pq.write_table(pa.table(columns), file)
    else:
        pyarrow.feather.write_feather(pa.table(columns), file)
    assert_read(file.getvalue(), "x.parquet", series)


@given(
    pieces=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    back=st.lists(st.integers(1, 25), min_size=3, max_size=3),
)
def test_a_resumed_training_reads_as_one_that_kept_nothing_of_what_was_dropped(pieces, back):
    """The oracle: a log that is cut back to the step of each resume, as the training itself was."""
    written_steps: list[int] = []
    log: dict[int, int] = {}
    at = 0
    for place, length in enumerate([n + 30 for n in pieces]):
        if place:
            at = max(0, at - back[place - 1])
            log = {step: row for step, row in log.items() if step < at}
        for _ in range(length):
            log[at] = len(written_steps)
            written_steps.append(at)
            at += 1
    x = np.array(written_steps, np.float64)
    _, (rows,) = settle(x, [np.arange(x.size)], None, "step", Notes())
    assert dict(zip(x[rows].astype(int).tolist(), rows.tolist(), strict=True)) == log


def harmless(content: bytes, name: str) -> None:
    try:
        reading = read_curves(content, name)
    except ImportRefused as error:
        refusal = str(error)
        assert refusal.endswith(".")
        assert "\n" not in refusal
    else:
        assert any(len(one) for curve in reading.curves for one in curve.data.series.values())


STARTS = (
    b"", b"{", b"[", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff",
    b"\xff\xfe", b"step,loss\n",
)  # fmt: skip


@given(content=st.binary(max_size=400), start=st.sampled_from(STARTS))
def test_no_bytes_are_answered_with_anything_but_curves_or_a_sentence(content, start):
    harmless(start + content, "x")


@given(text=st.text(alphabet='0123456789.,;|-+eE\t \n"step los{}[]:#%naif', max_size=300))
def test_no_text_is_answered_with_anything_but_curves_or_a_sentence(text):
    harmless(text.encode(), "x.csv")
    harmless(b"step,loss\n0,1\n" + text.encode(), "x.csv")
    harmless(b'{"step": 1, "loss": 2}\n' + text.encode(), "x.jsonl")


@given(path=st.sampled_from(CASES), data=st.data())
def test_no_damaged_file_is_answered_with_anything_but_curves_or_a_sentence(path, data):
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        if not content:
            break
        place = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 40))
        kind = data.draw(st.sampled_from(["set", "cut", "drop", "repeat", "insert"]))
        if kind == "set":
            content[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place:]
        elif kind == "drop":
            del content[place : place + size]
        elif kind == "repeat":
            content[place:place] = content[place : place + size]
        else:
            content[place:place] = data.draw(st.binary(max_size=8))
    harmless(bytes(content), path.name)
