"""The runs that a table holds, each with its rows, its name and its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.meaning import (
    COUNT_WORDS,
    EPOCH_WORDS,
    RUN_WORDS,
    STEP_WORDS,
    TIME_WORDS,
    find,
    is_run_id,
    normal,
)

_NAMING = frozenset(
    (
        "run", "run_name", "curve", "trial", "trial_name", "name", "label", "experiment",
        "experiment_name", "exp_name", "experimentname", "group",
    )
)  # fmt: skip
# What Weights & Biases puts between a run and its metric, and behind what it adds to a curve.
_BETWEEN = " - "
_LOWEST, _HIGHEST = "__MIN", "__MAX"


@dataclass(frozen=True, slots=True, eq=False)
class RunRows:
    """The rows of one run; its label is "" where the table does not call it anything."""

    label: str
    rows: NDArray[np.intp]
    settings: dict[str, str] = field(default_factory=dict)


def codes_of(columns: Sequence[Column], size: int) -> NDArray[np.int64]:
    """Number the combinations of what stands in columns, in order of appearance: int64 [size]."""
    codes = np.zeros(size, np.int64)
    for column in columns:
        if column.words is not None:
            own = column.words.indices.fill_null(len(column.words.dictionary)).to_numpy()
            own = own.astype(np.int64)
            own[~column.present] = len(column.words.dictionary)
        else:
            own = np.unique(column.values, return_inverse=True)[1]
        _, first, codes = np.unique(
            codes * (int(own.max(initial=0)) + 1) + own, return_index=True, return_inverse=True
        )
        rank = np.empty(first.size, np.int64)
        rank[np.argsort(first, kind="stable")] = np.arange(first.size)
        codes = rank[codes]
    return codes


def rows_by_code(codes: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Return the rows of each code from 0 on, rising."""
    if not codes.any():
        return [np.arange(codes.size)] if codes.size else []
    order = np.argsort(codes, kind="stable")
    borders = np.flatnonzero(np.diff(codes[order])) + 1
    return np.split(order, borders)


def telling_apart(
    columns: Sequence[Column], known: Sequence[Column], x: NDArray[np.float64]
) -> list[Column]:
    """Return the columns that tell runs apart, as in the table of a grid of settings.

    They do where each of their combinations counts the same steps once, from the same one on, and
    where all rows together count steps, x [n], again and again. What is known parts them already.
    """
    size = x.size
    if np.all(x[1:] > x[:-1]):
        return []

    def parts(more: Sequence[Column]) -> list[NDArray[np.intp]]:
        return rows_by_code(codes_of([*known, *more], size))

    def again(rows: Sequence[NDArray[np.intp]]) -> int:
        return size - sum(np.unique(x[own]).size for own in rows)

    found: list[Column] = []
    left = again(parts(found)) if (columns := [one for one in columns if _comes_again(one)]) else 0
    for column in columns:
        every = parts([*found, column])
        if left and (less := again(every)) < left:
            found, left = [*found, column], less
            if not left and len({float(x[own].min()) for own in every}) == 1:
                return found
    return []


def _comes_again(column: Column) -> bool:
    """Tell whether a column says the same in row after row, as a setting does."""
    if not column.present.all() or column.present.size < 4:
        return False
    said = column.values[:2000] if column.words is None else column.words.indices[:2000].to_numpy()
    return 2 <= np.unique(said).size * 2 <= said.size


def word_at(column: Column, row: int) -> str:
    """Return what stands at a place, as text."""
    if column.words is not None:
        return (column.words[row].as_py() or "").strip()
    value = column.values[row]
    if np.isnan(value):
        return ""
    return str(int(value)) if value == np.floor(value) and abs(value) < 1e15 else repr(float(value))


def runs_of(columns: Sequence[Column], size: int) -> list[RunRows]:
    """Part the rows of a table by what tells runs apart."""
    if not columns:
        return [RunRows("", np.arange(size))]
    every = rows_by_code(codes_of(columns, size))
    varying = [one for one in columns if _distinct(one, every) > 1]
    naming = [one for one in columns if one in varying and not is_run_id(one)]
    if not naming or _distinct_together(naming, every) < len(every):
        naming = varying
    naming = next(([one] for one in naming if _distinct(one, every) == len(every)), naming)
    if not varying:
        naming = [one for one in columns if normal(one.name) in _NAMING and not is_run_id(one)][:1]
    found = []
    for rows in every:
        first = int(rows[0])
        label = ", ".join(filter(None, (_named(one, first) for one in naming)))
        settings = {
            one.name: text for one in columns if one not in naming and (text := word_at(one, first))
        }
        if len(naming) > 1 or any(
            one.is_number or normal(one.name) not in RUN_WORDS for one in naming
        ):
            settings |= {one.name: word_at(one, first) for one in naming}
        found.append(RunRows(label, rows, settings))
    return found


def _named(column: Column, row: int) -> str:
    text = word_at(column, row)
    return f"{column.name} {text}" if column.is_number and text else text


def _distinct(column: Column, every: Sequence[NDArray[np.intp]]) -> int:
    return len({word_at(column, int(rows[0])) for rows in every})


def _distinct_together(columns: Sequence[Column], every: Sequence[NDArray[np.intp]]) -> int:
    return len({tuple(word_at(one, int(rows[0])) for one in columns) for rows in every})


def runs_by_column(table: Table) -> list[tuple[str, Table]]:
    """Part a table whose columns are called "run - metric" by run, as Weights & Biases writes.

    The lowest and highest values that it adds are kept as series of their own where they differ
    from the curve, because it averages runs or steps.

    Returns:
        The name of each run and its own columns beside those that all share; nothing if the
        columns are not called so.
    """
    named = [one for one in table.columns if one.is_number and _BETWEEN in one.name]
    counting = find(table.columns, STEP_WORDS + COUNT_WORDS + EPOCH_WORDS + TIME_WORDS)
    shared = [one for one in counting if _BETWEEN not in one.name]
    others = [one for one in table.columns if one.name and one not in named and one not in shared]
    if not named or not shared or any(one.is_number and one.present.any() for one in others):
        return []
    parts: dict[str, list[Column]] = {}
    by_name = {one.name: one for one in named}
    for column in named:
        base = column.name.removesuffix(_LOWEST).removesuffix(_HIGHEST)
        if base != column.name and base in by_name and not _adds(column, by_name[base], counting):
            continue
        run, _, metric = column.name.rpartition(_BETWEEN)
        own = Column(metric.strip(), column.values, column.present, None, column.unit)
        parts.setdefault(run.strip(), []).append(own)
    return [
        (run, Table([*shared, *columns], table.size, table.place, table.notes))
        for run, columns in parts.items()
    ]


def _adds(column: Column, base: Column, counting: list[Column]) -> bool:
    """Tell whether a lowest or highest value says more than the curve itself."""
    if base in counting or find([base], STEP_WORDS):
        return False
    return not np.array_equal(column.values, base.values, equal_nan=True)
