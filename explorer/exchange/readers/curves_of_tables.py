"""Curves out of a table: which series there are, of which run, and what their steps are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.found import (
    Notes,
    ReadCurve,
    clock_of,
    counted,
    free_name,
    in_order,
    listed,
)
from explorer.exchange.readers.meaning import (
    SPLITS,
    Meaning,
    is_setting,
    may_count,
    meaning_of,
    normal,
    seconds_of,
    tells_splits,
)
from explorer.exchange.readers.restarts import settle
from explorer.exchange.readers.runs_of_tables import (
    codes_of,
    rows_by_code,
    runs_by_column,
    runs_of,
    telling_apart,
    word_at,
)
from explorer.exchange.readers.x_axis import Axis, axis_of
from explorer.runs.meaning import ACCURACY_WORDS
from explorer.runs.series import BEGAN, EPOCH, ROW, SECONDS, STEP, CurveData, Series

Rows = NDArray[np.intp]
_Measured = Mapping[str, tuple[Rows, Column]]
"""Name of a series → where and in which column it stands in the table."""


def curves_of(table: Table, label: str, prefix: str = "") -> list[ReadCurve]:
    """Make the curves of a table, whose notes take what is assumed.

    Args:
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
    axis = axis_of(table, meaning)
    table.notes.columns = table.notes.columns or may_count(table)
    table.notes.x = table.notes.x or (meaning.x.name if meaning.x else "")
    curves = []
    _take_settings(meaning, axis)
    runs = runs_of(meaning.runs, table.size)
    if axis.kind == ROW and len(runs) == table.size > 1:
        raise ImportRefused(
            "This is a table of runs with a row for each, and without the curve of any: export "
            "the history of their metrics instead."
        )
    for run in runs:
        # Each run by itself, so that many of them cost no more than their rows.
        own, at = meaning, axis
        if len(runs) > 1:
            own, at = meaning.of_rows(run.rows), axis.of_rows(run.rows)
        told = [one for one in own.metrics if is_setting(one)]
        own = replace(
            own,
            metrics=[one for one in own.metrics if one not in told],
            texts=[*own.texts, *told],
        )
        measured = _measured(own, run.rows.size, prefix)
        if measured:
            data = _data(own, at, run.rows.size, measured, table.notes)
            units = {name: column.unit for name, (_, column) in measured.items() if column.unit}
            settings = table.settings | run.settings | _settings(own)
            curves.append(ReadCurve(run.label or label, data, settings, units))
    curves = [curve for curve in curves if curve.data.series]
    if not curves:
        raise ImportRefused("No number was measured at any step: there is nothing to draw.")
    _note_left_out(table, meaning, curves)
    return curves


def _take_settings(meaning: Meaning, axis: Axis) -> None:
    """Take for what tells runs apart the settings of a grid, each with a column of its own."""
    is_beside = meaning.epoch is not None and axis.kind != EPOCH
    if axis.values is None or is_beside or not np.isfinite(axis.values).all():
        return
    known = [*meaning.runs, *meaning.contexts, *([meaning.metric] if meaning.metric else [])]
    for one in telling_apart([*meaning.metrics, *meaning.texts], known, axis.values):
        if tells_splits(one):
            meaning.contexts.append(one)
        else:
            meaning.runs.append(one)
        meaning.metrics = [other for other in meaning.metrics if other is not one]
        meaning.texts = [other for other in meaning.texts if other is not one]


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


def _measured(meaning: Meaning, size: int, prefix: str) -> _Measured:
    names, value = meaning.metric, meaning.value
    found: dict[str, tuple[Rows, Column]] = {}
    contexts = codes_of([*([names] if names else []), *meaning.contexts], size)
    for column in meaning.metrics if value is None else [value]:
        rows = np.flatnonzero(column.present if names is None else column.present & names.present)
        for part in rows_by_code(contexts[rows]):
            own = rows[part]
            name = column.name if names is None else word_at(names, int(own[0]))
            called = prefix + _with_context(meaning, name, int(own[0]))
            found[free_name(called, found)] = own, column
    return found


def _with_context(meaning: Meaning, name: str, row: int) -> str:
    parts = []
    for column in meaning.contexts:
        text = _spoken(word_at(column, row)) if _names(meaning, column, row) else ""
        if text and not normal(name).startswith((f"{normal(text)}_", f"{normal(text)}/")):
            parts.append(text)
    return "/".join((*parts, name))


def _names(meaning: Meaning, column: Column, row: int) -> bool:
    """Tell whether a context belongs to the names, not to the settings."""
    is_split = normal(word_at(column, row)) in SPLITS or column.name.lower().endswith("context")
    return is_split or column.name in meaning.varied


def _spoken(text: str) -> str:
    """Return a context in words: Aim writes {"subset": "val"}."""
    if text.startswith("{"):
        try:
            told = json.loads(text.replace("'", '"'))
        except ValueError:
            return text
        return "/".join(str(value) for value in told.values()) if isinstance(told, dict) else text
    return text


def _settings(meaning: Meaning) -> dict[str, str]:
    found = {}
    constant = [one for one in meaning.contexts if not _names(meaning, one, 0)]
    for column in (*meaning.texts, *constant):
        is_told = is_setting(column) if column.is_number else column.num_words == 1
        if column.name and column.present.all() and is_told:
            found[column.name] = word_at(column, 0)
    return {name: text for name, text in found.items() if text not in ("{}", "[]")}


