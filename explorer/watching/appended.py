"""Rows that were appended to a table or to JSON lines, read without the rows before them.

What the columns of a file mean is found out from the whole of it. Once that is done, most files
say the same in row after row: these steps, those values. Whether one does is tried on its last
rows: if taking their columns as they stand gives what the whole reading gave, bit for bit, then
later rows are taken so too. Whatever does not fit is left to a reading of the whole file.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.cells import plain_number
from explorer.exchange.readers.decoding import json_value
from explorer.exchange.readers.found import clock_of, merged
from explorer.exchange.readers.layout import PIPES, SPACES, layout_of
from explorer.runs.series import (
    BEGAN,
    LARGEST_STEP,
    ROW,
    CurveData,
    Series,
    one_after_another,
)

_TRIED_BYTES = 2**16
_DEEPEST = 8
_ROWS = ""
"""Name of a column that no file has: the rows, counted on."""

Floats = NDArray[np.float64]
_Cells = Iterable[tuple[str, float | None]]
"""What one row says, by column; None for what is no number."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Consecutive rows.

    Attributes:
        size: How many.
        numbers: By column, the rows where it says a number, and these numbers.
        words: The columns that say something else somewhere.
    """

    size: int
    numbers: Mapping[str, tuple[NDArray[np.intp], Floats]]
    words: frozenset[str]

    def column(self, name: str) -> Floats:
        """Return the numbers of all rows, NaN where there is none."""
        every = np.full(self.size, np.nan)
        if name in self.numbers:
            own, values = self.numbers[name]
            every[own] = values
        return every


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
            begin, self._parsed = _parser_of(content)
            start = max(begin, len(content) - _TRIED_BYTES)
            if start > begin:
                start = content.index(b"\n", start) + 1
            rows = _gathered(self._parsed(content[start:]))
            self._x = self._x_of(rows, data)
            self._clocks = {
                name: _clock_of(rows, self._along(rows, data, is_last=True), data, name)
                for name in data.clocks
                if name != BEGAN
            }
        except (_Unlike, ImportRefused) as error:
            raise ValueError("The file does not say the same in row after row.") from error
        self._known = rows.numbers.keys()

    def extended(self, data: CurveData, more: bytes) -> CurveData | None:
        """Return a curve with the whole lines that follow; None if they are unlike those before."""
        try:
            rows = _gathered(self._parsed(more))
            if not rows.size:
                return data
            if rows.numbers.keys() - self._known:
                return None
            x = self._along(rows, data, is_last=False)
            series, clocks = dict(data.series), dict(data.clocks)
            for name, found in _measured(rows, x, data).items():
                old = series[name]
                series[name] = one_after_another(Series, [(old.steps, old.values), found])
            for name, (column, begun) in self._clocks.items():
                new = _timed(rows, x, data, name, column, begun)
                clocks[name] = merged([clocks[name], new], name)
        except (_Unlike, ValueError):
            return None
        return replace(data, series=series, clocks=clocks)

    def _x_of(self, rows: _Rows, data: CurveData) -> str:
        """Return the column whose numbers are the steps of everything measured."""
        if not rows.size or data.events or data.snapshots:
            raise _Unlike
        for name in [_ROWS] if data.x == ROW else [*rows.numbers, _ROWS]:
            self._x = name
            try:
                found = _measured(rows, self._along(rows, data, is_last=True), data)
            except _Unlike:
                continue
            if found and all(_ends_with(data.series[one], *own) for one, own in found.items()):
                return name
        raise _Unlike

    def _along(self, rows: _Rows, data: CurveData, *, is_last: bool) -> Floats:
        if self._x != _ROWS:
            return rows.column(self._x)
        last = max(int(one.steps[-1]) for one in data.series.values() if len(one))
        begin = last + 1 - rows.size if is_last else last + 1
        return np.arange(begin, begin + rows.size, dtype=np.float64)


def _measured(
    rows: _Rows, x: Floats, data: CurveData
) -> dict[str, tuple[NDArray[np.int64], Floats]]:
    if rows.words & data.series.keys():
        raise _Unlike
    found = {}
    for name in data.series.keys() & rows.numbers.keys():
        own, values = rows.numbers[name]
        at = x[own]
        # NaN fails every comparison.
        if not np.all((at >= 0) & (at <= LARGEST_STEP) & (at == np.floor(at))):
            raise _Unlike
        found[name] = at.astype(np.int64), values
    return found


def _ends_with(series: Series, steps: NDArray[np.int64], values: Floats) -> bool:
    return (
        0 < steps.size <= len(series)
        and np.array_equal(series.steps[-steps.size :], steps)
        and series.values[-steps.size :].tobytes() == values.tobytes()
    )


def _timed(rows: _Rows, x: Floats, data: CurveData, name: str, column: str, begun: float) -> Series:
    """Return what a clock told at the rows where something was measured."""
    if column in rows.words:
        raise _Unlike
    values = (x if column == _ROWS else rows.column(column)) - begun
    counting = np.zeros(rows.size, bool)
    for one in data.series.keys() & rows.numbers.keys():
        counting[rows.numbers[one][0]] = True
    counting &= np.isfinite(values)
    return clock_of(name, x[counting].astype(np.int64), values[counting])


def _clock_of(rows: _Rows, x: Floats, data: CurveData, name: str) -> tuple[str, float]:
    """Return the column that a clock was read from, and what was taken from its numbers."""
    clock = data.clocks[name]
    columns = [one for one in rows.numbers if one not in rows.words]
    # Others may happen to say the same so far.
    for column in (*sorted(columns, key=lambda one: one.lower() != name), _ROWS):
        found = _timed(rows, x, data, name, column, 0.0)
        size = len(found)
        if not 0 < size <= len(clock) or not np.array_equal(clock.steps[-size:], found.steps):
            continue
        told = clock.values[-size:]
        # Of a time since 1970 its beginning was taken, to the last bit.
        for begun in (0.0, *np.unique(found.values - told)[:4].tolist()):
            if np.array_equal(found.values - begun, told):
                return column, begun
    raise _Unlike


def _gathered(records: Iterable[_Cells]) -> _Rows:
    found: dict[str, tuple[list[int], list[float]]] = {}
    words: set[str] = set()
    size = 0
    for size, record in enumerate(records, 1):
        for name, value in record:
            if value is None:
                words.add(name)
                continue
            rows, values = found.setdefault(name, ([], []))
            rows.append(size - 1)
            values.append(value)
    numbers = {
        name: (np.array(rows, np.intp), np.array(values)) for name, (rows, values) in found.items()
    }
    return _Rows(size, numbers, frozenset(words))


def _parser_of(content: bytes) -> tuple[int, Callable[[bytes], Iterator[_Cells]]]:
    """Return where the first row begins, and what parts whole lines into rows."""
    if content[:1000].lstrip().startswith(b"{"):
        return 0, _records
    layout = layout_of(content)
    names = layout.names or ()
    if layout.delimiter in (SPACES, PIPES) or len(set(names)) < layout.width or "" in names:
        raise _Unlike
    return layout.start, functools.partial(_rows_of_table, delimiter=layout.delimiter, names=names)


def _rows_of_table(body: bytes, delimiter: str, names: tuple[str, ...]) -> Iterator[_Cells]:
    try:
        for row in csv.reader(io.StringIO(body.decode(), newline=""), delimiter=delimiter):
            if row:
                cells = zip(names, row, strict=True)
                yield [(name, plain_number(cell)) for name, cell in cells if cell]
    except (csv.Error, ValueError) as error:
        raise _Unlike from error


def _records(body: bytes) -> Iterator[_Cells]:
    for line in body.splitlines():
        if line and not line.isspace():
            try:
                yield _flat(json_value(line), "", 0)
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
