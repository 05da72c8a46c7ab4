"""Curves out of a table: which column is x, which series there are, and what their steps are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.found import Notes, ReadCurve, counted, in_order, listed
from explorer.exchange.readers.meaning import (
    SPLITS,
    Meaning,
    is_setting,
    meaning_of,
    normal,
    seconds_of,
)
from explorer.exchange.readers.restarts import settle
from explorer.exchange.readers.runs_of_tables import codes_of, rows_by_code, runs_of, word_at
from explorer.exchange.readers.wandb_columns import runs_by_column
from explorer.exchange.refusal import ImportRefused, quoted
from explorer.runs.series import (
    EPOCH,
    LARGEST_STEP,
    ROW,
    SECONDS,
    STEP,
    CurveData,
    Series,
)

Rows = NDArray[np.intp]


@dataclass(slots=True, eq=False)
class _Measured:
    """One series as it stands in the table."""

    name: str
    rows: Rows
    values: np.ndarray
    unit: str = ""


@dataclass(slots=True, eq=False)
class _Axis:
    """What the rows of a table are counted by.

    Attributes:
        kind: One of `X_KINDS`.
        name: What it is called.
        values: float64 [n] by row, NaN where unknown; None where the rows themselves are counted.
        is_whole: Whether the values are steps; otherwise the rows are.
    """

    kind: str
    name: str
    values: np.ndarray | None
    is_whole: bool = True


def curves_of(table: Table, label: str, prefix: str = "") -> list[ReadCurve]:
    """Make the curves of a table.

    Args:
        table: Its notes take what is assumed.
        label: What to call a run that the table has no name for.
        prefix: Put before the name of every series.

    Raises:
        ImportRefused: Nothing can be drawn, or it cannot be told what counts the steps.
    """
    if parts := runs_by_column(table):
        return [curve for name, part in parts for curve in curves_of(part, name, prefix)]
    _name_columns(table, label)
    meaning = meaning_of(table)
    if meaning.value is None and not meaning.metrics:
        raise ImportRefused(
            "There is no column of numbers to draw beside the steps: the columns are "
            f"{listed(one.name for one in table.columns)}."
        )
    axis = _axis(table, meaning)
    curves = []
    runs = runs_of(meaning.runs, table.size)
    if axis.kind == ROW and len(runs) == table.size > 1:
        raise ImportRefused(
            "This is a table of runs with a row for each, and without the curve of any: export "
            "the history of their metrics instead."
        )
    for run in runs:
        measured = _measured(table, meaning, run.rows, prefix)
        settings = run.settings | _settings(table, meaning, run.rows)
        if measured:
            data = _data(table, meaning, axis, run.rows, measured)
            units = {one.name: one.unit for one in measured if one.unit}
            curves.append(ReadCurve(run.label or label, data, settings, units))
    curves = [curve for curve in curves if curve.data.series]
    if not curves:
        raise ImportRefused("No number was measured at any step: there is nothing to draw.")
    _note_left_out(table, meaning, curves)
    return curves


def _name_columns(table: Table, label: str) -> None:
    """Give columns without a name one, where it is clear what they are."""
    nameless = [one for one in table.columns if not one.name]
    if table.has_index:
        nameless.remove(table.columns[0])
    if len(nameless) == len(table.columns) > 1:
        raise ImportRefused(
            "The columns have no names: put a first line such as “step,loss” above the numbers, "
            "with a name for each column."
        )
    for column in nameless:
        place = next(k for k, one in enumerate(table.columns) if one is column) + 1
        column.name = f"column {place}" if len(table.columns) > 1 else label
        table.notes.add(f"A column without a name is called {quoted(column.name)}.")
    others = table.columns[1:]
    if table.has_index and len(others) == 1 and others[0].name == "0":
        # As pandas writes a Series that has no name.
        others[0].name = label


def _axis(table: Table, meaning: Meaning) -> _Axis:
    x = meaning.x
    if x is None:
        return _rows_axis(table, meaning)
    values, kind = x.values, meaning.x_kind
    if meaning.is_guess:
        table.notes.add(f"{quoted(x.name)} counts the steps.")
    if kind == SECONDS:
        moments, is_since_1970 = seconds_of(x)
        table.notes.add(f"No column counts steps or epochs: x is the time in {quoted(x.name)}.")
        begun = np.nanmin(moments) if is_since_1970 else 0.0
        return _Axis(SECONDS, x.name, moments - begun, is_whole=False)
    _check_steps(table, x)
    known = values[x.present]
    if known.size > 2 and np.all(known == known[0]):
        table.notes.add(f"{quoted(x.name)} is the same in all rows: the rows are counted, from 0.")
        return _Axis(ROW, "row", None)
    is_whole = bool(np.all(known == np.floor(known)))
    if not is_whole:
        table.notes.add(
            f"{quoted(x.name)} is no whole number throughout: the rows are the steps, and "
            f"{quoted(x.name)} is kept beside them."
        )
    return _Axis(kind, x.name, values, is_whole)


def _rows_axis(table: Table, meaning: Meaning) -> _Axis:
    index = table.columns[0].values if table.has_index else None
    names = {one.name for one in meaning.metrics}
    is_whole = index is None or bool(np.all((index == np.floor(index)) & (index >= 0)))
    if any(f"val_{name}" in names for name in names):
        table.notes.add("The rows are taken for epochs, counted from 0 as Keras does.")
        return _Axis(EPOCH, "epoch", index if index is not None else np.arange(float(table.size)))
    candidates = [
        one.name for one in meaning.metrics if len(meaning.metrics) > 1 and _may_count(one)
    ]
    if candidates and index is None:
        raise ImportRefused(
            f"It cannot be told which column counts the steps: the columns are "
            f"{listed(one.name for one in table.columns)}. Name the one that does “step” or "
            f"“epoch”, {quoted(candidates[0])} perhaps."
        )
    if index is not None and is_whole and not np.array_equal(index, np.arange(index.size)):
        table.notes.add("No column counts the steps: the first one, without a name, is taken.")
        return _Axis(ROW, "row", index)
    table.notes.add("No column counts the steps: the rows are counted, from 0.")
    return _Axis(ROW, "row", None)


def _may_count(column: Column) -> bool:
    values = column.values
    return (
        values.size > 1
        and bool(column.present.all())
        and bool(np.all(values == np.floor(values)))
        and bool(np.all(np.diff(values) > 0))
    )


def _check_steps(table: Table, x: Column) -> None:
    with np.errstate(invalid="ignore"):
        wrong = x.present & ~((x.values >= 0) & (x.values <= LARGEST_STEP))
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    raise ImportRefused(
        f"{table.place(row)}: {quoted(x.name)} is {x.values[row]:.10g}, and steps are numbers from "
        "0 on: correct the line or leave it out."
    )


def _measured(table: Table, meaning: Meaning, rows: Rows, prefix: str) -> list[_Measured]:
    is_all = rows.size == table.size

    def of_rows(array: np.ndarray) -> np.ndarray:
        return array if is_all else array[rows]

    contexts = codes_of(meaning.contexts, table.size) if meaning.contexts else None
    found: dict[str, _Measured] = {}

    def add(name: str, own: Rows, column: Column) -> None:
        count = 2
        whole = name
        while whole in found:
            whole, count = f"{name} ({count})", count + 1
        found[whole] = _Measured(whole, own, column.values, column.unit)

    if meaning.metric is not None and meaning.value is not None:
        codes = codes_of([meaning.metric, *meaning.contexts], table.size)
        present = of_rows(meaning.value.present & meaning.metric.present)
        chosen = rows[present]
        for own in rows_by_code(codes[chosen]) if chosen.size else ():
            own = chosen[own]
            name = word_at(meaning.metric, int(own[0]))
            add(prefix + _with_context(meaning, name, int(own[0])), own, meaning.value)
        return list(found.values())
    for column in meaning.metrics:
        own = rows[of_rows(column.present)]
        if contexts is None:
            if own.size:
                add(prefix + column.name, own, column)
            continue
        for part in rows_by_code(contexts[own]) if own.size else ():
            part = own[part]
            add(prefix + _with_context(meaning, column.name, int(part[0])), part, column)
    return list(found.values())


def _with_context(meaning: Meaning, name: str, row: int) -> str:
    parts = []
    for column in meaning.contexts:
        is_told = _is_varied(column) or normal(word_at(column, row)) in SPLITS
        text = _spoken(word_at(column, row)) if is_told or column.name.endswith("context") else ""
        if text and not normal(name).startswith((f"{normal(text)}_", f"{normal(text)}/")):
            parts.append(text)
    return "/".join((*parts, name))


def _is_varied(column: Column) -> bool:
    return len(column.distinct_words()) > 1


def _spoken(text: str) -> str:
    """Return a context in words: Aim writes {"subset": "val"}."""
    if text.startswith("{"):
        try:
            told = json.loads(text.replace("'", '"'))
        except ValueError:
            return text
        return "/".join(str(value) for value in told.values()) if isinstance(told, dict) else text
    return text


def _settings(table: Table, meaning: Meaning, rows: Rows) -> dict[str, str]:
    found = {}
    columns = [one for one in table.columns if one in meaning.texts]
    columns += [one for one in meaning.contexts if not _is_varied(one)]
    for column in columns:
        own = rows[column.present[rows]]
        is_told = is_setting(column) if column.words is None else _same(column, own)
        if own.size == rows.size and column.name and is_told:
            found[column.name] = word_at(column, int(own[0]))
    return found


def _same(column: Column, rows: Rows) -> bool:
    codes = column.words.indices.take(pa.array(rows)).to_numpy(zero_copy_only=False)
    return bool(codes.size and np.all(codes == codes[0]))


def _note_left_out(table: Table, meaning: Meaning, curves: Sequence[ReadCurve]) -> None:
    told = {name for curve in curves for name in curve.settings}
    varied = [
        one.name
        for one in meaning.texts
        if not one.is_number and one.name not in told and one.distinct_words()
    ]
    if varied:
        table.notes.add(f"What is no number is left out: {listed(varied)}.")
    aside = [
        one.name
        for one in meaning.texts
        if one.is_number and one.name and meaning.metric and not is_setting(one)
    ]
    if aside:
        table.notes.add(f"Columns beside the measured value are left out: {listed(aside)}.")
    empty = [one.name for one in table.columns if one.name and not one.present.any()]
    if empty:
        table.notes.add(f"Nothing stands in {listed(empty)}: left out.")
    for one in (*meaning.metrics, *([meaning.value] if meaning.value else [])):
        if one.unit:
            table.notes.add(f"{quoted(one.name)} is written in {quoted(one.unit)}.")
        elif _is_percent(one):
            table.notes.add(f"{quoted(one.name)} is taken for percent: it goes above 1.")


def _is_percent(column: Column) -> bool:
    words = set(normal(column.name).replace("/", "_").split("_"))
    if not words & {"acc", "accuracy", "top1", "top5", "acc1", "acc5"}:
        return False
    values = column.values[np.isfinite(column.values)]
    return bool(values.size and values.max() > 1 and values.max() <= 100 and values.min() >= 0)


def _data(
    table: Table, meaning: Meaning, axis: _Axis, rows: Rows, measured: Sequence[_Measured]
) -> CurveData:
    notes = table.notes
    sides = _clocks(table, meaning, axis, rows)
    if axis.values is None:
        x = np.zeros(table.size)
        x[rows] = np.arange(rows.size)
        kept = [one.rows for one in measured]
        is_sorted = True
    else:
        known = np.isfinite(axis.values)
        lost = sum(int((~known[one.rows]).sum()) for one in measured)
        if lost:
            notes.add(
                f"{counted(lost, 'measurement has', 'measurements have')} no {quoted(axis.name)}: "
                "left out."
            )
        kept = [one.rows[known[one.rows]] for one in measured]
        epoch = _epochs(meaning, axis, rows, table.size)
        x = np.where(_mask([rows], table.size), axis.values, np.nan)
        settled = settle(x, kept, epoch, axis.name, notes)
        x, kept, is_sorted = settled.x, settled.rows, settled.is_sorted
    if not axis.is_whole:
        x = _numbered(x, kept, is_sorted)
    limit = _mask(kept, table.size)
    series = _series(measured, kept, x, axis.name, notes)
    clocks = {}
    for name, values in sides.items():
        own = np.flatnonzero(limit & np.isfinite(values))
        if own.size:
            steps, at, _ = in_order(x[own].astype(np.int64), values[own])
            clocks[name] = Series(steps, at)
    return CurveData(series, axis.kind, clocks)


def _mask(every: Iterable[Rows], size: int) -> np.ndarray:
    mask = np.zeros(size, bool)
    for rows in every:
        mask[rows] = True
    return mask


def _epochs(meaning: Meaning, axis: _Axis, rows: Rows, size: int) -> np.ndarray | None:
    if meaning.epoch is None or axis.kind == EPOCH:
        return None
    return np.where(_mask([rows], size), meaning.epoch.values, np.nan)


def _clocks(table: Table, meaning: Meaning, axis: _Axis, rows: Rows) -> dict[str, np.ndarray]:
    """Return what is known of each row beside its measurements, by name, NaN where unknown."""
    found: dict[str, np.ndarray] = {}
    if meaning.epoch is not None:
        found[EPOCH] = meaning.epoch.values
    elif axis.kind == EPOCH and axis.values is not None:
        found[EPOCH] = axis.values
    if axis.kind == SECONDS and axis.values is not None:
        found[SECONDS] = axis.values
    elif meaning.seconds is not None:
        moments, is_since_1970 = seconds_of(meaning.seconds)
        own = moments[rows]
        begun = np.nanmin(own) if is_since_1970 and np.isfinite(own).any() else 0.0
        found[SECONDS] = moments - begun
    if not axis.is_whole and axis.kind == STEP and axis.values is not None:
        found[STEP] = axis.values
    for column in meaning.counts:
        if axis.values is not None and np.array_equal(column.values, axis.values, equal_nan=True):
            continue
        found[normal(column.name).rpartition("/")[2]] = column.values
    if meaning.is_guess and meaning.x is not None and axis.is_whole:
        found[normal(meaning.x.name).rpartition("/")[2]] = meaning.x.values
    return found


def _numbered(x: np.ndarray, kept: Sequence[Rows], is_sorted: bool) -> np.ndarray:
    """Number the rows that count, in the order of an x that is no whole number."""
    rows = np.flatnonzero(_mask(kept, x.size))
    if not is_sorted or np.any(np.diff(x[rows]) < 0):
        rows = rows[np.argsort(x[rows], kind="stable")]
    steps = np.zeros(x.size)
    steps[rows] = np.arange(rows.size)
    return steps


def _series(
    measured: Sequence[_Measured], kept: Sequence[Rows], x: np.ndarray, name: str, notes: Notes
) -> dict[str, Series]:
    series = {}
    twice = 0
    for one, rows in zip(measured, kept, strict=True):
        if not rows.size:
            continue
        steps, values, more = in_order(x[rows].astype(np.int64), one.values[rows])
        twice += more
        series[one.name] = Series(steps, values)
    if twice:
        notes.add(
            f"{counted(twice, 'measurement shares', 'measurements share')} {quoted(name)} with a "
            "later one, which counts."
        )
    return series
