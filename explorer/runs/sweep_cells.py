"""A sweep as it is recorded: its runs, its cells and how far each is."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.runs.config import TrainingConfig
from explorer.runs.run import FINISHED, PAUSED, QUEUED, RUNNING, CurveRow
from explorer.runs.sweep_grid import SweepGrid

DIVERGED, MISSING = "diverged", "missing"
ACTIVE = frozenset({QUEUED, RUNNING, PAUSED})
DONE = frozenset({FINISHED, DIVERGED})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a sweep.

    Attributes:
        index: Its place in the grid's cells.
        config: Its settings.
        state: finished, diverged, queued, running, paused, stopped, failed, lost or missing.
        row: The curve of its newest training, or None.
    """

    index: int
    config: TrainingConfig
    state: str
    row: CurveRow | None


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of a sweep.

    Attributes:
        run_id: The run.
        cells: Index of the cell that each of its curves is.
        attempt: The sweep's attempt in which it was queued.
    """

    run_id: str
    cells: tuple[int, ...]
    attempt: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep as the store knows it.

    Attributes:
        id: Short id that can stand in a URL.
        name: What its starter called it, or "".
        grid: What it trains.
        created_at: Seconds since 1970.
        attempt: 1, and one more whenever somebody asked for what is missing.
        is_open: Whether workers are to go on with it.
        runs: Its runs, the oldest first, also those that were deleted.
        is_shipped: Whether it came with the app, and can only be read.
    """

    id: str
    name: str
    grid: SweepGrid
    created_at: float
    attempt: int
    is_open: bool
    runs: tuple[SweepRun, ...]
    is_shipped: bool = False