def _note_left_out(table: Table, meaning: Meaning, curves: Sequence[ReadCurve]) -> None:
    told = {name for curve in curves for name in curve.settings}
    words = [one for one in meaning.texts if not one.is_number and one.present.any()]
    if varied := [one.name for one in words if one.name not in told]:
        table.notes.add(f"What is not a number is left out: {listed(varied)}.")
    numbers = [one for one in meaning.texts if one.is_number and not is_setting(one)]
    if meaning.metric and (aside := [one.name for one in numbers if one.name]):
        table.notes.add(f"Columns beside the measured value are left out: {listed(aside)}.")
    if empty := [one.name for one in table.columns if one.name and not one.present.any()]:
        table.notes.add(f"Nothing stands in {listed(empty)}: left out.")
    for one in (*meaning.metrics, *([meaning.value] if meaning.value else [])):
        if one.unit:
            table.notes.add(f"{quoted(one.name)} is written in {quoted(one.unit)}.")
        elif _is_percent(one):
            table.notes.add(f"{quoted(one.name)} is read as a percentage: it goes above 1.")


def _is_percent(column: Column) -> bool:
    words = set(normal(column.name).replace("/", "_").split("_"))
    if not words & ACCURACY_WORDS:
        return False
    values = column.values[np.isfinite(column.values)]
    return bool(values.size and values.max() > 1 and values.max() <= 100 and values.min() >= 0)


def _data(meaning: Meaning, axis: Axis, size: int, measured: _Measured, notes: Notes) -> CurveData:
    kept = [rows for rows, _ in measured.values()]
    if axis.values is not None and _is_same_throughout(axis.values, kept):
        notes.add(f"{quoted(axis.name)} stays the same: the rows are counted, from 0.")
        axis = Axis(ROW, "row", None)
    clocks, begun = _clocks(meaning, axis)
    if axis.values is None:
        x = np.arange(float(size))
        for rows in kept if meaning.metric is not None else ():
            x[rows] = np.arange(rows.size)
    else:
        x, kept = _placed(meaning, axis, axis.values, kept, notes)
    mask = np.zeros(size, bool)
    for rows in kept:
        mask[rows] = True
    series = {}
    twice = 0
    for (name, (_, column)), rows in zip(measured.items(), kept, strict=True):
        if rows.size:
            series[name], more = in_order(x[rows].astype(np.int64), column.values[rows])
            twice += more
    if twice:
        notes.add(
            f"{counted(twice, 'measurement shares', 'measurements share')} {quoted(axis.name)} "
            "with a later one, which counts."
        )
    sides = {}
    for name, values in clocks.items():
        own = np.flatnonzero(mask & np.isfinite(values))
        if own.size:
            sides[name] = clock_of(name, x[own].astype(np.int64), values[own])
    if begun is not None and SECONDS in sides:
        sides[BEGAN] = Series(sides[SECONDS].steps[:1], np.array([begun]))
    return CurveData(series, axis.kind, sides)


def _is_same_throughout(x: np.ndarray, rows: Sequence[Rows]) -> bool:
    """Tell whether nothing was counted, although something was measured again and again."""
    known = x[np.isfinite(x)]
    return bool(known.size and np.all(known == known[0]) and max(own.size for own in rows) > 2)


def _placed(
    meaning: Meaning, axis: Axis, along: np.ndarray, rows: list[Rows], notes: Notes
) -> tuple[np.ndarray, list[Rows]]:
    """Return the step of each row, and of each series the rows that count."""
    known = np.isfinite(along)
    lost = sum(int((~known[own]).sum()) for own in rows)
    if lost:
        notes.add(
            f"{counted(lost, 'measurement has', 'measurements have')} no {quoted(axis.name)}: "
            "left out."
        )
        rows = [own[known[own]] for own in rows]
    epoch = meaning.epoch.values if meaning.epoch is not None and axis.kind != EPOCH else None
    x, settled = settle(along, rows, epoch, axis.name, notes)
    if axis.is_whole:
        return x, settled
    # The rows that count are numbered in the order of an x that is not a whole number.
    counting = np.zeros(known.size, bool)
    for own in settled:
        counting[own] = True
    order = np.flatnonzero(counting)
    order = order[np.argsort(x[order], kind="stable")]
    steps = np.zeros(known.size)
    steps[order] = np.arange(order.size)
    return steps, settled


def _clocks(meaning: Meaning, axis: Axis) -> tuple[dict[str, np.ndarray], float | None]:
    """Return what is known of each row beside its measurements, NaN where unknown, and BEGAN."""
    found: dict[str, np.ndarray] = {}
    begun = None
    if meaning.epoch is not None:
        found[EPOCH] = meaning.epoch.values
    elif axis.kind == EPOCH and axis.values is not None:
        found[EPOCH] = axis.values
    if meaning.seconds is not None:
        moments, is_since_1970 = seconds_of(meaning.seconds)
        if is_since_1970 and np.isfinite(moments).any():
            begun = float(np.nanmin(moments))
        found[SECONDS] = moments - (begun or 0.0)
        if begun is None and meaning.moments is not None:
            starts = seconds_of(meaning.moments)[0] - moments
            begun = float(np.nanmin(starts)) if np.isfinite(starts).any() else None
    if axis.values is None:
        return found, begun
    if not axis.is_whole and axis.kind == STEP:
        found[STEP] = axis.values
    counting = [*meaning.counts, *([meaning.x] if meaning.is_guess and meaning.x else [])]
    for column in counting:
        name = normal(column.name).rpartition("/")[2]
        if name != STEP or not np.array_equal(column.values, axis.values, equal_nan=True):
            found.setdefault(name, column.values)
    return found, begun
