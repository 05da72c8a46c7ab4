"""The cells of a sweep and how far each is."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.runs.config import TrainingConfig
from explorer.runs.run import FINISHED, PAUSED, QUEUED, RUNNING, CurveRow

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
