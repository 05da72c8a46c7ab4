"""Training a sweep to its end, run by run, whatever happens to single cells on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from explorer.jobs import launcher
from explorer.runs.config import TrainingConfig
from explorer.runs.run import FAILED, FINISHED, LOST, STOPPED, CurveRow
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import ACTIVE, DIVERGED, DONE, MISSING, Cell, Sweep
from explorer.runs.sweep_grid import SweepGrid
from explorer.store.queue_limits import most_work, work_of
from explorer.store.run_store import RunStore

_KNOWN_RUNS = 5
_MOST_LOSSES = 3


def start(
    grid: SweepGrid, name: str = "", *, person: str = "", store: RunStore | None = None
) -> str:
    """Keep a sweep, see that a worker begins with it, and return its id.

    Data left to the machine are settled here: MNIST that arrives on the way would otherwise be
    what the later cells are trained on.

    Args:
        person: Who asks, for the limit of what one may queue and to let them end it.
        store: The run store; by default the one that the environment names.

    Raises:
        ConfigError: Not even one cell fits into memory.
        QueueFull: So many wait already that no more are taken.
        StoreUnavailable: The run store cannot be used.
    """
    store = store or launcher.default_store()
    if grid.base.dataset == "auto":
        found = "mnist" if launcher.mnist_is_at_hand() else "digits"
        grid = replace(grid, base=replace(grid.base, dataset=found))
    launcher.check_memory([grid.base], store)
    sweep_id = store.sweeps.create(grid, name, person)
    launcher.have_work_done(store)
    return sweep_id


def stop(sweep_id: str, *, store: RunStore | None = None) -> None:
    """Train no further cell, and stop those in training; what was recorded is kept.

    Raises:
        UnknownSweep: There is no such sweep.
        StoreUnavailable: The run store cannot be used.
    """
    store = store or launcher.default_store()
    store.sweeps.close(sweep_id)
    sweep = store.sweeps.get(sweep_id)
    rows = store.curves.list([one.run_id for one in sweep.runs])
    for run_id in {row.run_id for row in rows if launcher.state_of(row) in ACTIVE}:
        store.requests.stop(run_id)


def resume(sweep_id: str, *, store: RunStore | None = None) -> None:
    """Train what is missing: cells never begun, stopped, failed, lost or deleted.

    Raises:
        UnknownSweep: There is no such sweep.
        StoreUnavailable: The run store cannot be used.
    """
    store = store or launcher.default_store()
    store.sweeps.reopen(sweep_id)
    launcher.have_work_done(store)


def continue_open(store: RunStore, memory_bytes: Callable[[TrainingConfig], float | None]) -> bool:
    """Queue the next run of the oldest sweep that has one; for a worker without anything to do.

    Between two runs of a sweep others get their turn, since this is done only when none waits.

    Args:
        memory_bytes: Free memory of the device that a config asks for, or None.

    Returns:
        Whether a run was queued.
    """

    def choose(sweep: Sweep, rows: Sequence[CurveRow]) -> list[int] | None:
        base = sweep.grid.base
        size = sweep.grid.chunk_size(memory_bytes(base), launcher.max_workers())
        # A run of a sweep asks for no more than a race may.
        if (allowed := most_work() / work_of(base)) < size:
            size = max(1, int(allowed))
        return next_cells(sweep, rows, size)

    return any(store.sweeps.queue_next(one, choose) for one in store.sweeps.list_open())


def cells_of(sweep: Sweep, rows: Sequence[CurveRow]) -> list[Cell]:
    """Return every cell with the state of its newest training.

    Args:
        sweep: The grid with the runs that were queued for it.
        rows: The curves of its runs that are kept.
    """
    by_id = {(row.run_id, row.curve): row for row in rows}
    newest: dict[int, CurveRow] = {}
    for run in sweep.runs:
        for curve, cell in enumerate(run.cells):
            row = by_id.get((run.run_id, curve))
            if row is not None and not _is_better(newest.get(cell), row):
                newest[cell] = row
    return [
        Cell(index, config, _state(newest.get(index)), newest.get(index))
        for index, config in enumerate(sweep.grid.cells())
    ]


def next_cells(sweep: Sweep, rows: Sequence[CurveRow], size: int) -> list[int] | None:
    """Choose the cells that are to be trained together next.

    What fails together is tried again one by one, so that a cell that cannot be trained takes no
    other with it; what fails alone is left until somebody asks for it. A cell whose worker was
    lost is innocent: it is tried again with others, then alone, and left after three losses.

    Args:
        sweep: The grid with the runs that were queued for it.
        rows: The curves of its runs that are kept.
        size: Largest number of cells to train together.

    Returns:
        Indices of cells; empty while the remaining ones are being trained, None when none is left.
    """
    cells = cells_of(sweep, rows)
    states = {row.run_id: launcher.state_of(row) for row in rows}
    blamed: set[int] = set()
    lost: Counter[int] = Counter()
    given_up: set[int] = set()
    for run in sweep.runs:
        state = states.get(run.run_id)
        if run.attempt != sweep.attempt or state is None:
            continue
        if state == LOST:
            lost.update(run.cells)
        elif state == STOPPED or (state == FAILED and len(run.cells) == 1):
            given_up.update(run.cells)
        else:
            blamed.update(run.cells)
    given_up.update(cell for cell, losses in lost.items() if losses >= _MOST_LOSSES)
    left = [
        cell.index
        for cell in cells
        if cell.state not in DONE | ACTIVE and cell.index not in given_up
    ]
    if together := [index for index in left if index not in blamed and lost[index] < 2]:
        return together[:size]
    if left:
        return left[:1]
    return [] if any(cell.state in ACTIVE for cell in cells) else None


def seconds_per_work(rows: Sequence[CurveRow], base: TrainingConfig) -> list[float]:
    """Return how long earlier trainings took by image and parameter, like ones if there are any.

    Args:
        rows: Curves that are kept, the newest first.
        base: Settings of the training that is to be estimated.
    """
    by_run: dict[str, list[tuple[TrainingConfig, CurveSummary]]] = {}
    for row in rows:
        # What came with the app was trained on another machine.
        if row.is_shipped:
            continue
        if row.status == FINISHED and row.config and row.summary.seconds > 0:
            by_run.setdefault(row.run_id, []).append((row.config, row.summary))
    like = [of for of in by_run.values() if _shape(of[0][0]) == _shape(base)]
    found = []
    for of in (like or list(by_run.values()))[:_KNOWN_RUNS]:
        work = sum(summary.examples_seen * config.num_parameters for config, summary in of)
        if work:
            found.append(max(summary.seconds for _, summary in of) / work)
    return found


def _shape(config: TrainingConfig) -> tuple[object, ...]:
    return config.batch_size, config.hidden_sizes, config.optimizer


def _state(row: CurveRow | None) -> str:
    if row is None:
        return MISSING
    state = launcher.state_of(row)
    diverged = row.summary.diverged_at is not None
    return DIVERGED if state == FINISHED and diverged else state


def _is_better(known: CurveRow | None, newer: CurveRow) -> bool:
    """Tell whether what is known of a cell is worth more than a newer training of it."""
    return known is not None and known.status == FINISHED and newer.status != FINISHED
