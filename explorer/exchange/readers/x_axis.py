"""What a table's rows are counted by: steps, epochs, time, or nothing but the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.found import listed
from explorer.exchange.readers.meaning import Meaning, may_count, seconds_of
from explorer.runs.series import EPOCH, LARGEST_STEP, ROW, SECONDS


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
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

    def of_rows(self, rows: np.ndarray) -> Axis:
        """Return the same with some of its rows alone."""
        return self if self.values is None else replace(self, values=self.values[rows])


def axis_of(table: Table, meaning: Meaning) -> Axis:
    """Say what counts the rows of a table, whose notes take what is assumed.

    Raises:
        ImportRefused: A step is none, or it cannot be told which column counts the steps.
    """
    x = meaning.x
    if x is None:
        return _rows_axis(table, meaning)
    if meaning.is_guess:
        table.notes.add(f"{quoted(x.name)} counts the steps.")
    if meaning.x_kind == SECONDS:
        if not table.notes.told.x:
            table.notes.add(f"No column counts steps or epochs: x is the time in {quoted(x.name)}.")
        return Axis(SECONDS, x.name, seconds_of(x)[0], is_whole=False)
    if meaning.epoch not in (None, x) and np.any(x.values[x.present] == -1):
        # As Sentence Transformers says that an epoch has ended.
        table.notes.add(f"{quoted(x.name)} is -1 in places: the rows are counted, from 0.")
        return Axis(ROW, "row", None)
    _check_steps(table, x)
    known = x.values[x.present & ~np.isnan(x.values)]
    is_whole = bool(np.all(known == np.floor(known)))
    if not is_whole:
        table.notes.add(
            f"{quoted(x.name)} is not a whole number throughout: the rows are the steps, and "
            f"{quoted(x.name)} is kept beside them."
        )
    return Axis(meaning.x_kind, x.name, x.values, is_whole)


def _rows_axis(table: Table, meaning: Meaning) -> Axis:
    index = table.columns[0].values if table.has_index else None
    names = {one.name for one in meaning.metrics}
    if any(f"val_{name}" in names for name in names):
        table.notes.add("The rows are read as epochs, counted from 0 as Keras does.")
        return Axis(EPOCH, "epoch", np.arange(float(table.size)) if index is None else index)
    candidates = [one.name for one in meaning.metrics if _may_count(one)]
    if candidates and len(meaning.metrics) > 1 and index is None:
        raise ImportRefused(
            "It is unclear which column counts the steps: the columns are "
            f"{listed(one.name for one in table.columns)}. Name the one that does “step” or "
            f"“epoch”, {quoted(candidates[0])} perhaps.",
            may_count(table),
        )
    if index is not None and not np.array_equal(index, np.arange(index.size)):
        is_whole = bool(np.all((index == np.floor(index)) & (index >= 0)))
        if is_whole and index.max() <= LARGEST_STEP:
            table.notes.add("No column counts the steps: the first one, without a name, is taken.")
            return Axis(ROW, "row", index)
    table.notes.add("No column counts the steps: the rows are counted, from 0.")
    return Axis(ROW, "row", None)


def _may_count(column: Column) -> bool:
    values = column.values
    is_whole = bool(column.present.all()) and bool(np.all(values == np.floor(values)))
    return values.size > 1 and is_whole and bool(np.all(np.diff(values) > 0))


def _check_steps(table: Table, x: Column) -> None:
    # NaN is not a step, and what was measured at it is left out.
    wrong = x.present & ((x.values < 0) | (x.values > LARGEST_STEP))
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    raise ImportRefused(
        f"{table.place(row)}: {quoted(x.name)} is {x.values[row]:.10g}, and steps are numbers from "
        "0 on: correct the line or leave it out."
    )
