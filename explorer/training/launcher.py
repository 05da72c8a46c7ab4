"""Start, steer and watch trainings from a process that never imports torch itself."""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from explorer.training import gpus, worker_processes
from explorer.training.config import TrainingConfig
from explorer.training.mnist_files import is_at_hand
from explorer.training.run_database import database_url
from explorer.training.run_store import RunStore
from explorer.training.runs import ENDED, FAILED, LOST, QUEUED, CurveRow, Run, run_state
from explorer.training.worker_processes import is_alive

__all__ = [
    "default_store",
    "delete",
    "ensure_workers",
    "explain",
    "is_alive",
    "mnist_is_at_hand",
    "pause",
    "request_stop",
    "restore",
    "resume",
    "run_state",
    "set_learning_rate",
    "start",
    "state_of",
    "training_places",
]


@functools.lru_cache(maxsize=8)
def _store_at(url: str) -> RunStore:
    return RunStore(url)


def default_store() -> RunStore:
    """Return the run store that the environment names, the same object every time."""
    return _store_at(database_url().render_as_string(hide_password=False))


def start(
    configs: Sequence[TrainingConfig], name: str | None = None, *, store: RunStore | None = None
) -> str:
    """Queue a race, see that somebody takes it, and return the run's id.

    Args:
        configs: One per curve.
        name: What to call the race.
        store: The run store; by default the one that the environment names.

    Raises:
        ConfigError: The configs cannot race together.
        StoreUnavailable: The run store cannot be used.
    """
    store = store or default_store()
    run_id = store.create(configs, name)
    ensure_workers(store=store)
    return run_id


def request_stop(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a run to stop; it does within a second, and a queued one at once."""
    (store or default_store()).request_stop(run_id)


def pause(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a run to hold."""
    (store or default_store()).request_pause(run_id)


def resume(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a held run to go on."""
    (store or default_store()).request_resume(run_id)


def ensure_workers(*, store: RunStore | None = None) -> int:
    """Start workers until as many live as may run at a time; see `worker_processes`.

    Cheap enough for every rerun of a page: it warms the first worker and replaces killed ones.

    Args:
        store: The run store that they serve; by default the one that the environment names.

    Returns:
        Number of workers started by this call.

    Raises:
        ConfigError: EXPLORER_MAX_WORKERS or EXPLORER_IDLE_MINUTES cannot be used.
        StoreUnavailable: The folder for locks and logs cannot be written.
    """
    return worker_processes.ensure_workers(store or default_store())


def training_places() -> str:
    """Say how many trainings run at a time and on which GPUs; "" where there are not several.

    Raises:
        ConfigError: EXPLORER_MAX_WORKERS cannot be used.
    """
    found, workers = gpus.visible_gpus(), worker_processes.max_workers()
    if len(found) < 2:
        return ""
    if workers == len(found):
        return f"One training at a time on each GPU: {gpus.said()}."
    times = "1 training" if workers == 1 else f"{workers} trainings"
    return f"{times} at a time on {len(found)} GPUs: {gpus.said()}."


def set_learning_rate(
    run_id: str, value: float, curve: int | None = None, *, store: RunStore | None = None
) -> None:
    """Change the learning rate of one curve, or of all, from the next step on."""
    (store or default_store()).request_learning_rate(run_id, value, curve)


def state_of(run: Run | CurveRow) -> str:
    """Return the state of a run now, its worker process looked at."""
    # Nobody needs to know who lives of a thousand runs that have ended.
    alive = None if run.status in ENDED else is_alive(run.worker)
    return run_state(run, time.time(), alive)


def delete(chosen: Iterable[tuple[str, int]], *, store: RunStore | None = None) -> None:
    """Delete curves, all of them or, where a run has not ended, none; `restore` undoes it.

    Args:
        chosen: Id of the run and index of each curve.
        store: The run store; by default the one that the environment names.

    Raises:
        RunBusy: A run waits or is being carried out.
        UnknownRun: There is no such run.
    """
    store, by_run = store or default_store(), _by_run(chosen)
    rows = {row.run_id: row for row in store.list_curves(by_run)}
    # Those that may refuse come first, so that nothing is deleted when one does.
    ended = {run_id for run_id, row in rows.items() if row.status in ENDED}
    for run_id in sorted(by_run, key=ended.__contains__):
        worker = rows[run_id].worker if run_id in rows else None
        store.delete(run_id, by_run[run_id], alive=is_alive(worker))


def restore(chosen: Iterable[tuple[str, int]], *, store: RunStore | None = None) -> None:
    """Bring deleted curves back; see `delete`."""
    store = store or default_store()
    for run_id, which in _by_run(chosen).items():
        store.restore(run_id, which)


def _by_run(chosen: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    by_run: defaultdict[str, list[int]] = defaultdict(list)
    for run_id, curve in chosen:
        by_run[run_id].append(curve)
    return dict(by_run)


def explain(run: Run, *, store: RunStore | None = None) -> str:
    """Say in a plain sentence why a run is not going on, or return "" when nothing is amiss."""
    state = state_of(run)
    store = store or default_store()
    if state == FAILED:
        return run.error
    if state == LOST:
        sentence = (
            f"The training process ended without a word at step {run.progress.step:,}; what it "
            "recorded is kept. Press Train to start again."
        )
        said = worker_processes.last_words(store, run.worker.pid) if run.worker else ""
        return f"{sentence} Its last words: {said}" if said else sentence
    if state == QUEUED:
        if failure := worker_processes.start_failure(store):
            return failure
        return f"Place {run.queue_place} in the queue: it begins when a training process is free."
    return ""


def mnist_is_at_hand() -> bool:
    """Tell whether a run on "auto" would train on MNIST if it began now, not on the digits."""
    return is_at_hand()
