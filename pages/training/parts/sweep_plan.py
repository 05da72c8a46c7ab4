"""What training a grid would come to, before it is begun."""

from __future__ import annotations

import math

from explorer.figures.numbers import duration
from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.sweep_grid import SweepGrid, bytes_per_curve, estimated_seconds
from pages.training.parts.race_form_state import means_digits

# Images of an epoch where nothing was downloaded or read yet.
_TRAIN_IMAGES = {True: 1_437, False: 60_000}


def sweep_plan(grid: SweepGrid | None) -> str:
    """Return in a sentence how many cells, in how many runs, for how long, in how much memory.

    Args:
        grid: The grid, or None while a field cannot be used.

    Raises:
        StoreUnavailable: The run store cannot be used.
        ConfigError: EXPLORER_MAX_WORKERS cannot be used.
    """
    if grid is None:
        return "A field above cannot be used; it says why."
    rows = launcher.default_store().list_curves()
    size = grid.chunk_size(launcher.expected_memory_bytes(rows), launcher.max_workers())
    count = math.ceil(grid.num_cells / size)
    cells = "1 cell" if grid.num_cells == 1 else f"{grid.num_cells} cells"
    runs = "1 run" if count == 1 else f"{count} runs of up to {size} curves"
    images = _TRAIN_IMAGES[means_digits(grid.base.dataset)]
    known = sweep_scheduler.seconds_per_work(rows, grid.base)
    seconds = estimated_seconds(grid, grid.num_cells, images, known)
    if seconds is None:
        length = "how long is not known before the first training here has ended"
    else:
        length = f"about {duration(max(1.0, seconds))}, judging by earlier trainings"
    memory = size * bytes_per_curve(grid.base) / 2**20
    return f"{cells} in {runs}: {length}; about {memory:,.0f} MiB beside the images."
