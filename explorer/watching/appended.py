"""Rows that were appended to a table or to JSON lines, read without the rows before them.

What the columns of a file mean is found out from the whole of it. Once that is done, most files
say the same in row after row: these steps, those values. Whether one does is tried on its last
rows: if taking their columns as they stand gives what the whole reading gave, bit for bit, then
later rows are taken so too. Whatever does not fit is left to a reading of the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.decoding import json_value
from explorer.exchange.readers.found import clock_of
from explorer.exchange.readers.layout import PIPES, SPACES, layout_of
from explorer.runs.series import BEGAN, LARGEST_STEP, ROW, CurveData, Series

_TRIED_BYTES = 2**16
_DEEPEST = 8
_ROWS = ""
"""Name of a column that no file has: the rows, counted on."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Consecutive rows.

    Attributes:
        size: How many.
        values: By name, the columns that say a number somewhere, NaN where `present` is false.
        present: By name, where each of these says one.
        words: The columns that say something else somewhere.
    """

    size: int
    values: Mapping[str, Floats]
    present: Mapping[str, NDArray[np.bool_]]
    words: frozenset[str] = frozenset()


class _Unlike(Exception):
    """Rows that are not like those before them."""


class Appended:
    """Takes further rows of a file as its last ones were taken.

    Args:
        content: The file as it was read, whole lines of UTF-8.
        data: Its only curve.

    Raises:
        ValueError: The file does not say the same in row after row.
    """

    def __init__(self, content: bytes, data: CurveData) -> None:
        try:
            self._parse = _parser_of(content)
            start = max(self._parse.start, len(content) - _TRIED_BYTES)
            if start > self._parse.start:
                start = content.index(b"\n", start) + 1
            rows = self._parse(content[start:])
            self._x = self._x_of(rows, data)
            self._clocks = {
                name: _clock_of(rows, self._along(rows, data, is_last=True), data, name)
                for name in data.clocks
                if name != BEGAN
            }
        except (_Unlike, ImportRefused) as error:
            raise ValueError("The file does not say the same in row after row.") from error
        self._known = frozenset(rows.values)

    def extended(self, data: CurveData, more: bytes) -> CurveData | None:
        """Return a curve with the rows that follow; None where they are not like those before.

        Args:
            data: The curve so far.
            more: The rows, whole lines.
        """
        try:
            rows = self._parse(more)
            if not rows.size:
                return data
            if set(rows.values) - self._known:
                return None
            x = self._along(rows, data, is_last=False)
            found = _measured(rows, x, data)
            clocks = dict(data.clocks)
            for name, (column, begun) in self._clocks.items():
                steps, values = _timed(rows, x, data, name, column, begun)
                old = data.clocks[name]
                clocks[name] = clock_of(
                    name,
                    np.concatenate([old.steps, steps]),
                    np.concatenate([old.values, values]),
                )
            series = {
                name: Series(
                    np.concatenate([old.steps, found[name][0]]),
                    np.concatenate([old.values, found[name][1]]),
                )
                if name in found
                else old
                for name, old in data.series.items()
            }
        except (_Unlike, ValueError):
            return None
        return replace(data, series=series, clocks=clocks)

    def _x_of(self, rows: _Rows, data: CurveData) -> str:
        """Return the column whose numbers are the steps of everything measured."""
        if not rows.size or data.events or data.snapshots:
            raise _Unlike
        names = [_ROWS] if data.x == ROW else [*rows.values, _ROWS]
        for name in names:
            self._x = name
            try:
                x = self._along(rows, data, is_last=True)
                found = _measured(rows, x, data)
            except _Unlike:
                continue
            if found and all(
                _ends_with(data.series[one], steps, values)
                for one, (steps, values) in found.items()
            ):
                return name
        raise _Unlike

    def _along(self, rows: _Rows, data: CurveData, *, is_last: bool) -> Floats:
        if self._x != _ROWS:
            if self._x not in rows.values:
                raise _Unlike
            return rows.values[self._x]
        last = max(int(one.steps[-1]) for one in data.series.values() if len(one))
        begin = last + 1 - rows.size if is_last else last + 1
        return np.arange(begin, begin + rows.size, dtype=np.float64)


def _measured(
    rows: _Rows, x: Floats, data: CurveData
) -> dict[str, tuple[NDArray[np.int64], Floats]]:
    found = {}
    if rows.words & data.series.keys():
        raise _Unlike
    for name in data.series:
        if name not in rows.values or not (own := rows.present[name]).any():
            continue
        at = x[own]
        # NaN fails every comparison.
        if not np.all((at >= 0) & (at <= LARGEST_STEP) & (at == np.floor(at))):
            raise _Unlike
        found[name] = at.astype(np.int64), rows.values[name][own]
    return found


def _ends_with(series: Series, steps: NDArray[np.int64], values: Floats) -> bool:
    return (
        0 < steps.size <= len(series)
        and np.array_equal(series.steps[-steps.size :], steps)
        and series.values[-steps.size :].tobytes() == values.tobytes()
    )


def _timed(
    rows: _Rows, x: Floats, data: CurveData, name: str, column: str, begun: float
) -> tuple[NDArray[np.int64], Floats]:
    """Return what a clock told at the rows where something was measured."""
    if column in rows.words:
        raise _Unlike
    values = (x if column == _ROWS else rows.values.get(column, np.full(rows.size, np.nan))) - begun
    counting = np.zeros(rows.size, bool)
    for one in data.series:
        if one in rows.present:
            counting |= rows.present[one]
    counting &= np.isfinite(values)
    told = clock_of(name, x[counting].astype(np.int64), values[counting])
    return told.steps, told.values


def _clock_of(rows: _Rows, x: Floats, data: CurveData, name: str) -> tuple[str, float]:
    """Return the column that a clock was read from, and what was taken from its numbers."""
    clock = data.clocks[name]
    for column in (*rows.values, _ROWS):
        steps, values = _timed(rows, x, data, name, column, 0.0)
        if not 0 < steps.size <= len(clock) or not np.array_equal(
            clock.steps[-steps.size :], steps
        ):
            continue
        told = clock.values[-steps.size :]
        # Of a time since 1970 its beginning was taken, to the last bit.
        for begun in (0.0, *np.unique(values - told)[:4].tolist()):
            if np.array_equal(values - begun, told):
                return column, begun
    raise _Unlike


class _Lines:
    """Parses JSON lines."""

    start = 0

    def __call__(self, body: bytes) -> _Rows:
        found: dict[str, tuple[list[int], list[float]]] = {}
        words = set()
        size = 0
        for line in body.split(b"\n"):
            if not line or line.isspace():
                continue
            for name, value in _flat(_record(line), "", 0):
                if value is None:
                    words.add(name)
                    continue
                rows, values = found.setdefault(name, ([], []))
                rows.append(size)
                values.append(value)
            size += 1
        values_of, present = {}, {}
        for name, (rows, values) in found.items():
            values_of[name], present[name] = np.full(size, np.nan), np.zeros(size, bool)
            values_of[name][rows], present[name][rows] = values, True
        return _Rows(size, values_of, present, frozenset(words))


def _record(line: bytes) -> object:
    try:
        return json_value(line)
    except (ValueError, RecursionError) as error:
        raise _Unlike from error


def _flat(record: object, prefix: str, depth: int) -> Iterator[tuple[str, float | None]]:
    """Yield the numbers of a record by name; None for what is no number."""
    if not isinstance(record, dict) or depth > _DEEPEST:
        raise _Unlike
    for key, value in record.items():
        kind = type(value)
        if kind is dict:
            yield from _flat(value, f"{prefix}{key}/", depth + 1)
        elif kind is float or kind is int:
            try:
                yield f"{prefix}{key}", float(value)
            except OverflowError as error:
                raise _Unlike from error
        elif kind is list:
            raise _Unlike
        elif value is not None:
            yield f"{prefix}{key}", None


@dataclass(frozen=True, slots=True)
class _Cells:
    """Parses a table.

    Attributes:
        start: Where its first row begins.
        delimiter: Parts its cells.
        names: Of its columns.
    """

    start: int
    delimiter: str
    names: tuple[str, ...]

    def __call__(self, body: bytes) -> _Rows:
        if not body.strip():
            return _Rows(0, {}, {})
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(body),
                read_options=pa_csv.ReadOptions(column_names=list(self.names), use_threads=False),
                parse_options=pa_csv.ParseOptions(delimiter=self.delimiter),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise _Unlike from error
        values, present, words = {}, {}, set()
        for name in self.names:
            try:
                numbers = pc.cast(table[name], pa.float64())
            except pa.ArrowInvalid:
                words.add(name)
                continue
            if numbers.null_count == len(numbers):
                continue
            present[name] = numbers.is_valid().to_numpy()
            values[name] = numbers.to_numpy()
            told = pc.sum(pc.match_substring_regex(table[name], "(?i)inf")).as_py()
            if np.isinf(values[name]).sum() > told:
                # A number too large for 64 bits, which is none.
                words.add(name)
        return _Rows(table.num_rows, values, present, frozenset(words))


def _parser_of(content: bytes) -> _Lines | _Cells:
    if content[:1000].lstrip().startswith(b"{"):
        return _Lines()
    layout = layout_of(content)
    names = layout.names or ()
    if layout.delimiter in (SPACES, PIPES) or len(set(names)) < layout.width or "" in names:
        raise _Unlike
    return _Cells(layout.start, layout.delimiter, names)
