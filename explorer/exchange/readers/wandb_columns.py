"""Tables that hold several runs side by side, as Weights & Biases exports the curves of a plot."""

from __future__ import annotations

import numpy as np

from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.meaning import (
    COUNT_WORDS,
    EPOCH_WORDS,
    STEP_WORDS,
    TIME_WORDS,
    find,
)

_BETWEEN = " - "
LOWEST, HIGHEST = "__MIN", "__MAX"


def runs_by_column(table: Table) -> list[tuple[str, Table]]:
    """Part a table whose columns are called "run - metric" by run.

    The lowest and highest values that Weights & Biases adds are kept as series of their own where
    they differ from the curve, because it averages runs or steps.

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
        base = column.name.removesuffix(LOWEST).removesuffix(HIGHEST)
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
