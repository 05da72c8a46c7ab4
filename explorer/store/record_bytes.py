"""The records of a run as bytes: quick to write while it runs, small once it has ended."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer.runs.curve_data import imported_records
from explorer.runs.record_columns import COLUMNS, CurveRecords, ImportedCurve
from explorer.runs.records import EvalRecord, LearningRateRecord
from explorer.runs.series import CurveData, Series, Snapshots

_EVAL_ARRAYS = ("confusion", "digits_softmax")
# What stands of an imported curve's data and of what a file tells besides.
_MEASURED: dict[str, type[Series] | type[Snapshots]] = {
    "series": Series, "clocks": Series, "snapshots": Snapshots, "events": Series,
}  # fmt: skip
_TOLD = ("mapping", "settings", "units")
# Where the length of the head stands otherwise, and larger than any.
_SMALL = b"\xff\xff\xff\xff"
_NARROWER: dict[str, tuple[str, ...]] = {"i": ("<i1", "<i2", "<i4"), "f": ("<f4",)}


def to_bytes(curves: Sequence[CurveRecords], *, small: bool = False) -> bytes:
    """Pack columns: a JSON head, then the arrays' bytes, so that NaN and Inf stay what they are.

    Args:
        curves: The columns.
        small: Spend some time, a few milliseconds for 3,000 steps, on a quarter of the size.
    """
    arrays: list[bytes] = []

    def packed(array: np.ndarray) -> list[Any]:
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        spec: list[Any] = [little.dtype.str, list(little.shape)]
        if small and little.size:
            narrow, how = _narrowed(little)
            spec += [narrow.dtype.str, how]
            # Equal bytes side by side: zlib finds little in numbers as they are.
            little = narrow.reshape(-1, 1).view(np.uint8).T
        arrays.append(little.tobytes())
        return spec

    def measured(named: Mapping[str, Series] | Mapping[str, Snapshots]) -> dict[str, Any]:
        return {name: [packed(one.steps), packed(one.values)] for name, one in named.items()}

    def described(curve: CurveRecords) -> dict[str, Any]:
        if (imported := curve.imported) is not None:
            data = imported.data
            return {
                "x": data.x,
                **{name: measured(getattr(data, name)) for name in _MEASURED},
                **{name: dict(getattr(imported, name)) for name in _TOLD},
            }
        head: dict[str, Any] = {name: packed(getattr(curve, name)) for name in COLUMNS}
        stacked = []
        for name in _EVAL_ARRAYS:
            every = [getattr(record, name) for record in curve.evaluations]
            if small and len({array.shape for array in every}) == 1:
                # One array is unpacked ten times as fast as one per measurement.
                head[name] = packed(np.stack(every))
                stacked.append(name)
        head["evaluations"] = [
            {
                name: packed(getattr(record, name))
                if name in _EVAL_ARRAYS
                else getattr(record, name)
                for name in EvalRecord.__slots__
                if name not in stacked
            }
            for record in curve.evaluations
        ]
        head["diverged_at"] = curve.diverged_at
        head["learning_rates"] = [asdict(record) for record in curve.learning_rates]
        return head

    head = [described(curve) for curve in curves]
    text = json.dumps(head).encode()
    payload = b"".join([struct.pack("<I", len(text)), text, *arrays])
    return _SMALL + zlib.compress(payload, 1) if small else payload


def from_bytes(payload: bytes) -> tuple[CurveRecords, ...]:
    """Unpack what `to_bytes` packed."""
    if payload[:4] == _SMALL:
        payload = zlib.decompress(memoryview(payload)[4:])
    (length,) = struct.unpack_from("<I", payload)
    position = 4 + length

    def unpacked(spec: list[Any]) -> np.ndarray:
        nonlocal position
        dtype, shape, *smaller = spec
        count = int(np.prod(shape))
        if not smaller:
            array = np.frombuffer(payload, dtype, count, position).reshape(shape)
            position += array.nbytes
            return array
        stored, how = np.dtype(smaller[0]), smaller[1]
        size = stored.itemsize
        rows = np.frombuffer(payload, np.uint8, count * size, position).reshape(size, count)
        position += rows.nbytes
        narrow = np.ascontiguousarray(rows.T).view(stored).reshape(shape)
        return _WIDENED[how](narrow, np.dtype(dtype))

    return tuple(_curve(head, unpacked) for head in json.loads(payload[4 : 4 + length]))


def _curve(head: dict[str, Any], unpacked: Callable[[list[Any]], np.ndarray]) -> CurveRecords:
    if "x" in head:
        return imported_records(_imported(head, unpacked))
    columns: dict[str, Any] = {name: unpacked(head[name]) for name in COLUMNS}
    stacked = {name: unpacked(head[name]) for name in _EVAL_ARRAYS if name in head}
    evaluations = []
    for place, values in enumerate(head["evaluations"]):
        arrays = {
            name: stacked[name][place] if name in stacked else unpacked(values[name])
            for name in _EVAL_ARRAYS
        }
        evaluations.append(EvalRecord(**(values | arrays)))
    return CurveRecords(
        **columns,
        evaluations=evaluations,
        diverged_at=head["diverged_at"],
        learning_rates=[LearningRateRecord(**values) for values in head["learning_rates"]],
    )


def _imported(head: dict[str, Any], unpacked: Callable[[list[Any]], np.ndarray]) -> ImportedCurve:
    found: dict[str, dict[str, Any]] = {}
    for name, kind in _MEASURED.items():
        found[name] = {
            one: kind(unpacked(steps), unpacked(values))
            for one, (steps, values) in head[name].items()
        }
    return ImportedCurve(CurveData(x=head["x"], **found), **{name: head[name] for name in _TOLD})


def _narrowed(array: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the numbers in fewer bytes, or their differences, if they come back bit for bit."""
    candidates = [(array, "same")]
    if array.dtype.kind == "i" and array.ndim == 1:
        candidates.insert(0, (np.diff(array, prepend=array.dtype.type(0)), "differences"))
    for values, how in candidates:
        for dtype in _NARROWER.get(array.dtype.kind, ()):
            # A number too large for float32 becomes Inf, which the comparison finds.
            with np.errstate(over="ignore"):
                narrow = values.astype(dtype)
            if _WIDENED[how](narrow, array.dtype).tobytes() == array.tobytes():
                return narrow, how
    return array, "same"


_WIDENED: dict[str, Callable[[np.ndarray, np.dtype[Any]], np.ndarray]] = {
    "same": lambda narrow, dtype: narrow.astype(dtype, copy=False),
    "differences": lambda narrow, dtype: np.cumsum(narrow, dtype=dtype),
}
