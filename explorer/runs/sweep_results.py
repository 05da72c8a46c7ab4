"""The results of a sweep by two of its dimensions, and cell by cell."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from explorer.runs.run import FINISHED
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import DIVERGED, Cell
from explorer.runs.sweep_grid import SweepGrid


@dataclass(frozen=True, slots=True)
class Quantity:
    """What the cells of a sweep are compared by.

    Attributes:
        label: Its name, with the unit where there is one.
        of: Reads it from a curve's summary; None where it was not measured or not reached.
        more_is_better: Whether larger values are better.
        is_share: Whether it is a fraction, written in percent.
    """

    label: str
    of: Callable[[CurveSummary], float | None]
    more_is_better: bool
    is_share: bool = False


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "accuracy": Quantity("Test accuracy", lambda s: s.final_accuracy, True, True),
        "best": Quantity("Best test accuracy", lambda s: s.best_accuracy, True, True),
        "cross_entropy": Quantity(
            "Test cross-entropy / nats", lambda s: s.final_cross_entropy, False
        ),
        "steps_to_90": Quantity("Steps to 90 %", lambda s: s.steps_to_90, False),
        "steps_to_95": Quantity("Steps to 95 %", lambda s: s.steps_to_95, False),
        "steps_to_97": Quantity("Steps to 97 %", lambda s: s.steps_to_97, False),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class SweepTable:
    """A quantity by two dimensions.

    Attributes:
        x: Dimension along the columns.
        y: Dimension along the rows.
        mean: float64 [rows, columns], mean over the finished cells in which it was measured;
            NaN where there are none.
        counts: int64 [rows, columns], number of those cells.
        totals: Number of cells in each place, the same for all.
        others: [rows][columns], number of the other cells by what became of them.
    """

    x: str
    y: str
    mean: NDArray[np.float64]
    counts: NDArray[np.int64]
    totals: int
    others: tuple[tuple[Mapping[str, int], ...], ...]


def table(grid: SweepGrid, cells: Sequence[Cell], x: str, y: str, quantity: str) -> SweepTable:
    """Arrange a quantity by two dimensions, averaged over the others.

    Diverged cells are counted apart: the mean would say little of either kind.

    Args:
        grid: The settings that were varied, with their values.
        x: Dimension along the columns.
        y: Another one, along the rows.
        quantity: Key of QUANTITIES.
    """
    columns, rows = grid.values[x], grid.values[y]
    mean = np.full((len(rows), len(columns)), math.nan)
    counts = np.zeros(mean.shape, np.int64)
    others: list[tuple[Mapping[str, int], ...]] = []
    for i, row in enumerate(rows):
        line: list[Mapping[str, int]] = []
        for j, column in enumerate(columns):
            here = [
                cell
                for cell in cells
                if getattr(cell.config, x) == column and getattr(cell.config, y) == row
            ]
            values = [value for cell in here if (value := value_of(cell, quantity)) is not None]
            if values:
                mean[i, j], counts[i, j] = math.fsum(values) / len(values), len(values)
            rest: dict[str, int] = {}
            for cell in here:
                if value_of(cell, quantity) is None:
                    word = "not reached" if cell.state == FINISHED else cell.state
                    rest[word] = rest.get(word, 0) + 1
            line.append(rest)
        others.append(tuple(line))
    return SweepTable(x, y, mean, counts, len(cells) // mean.size, tuple(others))


def value_of(cell: Cell, quantity: str) -> float | None:
    """Return a quantity of a finished cell; None where it has none, and of every other cell."""
    if cell.state != FINISHED or cell.row is None:
        return None
    value = QUANTITIES[quantity].of(cell.row.summary)
    return None if value is None or math.isnan(value) else float(value)


def best_first(cells: Sequence[Cell], quantity: str) -> list[Cell]:
    """Return the cells by a quantity, the best first; those without it last, diverged before.

    Args:
        quantity: Key of QUANTITIES.
    """
    sign = -1.0 if QUANTITIES[quantity].more_is_better else 1.0

    def order(cell: Cell) -> tuple[bool, float, bool, int]:
        value = value_of(cell, quantity)
        return value is None, sign * (value or 0.0), cell.state != DIVERGED, cell.index

    return sorted(cells, key=order)
