"""The records of a run as bytes: Arrow's stream while it runs, Parquet once it has ended.

Both hold one table, of which a row is one series of one curve, or a part of it. Every bit comes
back, also of NaN and Inf. Of a recorded race Parquet takes a quarter of the bytes of the stream.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from explorer.runs.series import (
    MEASURED,
    STEP,
    CurveData,
    FileNotes,
    Series,
    Snapshots,
    one_after_another,
)

_SCHEMA = pa.schema(
    [
        ("curve", pa.int32()),
        ("kind", pa.string()),
        ("name", pa.string()),
        # Of each array, beside the number of steps.
        ("shape", pa.list_(pa.int32())),
        # Whether the values are whole numbers, whose bits stand there as those of a double.
        ("is_whole", pa.bool_()),
        ("steps", pa.list_(pa.int64())),
        ("values", pa.list_(pa.float64())),
    ]
)
_Parts = dict[str, dict[str, list[tuple[NDArray[Any], NDArray[Any]]]]]
"""Kind of measurement → name → steps and values of each part."""

_TOLD = b"curves"
"""Where the metadata tell, as JSON by index of the curve, what no row does."""
_PARQUET: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 9,
    "use_dictionary": ["kind", "name"],
    "column_encoding": {
        "steps.list.element": "DELTA_BINARY_PACKED",
        "values.list.element": "BYTE_STREAM_SPLIT",
    },
    "write_statistics": False,
}


def to_bytes(parts: Iterable[tuple[int, CurveData]], *, small: bool = False) -> bytes:
    """Pack what was measured.

    Args:
        parts: Index of the curve, and what was measured of it; consecutive parts of one curve may
            follow one another.
        small: Spend some time, a few milliseconds for 3,000 steps, on a quarter of the size.
    """
    rows: list[tuple[int, str, str, tuple[int, ...], bool]] = []
    steps, values = [np.empty(0, np.int64)], [np.empty(0)]
    told: dict[int, dict[str, Any]] = {}
    for curve, data in parts:
        if data.x != STEP or data.file:
            told[curve] = {"x": data.x, "file": asdict(data.file) if data.file else None}
        for kind in MEASURED:
            for name, one in getattr(data, kind).items():
                flat = one.values.ravel()
                is_whole = flat.dtype.kind == "i"
                rows.append((curve, kind, name, one.values.shape[1:], is_whole))
                steps.append(one.steps)
                values.append(flat.view(np.float64) if is_whole else flat)
    schema = _SCHEMA.with_metadata({_TOLD: json.dumps(told)}) if told else _SCHEMA
    heads = list(zip(*rows, strict=True)) or [()] * 5
    arrays = [pa.array(column, field.type) for column, field in zip(heads, _SCHEMA, strict=False)]
    batch = pa.record_batch([*arrays, _lists(steps), _lists(values)], schema=schema)
    sink = pa.BufferOutputStream()
    if small:
        pq.write_table(pa.Table.from_batches([batch]), sink, **_PARQUET)
    else:
        with pa.ipc.new_stream(sink, schema) as writer:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def from_bytes(payloads: Iterable[bytes], num_curves: int) -> tuple[CurveData, ...]:
    """Unpack what `to_bytes` packed, and put the parts of each curve after another.

    Args:
        payloads: Oldest first.
        num_curves: Number of curves of the run.

    Raises:
        ValueError: They are no such bytes, or a series does not go on where it ended.
    """
    found: list[_Parts] = [{kind: {} for kind in MEASURED} for _ in range(num_curves)]
    told: dict[str, dict[str, Any]] = {}
    for payload in payloads:
        table = _table(payload)
        told |= json.loads((table.schema.metadata or {}).get(_TOLD, b"{}"))
        steps, values = (_parted(table[name]) for name in ("steps", "values"))
        heads = zip(*(table[name].to_pylist() for name in _SCHEMA.names[:5]), strict=True)
        for place, (curve, kind, name, shape, is_whole) in enumerate(heads):
            own = values[place].view(np.int64) if is_whole else values[place]
            part = steps[place], own.reshape(len(steps[place]), *shape)
            found[curve][kind].setdefault(name, []).append(part)
    return tuple(_curve(one, told.get(str(curve))) for curve, one in enumerate(found))


def _table(payload: bytes) -> pa.Table:
    if payload[:4] == b"PAR1":
        # A table so small is read at once faster than by several threads.
        return pq.ParquetFile(pa.BufferReader(payload)).read(use_threads=False)
    return pa.ipc.open_stream(payload).read_all()


def _lists(columns: list[NDArray[Any]]) -> pa.ListArray:
    """Return the columns, the first of them empty, as one row each."""
    ends = np.cumsum([column.size for column in columns], dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(np.concatenate(columns)))


def _parted(column: pa.ChunkedArray) -> list[NDArray[Any]]:
    whole = column.combine_chunks()
    flat, ends = whole.values.to_numpy(), whole.offsets.to_pylist()
    return [flat[begin:end] for begin, end in pairwise(ends)]


def _curve(found: _Parts, told: dict[str, Any] | None) -> CurveData:
    measured: dict[str, dict[str, Any]] = {}
    for kind, every in found.items():
        one: Any = Snapshots if kind == "snapshots" else Series
        measured[kind] = {name: one_after_another(one, parts) for name, parts in every.items()}
    file = told and told["file"]
    return CurveData(
        x=told["x"] if told else STEP, file=FileNotes(**file) if file else None, **measured
    )
